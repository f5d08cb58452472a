"""One table's bytes and its contract in, typed rows and findings out: the batch's unit of work, without Spark."""

import dataclasses
import datetime as dt
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f1db_batch.limits import Limits
from f1db_batch.tables import TableResult, missing_table, read_table, unknown_table
from tests.unit.small_contract import CONTRACT

PLACES, NAMES = CONTRACT.tables["places"], CONTRACT.tables["names"]
HEADER = '"id","name","kind","day","at","km","open","old"\n'


def read(text: str | bytes, limits: Limits | None = None) -> TableResult:
    raw = text.encode() if isinstance(text, str) else text
    return read_table(raw, PLACES, limits or Limits())


def told(result: TableResult) -> list[tuple[str, str, str | None, int | None, str | None]]:
    """List findings as (severity, code, column, row, value)."""
    return [(f.severity.value, f.code.value, f.column, f.row, f.value) for f in result.findings.kept]


def messages(result: TableResult) -> list[str]:
    return [finding.message for finding in result.findings.kept]


def ids(result: TableResult) -> list[int]:
    values: list[int] = result.data.column("id").to_pylist()
    return values


def test_values_have_the_contracts_types_when_they_are_sound() -> None:
    result = read(HEADER + '1,"A","ROAD",1950-05-13,13:05,3.780,true,"x;y"\n2,"B ""b""",,,,,,""\n')

    assert told(result) == []
    assert result.data.to_pylist() == [
        {
            "id": 1,
            "name": "A",
            "kind": "ROAD",
            "day": dt.date(1950, 5, 13),
            "at": dt.time(13, 5),
            "km": Decimal("3.780"),
            "open": True,
            "old": ["x", "y"],
        },
        {"id": 2, "name": 'B "b"', "kind": None, "day": None, "at": None, "km": None, "open": None, "old": None},
    ]
    assert [str(field.type) for field in result.data.schema] == [
        "int64",
        "string",
        "string",
        "date32[day]",
        "time32[ms]",
        "decimal128(6, 3)",
        "bool",
        "list<item: string>",
    ]


def test_columns_come_by_name_when_the_file_has_them_in_another_order() -> None:
    result = read('"old","km","id","open","at","day","kind","name"\n"x",3.5,7,false,00:30,2026-01-02,"STREET","N"\n')

    assert told(result) == []
    assert result.data.column_names == ["id", "name", "kind", "day", "at", "km", "open", "old"]
    assert result.data.to_pylist()[0]["km"] == Decimal("3.500")


@pytest.mark.parametrize(
    ("row", "column", "value", "severity", "reason"),
    [
        ('1.0,"A",,,,,,', "id", "1.0", "error", "is no whole number"),
        ('007,"A",,,,,,', "id", "007", "error", "is no whole number"),
        ('0x1F,"A",,,,,,', "id", "0x1F", "error", "is no whole number"),
        (' 5,"A",,,,,,', "id", " 5", "error", "is no whole number"),
        ('9223372036854775808,"A",,,,,,', "id", "9223372036854775808", "error", "is no whole number"),
        ('1,"A",,1950-5-3,,,,', "day", "1950-5-3", "warning", "is no date (YYYY-MM-DD)"),
        ('1,"A",,1950-02-30,,,,', "day", "1950-02-30", "warning", "is no date (YYYY-MM-DD)"),
        ('1,"A",,,24:00,,,', "at", "24:00", "warning", "is no time (HH:MM)"),
        ('1,"A",,,9:00,,,', "at", "9:00", "warning", "is no time (HH:MM)"),
        ('1,"A",,,,3.7801,,', "km", "3.7801", "error", "is no exact decimal(6,3)"),
        ('1,"A",,,,1000,,', "km", "1000", "error", "is no exact decimal(6,3)"),
        ('1,"A",,,,1e3,,', "km", "1e3", "error", "is no exact decimal(6,3)"),
        ('1,"A",,,,,TRUE,', "open", "TRUE", "warning", "is neither true nor false"),
        ('1,"A",,,,,,"x;;y"', "old", "x;;y", "warning", "is no list of texts joined by ';'"),
        ('1,"A\0",,,,,,', "name", "A\0", "warning", "has a line break or a NUL byte"),
    ],
)
def test_value_is_a_finding_and_its_row_a_reject_when_it_cannot_be_read(
    row: str, column: str, value: str, severity: str, reason: str
) -> None:
    result = read(f'{HEADER}8,"Z",,,,,,\n{row}\n', Limits(max_reject_share=1))

    assert told(result) == [(severity, "bad_value", column, 3, value)]
    assert messages(result) == [f"places line 3: {column} {value!r} {reason}"]
    # Where no model reads the value, the row stays without it.
    assert ids(result) == ([8] if severity == "error" else [8, 1])
    assert severity == "error" or result.data.column(column)[1].as_py() is None
    assert result.rejects.count == 1


