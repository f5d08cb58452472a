"""What the models say on the real release, on copies of it that are wrong, and for BigQuery's dialect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipeline.releases import parse_version
from tests.integration.transform_world import ZIP, real_tables, with_value
from transform.build import _run_dbt, build
from transform.errors import RefusalError
from transform.raw_tables import snake_case
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
RELEASE = parse_version("2026.11.0")


def filled(folder: Path, tables: dict[str, pa.Table]) -> tuple[DuckDbWarehouse, PrivatePlace]:
    """Make a private place that has the raw tables."""
    warehouse = DuckDbWarehouse(folder / "warehouse.duckdb")
    place = warehouse.prepare(1, [])
    with duckdb.connect(place.environment["DBT_DUCKDB_PATH"]) as connection:
        connection.execute("create schema f1db_raw")
        for name, data in tables.items():
            connection.register("arriving", data.rename_columns([snake_case(one) for one in data.column_names]))
            connection.execute(f"create table f1db_raw.{snake_case(name)} as select * from arriving")
    return warehouse, place


def built(folder: Path, tables: dict[str, pa.Table]) -> tuple[DuckDbWarehouse, PrivatePlace]:
    warehouse, place = filled(folder, tables)
    build(warehouse, place, RELEASE, ("lewis-hamilton",), lambda done, total: None)
    return warehouse, place


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DuckDbWarehouse, PrivatePlace]]:
    warehouse, place = built(tmp_path_factory.mktemp("real"), real_tables())
    yield warehouse, place
    warehouse.discard(place)


def rows(real: tuple[DuckDbWarehouse, PrivatePlace], sql: str) -> list[dict[str, Any]]:
    warehouse, place = real
    return warehouse.rows(place, sql, 1000)


def test_hamiltons_career_is_right_when_the_release_is_real(real: tuple[DuckDbWarehouse, PrivatePlace]) -> None:
    [career] = rows(real, "select * from lewis_hamilton.mart_career")

    assert {name: career[name] for name in ("release", "race_entries", "race_starts", "race_wins", "second_places",
            "third_places", "podiums", "pole_positions", "fastest_laps", "championships", "sprint_starts",
            "sprint_wins", "sprint_top_threes", "grand_slams", "race_laps")} == {
        "release": "2026.11.0", "race_entries": 391, "race_starts": 391, "race_wins": 106, "second_places": 59,
        "third_places": 42, "podiums": 207, "pole_positions": 104, "fastest_laps": 69, "championships": 7,
        "sprint_starts": 28, "sprint_wins": 1, "sprint_top_threes": 8, "grand_slams": 6, "race_laps": 22327,
    }  # fmt: skip
    assert (str(career["points_total"]), str(career["points_race"]), str(career["points_sprint"])) == (
        "5187.50", "5106.50", "81.00",
    )  # fmt: skip


def test_hamiltons_seasons_are_right_when_one_is_under_way(real: tuple[DuckDbWarehouse, PrivatePlace]) -> None:
    seasons = rows(
        real,
        "select year, constructors, race_wins, championship_position, is_champion, is_final "
        "from lewis_hamilton.mart_seasons order by year",
    )

    assert len(seasons) == 20
    assert tuple(seasons[1].values()) == (2008, "McLaren", 5, 1, True, True)
    assert tuple(seasons[-1].values()) == (2026, "Ferrari", 1, 2, False, False)
    assert [season["year"] for season in seasons if season["is_champion"]] == [
        2008, 2014, 2015, 2017, 2018, 2019, 2020,
    ]  # fmt: skip


def test_shared_cars_and_double_places_count_once_when_a_driver_had_them(
    real: tuple[DuckDbWarehouse, PrivatePlace],
) -> None:
    drivers = rows(
        real,
        "select driver_id, race_wins, podiums, race_wins + second_places + third_places as places, championships "
        "from f1db.mart_driver_careers where driver_id in ('juan-manuel-fangio', 'nino-farina', 'giovanna-amati') "
        "order by driver_id",
    )

    assert [tuple(driver.values()) for driver in drivers] == [
        ("giovanna-amati", 0, 0, 0, 0),
        ("juan-manuel-fangio", 24, 35, 35, 5),
        ("nino-farina", 5, 19, 20, 1),
    ]


def test_every_total_is_compared_for_every_driver_when_the_release_is_real(
    real: tuple[DuckDbWarehouse, PrivatePlace],
) -> None:
    [found] = rows(
        real,
        "select count(*) filter (where year is null) as careers, count(*) as cells, "
        "count(*) filter (where difference is distinct from 0) as differences from f1db.reconciliation",
    )

    assert found == {"careers": 917 * 14, "cells": 53818, "differences": 0}


@pytest.mark.parametrize(
    ("table", "where", "column", "value", "driver_id", "metric"),
    [
        ("drivers", {"id": "max-verstappen"}, "totalPolePositions", 1, "max-verstappen", "total_pole_positions"),
        (
            "seasons-driver-standings",
            {"year": 2008, "driverId": "lewis-hamilton"},
            "championshipWon",
            False,
            "lewis-hamilton",
            "total_championship_wins",
        ),
        (
            "seasons-drivers",
            {"year": 2019, "driverId": "lewis-hamilton"},
            "totalRaceWins",
            12,
            "lewis-hamilton",
            "total_race_wins",
        ),
    ],
)
def test_a_release_is_refused_with_driver_and_metric_when_one_cell_is_wrong(
    tmp_path: Path, table: str, where: dict[str, Any], column: str, value: Any, driver_id: str, metric: str
) -> None:
    tables = {**real_tables(), table: with_value(real_tables()[table], where, column, value)}

    with pytest.raises(RefusalError) as caught:
        built(tmp_path, tables)

    assert caught.value.reason.startswith(f"failed: totals_reconcile_with_f1db: entity=driver, entity_id={driver_id}, ")
    assert f"metric={metric}, ours=" in caught.value.reason
    assert [(row["entity_id"], row["metric"]) for row in caught.value.details] == [(driver_id, metric)]


def test_a_release_is_refused_when_a_result_stands_twice(tmp_path: Path) -> None:
    results = real_tables()["races-race-results"]
    tables = {**real_tables(), "races-race-results": pa.concat_tables([results, results.slice(0, 1)])}

    with pytest.raises(RefusalError) as caught:
        built(tmp_path, tables)

    assert "fct_race_results_has_one_row_per_key" in caught.value.reason
    assert caught.value.details[0]["rows_with_this_key"] == 2


def test_models_build_when_all_but_a_few_tables_are_empty(tmp_path: Path) -> None:
    kept = {"drivers", "seasons-drivers"}
    tables = {name: data if name in kept else data.slice(0, 0) for name, data in real_tables().items()}
    tables = {name: data.slice(0, 0) if name == "seasons-drivers" else data for name, data in tables.items()}
    warehouse, place = filled(tmp_path, tables)
    variables = {"driver_id": "lewis-hamilton", "release": "sample", "is_sample": True, "dataset_suffix": ""}

    failed = _run_dbt(place, ["run"], variables, lambda done, total: None)

    assert failed == []
    assert warehouse.rows(place, "select race_wins from lewis_hamilton.mart_career", 2) == [{"race_wins": 0}]


def test_bigquerys_dialect_and_private_datasets_are_compiled_when_bigquery_is_the_target(tmp_path: Path) -> None:
    pytest.importorskip("dbt.adapters.bigquery")
    environment = {
        "DBT_BIGQUERY_METHOD": "oauth-secrets",
        "DBT_BIGQUERY_TOKEN": "not-a-token",
        "DBT_BIGQUERY_PROJECT": "project-1",
    }
    place = PrivatePlace(3, "bigquery", "__fence_3", environment, tmp_path)
    variables = {"driver_id": "max-verstappen", "release": "x", "is_sample": False, "dataset_suffix": "__fence_3"}

    assert _run_dbt(place, ["compile", "--no-populate-cache"], variables, lambda done, total: None) == []

    compiled = {path.stem: path.read_text() for path in tmp_path.rglob("compiled/**/*.sql")}
    assert "from `project-1`.`f1db__fence_3`.`mart_driver_careers`" in compiled["mart_career"]
    assert "`project-1`.`f1db_raw__fence_3`.`drivers`" in compiled["dim_drivers"]
    assert "as int64) as race_wins" in compiled["mart_driver_careers"]
    assert "varchar" not in "".join(compiled.values())
    assert "bigint" not in "".join(compiled.values())
