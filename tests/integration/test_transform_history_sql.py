"""Two small releases compared in DuckDB, every kind of difference and every kind of loss; and the SQL for BigQuery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipeline.manifests import Column, Manifest, Table
from pipeline.objects import Run
from pipeline.releases import parse_version
from transform.errors import RefusalError
from transform.history.changes_sql import CHANGES, SUMMARIES, comparison_sql
from transform.history.dialects import DUCKDB, Dialect
from transform.history.shrink import refuse_losses, shrink_sql
from transform.history.sides import AFTER, BEFORE, HISTORY, Side, pair_tables

Rows = Sequence[tuple[Any, ...]]
DECIMAL = "decimal(8,2)"
RACES = {"id": "int", "year": "int", "round": "int", "date": "date", "grandPrixId": "string"}
RESULTS = {
    "raceId": "int", "year": "int", "driverId": "string", "positionNumber": "int", "points": DECIMAL,
    "polePosition": "boolean",
}  # fmt: skip
DRIVERS = {"id": "string", "name": "string", "totalRaceWins": "int", "totalPoints": DECIMAL, "totalRaceEntries": "int"}
SPRINTS = {"raceId": "int", "year": "int", "driverId": "string", "positionNumber": "int", "points": DECIMAL}
STANDINGS = {"year": "int", "driverId": "string", "points": DECIMAL}
CIRCUITS = {"id": "string", "previousNames": "array<string>", "length": "decimal(6,3)"}
NOTES = {"text": "string", "line": "int"}
COLUMNS = {
    "races": RACES, "races-race-results": RESULTS, "drivers": DRIVERS, "races-sprint-race-results": SPRINTS,
    "seasons-driver-standings": STANDINGS, "circuits": CIRCUITS, "notes": NOTES,
}  # fmt: skip
KEYS: dict[str, tuple[tuple[str, ...], str | None, str | None]] = {
    "races": (("id",), "id", None),
    "races-race-results": (("raceId", "driverId"), "raceId", "driverId"),
    "races-sprint-race-results": (("raceId", "driverId"), "raceId", "driverId"),
    "drivers": (("id",), None, "id"),
    "seasons-driver-standings": (("year", "driverId"), None, "driverId"),
    "circuits": (("id",), None, None),
    "notes": ((), None, None),
}
ROWS: dict[str, Rows] = {
    "races": [(1, 2025, 1, date(2025, 3, 1), "australia"), (2, 2026, 1, date(2026, 3, 1), "australia"),
              (3, 2026, 2, date(2026, 4, 1), "japan")],
    "races-race-results": [(1, 2025, "ann", 1, Decimal("25.00"), True), (1, 2025, "bob", 2, Decimal("18.00"), False),
                           (2, 2026, "ann", 2, Decimal("18.00"), False), (2, 2026, "bob", 1, Decimal("25.50"), True)],
    "races-sprint-race-results": [(2, 2026, "ann", 1, Decimal("8.00"))],
    "drivers": [("ann", "Ann", 1, Decimal("51.00"), 2), ("bob", "Bob", 1, Decimal("43.50"), 2)],
    "seasons-driver-standings": [(2025, "ann", Decimal("25.00")), (2025, "bob", Decimal("18.00"))],
    "circuits": [("spa", ["Old Spa"], Decimal("7.004"))],
    "notes": [("same", 1), ("same", 1), ("other", 2)],
}  # fmt: skip
TYPES = {"int": "bigint", "string": "varchar", "array<string>": "varchar[]"}


@dataclass
class Compared:
    changes: list[tuple[Any, ...]]
    summaries: dict[str, tuple[Any, ...]]
    losses: list[tuple[Any, ...]]


def manifest(version: str, columns: Mapping[str, Mapping[str, str]]) -> Manifest:
    tables = tuple(
        Table(
            name, 0, 0, 0, "", tuple(Column(one, type_, True) for one, type_ in fields.items()),
            KEYS[name][0], KEYS[name][1], KEYS[name][2],
        )
        for name, fields in columns.items()
    )  # fmt: skip
    parsed = parse_version(version)
    return Manifest("processed", parsed, Run(parsed, "a" * 8, "c" * 8, 0), 1, "", tables, ())


def snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).replace("-", "_")


def load(connection: Any, dataset: str, columns: Mapping[str, Mapping[str, str]], rows: Mapping[str, Rows]) -> None:
    connection.execute(f"create schema {dataset}")
    for name, fields in columns.items():
        typed = ", ".join(f'"{snake(one)}" {TYPES.get(type_, type_)}' for one, type_ in fields.items())
        connection.execute(f"create table {dataset}.{snake(name)} ({typed})")
        for row in rows.get(name, ()):
            connection.execute(f"insert into {dataset}.{snake(name)} values ({', '.join('?' * len(row))})", row)


def compare(new: Mapping[str, Rows], columns: Mapping[str, Mapping[str, str]] | None = None) -> Compared:
    """Compare ROWS with a copy in which some tables have other rows, or other columns.

    It is done three times: with all tables in both datasets, and with those that are the same in one of them only.
    """
    wanted, changed = columns or COLUMNS, {**ROWS, **new}
    same = {name for name in COLUMNS if wanted.get(name) == COLUMNS[name] and changed[name] == ROWS[name]}
    found = compared(changed, wanted, set(), BEFORE)
    for lies in (BEFORE, AFTER):
        assert compared(changed, wanted, same, lies) == found, f"{same} lie in {lies} only"
    return found


def compared(new: Mapping[str, Rows], columns: Mapping[str, Mapping[str, str]], same: set[str], lies: str) -> Compared:
    """Compare ROWS with other rows, when tables that are the same lie in one dataset only."""
    elsewhere = dict.fromkeys(map(snake, same), lies)
    with duckdb.connect() as connection:
        for dataset, known, rows in ((BEFORE, COLUMNS, ROWS), (AFTER, columns, new)):
            there = {name: fields for name, fields in known.items() if name not in same or dataset == lies}
            load(connection, dataset, there, rows)
        connection.execute(f"create schema {HISTORY}")
        sides = (Side("2026.1.0", BEFORE, elsewhere), Side("2026.2.0", AFTER, elsewhere))
        manifests = (manifest("2026.1.0", COLUMNS), manifest("2026.2.0", columns))
        pairs = list(pair_tables(*manifests, set(map(snake, same))))
        for statement in comparison_sql(DUCKDB, *sides, pairs):
            connection.execute(statement)
        changes = connection.execute(
            "select table_name, change, key, column_name, old_value, new_value, race_date::varchar, driver_id, "
            f"is_restatement from {HISTORY}.{CHANGES} order by all"
        ).fetchall()
        summaries = connection.execute(
            "select table_name, rows_before, rows_after, rows_added, rows_removed, rows_changed, rows_restated "
            f"from {HISTORY}.{SUMMARIES}"
        ).fetchall()
        losses = connection.execute(shrink_sql(DUCKDB, *sides, pairs)).fetchall()
    return Compared(changes, {row[0]: row[1:] for row in summaries}, losses)


def results(*rows: tuple[Any, ...]) -> dict[str, Rows]:
    """The results with those of the same race and driver replaced."""
    replaced = {(row[0], row[2]): row for row in ROWS["races-race-results"]} | {(row[0], row[2]): row for row in rows}
    return {"races-race-results": list(replaced.values())}


def test_nothing_differs_when_releases_are_the_same() -> None:
    found = compare({})

    assert (found.changes, found.losses) == ([], [])
    assert found.summaries["races_race_results"] == (4, 4, 0, 0, 0, 0)
    assert found.summaries["notes"] == (3, 3, 0, 0, 0, 0), "equal rows of a table without a key are told apart"


def test_a_changed_row_names_each_column_when_two_have_changed() -> None:
    found = compare(results((1, 2025, "ann", None, Decimal("0.00"), True)))

    key = "race_id=1, driver_id=ann"
    assert found.changes == [
        ("races_race_results", "changed", key, "points", "25", "0", "2025-03-01", "ann", True),
        ("races_race_results", "changed", key, "position_number", "1", None, "2025-03-01", "ann", True),
    ]
    assert found.summaries["races_race_results"] == (4, 4, 0, 0, 1, 1)


def test_rows_are_added_and_removed_when_their_keys_come_and_go() -> None:
    found = compare(
        {
            "races-race-results": [row for row in ROWS["races-race-results"] if row[:3] != (2, 2026, "ann")]
            + [(3, 2026, "cas", 1, Decimal("25.00"), True)],
            "notes": [("same", 1), ("other", 2), ("new", None)],
        }
    )

    assert found.changes == [
        ("notes", "added", "text=new, line= #1", None, None, None, None, None, None),
        ("notes", "removed", "text=same, line=1 #2", None, None, None, None, None, None),
        ("races_race_results", "added", "race_id=3, driver_id=cas", None, None, None, "2026-04-01", "cas", False),
        ("races_race_results", "removed", "race_id=2, driver_id=ann", None, None, None, "2026-03-01", "ann", True),
    ]
    assert found.summaries["races_race_results"] == (4, 4, 1, 1, 0, 1)


def test_rounds_change_and_races_stay_themselves_when_one_is_inserted() -> None:
    inserted = (9, 2026, 1, date(2026, 2, 1), "bahrain")
    renumbered = [(2, 2026, 2, date(2026, 3, 1), "australia"), (3, 2026, 3, date(2026, 4, 1), "japan")]
    found = compare({"races": [ROWS["races"][0], inserted, *renumbered]})

    assert found.changes == [
        ("races", "added", "id=9", None, None, None, "2026-02-01", None, True),
        ("races", "changed", "id=2", "round", "1", "2", "2026-03-01", None, True),
        ("races", "changed", "id=3", "round", "2", "3", "2026-04-01", None, False),
    ]


def test_lists_and_decimals_are_plain_text_when_they_change() -> None:
    found = compare({"circuits": [("spa", ["Old Spa", "Older Spa"], Decimal("7.100"))]})

    assert found.changes == [
        ("circuits", "changed", "id=spa", "length", "7.004", "7.1", None, None, None),
        ("circuits", "changed", "id=spa", "previous_names", "Old Spa", "Old Spa;Older Spa", None, None, None),
    ]


def test_a_column_and_a_table_are_compared_with_nothing_when_they_are_new() -> None:
    columns = {**{name: fields for name, fields in COLUMNS.items() if name != "notes"},
               "circuits": {**CIRCUITS, "turns": "string"}}  # fmt: skip
    found = compare({"circuits": [("spa", ["Old Spa"], Decimal("7.004"), "19")]}, columns)

    assert [row[:6] for row in found.changes] == [
        ("circuits", "changed", "id=spa", "turns", None, "19"),
        ("notes", "removed", "text=other, line=2 #1", None, None, None),
        ("notes", "removed", "text=same, line=1 #1", None, None, None),
        ("notes", "removed", "text=same, line=1 #2", None, None, None),
    ]
    assert found.losses == [("table", "notes", "rows", "3", "0")]


def test_a_race_and_a_season_are_lost_when_no_results_are_left() -> None:
    found = compare({"races-race-results": ROWS["races-race-results"][2:]})

    assert found.losses == [
        ("race", "1", "races_race_results", "2", "0"),
        ("season", "2025", "races_race_results", "2", "0"),
        ("table", "races_race_results", "rows", "4", "2"),
    ]


def test_a_table_is_not_shrunk_when_it_loses_one_row_in_a_hundred() -> None:
    many = [(f"note {number}", number) for number in range(100)]
    before = ROWS["notes"]
    ROWS["notes"] = many
    try:
        assert compare({"notes": many[1:]}).losses == []
        assert compare({"notes": many[2:]}).losses == [("table", "notes", "rows", "100", "98")]
    finally:
        ROWS["notes"] = before


@pytest.mark.parametrize(
    ("new", "losses"),
    [
        ({}, [("driver", "ann", "total_race_wins", "1", "0")]),
        (results((2, 2026, "ann", 3, Decimal("18.00"), False)), []),
        (results((1, 2025, "ann", 1, Decimal("25.00"), False)), [("driver", "ann", "total_race_wins", "1", "0")]),
        (results((2, 2026, "bob", 2, Decimal("25.50"), True)), [("driver", "ann", "total_race_wins", "1", "0")]),
    ],
    ids=["nothing changed", "a place changed", "only a pole changed", "another driver's place changed"],
)
def test_a_total_that_goes_down_is_a_loss_unless_a_result_explains_it(
    new: dict[str, Rows], losses: list[tuple[str, ...]]
) -> None:
    found = compare({**new, "drivers": [("ann", "Ann", 0, Decimal("51.00"), 2), ROWS["drivers"][1]]})

    assert found.losses == losses


def test_losses_are_evidence_in_the_refusal_when_there_are_many() -> None:
    rows = [{"what": "race", "entity": str(number), "metric": "results", "before": "20", "after": "0"}
            for number in range(5)]  # fmt: skip

    with pytest.raises(RefusalError) as refused:
        refuse_losses(rows, "2026.1.0")

    assert refused.value.code == "history_shrunk"
    assert refused.value.reason == (
        "history has shrunk since 2026.1.0: race 0: results 20 → 0; race 1: results 20 → 0; race 2: results 20 → 0; "
        "and 2 more (ask with accept_shrink if that is right)"
    )
    assert refused.value.details == rows
    refuse_losses([], "2026.1.0")


def test_bigquerys_sql_is_of_its_dialect_when_it_is_written() -> None:
    dialect = Dialect("bigquery", "__fence_7")
    sides = (Side("2026.1.0", BEFORE), Side("2026.2.0", AFTER))
    pairs = list(pair_tables(manifest("2026.1.0", COLUMNS), manifest("2026.2.0", COLUMNS)))
    statements = [*comparison_sql(dialect, *sides, pairs), shrink_sql(dialect, *sides, pairs)]

    for statement in statements:
        assert not any(word in statement for word in ("varchar", "bigint", '"', "regexp_replace"))
    assert "`f1db_after__fence_7`.`races_race_results`" in statements[0]
    assert "struct('points' as column_name, joined.b2 as old_value, joined.a2 as new_value)" in statements[0]
    assert "nullif(array_to_string(`previous_names`, ';'), '')" in statements[0]
    assert Dialect("bigquery").literal("it's") == "'it\\'s'"
    assert DUCKDB.literal("it's") == "'it''s'"


def test_a_key_that_one_release_lacks_is_no_key_when_tables_are_paired() -> None:
    old = manifest("2026.1.0", {**COLUMNS, "circuits": {"length": "decimal(6,3)"}})
    [pair] = [one for one in pair_tables(old, manifest("2026.2.0", COLUMNS)) if one.name == "circuits"]

    assert (pair.key, pair.is_counted) == (("length",), True)
