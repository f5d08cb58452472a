"""What the models say on the real release, and on copies of it that are wrong."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipeline.releases import parse_version
from tests.integration.transform_world import ZIP, real_tables, with_value
from transform.build import _raise, _run_dbt, build
from transform.errors import RefusalError
from transform.history.kept import schemas
from transform.raw_tables import snake_case
from transform.warehouses.duckdb import DuckDbWarehouse, _close_dbt
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
RELEASE = parse_version("2026.11.0")
WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]


def filled(folder: Path, tables: dict[str, pa.Table]) -> tuple[DuckDbWarehouse, PrivatePlace]:
    """Make a private place that has the raw tables."""
    warehouse = DuckDbWarehouse(folder / "warehouse.duckdb")
    place = warehouse.prepare(1, [])
    with duckdb.connect(place.environment["DBT_DUCKDB_PATH"]) as connection:
        connection.execute("create schema f1db_raw")
        for name, data in tables.items():
            connection.register("arriving", data.rename_columns([snake_case(one) for one in data.column_names]))
            connection.execute(f"create table f1db_raw.{snake_case(name)} as select * from arriving")
    for name, schema in schemas().items():
        warehouse.store(place, "f1db_history", name, schema.empty_table())
    return warehouse, place


def built(folder: Path, tables: dict[str, pa.Table]) -> tuple[DuckDbWarehouse, PrivatePlace]:
    warehouse, place = filled(folder, tables)
    build(warehouse, place, RELEASE, ("lewis-hamilton",), lambda done, total: None)
    return warehouse, place


def copied(place: PrivatePlace, folder: Path) -> PrivatePlace:
    """Copy what was built, so that a test may change it."""
    _close_dbt()
    path = Path(shutil.copy(place.environment["DBT_DUCKDB_PATH"], folder))
    return replace(place, environment={**place.environment, "DBT_DUCKDB_PATH": str(path)}, scratch=folder / "scratch")


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


def test_every_total_and_best_is_compared_for_everybody_when_the_release_is_real(
    real: tuple[DuckDbWarehouse, PrivatePlace],
) -> None:
    found = rows(
        real,
        "select entity, count(*) filter (where year is null) as careers, count(*) filter (where year > 0) as seasons "
        "from f1db.reconciliation group by entity order by entity",
    )
    [wrong] = rows(real, "select count(*) as cells from f1db.reconciliation where difference is distinct from 0")

    assert [tuple(row.values()) for row in found] == [
        ("circuit", 78, 0),
        ("constructor", 187 * 18, 1079 * 15),
        ("driver", 917 * 18, 3415 * 15),
        ("engine_manufacturer", 78 * 17, 560 * 14),
        ("grand_prix", 54, 0),
        ("tyre_manufacturer", 9 * 13, 160 * 13),
    ]
    assert sum(row["careers"] + row["seasons"] for row in found) == 98_777
    assert wrong == {"cells": 0}


def test_a_best_is_compared_when_nobody_has_one(real: tuple[DuckDbWarehouse, PrivatePlace]) -> None:
    found = rows(
        real,
        "select metric, ours, f1db, difference from f1db.reconciliation "
        "where entity_id = 'giovanna-amati' and year is null and (metric like 'best%' or metric = 'total_race_entries')"
        "order by metric",
    )

    assert [tuple(row.values()) for row in found] == [
        ("best_championship_position", None, None, 0),
        ("best_race_result", None, None, 0),
        ("best_sprint_race_result", None, None, 0),
        ("best_starting_grid_position", None, None, 0),
        ("total_race_entries", 3, 3, 0),
    ]


def test_facts_have_every_row_of_their_tables_when_the_release_is_real(
    real: tuple[DuckDbWarehouse, PrivatePlace],
) -> None:
    raw = {
        "fct_race_results": "races-race-results",
        "fct_sprint_results": "races-sprint-race-results",
        "fct_qualifying_results": "races-qualifying-results",
        "fct_fastest_laps": "races-fastest-laps",
        "fct_pit_stops": "races-pit-stops",
        "fct_driver_standings": "races-driver-standings",
        "fct_constructor_standings": "races-constructor-standings",
    }
    counted = " union all ".join(f"select '{name}' as name, count(*) as n from f1db.{name}" for name in raw)

    found = {row["name"]: row["n"] for row in rows(real, counted)}

    assert found == {name: real_tables()[table].num_rows for name, table in raw.items()}
    assert (found["fct_fastest_laps"], found["fct_pit_stops"], found["fct_driver_standings"]) == (
        17_085,
        22_430,
        21_449,
    )


def test_hamiltons_teams_and_places_are_right_when_the_release_is_real(
    real: tuple[DuckDbWarehouse, PrivatePlace],
) -> None:
    chosen = "where driver_id = 'lewis-hamilton' order by"
    teams = rows(
        real,
        "select constructor_id, first_year, last_year, race_entries, race_wins, podiums, points_race::varchar "
        f"from f1db.mart_driver_constructors {chosen} first_year",
    )
    circuits = rows(real, f"select circuit_id, race_wins from f1db.mart_driver_circuits {chosen} race_wins desc")
    events = rows(real, f"select grand_prix_id, race_wins from f1db.mart_driver_grands_prix {chosen} race_wins desc")

    assert [tuple(row.values()) for row in teams] == [
        ("mclaren", 2007, 2012, 110, 21, 49, "913.00"),
        ("mercedes", 2013, 2024, 246, 84, 153, "3907.50"),
        ("ferrari", 2025, 2026, 35, 1, 5, "286.00"),
    ]
    assert tuple(circuits[0].values()) == ("silverstone", 9)
    assert tuple(events[0].values()) == ("great-britain", 9)


def test_a_race_counts_for_each_constructor_when_a_driver_raced_for_two(
    real: tuple[DuckDbWarehouse, PrivatePlace],
) -> None:
    [carter] = rows(
        real,
        "select sum(race_entries)::int as by_team, sum(podiums)::int as podiums from f1db.mart_driver_constructors "
        "where driver_id = 'duane-carter'",
    )
    [career] = rows(real, "select race_entries, podiums from f1db.mart_driver_careers where driver_id = 'duane-carter'")

    assert (carter["by_team"], career["race_entries"]) == (9, 8)
    assert (carter["podiums"], career["podiums"]) == (1, 1)


def test_a_breakdown_that_lacks_a_row_is_refused_when_it_does_not_sum_to_the_career(
    real: tuple[DuckDbWarehouse, PrivatePlace], tmp_path: Path
) -> None:
    place = copied(real[1], tmp_path)
    with duckdb.connect(place.environment["DBT_DUCKDB_PATH"]) as connection:
        connection.execute("delete from f1db.mart_driver_circuits where circuit_id = 'monza' and race_wins = 5")
    variables = {"driver_id": "lewis-hamilton", "release": "x", "is_sample": False, "dataset_suffix": ""}

    failed = _run_dbt(place, ["test", "--select", "breakdowns_sum_to_the_career"], variables, lambda done, total: None)

    assert [node.name for node in failed] == ["breakdowns_sum_to_the_career"]


def refused(folder: Path, **changed: pa.Table) -> RefusalError:
    """Build what the totals are compared from, with some tables replaced, and return the refusal."""
    warehouse, place = filled(
        folder, {**real_tables(), **{name.replace("_", "-"): data for name, data in changed.items()}}
    )
    variables = {"driver_id": "lewis-hamilton", "release": str(RELEASE), "is_sample": False, "dataset_suffix": ""}
    command = ["build", "--exclude-resource-type", "unit_test", "--select", "+totals_reconcile_with_f1db"]
    command += ["--indirect-selection", "cautious"]
    failed = _run_dbt(place, command, variables, lambda done, total: None)
    with pytest.raises(RefusalError) as caught:
        _raise(warehouse, place, failed)
    return caught.value


def differences(refusal: RefusalError) -> list[tuple[Any, ...]]:
    names = ("entity", "entity_id", "year", "metric", "ours", "f1db")
    return [tuple(row[name] for name in names) for row in refusal.details]


# Table, row, column, wrong value → the difference that is told: entity, id, year, metric, ours, F1DB's.
WRONG_CELLS: list[tuple[str, dict[str, Any], str, Any, tuple[Any, ...]]] = [
    (
        "drivers", {"id": "max-verstappen"}, "totalPolePositions", 1,
        ("driver", "max-verstappen", None, "total_pole_positions", "48.00", "1.00"),
    ),
    (
        "drivers", {"id": "giovanna-amati"}, "bestRaceResult", 5,
        ("driver", "giovanna-amati", None, "best_race_result", "nothing", "5.00"),
    ),
    (
        "seasons-drivers", {"year": 2019, "driverId": "lewis-hamilton"}, "totalRaceWins", 12,
        ("driver", "lewis-hamilton", 2019, "total_race_wins", "11.00", "12.00"),
    ),
    (
        "circuits", {"id": "monza"}, "totalRacesHeld", 76,
        ("circuit", "monza", None, "total_races_held", "75.00", "76.00"),
    ),
    (
        "tyre-manufacturers", {"id": "pirelli"}, "bestRaceResult", None,
        ("tyre_manufacturer", "pirelli", None, "best_race_result", "1.00", "nothing"),
    ),
]  # fmt: skip


def test_a_release_is_refused_with_each_entity_metric_and_number_when_single_cells_are_wrong(tmp_path: Path) -> None:
    tables = dict(real_tables())
    for table, where, column, value, _ in WRONG_CELLS:
        tables[table] = with_value(tables[table], where, column, value)

    with pytest.raises(RefusalError) as caught:
        built(tmp_path, tables)

    found = differences(caught.value)
    assert sorted(found, key=str) == sorted((difference for *_, difference in WRONG_CELLS), key=str)
    entity, entity_id, year, metric, ours, f1db = found[0]
    told = f"{entity=!s}, {entity_id=!s}, " + (f"{year=}, " if year else "") + f"{metric=!s}, {ours=!s}, {f1db=!s}"
    assert caught.value.reason.startswith(f"failed: totals_reconcile_with_f1db: {told}")


def with_a_win_moved(results: pa.Table) -> pa.Table:
    """Let the two of Mercedes change places in China 2019."""
    rows = results.to_pylist()
    first, second = (
        next(row for row in rows if (row["year"], row["round"], row["positionNumber"]) == (2019, 3, place))
        for place in (1, 2)
    )
    assert (first["driverId"], second["driverId"]) == ("lewis-hamilton", "valtteri-bottas")
    for column in ("positionNumber", "positionText", "positionDisplayOrder"):
        first[column], second[column] = second[column], first[column]
    return pa.Table.from_pylist(rows, schema=results.schema)


def test_a_release_is_refused_for_drivers_and_makers_when_a_win_is_moved_and_points_are_off_by_half(
    tmp_path: Path,
) -> None:
    where = {"year": 2019, "round": 2, "driverId": "lewis-hamilton"}
    results = with_value(real_tables()["races-race-results"], where, "points", Decimal("24.50"))

    refusal = refused(tmp_path, races_race_results=with_a_win_moved(results))

    found = differences(refusal)
    assert [difference for difference in found if difference[3] == "total_race_wins"] == [
        ("driver", "lewis-hamilton", None, "total_race_wins", "105.00", "106.00"),
        ("driver", "valtteri-bottas", None, "total_race_wins", "11.00", "10.00"),
        ("driver", "lewis-hamilton", 2019, "total_race_wins", "10.00", "11.00"),
        ("driver", "valtteri-bottas", 2019, "total_race_wins", "5.00", "4.00"),
    ]
    assert [difference for difference in found if difference[3] != "total_race_wins"] == [
        ("driver", "lewis-hamilton", None, "total_points", "5187.00", "5187.50"),
        ("driver", "lewis-hamilton", 2019, "total_points", "412.50", "413.00"),
        ("constructor", "mercedes", None, "total_points", "8538.00", "8538.50"),
        ("engine_manufacturer", "mercedes", None, "total_points", "17366.00", "17366.50"),
        ("constructor", "mercedes", 2019, "total_points", "738.50", "739.00"),
        ("engine_manufacturer", "mercedes", 2019, "total_points", "739.50", "740.00"),
    ]
    assert "entity_id=lewis-hamilton, metric=total_race_wins, ours=105.00, f1db=106.00" in refusal.reason
    assert "entity_id=valtteri-bottas, metric=total_race_wins, ours=11.00, f1db=10.00" in refusal.reason


def test_a_release_is_refused_with_the_champion_first_when_a_title_and_a_season_of_tyres_are_removed(
    tmp_path: Path,
) -> None:
    where = {"year": 2008, "driverId": "lewis-hamilton"}
    tyres = real_tables()["seasons-tyre-manufacturers"]
    kept = [row for row in tyres.to_pylist() if row["year"] != 1999]

    refusal = refused(
        tmp_path,
        seasons_driver_standings=with_value(real_tables()["seasons-driver-standings"], where, "championshipWon", False),
        seasons_tyre_manufacturers=pa.Table.from_pylist(kept, schema=tyres.schema),
    )

    told = "entity=driver, entity_id=lewis-hamilton, metric=total_championship_wins, ours=6.00, f1db=7.00"
    assert refusal.reason.startswith(f"failed: totals_reconcile_with_f1db: {told}, difference=-1.00")
    of_tyres = [difference for difference in differences(refusal) if difference[0] == "tyre_manufacturer"]
    assert len(of_tyres) == 12  # nobody has a best sprint of 1999
    assert of_tyres[0] == ("tyre_manufacturer", "bridgestone", 1999, "total_sprint_race_wins", "0.00", "nothing")
    # A season without a champion counts for nobody's best position, either.
    others = [difference for difference in differences(refusal)[1:] if difference not in of_tyres]
    assert {difference[3] for difference in others} == {"best_championship_position"}


def test_an_exception_covers_one_difference_with_its_numbers_when_it_is_listed(
    real: tuple[DuckDbWarehouse, PrivatePlace], tmp_path: Path
) -> None:
    place = copied(real[1], tmp_path)
    with duckdb.connect(place.environment["DBT_DUCKDB_PATH"]) as connection:
        compared = "entity = 'circuit' and entity_id = 'monza' and metric = 'total_races_held'"
        connection.execute(f"update f1db.reconciliation set f1db = 76, difference = -1 where {compared}")
    variables = {"driver_id": "lewis-hamilton", "release": "x", "is_sample": False, "dataset_suffix": ""}
    test = ["test", "--select", "totals_reconcile_with_f1db"]

    def failures_with(*numbers: int) -> list[str]:
        _close_dbt()
        with duckdb.connect(place.environment["DBT_DUCKDB_PATH"]) as connection:
            connection.execute("delete from f1db.reconciliation_exceptions")
            for f1db in numbers:
                connection.execute(
                    "insert into f1db.reconciliation_exceptions values "
                    f"('circuit', 'monza', null, 'total_races_held', 75, {f1db}, 'a reason', date '2026-11-01')"
                )
        return [node.name for node in _run_dbt(place, test, variables, lambda done, total: None)]

    assert failures_with(76) == []
    assert failures_with(78) == ["totals_reconcile_with_f1db"]
    assert failures_with(76, 78) == ["totals_reconcile_with_f1db"]
    assert failures_with() == ["totals_reconcile_with_f1db"]


def test_no_difference_is_excepted_when_the_list_is_read(real: tuple[DuckDbWarehouse, PrivatePlace]) -> None:
    assert rows(real, "select * from f1db.reconciliation_exceptions") == []


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

    failed = _run_dbt(place, ["build", *WITHOUT_TESTS], variables, lambda done, total: None)

    assert failed == []
    assert warehouse.rows(place, "select race_wins from lewis_hamilton.mart_career", 2) == [{"race_wins": 0}]
