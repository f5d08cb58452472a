"""What is wrong with a release, in words that are the same in the manifest, the log and on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

MAX_VALUE_CHARS = 80
SHOWN_ROW_FINDINGS = 20


class Severity(StrEnum):
    """An error rejects the release, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """`missing_key` is a foreign key that names no row; an empty key is a `bad_value`."""

    MISSING_TABLE = "missing_table"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_TABLE = "unknown_table"
    UNKNOWN_COLUMN = "unknown_column"
    BAD_VALUE = "bad_value"
    DUPLICATE_KEY = "duplicate_key"
    MISSING_KEY = "missing_key"
    BAD_ARCHIVE = "bad_archive"
    RAGGED_ROW = "ragged_row"


_ORDER = list(Code)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `row` is its line as an editor counts (the header is line 1), `message` says it all."""

    severity: Severity
    code: Code
    table: str | None
    message: str
    column: str | None = None
    row: int | None = None
    value: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class FindingLog:
    """Collects findings: counts every one, keeps the first `limit`, so that a hopeless file stays small."""

    limit: int
    kept: list[Finding] = field(default_factory=list)
    errors: int = 0
    warnings: int = 0

    def add(self, finding: Finding) -> None:
        """Count a finding and keep it if there is room."""
        if finding.severity is Severity.ERROR:
            self.errors += 1
        else:
            self.warnings += 1
        if len(self.kept) < self.limit:
            self.kept.append(finding)


def cut(value: str) -> str:
    """Shorten a raw value to what a reader needs of it."""
    return value if len(value) <= MAX_VALUE_CHARS else value[: MAX_VALUE_CHARS - 1] + "…"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: errors before warnings, structure before rows, then by table and row."""
    return sorted(
        findings,
        key=lambda found: (
            found.severity is not Severity.ERROR,
            found.row is not None,
            _ORDER.index(found.code),
            found.table or "",
            found.row or 0,
            found.column or "",
            found.message,
        ),
    )


def to_show(findings: Iterable[Finding]) -> list[Finding]:
    """Choose what is printed and put into the manifest: all of the structure, the first twenty rows."""
    ordered = in_order(findings)
    rows = [found for found in ordered if found.row is not None][:SHOWN_ROW_FINDINGS]
    return in_order([*(found for found in ordered if found.row is None), *rows])
