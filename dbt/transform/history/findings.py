"""What the batches found in the sound releases, from the tables of findings, which pruning leaves."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pipeline.clients.storage import Bucket
from transform.history.releases import SoundRelease

_READERS = 8


def read_findings(bucket: Bucket, releases: Sequence[SoundRelease]) -> tuple[Any, list[SoundRelease]]:
    """Return one row a finding, numbered in the order of each batch's report, and the releases without a report."""
    import pyarrow as pa

    schema = findings_schema()
    with ThreadPoolExecutor(_READERS) as pool:
        reports = list(pool.map(lambda release: _read(bucket, release), releases))
    found = [
        report.append_column("position", pa.array(range(1, report.num_rows + 1), pa.int64()))
        .select(schema.names)
        .cast(schema)
        for report in reports
        if report is not None
    ]
    lost = [release for release, report in zip(releases, reports, strict=True) if report is None]
    return pa.concat_tables([*found, schema.empty_table()]), lost


def findings_schema() -> Any:
    """Return the columns of the table that dbt reads."""
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    return pa.schema(
        [
            ("release", text),
            ("position", whole),
            ("severity", text),
            ("code", text),
            ("table_name", text),
            ("column_name", text),
            ("row_number", whole),
            ("value", text),
            ("message", text),
        ]
    )


def _read(bucket: Bucket, release: SoundRelease) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = release.run.findings(release.attempt)
    found = bucket.find(name)
    if found is None:
        return None
    with bucket.open(name, found.generation) as stream:
        return pq.read_table(pa.BufferReader(stream.read()))
