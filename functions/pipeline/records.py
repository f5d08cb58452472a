"""The JSON documents that are the pipeline's whole state, as frozen dataclasses; forms in docs/architecture.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from pipeline.documents import Fields, format_utc
from pipeline.objects import Run, parse_run
from pipeline.releases import SAMPLE, Version, parse_version

FORMAT = 1


class OutcomeKind(StrEnum):
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    BACKFILLED = "backfilled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody's wish for one release, beyond what happens by itself."""

    version: Version
    number: int
    force: bool
    rollback: bool
    backfill: bool
    accept_shrink: bool
    zip_sha256: str | None
    requested_by: str
    requested_at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": str(self.version),
            "number": self.number,
            "force": self.force,
            "rollback": self.rollback,
            "backfill": self.backfill,
            "accept_shrink": self.accept_shrink,
            "zip_sha256": self.zip_sha256,
            "requested_by": self.requested_by,
            "requested_at_utc": format_utc(self.requested_at),
        }

    @classmethod
    def from_json(cls, document: object) -> Request:
        fields = Fields("request", document)
        request = cls(
            version=fields.convert("version", parse_version, SAMPLE),
            number=fields.number("number"),
            force=fields.flag("force"),
            rollback=fields.flag("rollback"),
            backfill=fields.flag("backfill"),
            accept_shrink=fields.flag("accept_shrink"),
            zip_sha256=fields.optional_text("zip_sha256"),
            requested_by=fields.text("requested_by"),
            requested_at=fields.time("requested_at_utc"),
        )
        fields.finish()
        return request


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may publish; `fence` grows with each taking. It was taken when its object was created, by GCS's clock.

    `run` is what its holder works on, by name: what a holder that ends without a word has failed at.
    """

    holder: str | None
    fence: int
    ttl_s: int
    run: str | None = None

    def to_json(self) -> dict[str, Any]:
        document = {"format": FORMAT, "holder": self.holder, "fence": self.fence, "ttl_s": self.ttl_s}
        return document if self.run is None else {**document, "run": self.run}

    @classmethod
    def from_json(cls, document: object) -> Lease:
        fields = Fields("lease", document)
        holder, run = fields.optional_text("holder"), fields.optional_text("run")
        lease = cls(holder, fields.number("fence"), fields.number("ttl_s"), run)
        fields.finish()
        return lease


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run; a published one has what it takes to find it again when the pointer is lost."""

    outcome: OutcomeKind
    version: Version
    run: Run
    reason: str
    at: datetime
    attempt: int | None = None
    fence: int | None = None
    hold_above: Version | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "outcome": self.outcome.value,
            "version": str(self.version),
            "run": str(self.run),
            "attempt": self.attempt,
            "fence": self.fence,
            "hold_above": str(self.hold_above) if self.hold_above else None,
            "reason": self.reason,
            "at_utc": format_utc(self.at),
        }

    @classmethod
    def from_json(cls, document: object) -> Outcome:
        fields = Fields("outcome", document)
        version = fields.convert("version", parse_version, SAMPLE)
        outcome = cls(
            outcome=fields.convert("outcome", OutcomeKind, OutcomeKind.REJECTED),
            version=version,
            run=fields.convert("run", lambda text: read_run(text, version), Run(SAMPLE, "", "", 0)),
            reason=fields.optional_text("reason") or "",
            at=fields.time("at_utc"),
            attempt=fields.optional_number("attempt"),
            fence=fields.optional_number("fence"),
            hold_above=_optional_version(fields, "hold_above"),
        )
        fields.finish()
        return outcome


@dataclass(frozen=True, slots=True)
class Pointer:
    """`published.json`: what readers see now. Written last, by the holder of the lease."""

    version: Version
    run: Run
    attempt: int
    zip_sha256: str
    transform_digest: str
    drivers: tuple[str, ...]
    fence: int
    hold_above: Version | None
    published_at: datetime
    manifest: str
    report: str
    warehouse: str
    datasets: tuple[str, ...] = ()
    headlines: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        return self.version.is_sample

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": str(self.version),
            "run": str(self.run),
            "attempt": self.attempt,
            "zip_sha256": self.zip_sha256,
            "is_sample": self.is_sample,
            "transform_digest": self.transform_digest,
            "drivers": list(self.drivers),
            "fence": self.fence,
            "hold_above": str(self.hold_above) if self.hold_above else None,
            "published_at_utc": format_utc(self.published_at),
            "manifest": self.manifest,
            "report": self.report,
            "warehouse": self.warehouse,
            "datasets": list(self.datasets),
            "headlines": self.headlines,
        }

    @classmethod
    def from_json(cls, document: object) -> Pointer:
        fields = Fields("pointer", document)
        version = fields.convert("version", parse_version, SAMPLE)
        pointer = cls(
            version=version,
            run=fields.convert("run", lambda text: read_run(text, version), Run(SAMPLE, "", "", 0)),
            attempt=fields.number("attempt"),
            zip_sha256=fields.text("zip_sha256"),
            transform_digest=fields.text("transform_digest"),
            drivers=fields.texts("drivers"),
            fence=fields.number("fence"),
            hold_above=_optional_version(fields, "hold_above"),
            published_at=fields.time("published_at_utc"),
            manifest=fields.text("manifest"),
            report=fields.text("report"),
            warehouse=fields.text("warehouse"),
            datasets=fields.texts("datasets"),
            headlines=fields.mapping("headlines"),
        )
        fields.finish()
        return pointer


def read_run(text: str, version: Version) -> Run:
    """Read the name of a run of a version, or raise ValueError."""
    run = parse_run(text, version)
    if run is None:
        raise ValueError(f"{text[:80]!r} is no run of {version}")
    return run


def _optional_version(fields: Fields, name: str) -> Version | None:
    if fields.optional_text(name) is None:
        return None
    return fields.convert(name, parse_version, SAMPLE)
