"""What runs in Spark's tasks: some tables of the archive, from their bytes to Parquet, with a report of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
from pyarrow import fs

from f1db_batch.archive import ArchiveError, Member, bad_member, unpack
from f1db_batch.contract import Table
from f1db_batch.findings import Finding
from f1db_batch.keys import TableKeys
from f1db_batch.limits import Limits
from f1db_batch.runtime import leave_pandas_out
from f1db_batch.settings import GsUri
from f1db_batch.tables import TableResult, empty_table, missing_table, read_table

_RETRY_LIMIT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class TableOrder:
    """One table to process; `member` is None for a table that the archive lacks."""

    table: Table
    member: Member | None
    is_referenced: bool

    @property
    def size_bytes(self) -> int:
        return self.member.size_bytes if self.member else 0


@dataclass(frozen=True, slots=True)
class Work:
    """What all tasks of a batch share."""

    zip_uri: GsUri
    zip_generation: int
    curated: GsUri
    limits: Limits


@dataclass(frozen=True, slots=True)
class TableReport:
    """What the driver needs to know of one table; `errors` and `warnings` count also findings that were not kept."""

    table: Table
    rows: int
    rejected_rows: int
    parquet_bytes: int
    parquet: str
    findings: tuple[Finding, ...]
    errors: int
    warnings: int
    keys: TableKeys


class ChangedZipError(Exception):
    """The ZIP was replaced while the batch read it."""


def process(orders: Iterable[Sequence[TableOrder]], work: Work) -> Iterator[TableReport]:
    """Process the tables of one Spark partition."""
    leave_pandas_out()
    gcs = fs.GcsFileSystem(retry_time_limit=_RETRY_LIMIT)
    for group in orders:
        with gcs.open_input_file(work.zip_uri.path) as archive:
            # An open file reads one generation; it has to be the one whose digest the driver has proven.
            generation = int(archive.metadata()["generation"])
            if generation != work.zip_generation:
                raise ChangedZipError(f"{work.zip_uri} is generation {generation}, not {work.zip_generation} any more")
            for order in group:
                yield _process_table(order, work, gcs, archive)


def _process_table(order: TableOrder, work: Work, gcs: Any, archive: Any) -> TableReport:
    result = _read(order, work.limits, archive)
    uri = work.curated.child(f"{order.table.name}.parquet")
    with gcs.open_output_stream(uri.path) as sink:
        pq.write_table(result.data, sink)
        parquet_bytes = sink.tell()
    if result.rejects.count:
        with gcs.open_output_stream(work.curated.child(f"rejects/{order.table.name}.jsonl").path) as sink:
            for line in result.rejects.json_lines():
                sink.write(line)
    return TableReport(
        table=result.table,
        rows=result.data.num_rows,
        rejected_rows=result.rejects.count,
        parquet_bytes=parquet_bytes,
        parquet=str(uri),
        findings=tuple(result.findings.kept),
        errors=result.findings.errors,
        warnings=result.findings.warnings,
        keys=result.keys,
    )


def _read(order: TableOrder, limits: Limits, archive: Any) -> TableResult:
    if order.member is None:
        return missing_table(order.table, limits)
    try:
        raw = unpack(order.member, archive.read_at(order.member.length, order.member.offset))
    except ArchiveError as error:
        return empty_table(order.table, bad_member(order.table.name, str(error)), limits)
    return read_table(raw, order.table, limits, is_referenced=order.is_referenced)
