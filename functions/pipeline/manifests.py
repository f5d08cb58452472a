"""The manifest that a batch leaves: what it made of one ZIP, table by table, and what it found.

Names of tables and columns become names in SQL, and addresses are read: a batch that was taken over must not choose
them freely. So they are held to what a sound batch writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pipeline.documents import Fields, InvalidDocumentError
from pipeline.objects import Run
from pipeline.records import read_run
from pipeline.releases import SAMPLE, Version, parse_version

_TABLE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}", re.ASCII)
_TYPE = re.compile(r"string|int|boolean|date|time|array<string>|decimal\([0-9]{1,2},[0-9]{1,2}\)", re.ASCII)
_MAX_TABLE_CHARS = 200


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
        run = fields.convert("run", lambda text: read_run(text, version), Run(SAMPLE, "", "", 0))
        attempt = fields.number("attempt")
        manifest = cls(
            status=fields.text("status"),
            version=version,
            run=run,
            attempt=attempt,
            zip_sha256=archive.text("sha256"),
            tables=tuple(_table(table, run.curated_prefix(attempt)) for table in fields.objects("tables")),
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


def _table(document: object, prefix: str) -> Table:
    fields = Fields("manifest's table", document)
    name = fields.convert("name", _table_name, "")
    table = Table(
        name=name,
        rows=fields.number("rows"),
        rejected_rows=fields.number("rejected_rows"),
        bytes=fields.number("bytes"),
        parquet=fields.convert("parquet", lambda text: _address(text, f"{prefix}{name}.parquet"), ""),
        columns=tuple(_column(column) for column in fields.objects("columns")),
        key=fields.optional_texts("key"),
        race_column=fields.optional_text("race_column"),
        driver_column=fields.optional_text("driver_column"),
    )
    fields.finish()
    named = {*table.key, table.race_column, table.driver_column} - {None, *(column.name for column in table.columns)}
    if named:
        raise InvalidDocumentError(
            "manifest's table", [f"{name[:80]!r} is none of its columns" for name in named if name]
        )
    return table


def _column(document: object) -> Column:
    fields = Fields("manifest's column", document)
    name, type_ = fields.convert("name", _column_name, ""), fields.convert("type", _type, "")
    column = Column(name, type_, fields.flag("nullable"))
    fields.finish()
    return column


def _table_name(text: str) -> str:
    if len(text) > _MAX_TABLE_CHARS or not _TABLE.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no table's name")
    return text


def _column_name(text: str) -> str:
    if not _COLUMN.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no column's name")
    return text


def _type(text: str) -> str:
    if not _TYPE.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no column's type")
    return text


def _address(text: str, name: str) -> str:
    """Read a table's address: in whatever bucket, it is the object that this attempt has written."""
    if not re.fullmatch(r"gs://[a-z0-9._-]+/" + re.escape(name), text):
        raise ValueError(f"{text[:80]!r} is not this attempt's {name[:200]!r}")
    return text