def test_row_is_not_in_the_table_when_a_value_of_an_optional_table_cannot_be_read() -> None:
    result = read_table(b'"id","name"\n"a","A"\n"b",\n', NAMES, Limits(max_reject_share=1))

    assert messages(result) == ["names line 3: name is empty, and must not be"]
    assert result.data.column("id").to_pylist() == ["a"]
    assert [json.loads(line) for line in result.rejects.json_lines()] == [
        {"row": 3, "reasons": ["name is empty"], "values": {"id": "b", "name": None}}
    ]


def test_ids_are_known_to_others_when_their_rows_are_dropped() -> None:
    raw = b'"id","name"\n"a","A"\n"b",\n'
    result = read_table(raw, NAMES, Limits(max_reject_share=1), is_referenced=True)

    assert result.keys.ids.to_pylist() == ["a", "b"]


def test_raw_value_is_cut_when_it_is_longer_than_eighty_characters() -> None:
    result = read(f'{HEADER}1,"A",,,,{"9" * 200},,\n')

    assert told(result) == [("error", "bad_value", "km", 2, "9" * 79 + "…")]


def test_empty_value_is_a_finding_when_the_column_may_not_be_empty() -> None:
    result = read(HEADER + ',"A",,,,,,\n2,"",,,,,,\n3,"C",,,,,,\n')

    assert told(result) == [
        ("error", "bad_value", "id", 2, ""),
        ("warning", "bad_value", "name", 3, ""),
    ]
    assert messages(result)[1] == "places line 3: name is empty, and must not be"
    assert ids(result) == [2, 3]


def test_row_is_ragged_when_it_has_other_fields_than_the_header() -> None:
    result = read(HEADER + '1,"A"\n2,"B",,,,,,,9\n3,"C",,,,,,\n')

    assert told(result) == [
        ("error", "ragged_row", None, 2, '1,"A"'),
        ("error", "ragged_row", None, 3, '2,"B",,,,,,,9'),
    ]
    assert messages(result)[0] == "places line 2: 2 fields, not 8"
    assert ids(result) == [3]


def test_rejected_rows_are_kept_as_they_came_when_something_is_wrong_with_them() -> None:
    result = read(HEADER + '1,"A",,,,x,maybe,\n2\n3,"B",,,,,,\n')

    assert [json.loads(line) for line in result.rejects.json_lines()] == [
        {
            "row": 2,
            "reasons": ["km is no exact decimal(6,3)", "open is neither true nor false"],
            "values": {
                "id": "1",
                "name": "A",
                "kind": None,
                "day": None,
                "at": None,
                "km": "x",
                "open": "maybe",
                "old": None,
            },
        },
        {"row": 3, "reasons": ["1 fields, not 8"], "text": "2"},
    ]


def test_line_numbers_are_the_files_when_lines_are_empty_or_ragged() -> None:
    result = read(HEADER + '1,"A",,,,,,\n\n2,"B",,,,x,,\n3,y\n\n\n4,"D",,,,z,,\n5\n')

    assert [(f.code.value, f.row) for f in result.findings.kept] == [
        ("bad_value", 4),
        ("bad_value", 8),
        ("ragged_row", 5),
        ("ragged_row", 9),
    ]


def test_duplicate_keys_are_one_finding_a_key_when_rows_share_them() -> None:
    result = read(HEADER + '1,"A",,,,,,\n2,"B",,,,,,\n1,"C",,,,,,\n1,"D",,,,,,\n')

    assert told(result) == [("error", "duplicate_key", "id", 5, "1")]
    assert messages(result) == ["places line 5: id '1' is in 3 rows, the first in line 2"]


