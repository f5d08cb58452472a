"""`make query` and `make export`: reading the published warehouse, never writing it."""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.cli.exits import CommandError, Exit, UsageError
from localcloud.cli.session import shown
from localcloud.cli.summary import WAREHOUSE
from localcloud.cli.tables import write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

_RAW = "f1db_raw"
_NOT_EXPORTED = ("information_schema", "pg_catalog", "main", "control", _RAW)


def query(arguments: argparse.Namespace) -> Exit:
    """Run one SQL statement and print its rows."""
    if not arguments.sql:
        raise UsageError('SQL is not given: make query SQL="select * from lewis_hamilton.mart_career"')
    import duckdb

    with _published(arguments.state) as connection:
        try:
            result = connection.execute(arguments.sql)
            columns = [column[0] for column in result.description or []]
            rows = result.fetchall()
        except duckdb.Error as error:
            raise CommandError(" ".join(str(error).split())) from error
    write_table(columns, rows)
    return Exit.DONE


def export(arguments: argparse.Namespace) -> Exit:
    """Write every published table but the raw ones as CSV and as Parquet."""
    folder = arguments.state / "export"
    folder.mkdir(parents=True, exist_ok=True)
    with _published(arguments.state) as connection:
        found = connection.execute(
            "select table_schema, table_name from information_schema.tables order by table_schema, table_name"
        ).fetchall()
        tables = [(schema, name) for schema, name in found if schema not in _NOT_EXPORTED]
        for schema, name in tables:
            for suffix, options in (("csv", "format csv, header"), ("parquet", "format parquet")):
                _copy(connection, schema, name, folder / f"{schema}.{name}.{suffix}", options)
    sys.stdout.write(f"{len(tables)} tables as CSV and Parquet in {shown(folder)}/\n")
    return Exit.DONE


def _copy(connection: duckdb.DuckDBPyConnection, schema: str, name: str, path: Path, options: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    target = str(partial).replace("'", "''")
    connection.execute(f"""copy (select * from "{schema}"."{name}" order by all) to '{target}' ({options})""")  # noqa: S608 -- names from the catalog
    partial.replace(path)


@contextmanager
def _published(state_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    path = state_dir / WAREHOUSE
    if not path.exists():
        raise UsageError(f"nothing is published in {shown(state_dir)} yet: `make run`")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection
