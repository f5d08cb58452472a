"""The transform's own SQL is BigQuery's: control record, loads, views, and the comparison of two releases."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from f1db_batch.contract import load_contract
from pipeline.manifests import Column, Manifest, Table
from pipeline.objects import Run
from pipeline.releases import parse_version
from tests.bigquery.analyser import Analyser, Schema
from tests.bigquery.conftest import ARROW, raw_schemas
from tests.bigquery.zetasql_module import AnalysisError
from transform.history.changes_sql import CHANGES, FOUND, SUMMARIES, comparison_sql
from transform.history.dialects import Dialect
from transform.history.kept import schemas
from transform.history.shrink import EVIDENCE_COLUMNS, shrink_sql
from transform.history.sides import AFTER, BEFORE, HISTORY, Side, pair_tables
from transform.raw_tables import snake_case, table_descriptions
from transform.warehouses import bigquery_sql as sql

pytestmark = pytest.mark.slow

CONTROL = "project-1.f1db_control.published"
DIALECT = Dialect("bigquery", "__fence_7")
COLUMNS = {
    "id": "INT64", "fence": "INT64", "published_fence": "INT64", "shown": "STRING", "version": "STRING",
    "run": "STRING", "published_at": "TIMESTAMP",
}  # fmt: skip
PARAMETERS = {"fence": "INT64", "shown": "STRING", "version": "STRING", "run": "STRING"}


def manifest(version: str, *, without: Mapping[str, str] | None = None) -> Manifest:
    """A manifest with every table of the contract, some with a column less."""
    gone = without or {}
    tables = tuple(
        Table(
            table.name, 0, 0, 0, "",
            tuple(Column(one.name, str(one.type), True) for one in table.columns if gone.get(table.name) != one.name),
            table.key, table.race_column, table.driver_column,
        )
        for table in load_contract().tables.values()
    )  # fmt: skip
    parsed = parse_version(version)
    return Manifest("processed", parsed, Run(parsed, "a" * 8, "c" * 8, 0), 1, "", tables, ())


def compared_tables(
    analyser: Analyser, before: Manifest, after: Manifest, same: frozenset[str]
) -> tuple[dict[str, Schema], str]:
    """Analyse a comparison statement by statement; returns all tables, and the query for losses.

    What is the same in both releases lies among the tables of the newer one only.
    """
    tables: dict[str, Schema] = {}
    for dataset, known in ((BEFORE, before), (AFTER, after)):
        there = {snake_case(one.name): {snake_case(column.name) for column in one.columns} for one in known.tables}
        for name, schema in raw_schemas():
            kept = {column: type_ for column, type_ in schema.items() if column in there[name]}
            if dataset == AFTER or name not in same:
                tables[f"{dataset}__fence_7.{name}"] = kept
    sides = (Side("2026.1.0", BEFORE, dict.fromkeys(same, AFTER)), Side("2026.2.0", AFTER))
    pairs = list(pair_tables(before, after, same))
    statements = comparison_sql(DIALECT, *sides, pairs)
    for name, statement in zip((FOUND, CHANGES, SUMMARIES), statements, strict=True):
        tables[f"{HISTORY}__fence_7.{name}"] = analyser.output(statement, tables)
    return tables, shrink_sql(DIALECT, *sides, pairs)


def test_the_control_record_is_made_and_changed_in_bigquerys_sql(analyser: Analyser) -> None:
    create, merge = sql.control_table_sql(CONTROL)
    tables = {CONTROL: analyser.output(create, {})}

    assert tables[CONTROL] == COLUMNS
    for statement in (merge, sql.claim_sql(CONTROL), sql.flip_sql(CONTROL)):
        assert analyser.output(statement, tables, PARAMETERS) == {}
    with pytest.raises(AnalysisError, match="fence"):
        analyser.output(sql.flip_sql(CONTROL), {CONTROL: {**COLUMNS, "fence": "STRING"}}, PARAMETERS)


def test_a_loaded_table_gets_its_names_and_keeps_its_types_when_it_is_named(analyser: Analyser) -> None:
    wanted, descriptions = dict(raw_schemas()), table_descriptions()
    for table in load_contract().tables.values():
        name, columns = snake_case(table.name), [Column(one.name, str(one.type), True) for one in table.columns]
        loaded = dict(zip((one.name for one in columns), wanted[name].values(), strict=True))

        statement = sql.named_table_sql(f"p.d.{name}", columns, descriptions[name], {"layer": "raw"})

        assert analyser.output(statement, {f"p.d.{name}": loaded}) == wanted[name]


def test_a_view_that_moves_has_the_columns_of_both_fences_when_they_differ(analyser: Analyser) -> None:
    old = sql.Built(
        "6_1", "p.f1db__fence_6.t", {"id": "INT64", "laps": "INT64", "gone": "DATE", "names": "ARRAY<STRING>"}
    )
    new = sql.Built("7_1", "p.f1db__fence_7.t", {"id": "INT64", "laps": "STRING", "came": "NUMERIC", "names": "STRING"})
    tables = {CONTROL: COLUMNS, old.table: old.columns, new.table: new.columns}

    assert analyser.output(sql.moving_view_sql(CONTROL, old, new), tables) == {
        "id": "INT64", "laps": "STRING", "gone": "DATE", "names": "STRING", "came": "NUMERIC",
    }  # fmt: skip
    assert analyser.output(sql.moving_view_sql(CONTROL, None, new), tables) == new.columns
    assert analyser.output(sql.settled_view_sql(new), tables) == new.columns


@pytest.mark.parametrize(
    ("without", "same"),
    [
        ({}, {"circuits", "races", "races_race_results"}),
        ({"races": "turns", "drivers": "totalPoints", "races-race-results": "gridPositionNumber"}, set()),
        ({"circuits": "previousNames", "seasons-driver-standings": "championshipWon"}, {"drivers"}),
    ],
    ids=["same columns", "numbers gone", "a list and a flag gone"],
)
def test_two_releases_are_compared_in_bigquerys_sql_when_columns_differ(
    analyser: Analyser, without: dict[str, str], same: set[str]
) -> None:
    before, after = manifest("2026.1.0", without=without), manifest("2026.2.0")
    tables, losses = compared_tables(analyser, before, after, frozenset(same))

    for found, name in ((CHANGES, "changes"), (SUMMARIES, "summaries")):
        wanted = {field.name: ARROW[field.type] for field in schemas()[name]}
        assert tables[f"{HISTORY}__fence_7.{found}"] == wanted
        order = ("table_name", "key", "column_name") if name == "changes" else ("table_name",)
        columns, ordered = (", ".join(map(DIALECT.name, names)) for names in (wanted, order))
        read = f"select {columns} from {DIALECT.table(HISTORY, found)} order by {ordered}"
        assert analyser.output(read, tables) == wanted
    assert analyser.output(losses, tables) == dict.fromkeys(EVIDENCE_COLUMNS, "STRING")
