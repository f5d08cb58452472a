"""What was compared with F1DB's own totals, and what a release changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transform.report.reader import MartReader
from transform.report.typed_rows import read_rows


@dataclass(frozen=True, slots=True)
class Reconciled:
    """So many cells of the reconciliation have this difference."""

    entity: str
    difference: Decimal | None
    tally: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of release_findings: what the batch said about the release's files."""

    position: int
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class TableSummary:
    """A row of release_summaries for the published release."""

    previous_release: str | None
    table_name: str
    rows_after: int
    rows_added: int
    rows_removed: int
    rows_changed: int
    rows_restated: int


@dataclass(frozen=True, slots=True)
class Restatement:
    """A row of release_changes: something that was known already, and is told differently."""

    table_name: str
    change: str
    key: str
    column_name: str | None
    old_value: str | None
    new_value: str | None
    race_date: date | None


def read_reconciled(reader: MartReader) -> tuple[Reconciled, ...]:
    """Count the reconciliation's cells by entity and difference."""
    columns = read_rows(reader, "f1db.reconciliation", Reconciled, is_tally=True)
    return tuple(sorted(columns, key=lambda row: (row.entity, row.difference or Decimal(0))))


def read_findings(reader: MartReader, release: str) -> tuple[Finding, ...]:
    """Read what the batch found in the release's files, in its own order."""
    rows = read_rows(reader, "f1db.release_findings", Finding, where={"release": release})
    return tuple(sorted(rows, key=lambda row: row.position))


def read_summaries(reader: MartReader, release: str) -> tuple[TableSummary, ...]:
    """Read how each table of the release differs from the release before."""
    rows = read_rows(reader, "f1db.release_summaries", TableSummary, where={"release": release})
    return tuple(sorted(rows, key=lambda row: row.table_name))


def read_restatements(reader: MartReader, release: str, driver_id: str) -> tuple[Restatement, ...]:
    """Read what the release restated about the driver, the newest race first."""
    where: dict[str, str | bool] = {"release": release, "driver_id": driver_id, "is_restatement": True}
    rows = read_rows(reader, "f1db.release_changes", Restatement, where=where)
    return tuple(
        sorted(rows, key=lambda row: (-(row.race_date or date.min).toordinal(), row.table_name, row.key, row.change))
    )
