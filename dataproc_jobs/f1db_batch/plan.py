"""Which task reads which tables: the largest first, spread so that all tasks end at about the same time."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from f1db_batch.archive import Archive, Member
from f1db_batch.contract import Contract, load_contract
from f1db_batch.findings import Code, Finding, Severity
from f1db_batch.tables import unknown_table
from f1db_batch.task import TableOrder

# What a table costs besides its bytes: two requests and Parquet's own frame, as measured against 27 MB in 0.9 s.
_TABLE_COST_BYTES = 300_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What the Spark job is asked to do; without orders the archive is not fit to be read, and `findings` says why."""

    contract: Contract
    orders: list[TableOrder]
    findings: list[Finding]


def plan_tables(archive: Archive) -> Plan:
    """Plan the job for an archive."""
    contract = load_contract()
    if archive.findings:
        return Plan(contract, [], archive.findings)
    orders, unknown = order_tables(contract, archive.members)
    return Plan(contract, orders, unknown)


def order_tables(contract: Contract, members: Iterable[Member]) -> tuple[list[TableOrder], list[Finding]]:
    """Pair the contract's tables with the archive's members; tables that nobody knows come last, with a warning."""
    by_table = {member.table: member for member in members}
    referenced = contract.referenced()
    orders = [
        TableOrder(table, by_table.pop(name, None), is_referenced=name in referenced)
        for name, table in contract.tables.items()
    ]
    findings = []
    for name, member in sorted(by_table.items()):
        message = f"{name}: an unknown table, kept as text"
        findings.append(Finding(Severity.WARNING, Code.UNKNOWN_TABLE, name, message))
        orders.append(TableOrder(unknown_table(name), member, is_referenced=False))
    return orders, findings


def spread(orders: Sequence[TableOrder], task_count: int) -> list[list[TableOrder]]:
    """Divide tables among tasks, each time giving the largest that is left to the task with the least to do."""
    groups: list[list[TableOrder]] = [[] for _ in range(max(1, min(task_count, len(orders))))]
    loads = [(0, place) for place in range(len(groups))]
    for order in sorted(orders, key=lambda order: (-order.size_bytes, order.table.name)):
        load, place = heapq.heappop(loads)
        groups[place].append(order)
        heapq.heappush(loads, (load + order.size_bytes + _TABLE_COST_BYTES, place))
    return groups
