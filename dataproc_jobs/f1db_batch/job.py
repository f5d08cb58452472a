"""The batch itself: pinned ZIP, one Spark job over its tables, a decision, and the manifest as the very last write."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from f1db_batch import storage
from f1db_batch.archive import Archive, list_members
from f1db_batch.documents import (
    FINDINGS_JSON,
    FINDINGS_PARQUET,
    Verdict,
    findings_document,
    findings_table,
    manifest_document,
)
from f1db_batch.findings import Code, Finding, Severity, to_show
from f1db_batch.logs import BatchLog, now_utc
from f1db_batch.runtime import describe_runtime, leave_pandas_out
from f1db_batch.settings import Settings

if TYPE_CHECKING:
    from f1db_batch.plan import Plan  # imports pyarrow, which the driver does while Spark starts


JSON, PARQUET = "application/json", "application/vnd.apache.parquet"


def run_batch(settings: Settings, log: BatchLog) -> None:
    """Process one release; a bad one ends well, with a manifest that says `rejected`.

    Raises:
        storage.WrongObjectError: the ZIP is not the one this batch was started for.
    """
    started_at_utc = now_utc()
    leave_pandas_out()
    from pyspark import SparkConf, SparkContext

    with ThreadPoolExecutor(1) as pool:
        # Spark's start is Java's work, and takes as long as to fetch the ZIP and to import what reads it.
        opened = pool.submit(_prepare, settings)
        # A job over files of bytes needs no SQL session; name and all else come from the batch's properties.
        # Nobody stops it: Spark's own shutdown hook does at the driver's end, whereas stop() also waits up to a second
        # for a server of PySpark's accumulators, of which there are none.
        context = SparkContext.getOrCreate(SparkConf())
        archive, plan = opened.result()
        from f1db_batch.tables_job import process_tables

        verdict = process_tables(context, settings, plan, log)
        runtime = describe_runtime(context)
        _write(settings, verdict, archive, runtime, started_at_utc, log)


def _prepare(settings: Settings) -> tuple[Archive, Plan]:
    import f1db_batch.tables_job  # noqa: F401 # warms what the driver needs next, while Spark starts
    from f1db_batch.plan import plan_tables

    archive = _open_archive(settings)
    return archive, plan_tables(archive)


def _open_archive(settings: Settings) -> Archive:
    stored = storage.fetch_zip(settings.zip_uri, settings.zip_generation, settings.zip_sha256)
    with stored.content:
        if stored.size_bytes > settings.limits.max_zip_bytes:
            reason = f"the archive: {stored.size_bytes:,} bytes are more than {settings.limits.max_zip_bytes:,}"
            return Archive(stored.size_bytes, [], [Finding(Severity.ERROR, Code.BAD_ARCHIVE, None, reason)])
        members, findings = list_members(stored.content, settings.limits)
    return Archive(stored.size_bytes, members, findings)


def _write(
    settings: Settings, verdict: Verdict, archive: Archive, runtime: dict[str, str], started: str, log: BatchLog
) -> None:
    for finding in to_show(verdict.findings):
        log.line(finding.severity.upper(), finding.message, step="check", error_code=finding.code.value)
    storage.write(settings.curated.child(FINDINGS_JSON), _json(findings_document(settings, verdict)).encode(), JSON)
    storage.write(settings.curated.child(FINDINGS_PARQUET), _parquet(findings_table(settings, verdict)), PARQUET)
    times = {"started_at_utc": started, "finished_at_utc": now_utc(), "duration_s": round(log.duration_s(), 3)}
    manifest = manifest_document(settings, verdict, zip_bytes=archive.size_bytes, runtime=runtime, times=times)
    is_first = storage.create_once(settings.manifest, _json(manifest))
    _tell(verdict, log, is_first=is_first)


def _tell(verdict: Verdict, log: BatchLog, *, is_first: bool) -> None:
    size = f"{len(verdict.tables)} tables, {verdict.rows:,} rows, {verdict.parquet_bytes:,} bytes"
    summary = f"{size}; {verdict.counted()}"
    fields = {
        "tables": len(verdict.tables),
        "rows": verdict.rows,
        "bytes": verdict.parquet_bytes,
        "finding_counts": verdict.finding_counts(),
        "error_code": None if not verdict.errors else "release_rejected",
    }
    if not is_first:
        summary = f"another attempt has written the manifest first; this one: {summary}"
    severity = "INFO" if not verdict.errors else "ERROR"
    log.outcome(severity, verdict.status, f"{verdict.status}: {summary}", **fields)


def _parquet(table: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
