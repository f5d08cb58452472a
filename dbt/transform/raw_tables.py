"""The raw layer: F1DB's tables from their Parquet, under snake-case names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.clients.storage import Bucket, StoredObject
from pipeline.manifests import Column, Manifest, Table
from transform.errors import FaultError

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_READERS = 8
_SOURCES = Path(__file__).resolve().parent.parent / "models/staging/sources.yml"


@dataclass(frozen=True, slots=True)
class RawTable:
    """One table to load: `name` and the columns' names as published, `parquet` its gs:// address."""

    name: str
    rows: int
    parquet: str
    columns: tuple[Column, ...]

    def column_names(self) -> list[str]:
        return [snake_case(column.name) for column in self.columns]


def snake_case(name: str) -> str:
    """`races-race-results` and `positionDisplayOrder` as they are called in the warehouse."""
    return _WORD.sub("_", name).lower().replace("-", "_")


def table_descriptions() -> dict[str, str]:
    """Return what one row of each raw table is, as dbt's sources say it; a test holds them to the batch's contract."""
    import yaml

    [source] = yaml.safe_load(_SOURCES.read_text(encoding="utf-8"))["sources"]
    return {table["name"]: table["description"] for table in source["tables"]}


def raw_tables(manifest: Manifest) -> list[RawTable]:
    """Return the manifest's tables, the largest first."""
    tables = sorted(manifest.tables, key=lambda table: (-table.bytes, table.name))
    return [_raw_table(table) for table in tables]


def find_parquet(bucket: Bucket, tables: Sequence[RawTable]) -> dict[str, StoredObject]:
    """Return each table's object by its address: a load that finds none says so in our words.

    Raises:
        FaultError: `parquet_missing`.
    """
    folders = {table.parquet.rpartition("/")[0] for table in tables}
    known: dict[str, StoredObject] = {}
    for folder in sorted(folders):
        prefix = folder.removeprefix(f"gs://{bucket.name}/") + "/"
        known.update({f"gs://{bucket.name}/{one.name}": one for one in bucket.list_objects(prefix)})
    for table in tables:
        if table.parquet not in known:
            raise FaultError("parquet_missing", f"{table.parquet}, which the manifest names, is not there")
    return known


def same_tables(bucket: Bucket, before: Sequence[RawTable], after: Sequence[RawTable]) -> frozenset[str]:
    """Name the tables that are the same in two releases: the same columns, and Parquet of the same size and MD5.

    Raises:
        FaultError: `parquet_missing`, for a table of either release.
    """
    known = find_parquet(bucket, [*before, *after])
    old = {table.name: table for table in before}

    def is_same(table: RawTable) -> bool:
        other = old.get(table.name)
        if other is None or other.columns != table.columns:
            return False
        one, two = known[other.parquet], known[table.parquet]
        return one.md5 is not None and (one.md5, one.size_bytes) == (two.md5, two.size_bytes)

    return frozenset(table.name for table in after if is_same(table))


def read_parquet(bucket: Bucket, tables: list[RawTable]) -> Iterator[tuple[RawTable, Any]]:
    """Yield each table with its Arrow data, read by a few threads ahead of the consumer.

    Raises:
        FaultError: `parquet_missing` or `parquet_differs`, when an object is not what the manifest says.
    """
    known = find_parquet(bucket, tables)
    read: Callable[[RawTable], Any] = lambda table: _read(bucket, table, known[table.parquet])  # noqa: E731 # bound for the pool
    with ThreadPoolExecutor(_READERS) as pool:
        yield from zip(tables, pool.map(read, tables), strict=True)


def _read(bucket: Bucket, table: RawTable, found: StoredObject) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with bucket.open(found.name, found.generation) as stream:
        data = pq.read_table(pa.BufferReader(stream.read()))
    if data.num_rows != table.rows:
        raise FaultError("parquet_differs", f"{table.parquet} has {data.num_rows} rows; the manifest says {table.rows}")
    return data


def _raw_table(table: Table) -> RawTable:
    return RawTable(snake_case(table.name), table.rows, table.parquet, table.columns)
