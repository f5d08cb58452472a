"""Every model, seed and test of the dbt project is SQL that BigQuery takes, and makes the columns that DuckDB makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.bigquery.analyser import Analyser, Schema
from tests.bigquery.compiled import PROJECT_ID, SUFFIX, VARIABLES, Node
from tests.bigquery.zetasql_module import AnalysisError
from tests.dbt.test_required_columns import create_raw_tables
from transform.build import _run_dbt
from transform.warehouses.duckdb import DuckDbWarehouse

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

# BigQuery's type, and DuckDB's for the same values; a NUMERIC keeps its precision and scale in DuckDB only.
EQUIVALENT = {
    "INT64": ("BIGINT",),
    "STRING": ("VARCHAR",),
    "BOOL": ("BOOLEAN",),
    "DATE": ("DATE",),
    "TIME": ("TIME",),
    "TIMESTAMP": ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
    "NUMERIC": ("DECIMAL",),
    "ARRAY<STRING>": ("VARCHAR[]",),
}
# The words of the YAML and of seeds, which both warehouses take.
DECLARED = {
    "int64": "INT64", "integer": "INT64", "string": "STRING", "bool": "BOOL", "boolean": "BOOL", "date": "DATE",
    "timestamp": "TIMESTAMP", "numeric": "NUMERIC", "float64": "FLOAT64",
}  # fmt: skip


@dataclass
class Analysed:
    """What the analyser says: the columns of each relation, and what it has against a node."""

    tables: dict[str, Schema]
    faults: dict[str, str]


def analyse(analyser: Analyser, nodes: Sequence[Node], sources: Mapping[str, Schema]) -> Analysed:
    """Analyse nodes in the order in which they are built; each one's columns feed those after it."""
    tables, faults = dict(sources), {}
    for node in nodes:
        if node.kind == "seed":
            tables[str(node.relation)] = declared(node)
            continue
        try:
            output = analyser.output(node.sql, tables)
        except AnalysisError as error:
            faults[node.name] = str(error)
            continue
        if node.relation is not None:
            tables[node.relation] = output
    return Analysed(tables, faults)


def declared(node: Node) -> Schema:
    return {name: DECLARED[type_.partition("(")[0].strip()] for name, type_ in node.declared.items()}


@pytest.fixture(scope="module")
def analysed(analyser: Analyser, project: list[Node], sources: dict[str, Schema]) -> Analysed:
    return analyse(analyser, project, sources)


@pytest.fixture(scope="module")
def duckdb_columns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Every published relation's columns and types as DuckDB builds them, from tables without a row."""
    warehouse = DuckDbWarehouse(tmp_path_factory.mktemp("duckdb") / "warehouse.duckdb")
    place = warehouse.prepare(1, [])
    path = place.environment["DBT_DUCKDB_PATH"]
    with duckdb.connect(path) as connection:
        create_raw_tables(connection)
    variables = {**VARIABLES, "dataset_suffix": ""}
    command = ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    assert _run_dbt(place, command, variables, lambda done, total: None) == []
    with duckdb.connect(path) as connection:
        found = connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where schema_name in ('f1db', 'lewis_hamilton') order by schema_name, table_name, column_index"
        ).fetchall()
    warehouse.discard(place)
    columns: dict[str, dict[str, str]] = {}
    for schema, table, column, type_ in found:
        columns.setdefault(f"{PROJECT_ID}.{schema}{SUFFIX}.{table}", {})[column] = type_
    return columns


def test_every_model_and_test_is_bigquerys_sql_when_it_is_analysed(analysed: Analysed, project: list[Node]) -> None:
    assert analysed.faults == {}
    assert {node.relation for node in project if node.relation} <= analysed.tables.keys()
    assert {node.kind for node in project} == {"model", "seed", "test"}