def test_missing_columns_are_listed_in_one_line_when_required_or_not() -> None:
    result = read('"name","id"\n"A",1\n')

    assert told(result) == [("error", "missing_column", None, None, None)]
    assert messages(result) == [
        "places: columns required and missing: km; missing, empty here: kind, day, at, open, old"
    ]
    assert result.data.to_pylist()[0]["old"] is None
    assert str(result.data.schema.field("km").type) == "decimal128(6, 3)"


def test_unknown_columns_are_kept_as_text_when_their_names_can_be_used() -> None:
    result = read(HEADER.replace('"id"', '"id","seen","Na_Me","bad name"') + '1,1.0,y,z,"A",,,,,,\n')

    assert told(result) == [("warning", "unknown_column", None, None, None)]
    assert messages(result) == [
        "places: columns unknown, kept as text: seen; with unusable names, left out: 'Na_Me', 'bad name'"
    ]
    assert result.data.column_names[-1] == "seen"
    assert result.data.column("seen").to_pylist() == ["1.0"]
    assert result.table.columns[-1].name == "seen"


def test_unknown_value_is_a_warning_and_stays_when_the_column_is_an_enumeration() -> None:
    result = read(HEADER + '1,"A","OVAL",,,,,\n2,"B","ROAD",,,,,\n3,"C","OVAL",,,,,\n')

    assert told(result) == [("warning", "bad_value", "kind", 2, "OVAL")]
    assert messages(result) == ["places line 2: kind 'OVAL' is none of the values known so far"]
    assert ids(result) == [1, 2, 3]


@pytest.mark.parametrize("bad_rows", [1, 2])
def test_unreadable_rows_are_an_error_when_they_are_more_than_the_limit(bad_rows: int) -> None:
    rows = [f'{number},"A",,,,,,' for number in range(1000 - bad_rows)]
    rows += [f'{number},"A",,bad,,,,' for number in range(1000 - bad_rows, 1000)]
    result = read(HEADER + "\n".join(rows))

    assert result.findings.warnings == bad_rows
    assert result.findings.errors == bad_rows - 1
    if bad_rows == 2:
        assert messages(result)[-1] == "places: 2 of 1,000 rows cannot be read, more than 0.1%"


def test_findings_are_counted_but_not_kept_when_they_are_more_than_the_limit() -> None:
    result = read(HEADER + 'x,"A",,,,,,\n' * 50, Limits(max_findings=5))

    assert len(result.findings.kept) == 5
    assert result.findings.errors == 50
    assert result.rejects.count == 50


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param((HEADER + '1,"A",,,,,,\n2,"B",,,,,,\n').encode("utf-8-sig"), id="bom"),
        pytest.param((HEADER + '1,"A",,,,,,\n2,"B",,,,,,\n').replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param((HEADER + '1,"A",,,,,,\n2,"B",,,,,,').encode(), id="no newline at the end"),
        pytest.param((HEADER + '\n1,"A",,,,,,\n2,"B",,,,,,\n\n').encode(), id="empty lines"),
    ],
)
def test_file_is_read_when_only_its_form_is_odd(raw: bytes) -> None:
    result = read(raw)

    assert told(result) == []
    assert ids(result) == [1, 2]


@pytest.mark.parametrize("raw", [HEADER, HEADER.strip(), HEADER.replace("\n", "\r\n")])
def test_required_table_is_missing_when_the_file_has_only_its_header(raw: str) -> None:
    result = read(raw)

    assert messages(result) == ["places: f1db-places.csv has a header and no rows, and it is required"]
    assert (result.findings.errors, result.data.num_rows) == (1, 0)


def test_required_table_is_sound_without_rows_when_it_may_be_empty() -> None:
    result = read_table(HEADER.encode(), dataclasses.replace(PLACES, may_be_empty=True), Limits())

    assert messages(result) == []
    assert (result.findings.errors, result.data.num_rows) == (0, 0)


