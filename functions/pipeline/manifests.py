"""The manifest that a batch leaves: what it made of one ZIP, table by table, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.documents import Fields
from pipeline.objects import Run
from pipeline.records import read_run
from pipeline.releases import SAMPLE, Version, parse_version


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a processed release; `parquet` is its gs:// address, rows those that were read.

    `key` tells rows apart, empty for a table that nobody knows; the last two say which race and driver a row is about.
    """

    name: str
    rows: int
    rejected_rows: int
    bytes: int
    parquet: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    race_column: str | None = None
    driver_column: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one batch made of one ZIP; findings stay plain objects, as they are shown and never computed with.

    `errors` and `warnings` count also the findings that are only in `findings_json`, a gs:// address.
    """

    status: str
    version: Version
    run: Run
    attempt: int
    zip_sha256: str
    tables: tuple[Table, ...]
    findings: tuple[dict[str, Any], ...]
    errors: int = 0
    warnings: int = 0
    findings_json: str = ""
    duration_s: float | None = None

    @classmethod
    def from_json(cls, document: object) -> Manifest:
        fields = Fields("manifest", document)
        counts = Fields("manifest's finding_counts", fields.mapping("finding_counts"))
        version = fields.convert("version", parse_version, SAMPLE)
        archive = Fields("manifest's zip", fields.mapping("zip"))
        manifest = cls(
            status=fields.text("status"),
            version=version,
            run=fields.convert("run", lambda text: read_run(text, version), Run(SAMPLE, "", "", 0)),
            attempt=fields.number("attempt"),
            zip_sha256=archive.text("sha256"),
            tables=tuple(_table(table) for table in fields.objects("tables")),
            findings=tuple(finding for finding in fields.objects("findings") if isinstance(finding, dict)),
            errors=counts.number("error"),
            warnings=counts.number("warning"),
            findings_json=fields.optional_text("findings_json") or "",
            duration_s=fields.optional_float("duration_s"),
        )
        archive.finish()
        counts.finish()
        fields.finish()
        return manifest


def _table(document: object) -> Table:
    fields = Fields("manifest's table", document)
    table = Table(
        name=fields.text("name"),
        rows=fields.number("rows"),
        rejected_rows=fields.number("rejected_rows"),
        bytes=fields.number("bytes"),
        parquet=fields.text("parquet"),
        columns=tuple(_column(column) for column in fields.objects("columns")),
        key=fields.optional_texts("key"),
        race_column=fields.optional_text("race_column"),
        driver_column=fields.optional_text("driver_column"),
    )
    fields.finish()
    return table


def _column(document: object) -> Column:
    fields = Fields("manifest's column", document)
    column = Column(fields.text("name"), fields.text("type"), fields.flag("nullable"))
    fields.finish()
    return column