def test_bigquery_and_duckdb_make_the_same_columns_when_models_are_built(
    analysed: Analysed, project: list[Node], duckdb_columns: dict[str, dict[str, str]]
) -> None:
    relations = sorted(node.relation for node in project if node.relation)
    assert relations == sorted(duckdb_columns)

    different = []
    for relation in relations:
        there, here = analysed.tables[relation], duckdb_columns[relation]
        if list(there) != list(here):
            different.append(f"{relation}: {list(there)} in BigQuery, {list(here)} in DuckDB")
            continue
        different += [
            f"{relation}.{name}: {type_} in BigQuery, {here[name]} in DuckDB"
            for name, type_ in there.items()
            if here[name].partition("(")[0] not in EQUIVALENT.get(type_, ())
        ]
    assert different == []


def test_a_contract_says_what_bigquery_makes_when_it_is_enforced(analysed: Analysed, project: list[Node]) -> None:
    contracted = [node for node in project if node.is_contracted]

    different = {
        node.name: (dict(declared(node)), dict(analysed.tables[str(node.relation)]))
        for node in contracted
        if declared(node) != analysed.tables[str(node.relation)]
    }
    assert different == {}


@pytest.mark.usefixtures("project")
def test_names_are_private_and_types_bigquerys_when_the_project_is_compiled(compiled: Path) -> None:
    written = {path.stem: path.read_text() for path in compiled.rglob("compiled/**/*.sql")}

    assert f"from `{PROJECT_ID}`.`f1db{SUFFIX}`.`mart_driver_careers`" in written["mart_career"]
    assert f"`{PROJECT_ID}`.`f1db_raw{SUFFIX}`.`drivers`" in written["dim_drivers"]
    assert "as int64) as race_wins" in written["mart_driver_careers"]
    assert len(written) > 180, "ephemeral models, too, which nobody may read"
    assert [name for name, sql in written.items() if "varchar" in sql or "bigint" in sql] == []


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select drivers.nickname from `project-1`.`f1db_raw__fence_7`.`drivers` as drivers", "nickname"),
        ("select count(*) filter (where id = 'x') from `project-1`.`f1db_raw__fence_7`.`drivers`", "Syntax error"),
        (
            "select id from `project-1`.`f1db_raw__fence_7`.`drivers` where total_race_wins = '1'",
            "No matching signature",
        ),
        ("select id::string from `project-1`.`f1db_raw__fence_7`.`drivers`", "Syntax error"),
        ("select id from `project-1`.`f1db_raw__fence_7`.`pilots`", "Table not found"),
        ("select sum(total_points) as points, points + 1 from `project-1`.`f1db_raw__fence_7`.`drivers`", "points"),
        ("select year from (select 1 as year) group by coalesce(year, 0) having coalesce(year, 0) = 1", "neither"),
    ],
)
def test_sql_that_bigquery_would_refuse_is_refused_when_it_is_analysed(
    analyser: Analyser, sources: dict[str, Schema], sql: str, reason: str
) -> None:
    with pytest.raises(AnalysisError, match=reason):
        analyser.output(sql, sources)


def test_a_table_has_the_order_of_its_columns_now_when_it_was_another_before(analyser: Analyser) -> None:
    name, columns = "demo.f1db.moved", {"driver_id": "STRING", "races": "INT64"}
    swapped = dict(reversed(columns.items()))
    asked = [analyser.output(f"select * from `{name}`", {name: schema}) for schema in (columns, swapped, columns)]
    there, back = list(columns), list(swapped)
    assert [list(answer) for answer in asked] == [there, back, there]


def test_a_node_is_named_when_a_table_below_it_loses_a_column(
    analyser: Analyser, project: list[Node], sources: dict[str, Schema]
) -> None:
    drivers = f"{PROJECT_ID}.f1db_raw{SUFFIX}.drivers"
    without = {name: type_ for name, type_ in sources[drivers].items() if name != "date_of_birth"}
    nodes = [node for node in project if node.name in ("dim_drivers", "mart_career")]

    faults = analyse(analyser, nodes, {**sources, drivers: without}).faults

    assert set(faults) == {"dim_drivers", "mart_career"}
    assert "date_of_birth" in faults["dim_drivers"]
    assert "Table not found" in faults["mart_career"]