def test_optional_table_is_empty_when_the_file_has_only_its_header() -> None:
    result = read_table(b'"id","name"\n', NAMES, Limits())

    assert told(result) == []
    assert result.data.num_rows == 0


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "places: f1db-places.csv is empty, and it is required"),
        (b" \n\n", "places: f1db-places.csv is empty, and it is required"),
        (HEADER.encode("utf-16"), "places: f1db-places.csv is UTF-16, not UTF-8"),
        ((HEADER + '1,"\xe9",,,,,,\n').encode("latin-1"), "places: f1db-places.csv is not UTF-8: byte 0xe9 in line 2"),
        ((HEADER + "1,\xe9\n").encode("latin-1"), "places: f1db-places.csv is not UTF-8: byte 0xe9 in line 2"),
        (b'"id","name","id"\n1,a,2\n', "places: f1db-places.csv names a column twice: 'id'"),
        (b'"' + b"x" * 70_000 + b'"\n1\n', "places: f1db-places.csv has a header of more than 65,536 bytes"),
        (b",,\n1,2,3\n", "places: f1db-places.csv has no header"),
    ],
)
def test_file_is_one_finding_when_nothing_of_it_can_be_read(raw: bytes, message: str) -> None:
    result = read(raw)

    assert messages(result) == [message]
    assert (result.findings.errors, result.data.num_rows, result.data.num_columns) == (1, 0, 8)


def test_header_is_rejected_when_it_comes_again_in_a_table_of_texts() -> None:
    result = read_table(b'"id","name"\n"a","A"\n"id","name"\n"b","B"\n', NAMES, Limits(max_reject_share=1))

    assert told(result) == [("warning", "bad_value", None, 3, "id,name")]
    assert messages(result) == ["names line 3: the header again"]
    assert result.data.column("id").to_pylist() == ["a", "b"]


def test_row_is_kept_when_only_one_of_its_fields_is_the_columns_name() -> None:
    result = read_table(b'"id","name"\n"id","A"\n"b","name"\n', NAMES, Limits())

    assert told(result) == []
    assert result.data.num_rows == 2


