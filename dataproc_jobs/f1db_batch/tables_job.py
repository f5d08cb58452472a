"""The one Spark job of the batch: tables out to the tasks, reports back, and what can only be seen across tables."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from f1db_batch.contract import Contract
from f1db_batch.documents import Verdict, decide
from f1db_batch.findings import FindingLog
from f1db_batch.keys import missing_keys
from f1db_batch.logs import BatchLog
from f1db_batch.plan import Plan, spread
from f1db_batch.settings import Settings
from f1db_batch.task import TableOrder, TableReport, Work, process

_PROGRESS_S = 1.0


def process_tables(context: Any, settings: Settings, plan: Plan, log: BatchLog) -> Verdict:
    """Process every table of a plan; one without tables is a verdict without tables."""
    across = FindingLog(settings.limits.max_findings)
    for finding in plan.findings:
        across.add(finding)
    if not plan.orders:
        return decide([], across)
    work = Work(settings.zip_uri, settings.zip_generation, settings.curated, settings.limits)
    groups = spread(plan.orders, context.defaultParallelism)
    reports = {report.table.name: report for report in _run_job(context, groups, work, log)}
    _check_across(plan.contract, reports, across)
    return decide([reports[order.table.name] for order in plan.orders], across)


def _check_across(contract: Contract, reports: dict[str, TableReport], across: FindingLog) -> None:
    keys = {name: reports[name].keys for name in contract.tables}
    for finding in missing_keys(contract, keys):
        across.add(finding)


def _run_job(context: Any, groups: Sequence[Sequence[TableOrder]], work: Work, log: BatchLog) -> list[TableReport]:
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
