"""Tables of any bytes: every line is a row, a reject or part of one finding about the whole file; none is lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from f1db_batch.contract import Table
from f1db_batch.limits import Limits
from f1db_batch.tables import TableResult, read_table, unknown_table
from tests.fuzz.bounds import fuzzed, is_one_clear_message, within_memory
from tests.unit.small_contract import CONTRACT

pytestmark = pytest.mark.slow

TABLES = (CONTRACT.tables["places"], CONTRACT.tables["names"], unknown_table("news"))
NAMES = ("id", "name", "kind", "day", "at", "km", "open", "old", "extra", "bad name", "ID", "x")
LIMITS = Limits(max_lines=200, max_columns=20, max_field_bytes=2_000, max_findings=1_000)
VALUES = st.sampled_from(
    ["", "1", "2", "-0", "007", "9" * 19, "9" * 40, "1e5", "ROAD", "2026-11-23", "2026-02-30", "23:59", "24:00", "1.5",
     "1.23456", "true", "TRUE", "a;b", ";", "=cmd()", "é", "\x00", "\u2028", "id", "name", "x" * 1_999, "x" * 2_001]
) | st.text(st.characters(codec="utf-8", exclude_characters='"\r\n,'), max_size=8)  # fmt: skip
ROWS = st.lists(st.lists(VALUES, min_size=1, max_size=12), max_size=25)
HEADERS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=8, unique=True) | st.just(list(NAMES[:8]))
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r"])
# Text in which commas, quotes and line breaks are as likely as anything, so that they meet in every way.
SCRAPS = st.lists(
    st.sampled_from(['"', ",", "\n", "\r", "\r\n", '""', '","', "1", "a", "\n\n", " ", "é", "2026-11-23", '"\n', ',"'])
).map("".join)


def rejected_lines(result: TableResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.rejects.json_lines()]


def rows_and_dropped(result: TableResult) -> int:
    """Count what became of a file's lines: rows of the table, and rejects that are none."""
    kept = result.rejects.kept()
    dropped = 0 if kept is None else len(kept) - sum(kept.to_pylist())
    return int(result.data.num_rows) + dropped + len(result.rejects.others)


def check_findings(result: TableResult, table: Table) -> None:
    for finding in result.findings.kept:
        assert is_one_clear_message(finding.message)
        assert finding.table == table.name
    assert result.rejects.count == 0 or result.findings.kept
    assert len(rejected_lines(result)) == result.rejects.count
    names = [column.name for column in table.columns]
    assert result.data.column_names[: len(names)] == names


@fuzzed(4)
@given(st.sampled_from(TABLES), HEADERS, ROWS, st.booleans(), ENDS, st.booleans(), st.integers(0, 3))
def test_rows_and_rejects_are_the_lines_when_a_table_is_made_of_fields(
    table: Table, header: list[str], rows: list[list[str]], is_quoted: bool, end: str, is_ended: bool, blank: int
) -> None:
    def line(fields: list[str]) -> str:
        return ",".join(f'"{field}"' if is_quoted or not field else field for field in fields)

    lines = [line(header), *map(line, rows)]
    lines[1:1] = [""] * blank
    raw = (end.join(lines) + end * is_ended).encode()
    with within_memory(64):
        result = read_table(raw, table, LIMITS)
    check_findings(result, table)
    if result.rejects.texts is None:  # nothing of it is used, and one finding says why
        assert result.findings.errors + result.findings.warnings == 1
        assert result.data.num_rows == 0
        return
    assert rows_and_dropped(result) == len(rows)
    numbers = [reject["row"] for reject in rejected_lines(result)]
    assert len(set(numbers)) == len(numbers)
    assert all(1 < number <= len(lines) for number in numbers)
    assert all(lines[number - 1] for number in numbers), "a reject is no blank line"


@fuzzed(6)
@given(st.sampled_from(TABLES), st.just(NAMES[:8]) | st.just(NAMES[:2]) | HEADERS, SCRAPS)
@example(unknown_table("news"), ["x", "bad name"], '1,"a\n2,b\n3,c"\n4,d\n')
def test_no_line_is_swallowed_when_quotes_are_open(table: Table, header: list[str], text: str) -> None:
    raw = (",".join(header) + "\n" + text).encode()
    with within_memory(64):
        result = read_table(raw, table, LIMITS)
    check_findings(result, table)
    if result.rejects.texts is None:
        assert result.data.num_rows == 0
        return
    written = sum(1 for line in re.split("\r\n|\n|\r", text) if line)
    rejects = rejected_lines(result)
    inside = sum(len(re.findall("\r\n|\n|\r", json_text(reject))) for reject in rejects)
    assert written <= rows_and_dropped(result) + inside


def json_text(reject: dict[str, Any]) -> str:
    return "".join(value or "" for value in reject.get("values", {"": reject.get("text")}).values())


@fuzzed(2)
@given(st.sampled_from(TABLES), st.binary(max_size=400), st.booleans())
def test_no_bytes_are_too_odd_when_they_are_read_as_a_table(table: Table, raw: bytes, has_header: bool) -> None:
    with within_memory(64):
        result = read_table(b"id,name,km\n" * has_header + raw, table, LIMITS)
    check_findings(result, table)
