"""What dbt builds is what its YAML says; a release is held against its manifest and the release before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from localcloud.sample import build_sample_zip
from pipeline.releases import parse_version
from tests.dbt.test_marts import filled
from tests.integration.transform_world import tables_in
from transform.build import _run_dbt, build
from transform.catalog.project import published_tables
from transform.raw_tables import snake_case
from transform.warehouses.duckdb import DuckDbWarehouse, _close_dbt
from transform.warehouses.protocol import PrivatePlace

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

SETTINGS = {"driver_id": "lewis-hamilton", "release": "2026.11.0", "is_sample": True, "dataset_suffix": ""}
DUCKDB_TYPES = {"int64": "BIGINT", "string": "VARCHAR", "bool": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}
Built = tuple[DuckDbWarehouse, PrivatePlace]


def failures(place: PrivatePlace, command: list[str], **variables: Any) -> list[str]:
    return [node.name for node in _run_dbt(place, command, {**SETTINGS, **variables}, lambda done, total: None)]


@pytest.fixture(scope="module")
def sample() -> dict[str, pa.Table]:
    return tables_in(build_sample_zip())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, sample: dict[str, pa.Table]) -> Iterator[Built]:
    warehouse, place = filled(tmp_path_factory.mktemp("sample"), sample)
    build(warehouse, place, parse_version("sample"), ("lewis-hamilton",), lambda done, total: None)
    yield warehouse, place
    warehouse.discard(place)


def test_everything_reconciles_when_the_release_is_the_sample(built: Built) -> None:
    """The bundled sample has passed every test of the models, and its totals reconcile without an exception."""
    warehouse, place = built
    [found] = warehouse.rows(
        place,
        "select count(*) as cells, count(*) filter (where difference is distinct from 0) as differences, "
        "count(distinct entity) as entities from f1db.reconciliation",
        2,
    )
    assert found == {"cells": 8965, "differences": 0, "entities": 6}
    [career] = warehouse.rows(place, "select race_wins, championships from lewis_hamilton.mart_career", 2)
    assert career == {"race_wins": 106, "championships": 7}


def duckdb_type(data_type: str) -> str:
    return DUCKDB_TYPES.get(data_type) or data_type.upper().replace("NUMERIC", "DECIMAL").replace(", ", ",")


def test_columns_have_the_names_types_and_order_of_their_description_when_they_are_built(built: Built) -> None:
    warehouse, place = built
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in warehouse.rows(
        place,
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where table_schema in ('f1db', 'lewis_hamilton') order by table_schema, table_name, ordinal_position",
        10_000,
    ):
        found.setdefault((row["table_schema"], row["table_name"]), []).append((row["column_name"], row["data_type"]))

    assert found == {
        (table.dataset, table.relation): [(one.name, duckdb_type(one.data_type)) for one in table.columns.values()]
        for table in published_tables().values()
    }


def execute(place: PrivatePlace, *statements: str) -> None:
    """Change the private place behind dbt's back."""
    _close_dbt()
    with duckdb.connect(place.environment["DBT_DUCKDB_PATH"]) as connection:
        for statement in statements:
            connection.execute(statement)


def test_another_type_stops_the_build_when_a_model_is_under_contract(built: Built) -> None:
    _, place = built
    stops = "alter table f1db_raw.races_pit_stops alter column lap type {}"
    execute(place, stops.format("varchar"))
    try:
        assert failures(place, ["run", "--select", "fct_pit_stops"]) == ["fct_pit_stops"]
    finally:
        execute(place, stops.format("bigint"))
        assert failures(place, ["run", "--select", "fct_pit_stops"]) == []


def test_row_counts_fail_when_they_are_not_the_manifests(built: Built, sample: dict[str, pa.Table]) -> None:
    _, place = built
    rows = {snake_case(name): data.num_rows for name, data in sample.items()}
    test = ["test", "--select", "row_counts_are_the_manifests"]

    assert failures(place, test, raw_rows=rows) == []
    assert failures(place, test, raw_rows={**rows, "races": rows["races"] + 1}) == ["row_counts_are_the_manifests"]
    execute(place, "insert into f1db.dim_seasons select * from f1db.dim_seasons limit 1")
    assert failures(place, test, raw_rows=rows) == ["row_counts_are_the_manifests"]
    assert failures(place, ["run", "--select", "dim_seasons"]) == []


@pytest.mark.parametrize(
    ("change", "is_accepted", "is_stale"),
    [
        pytest.param(("2026.11.0", "removed", "2030-01-01"), False, True, id="its newest race is gone"),
        pytest.param(("2026.11.0", "removed", "2030-01-01"), True, False, id="and that was accepted"),
        pytest.param(("2026.11.0", "removed", "1950-05-13"), False, False, id="an old row is gone"),
        pytest.param(("2026.11.0", "changed", "2030-01-01"), False, False, id="a row has changed"),
        pytest.param(("2026.10.0", "removed", "2030-01-01"), False, False, id="that was another release"),
    ],
)
def test_a_release_is_stale_when_it_has_lost_the_newest_race_of_the_one_before(
    built: Built, change: tuple[str, str, str], is_accepted: bool, is_stale: bool
) -> None:
    _, place = built
    release, kind, race_date = change
    insert = (
        "insert into f1db.release_changes (release, previous_release, table_name, change, key, race_date) "
        f"values ('{release}', '2026.9.1', 'races_race_results', '{kind}', 'race_id=1', date '{race_date}')"
    )
    execute(place, "delete from f1db.release_changes", insert)
    test = ["test", "--select", "the_newest_race_is_no_older_than_before"]

    found = failures(place, test, accepts_losses=is_accepted)

    assert found == (["the_newest_race_is_no_older_than_before"] if is_stale else [])


def test_a_row_that_points_to_no_statistic_fails_when_it_is_published(built: Built) -> None:
    _, place = built
    test = ["test", "--select", "release_headlines_references_resolve"]

    assert failures(place, test) == []
    execute(place, "insert into f1db.release_headlines (release, driver_id, metric) values ('x', 'y', 'luck')")
    assert failures(place, test) == ["release_headlines_references_resolve"]
    execute(place, "delete from f1db.release_headlines where metric = 'luck'")