def test_unclosed_quote_is_a_finding_when_it_would_swallow_rows() -> None:
    result = read(HEADER + '1,"A,,,,,,\n2,"B",,,,,,\n')

    assert [(f.code.value, f.column) for f in result.findings.kept] == [("bad_value", "name"), ("bad_value", None)]
    assert (result.findings.errors, result.rejects.count) == (1, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_the_files_when_values_have_line_breaks(end: str) -> None:
    lines = [HEADER.strip(), '1,"A', "", 'B",,,,,,', "", "2", "3,C,,,,,,", "x,D,,,,,,", ""]
    result = read(end.join(lines))

    assert [(finding.code.value, finding.row) for finding in result.findings.kept] == [
        ("bad_value", 8),
        ("bad_value", 2),
        ("ragged_row", 6),
    ]
    assert ids(result) == [1, 3]
    assert [json.loads(line)["row"] for line in result.rejects.json_lines()] == [2, 8, 6]


def test_open_quote_is_a_finding_when_its_column_is_left_out() -> None:
    result = read_table(b'x,bad name\n1,"a\n2,b\n3,c"\n4,d\n', unknown_table("news"), Limits())

    assert messages(result) == [
        "news: columns with unusable names, left out: 'bad name'",
        "news line 2: 'bad name' 'a\\n2,b\\n3,c' has a line break or a NUL byte",
    ]
    assert result.data.to_pylist() == [{"x": "4"}]
    assert result.rejects.count == 1


def test_table_is_one_finding_when_none_of_its_columns_can_be_used() -> None:
    result = read_table(b'bad name\n"1\n2"\n', unknown_table("news"), Limits())

    assert messages(result) == ["news: columns with unusable names, left out: 'bad name'"]
    assert (result.data.num_rows, result.rejects.count) == (0, 0)


@pytest.mark.parametrize(
    ("raw", "limits", "message"),
    [
        ('1,"' + "x" * 50 + '",,,,,,\n', Limits(max_field_bytes=49), "has 50 bytes in a field of name, more than 49"),
        ("1,y\n" + "x" * 50 + "\n", Limits(max_field_bytes=49), "has 50 characters in line 3, more than 49"),
        ('1,"A",,,,,,\n' * 3, Limits(max_lines=3), "has 4 lines, more than 3"),
        ('1,"A",,,,,,\r' * 3, Limits(max_lines=2), "has 3 lines, more than 2"),
        ('1,"A",,,,,,\n', Limits(max_columns=7), "has 8 columns, more than 7"),
    ],
)
def test_file_is_one_finding_when_it_is_beyond_a_limit(raw: str, limits: Limits, message: str) -> None:
    result = read(HEADER + raw, limits)

    assert [text.startswith(f"places: f1db-places.csv {message}") for text in messages(result)] == [True], messages(
        result
    )
    assert (result.findings.errors, result.data.num_rows, result.rejects.count) == (1, 0, 0)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads a process's peak from /proc, as on Linux")
def test_memory_stays_bounded_when_a_field_has_a_hundred_megabytes() -> None:
    script = """
import re
from pathlib import Path
from f1db_batch.contract import load_contract
from f1db_batch.limits import Limits
from f1db_batch.tables import read_table

def peak_mib():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

table = load_contract().tables["continents"]
idle = peak_mib()
raw = b"id,code,name,demonym\\na," + b"x" * 100_000_000 + b",b,c\\n"
result = read_table(raw, table, Limits())
print([finding.message for finding in result.findings.kept], peak_mib() - idle)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "dataproc_jobs")}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    told, _, grown_mib = done.stdout.strip().rpartition(" ")
    assert told == ("['continents: f1db-continents.csv has 100,000,000 bytes in a field of code, more than 1,048,576']")
    assert int(grown_mib) < 480


def test_missing_table_is_an_error_when_required_and_a_warning_when_not() -> None:
    assert messages(missing_table(PLACES, Limits())) == ["places: f1db-places.csv is missing, and it is required"]
    assert told(missing_table(PLACES, Limits())) == [("error", "missing_table", None, None, None)]
    assert messages(missing_table(NAMES, Limits())) == ["names: f1db-names.csv is missing, it stays empty"]
    assert told(missing_table(NAMES, Limits())) == [("warning", "missing_table", None, None, None)]
    assert missing_table(NAMES, Limits()).data.column_names == ["id", "name"]


def test_unknown_table_is_carried_as_text_when_it_is_read() -> None:
    result = read_table(b'"x","y"\n1,\n1,z\n', unknown_table("news"), Limits())

    assert told(result) == []
    assert result.data.to_pylist() == [{"x": "1", "y": None}, {"x": "1", "y": "z"}]


def test_unknown_table_is_never_an_error_when_it_is_broken() -> None:
    for raw in (b"", b"\xff\xfe", b'"x","y"\n1\n', b'"x","x"\n1,2\n'):
        result = read_table(raw, unknown_table("news"), Limits())
        assert (result.findings.errors, result.findings.warnings) == (0, 1), raw


@settings(deadline=None)  # a shared machine may be slow
@given(
    st.lists(
        st.tuples(
            st.integers(-(2**63), 2**63 - 1),
            st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1),
            st.dates(),
            st.times().map(lambda at: at.replace(second=0, microsecond=0)),
            st.decimals(-999, 999, places=3),
            st.booleans(),
        ),
        unique_by=lambda row: row[0],
        min_size=1,
        max_size=20,
    )
)
def test_every_sound_value_comes_back_when_it_is_written_as_f1db_does(
    rows: list[tuple[int, str, dt.date, dt.time, Decimal, bool]],
) -> None:
    lines = [
        f'{number},"{name.replace(chr(34), chr(34) * 2)}",,{day},{at:%H:%M},{km},{str(flag).lower()},'
        for number, name, day, at, km, flag in rows
    ]
    result = read(HEADER + "\n".join(lines) + "\n")

    assert told(result) == []
    columns = ("id", "name", "day", "at", "km", "open")
    assert [tuple(row[column] for column in columns) for row in result.data.to_pylist()] == rows


@settings(deadline=None)  # a shared machine may be slow
@given(st.binary(max_size=300))
def test_no_bytes_raise_when_they_are_read_as_a_table(raw: bytes) -> None:
    for content in (raw, HEADER.encode() + raw):
        result = read(content)
        assert result.data.column_names[:8] == ["id", "name", "kind", "day", "at", "km", "open", "old"]
        assert result.rejects.count == 0 or result.findings.kept
        assert all(message.startswith("places") and message.isprintable() for message in messages(result))


@settings(deadline=None)  # a shared machine may be slow
@given(st.text(st.characters(codec="utf-8", exclude_characters='\0\r\n",'), min_size=1, max_size=12))
def test_every_text_is_a_number_or_a_finding_when_it_stands_in_a_number_column(text: str) -> None:
    result = read(f'{HEADER}"{text}","A",,,,,,\n')

    if result.findings.kept:
        assert told(result)[0][:4] == ("error", "bad_value", "id", 2)
        assert result.data.num_rows == 0
    else:
        assert str(ids(result)[0]) == ("0" if text == "-0" else text)
