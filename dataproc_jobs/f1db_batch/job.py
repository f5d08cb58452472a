"""The batch itself: pinned ZIP, one Spark job over its tables, a decision, and the manifest as the very last write."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from f1db_batch import storage
from f1db_batch.archive import Member, list_members
from f1db_batch.contract import Contract, load_contract
from f1db_batch.documents import PROCESSED, Verdict, decide, findings_document, manifest_document
from f1db_batch.findings import Code, Finding, FindingLog, Severity, to_show
from f1db_batch.keys import missing_keys
from f1db_batch.logs import BatchLog, now_utc
from f1db_batch.plan import order_tables, spread
from f1db_batch.runtime import describe_runtime
from f1db_batch.settings import Settings
from f1db_batch.task import TableOrder, TableReport, Work, process

_TASKS_PER_CORE = 2
_PROGRESS_S = 1.0


@dataclass(frozen=True, slots=True)
class Archive:
    """The ZIP's directory as the driver has read it."""

    size_bytes: int
    members: list[Member]
    findings: list[Finding]


def run_batch(settings: Settings, log: BatchLog) -> None:
    """Process one release; a bad one ends well, with a manifest that says `rejected`.

    Raises:
        storage.WrongObjectError: the ZIP is not the one this batch was started for.
    """
    started_at_utc = now_utc()
    with ThreadPoolExecutor(1) as pool:
        # Reading the archive takes no Java and starting Spark takes no Python: they go side by side.
        opened = pool.submit(_open_archive, settings)
        context = _start_spark()
        try:
            archive = opened.result()
            contract = load_contract()
            across = FindingLog(settings.limits.max_findings)
            reports = _process_tables(context, settings, archive, contract, across, log)
            verdict = decide(reports, across)
            runtime = describe_runtime(context)
            _write(settings, verdict, archive, runtime, started_at_utc, log)
        finally:
            context.stop()


def _start_spark() -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.builder.appName("f1db-release").getOrCreate().sparkContext


def _open_archive(settings: Settings) -> Archive:
    stored = storage.fetch_zip(settings.zip_uri, settings.zip_generation, settings.zip_sha256)
    with stored.content:
        if stored.size_bytes > settings.limits.max_zip_bytes:
            reason = f"the archive: {stored.size_bytes:,} bytes are more than {settings.limits.max_zip_bytes:,}"
            return Archive(stored.size_bytes, [], [Finding(Severity.ERROR, Code.BAD_ARCHIVE, None, reason)])
        members, findings = list_members(stored.content, settings.limits)
    return Archive(stored.size_bytes, members, findings)


def _process_tables(
    context: Any, settings: Settings, archive: Archive, contract: Contract, across: FindingLog, log: BatchLog
) -> list[TableReport]:
    for finding in archive.findings:
        across.add(finding)
    if archive.findings:
        return []
    orders, unknown = order_tables(contract, archive.members)
    for finding in unknown:
        across.add(finding)
    work = Work(settings.zip_uri, archive.size_bytes, settings.curated, settings.limits)
    groups = spread(orders, context.defaultParallelism * _TASKS_PER_CORE)
    reports = _run_job(context, groups, work, log)
    by_name = {report.table.name: report for report in reports}
    keys = {name: by_name[name].keys for name in contract.tables}
    for finding in missing_keys(contract, keys):
        across.add(finding)
    return [by_name[order.table.name] for order in orders]


def _run_job(context: Any, groups: list[list[TableOrder]], work: Work, log: BatchLog) -> list[TableReport]:
    """Run the one Spark job; its progress is known by tasks, and told by the tables that those hold."""
    total = sum(map(len, groups))
    log.progress("parse", 0, total)
    tables = context.parallelize(groups, len(groups))
    ended = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        watched = pool.submit(_watch, context.statusTracker(), [len(group) for group in groups], ended, log)
        try:
            reports: list[TableReport] = tables.mapPartitions(lambda part: process(part, work)).collect()
        finally:
            ended.set()
        watched.result()
    log.progress("parse", len(reports), total)
    return reports


def _watch(tracker: Any, sizes: list[int], ended: threading.Event, log: BatchLog) -> None:
    seen = 0
    while not ended.wait(_PROGRESS_S):
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        tasks = sum(stage.numCompletedTasks for stage in stages if stage is not None)
        if tasks > seen:
            seen = tasks
            log.progress("parse", sum(sizes[:tasks]), sum(sizes))


def _write(
    settings: Settings, verdict: Verdict, archive: Archive, runtime: dict[str, str], started: str, log: BatchLog
) -> None:
    for finding in to_show(verdict.findings):
        log.line(finding.severity.upper(), finding.message, step="check", error_code=finding.code.value)
    storage.write(settings.curated.child("findings.json"), _json(findings_document(settings, verdict)))
    times = {"started_at_utc": started, "finished_at_utc": now_utc(), "duration_s": round(log.duration_s(), 3)}
    manifest = manifest_document(settings, verdict, zip_bytes=archive.size_bytes, runtime=runtime, times=times)
    is_first = storage.create_once(settings.manifest, _json(manifest))
    _tell(verdict, log, is_first=is_first)


def _tell(verdict: Verdict, log: BatchLog, *, is_first: bool) -> None:
    counts = verdict.finding_counts()
    found = f"{counts['error']} errors, {counts['warning']} warnings"
    summary = f"{len(verdict.tables)} tables, {verdict.rows:,} rows, {verdict.parquet_bytes:,} bytes; {found}"
    fields = {
        "tables": len(verdict.tables),
        "rows": verdict.rows,
        "bytes": verdict.parquet_bytes,
        "finding_counts": counts,
        "error_code": None if verdict.status == PROCESSED else "release_rejected",
    }
    if not is_first:
        summary = f"another attempt has written the manifest first; this one: {summary}"
    severity = "INFO" if verdict.status == PROCESSED else "ERROR"
    log.outcome(severity, verdict.status, f"{verdict.status}: {summary}", **fields)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
