"""The two documents that a batch leaves: the manifest, which is its last word, and the whole list of findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from f1db_batch.findings import Finding, FindingLog, in_order, to_show
from f1db_batch.settings import Settings

if TYPE_CHECKING:
    from f1db_batch.task import TableReport  # imports pyarrow, which the driver does while Spark starts

FORMAT = 1
FINDINGS_JSON = "findings.json"
FINDINGS_PARQUET = "findings/findings.parquet"  # not beside the tables: one of them may be called findings
PROCESSED, REJECTED = "processed", "rejected"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the driver has decided: tables in the contract's order, findings in the order of their weight."""

    tables: tuple[TableReport, ...]
    findings: tuple[Finding, ...]
    errors: int
    warnings: int

    @property
    def status(self) -> str:
        return REJECTED if self.errors else PROCESSED

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def parquet_bytes(self) -> int:
        return sum(table.parquet_bytes for table in self.tables)

    def finding_counts(self) -> dict[str, int]:
        return {"error": self.errors, "warning": self.warnings}

    def counted(self) -> str:
        """Say how many findings there are, in start_dbt's words: `5 errors, 1 warning`."""
        counts = self.finding_counts().items()
        return ", ".join(f"{number:,} {word}{'' if number == 1 else 's'}" for word, number in counts)


def decide(reports: Sequence[TableReport], across: FindingLog) -> Verdict:
    """Add up what the tasks found and what was found across tables."""
    findings = [finding for report in reports for finding in report.findings] + across.kept
    return Verdict(
        tables=tuple(reports),
        findings=tuple(in_order(findings)),
        errors=across.errors + sum(report.errors for report in reports),
        warnings=across.warnings + sum(report.warnings for report in reports),
    )


def findings_document(settings: Settings, verdict: Verdict) -> dict[str, Any]:
    """Write down every finding; only a hopeless table's are limited, and then the counts say so."""
    return {
        "format": FORMAT,
        "version": settings.version,
        "run": settings.run,
        "attempt": settings.attempt,
        "status": verdict.status,
        "findings": [finding.to_json() for finding in verdict.findings],
        "finding_counts": verdict.finding_counts(),
    }


def findings_table(settings: Settings, verdict: Verdict) -> Any:
    """Build the same findings as a table, one row a finding, without any row when there is none."""
    import pyarrow as pa

    texts = ("release", "run", "severity", "code", "table_name", "column_name", "value", "message")
    numbers = ("attempt", "row_number")
    whose = {"release": settings.version, "run": settings.run, "attempt": settings.attempt}
    renamed = {"table": "table_name", "column": "column_name", "row": "row_number"}
    rows = [
        {**whose, **{renamed.get(name, name): value for name, value in finding.to_json().items()}}
        for finding in verdict.findings
    ]
    schema = [*((name, pa.string()) for name in texts), *((name, pa.int64()) for name in numbers)]
    return pa.Table.from_pylist(rows, schema=pa.schema(schema))


def manifest_document(
    settings: Settings, verdict: Verdict, *, zip_bytes: int, runtime: dict[str, str], times: dict[str, Any]
) -> dict[str, Any]:
    """Write down what became of the release; findings are those to show, the rest is in findings.json."""
    return {
        "format": FORMAT,
        "status": verdict.status,
        "version": settings.version,
        "run": settings.run,
        "attempt": settings.attempt,
        "batch_id": settings.batch_id,
        "request": settings.request,
        "zip": {
            "uri": str(settings.zip_uri),
            "generation": settings.zip_generation,
            "sha256": settings.zip_sha256,
            "bytes": zip_bytes,
        },
        "code_digest": settings.code_digest,
        "runtime": runtime,
        "tables": [_table(report) for report in verdict.tables],
        "findings": [finding.to_json() for finding in to_show(verdict.findings)],
        "finding_counts": verdict.finding_counts(),
        "findings_json": str(settings.curated.child(FINDINGS_JSON)),
        "findings_parquet": str(settings.curated.child(FINDINGS_PARQUET)),
        **times,
    }


def _table(report: TableReport) -> dict[str, Any]:
    return {
        "name": report.table.name,
        "rows": report.rows,
        "rejected_rows": report.rejected_rows,
        "bytes": report.parquet_bytes,
        "parquet": report.parquet,
        "key": list(report.table.key),
        "race_column": report.table.race_column,
        "driver_column": report.table.driver_column,
        "columns": [
            {"name": column.name, "type": str(column.type), "nullable": column.is_nullable}
            for column in report.table.columns
        ],
    }
