"""Published tables arrive as typed rows, or as an error that names the column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.unit.report_tables import Tables
from transform.report import DuckDBMarts, MartQuery
from transform.report.typed_rows import MartValueError, read_rows


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    races: int
    points: Decimal | None
    day: date | None
    is_final: bool


ROW = {"name": "Spa", "races": 3, "points": Decimal("1.50"), "day": date(2026, 8, 23), "is_final": True}


@pytest.fixture
def marts(tmp_path: Path) -> Iterator[DuckDBMarts]:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema f1db")
        connection.execute(
            "create table f1db.places as select * from "
            "(values ('Spa', 3, true), ('Spa', 4, false), ('Monza', 3, true)) as rows (name, races, is_final)"
        )
    with DuckDBMarts.opened(path) as opened:
        yield opened


def test_rows_are_read_when_they_are_in_a_duckdb_file(marts: DuckDBMarts) -> None:
    assert marts.rows(MartQuery("f1db.places", ("races", "name"), {"name": "Spa", "is_final": True})) == [
        {"races": 3, "name": "Spa"}
    ]


def test_rows_are_counted_when_a_tally_is_asked_for(marts: DuckDBMarts) -> None:
    found = marts.rows(MartQuery("f1db.places", ("name",), is_tally=True))
    assert sorted((row["name"], row["tally"]) for row in found) == [("Monza", 1), ("Spa", 2)]


@pytest.mark.parametrize("query", [MartQuery("f1db.nowhere", ("name",)), MartQuery("f1db.places", ("nothing",))])
def test_reading_fails_when_a_table_or_column_is_not_published(marts: DuckDBMarts, query: MartQuery) -> None:
    with pytest.raises(duckdb.Error, match=r"nowhere|nothing"):
        marts.rows(query)


def test_values_are_parameters_when_a_query_is_written() -> None:
    query = MartQuery("f1db.places", ("name", "races"), {"name": "x'; drop table places; --"}, is_tally=True)
    assert query.sql("`project.f1db.places`", "`", lambda name: f"@{name}") == (
        "select `name`, `races`, count(*) as tally from `project.f1db.places` where `name` = @name "
        "group by `name`, `races`"
    )


def test_values_have_their_types_when_read() -> None:
    [row] = read_rows(Tables({"f1db.places": [ROW | {"races": Decimal(3), "points": 1.5}]}), "f1db.places", Example)
    assert row == Example("Spa", 3, Decimal("1.5"), date(2026, 8, 23), is_final=True)
    [row] = read_rows(Tables({"f1db.places": [ROW | {"points": None, "day": None}]}), "f1db.places", Example)
    assert (row.points, row.day) == (None, None)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"races": None}, "f1db.places.races is null"),
        ({"races": "many"}, "f1db.places.races is 'many'"),
        ({"points": "few"}, "f1db.places.points is 'few'"),
        ({"day": "someday"}, "f1db.places.day is 'someday'"),
    ],
)
def test_the_column_is_named_when_a_value_is_wrong(changed: dict[str, object], message: str) -> None:
    with pytest.raises(MartValueError, match=message):
        read_rows(Tables({"f1db.places": [ROW | changed]}), "f1db.places", Example)
