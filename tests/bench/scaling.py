"""A release made many times larger that still keeps the contract: whole copies of it, each with ids of its own."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from f1db_batch.contract import Column, Table, load_contract

# Above every id and year of a release, so that no copy's number is another's.
_STEP = 100_000
# What a member of forty copies needs; as a deployment would set it.
LIMITS = {
    "max-lines": "4000000",
    "max-member-bytes": str(512 * 1024**2),
    "max-total-bytes": str(4 * 1024**3),
}


@dataclass(frozen=True, slots=True)
class Scaled:
    """A larger release's ZIP, and how much is in it unpacked."""

    path: Path
    rows: int
    bytes: int
    largest_bytes: int


def write_scaled_zip(release: Path, times: int, target: Path) -> Scaled:
    """Write `times` copies of a release into one ZIP, keys and what refers to them told apart."""
    work = target.with_suffix(".csv")
    rows = 0
    sizes = []
    with (
        zipfile.ZipFile(release) as archive,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as scaled,
        duckdb.connect() as connection,
    ):
        for table in load_contract().tables.values():
            source = Path(archive.extract(table.file_name, target.parent))
            (count,) = connection.execute(_copy_sql(table, source, work, times)).fetchone() or (0,)
            scaled.write(work, table.file_name)
            rows += count
            sizes.append(work.stat().st_size)
            source.unlink()
    work.unlink()
    return Scaled(target, rows, sum(sizes), max(sizes))


def _copy_sql(table: Table, source: Path, target: Path, times: int) -> str:
    columns = ", ".join(f'{_value(table, column)} as "{column.name}"' for column in table.columns)
    quoted = ", ".join(f'"{column.name}"' for column in table.columns if _is_text(column))
    quoting = f", force_quote ({quoted})" if quoted else ""
    read = f"read_csv('{source}', header = true, all_varchar = true, nullstr = '', allow_quoted_nulls = false)"
    every = f"select {columns} from range({times}) copies(copy), {read}"
    return f"copy ({every}) to '{target}' (format csv, header true{quoting})"


def _value(table: Table, column: Column) -> str:
    name = f'"{column.name}"'
    if not (column.references or table.key == (column.name,)):
        return name
    if _is_text(column):
        return f"case when copy = 0 then {name} else {name} || '-copy-' || copy end"
    return f"cast({name} as bigint) + copy * {_STEP}"


def _is_text(column: Column) -> bool:
    return str(column.type) in ("string", "array<string>")
