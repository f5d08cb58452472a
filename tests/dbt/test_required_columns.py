"""The contract requires exactly what the published models read, as a planner that drops unused columns sees it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from f1db_batch.contract import load_contract
from f1db_batch.limits import Limits
from f1db_batch.tables import read_table
from tests.dbt.test_marts import WITHOUT_TESTS
from transform.build import _run_dbt
from transform.history.kept import schemas
from transform.raw_tables import snake_case
from transform.warehouses.duckdb import DuckDbWarehouse

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PUBLISHED = ("shared", "driver")
# Whatever would move a column out of a scan, or a whole scan away: the tables are empty here.
OTHER_OPTIMIZERS = "statistics_propagation,filter_pushdown,empty_result_pullup,expression_rewriter,join_order"
Read = dict[str, set[str]]


def create_raw_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every table of the contract and of the history without a row."""
    connection.execute("create schema f1db_raw")
    for table in load_contract().tables.values():
        header = ",".join(f'"{column.name}"' for column in table.columns) + "\n"
        data = read_table(header.encode(), table, Limits()).data
        connection.register("arriving", data.rename_columns([snake_case(one) for one in data.column_names]))
        connection.execute(f"create table f1db_raw.{snake_case(table.name)} as select * from arriving")
    connection.execute("create schema f1db_history")
    for name, schema in schemas().items():
        connection.register("arriving", schema.empty_table())
        connection.execute(f"create table f1db_history.{name} as select * from arriving")


def scans(node: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield each scan of a plan below this node: the table with its schema, and the columns read."""
    told = node.get("extra_info", {})
    if "Table" in told:
        columns = told.get("Projections", [])
        yield told["Table"].split(".", 1)[1], [columns] if isinstance(columns, str) else columns
    for child in node.get("children", []):
        yield from scans(child)


def columns_read(connection: duckdb.DuckDBPyConnection, sql: str) -> Read:
    """Tell which raw columns a compiled model needs; each CTE is planned where it is used, with what is used of it."""
    inlined = re.sub(r"(\w+) as \($", r"\1 as not materialized (", sql, flags=re.MULTILINE)
    inlined = re.sub(r"(__dbt__cte__\w+) as \(", r"\1 as not materialized (", inlined)
    [(_, plan)] = connection.execute(f"explain (format json) {inlined}").fetchall()
    read: Read = defaultdict(set)
    for table, columns in scans({"children": json.loads(plan)}):
        if table.startswith("f1db_raw."):
            read[table.removeprefix("f1db_raw.")].update(columns)
    return read


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    folder = tmp_path_factory.mktemp("empty")
    warehouse = DuckDbWarehouse(folder / "warehouse.duckdb")
    place = warehouse.prepare(1, [])
    path = place.environment["DBT_DUCKDB_PATH"]
    with duckdb.connect(path) as connection:
        create_raw_tables(connection)
    variables = {"driver_id": "lewis-hamilton", "release": "sample", "is_sample": True, "dataset_suffix": ""}
    assert _run_dbt(place, ["build", *WITHOUT_TESTS], variables, lambda done, total: None) == []
    found: Read = defaultdict(set)
    with duckdb.connect(path) as connection:
        connection.execute(f"set disabled_optimizers = '{OTHER_OPTIMIZERS}'")
        models = [one for layer in PUBLISHED for one in place.scratch.rglob(f"compiled/*/models/{layer}/*.sql")]
        assert len(models) == len(list(models_of_the_project()))
        for model in models:
            for table, columns in columns_read(connection, model.read_text()).items():
                found[table].update(columns)
    yield found
    warehouse.discard(place)


def models_of_the_project() -> Iterator[Path]:
    project = Path(__file__).resolve().parents[2] / "dbt"
    for layer in PUBLISHED:
        yield from project.glob(f"models/{layer}/*.sql")


def test_required_columns_are_those_that_published_models_read_and_keys_when_they_are_planned(read: Read) -> None:
    required = {
        snake_case(table.name): {snake_case(column.name) for column in table.columns if column.is_required}
        for table in load_contract().tables.values()
        if table.is_required
    }
    keys = {snake_case(table.name): {snake_case(one) for one in table.key} for table in load_contract().tables.values()}

    assert required == {table: columns | keys[table] for table, columns in read.items()}


def test_an_unread_column_is_not_required_when_staging_passes_it_on(read: Read) -> None:
    assert "previous_names" not in read["circuits"]
    assert "gap" not in read["races_race_results"]
    assert "countries" not in read
    assert {"id", "name", "length"} <= read["circuits"]
