"""What the Spark batch is measured against: a plain DuckDB script that makes checked, typed Parquet of the same ZIP.

`python -m tests.bench.duckdb_batch release.zip folder`. It proves the ZIP's digest and its members' CRCs, reads each
column as its type, splits arrays, and checks empty values, enumerations, keys and foreign keys. It does somewhat less
than the batch: its types are DuckDB's, which round decimals and take 007 for a number, and it tells no lines.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from f1db_batch.contract import Column, Table, load_contract

_TYPES = {"string": "varchar", "int": "bigint", "array<string>": "varchar"}


def main(release: Path, folder: Path) -> None:
    with release.open("rb") as stream:
        hashlib.file_digest(stream, "sha256")
    tables = load_contract().tables
    with zipfile.ZipFile(release) as archive, duckdb.connect() as connection:
        for table in tables.values():
            source = Path(archive.extract(table.file_name, folder))
            connection.execute(_read_sql(table, source))
            connection.execute(f"copy \"{table.name}\" to '{folder / table.name}.parquet' (format parquet)")
            source.unlink()
        problems = [
            (told, count)
            for table in tables.values()
            for told, sql in _checks(table, tables)
            if (count := (connection.execute(sql).fetchone() or (0,))[0])
        ]
        rows = sum((connection.execute(f'select count(*) from "{name}"').fetchone() or (0,))[0] for name in tables)
    if problems:
        raise SystemExit(f"the release does not keep the contract: {problems}")
    print(rows)


def _read_sql(table: Table, source: Path) -> str:
    types = ", ".join(f"'{column.name}': '{_type(column)}'" for column in _in_file(table, source))
    arrays = [column.name for column in table.columns if str(column.type) == "array<string>"]
    split = ", ".join(f'string_split("{name}", \';\') as "{name}"' for name in arrays)
    chosen = f"* replace ({split})" if split else "*"
    read = f"read_csv('{source}', header = true, nullstr = '', allow_quoted_nulls = false, columns = {{{types}}})"
    return f'create table "{table.name}" as select {chosen} from {read}'


def _in_file(table: Table, source: Path) -> list[Column]:
    """Return the columns in the order of the file, which need not be the contract's."""
    with source.open(encoding="utf-8") as stream:
        names = [name.strip('"') for name in stream.readline().strip().split(",")]
    found = {column.name: column for column in table.columns}
    return [found[name] for name in names]


def _type(column: Column) -> str:
    return _TYPES.get(str(column.type), str(column.type))


def _checks(table: Table, tables: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    of_table = f'from "{table.name}"'
    key = ", ".join(f'"{name}"' for name in table.key)
    yield (
        f"{table.name}: key",
        f"select count(*) {of_table} having count(*) > (select count(*) from (select distinct {key} {of_table}))",
    )
    wrong = [f'"{column.name}" is null' for column in table.columns if not column.is_nullable]
    for column in table.columns:
        if column.values:
            values = ", ".join(f"'{value}'" for value in column.values)
            wrong.append(f'"{column.name}" not in ({values})')
    yield f"{table.name}: values", f"select count(*) {of_table} where {' or '.join(wrong)}"
    for column in table.columns:
        if column.references:
            other = tables[column.references]
            yield (
                f"{table.name}: {column.name}",
                f'select count(*) {of_table} where "{column.name}" is not null and "{column.name}" not in '
                f'(select "{other.key[0]}" from "{other.name}")',
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
