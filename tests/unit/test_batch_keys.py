"""Every key and every foreign key of the contract is checked: each is broken once, in rows of the real release."""

import csv
import io
from collections.abc import Iterator

import pytest

from f1db_batch.contract import Column, Table, load_contract
from f1db_batch.findings import Code, Finding
from f1db_batch.keys import TableKeys, missing_keys
from f1db_batch.limits import Limits
from f1db_batch.tables import read_table
from tests.unit.released_tables import F1DB_ZIP, files_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not F1DB_ZIP.is_file(), reason=f"needs the real release, {F1DB_ZIP.name} (set F1DB_ZIP)"),
]
CONTRACT = load_contract()


class Released:
    """The real release's files, and the keys of all its tables."""

    def __init__(self) -> None:
        self.files = files_of(F1DB_ZIP.read_bytes())
        self.keys = {name: _read(table, self.files[table.file_name])[0] for name, table in CONTRACT.tables.items()}

    def rows(self, table: Table) -> Iterator[list[str]]:
        """Read a table's rows as texts, the header first."""
        return csv.reader(io.StringIO(self.files[table.file_name].decode(), newline=""))

    def findings(self, table: Table, *rows: list[str]) -> list[Finding]:
        """Return what is found in a table that has only these rows, where all others are whole."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        keys, found = _read(table, text.getvalue().encode())
        across = missing_keys(CONTRACT, {**self.keys, table.name: keys})
        return [*found, *(one for one in across if one.table == table.name)]


def _read(table: Table, raw: bytes) -> tuple[TableKeys, list[Finding]]:
    is_referenced = table.name in CONTRACT.referenced()
    result = read_table(raw, table, Limits(), is_referenced=is_referenced)
    return result.keys, list(result.findings.kept)


@pytest.fixture(scope="module")
def released() -> Released:
    return Released()


def foreign_keys() -> Iterator[tuple[Table, Column]]:
    for table in CONTRACT.tables.values():
        yield from ((table, column) for column in table.columns if column.references)


def test_a_key_is_found_twice_when_any_table_repeats_a_row(released: Released) -> None:
    for name, table in CONTRACT.tables.items():
        rows = released.rows(table)
        header, row = next(rows), next(rows)
        told = [
            (one.code, one.table, one.row)
            for one in released.findings(table, header, row, row)
            if one.code is not Code.MISSING_KEY
        ]
        assert told == [(Code.DUPLICATE_KEY, name, 3)], name


def test_a_foreign_key_names_no_row_when_any_column_that_refers_is_changed(released: Released) -> None:
    broken = 0
    for table, column in foreign_keys():
        rows = released.rows(table)
        header = next(rows)
        place = header.index(column.name)
        row = next(row for row in rows if row[place])
        wrong = [*row]
        wrong[place] = "987654321" if str(column.type) == "int" else "nobody-at-all"

        told = [(one.code, one.column, one.row, one.value) for one in released.findings(table, header, row, wrong)]

        found = [one for one in told if one[1] == column.name]
        assert found == [(Code.MISSING_KEY, column.name, 3, wrong[place])], (table.name, column.name)
        broken += 1

    assert broken == 169
