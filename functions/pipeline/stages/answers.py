"""What check_release answers: one word for all, one entry a release, and a status that tells who tries again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from pipeline.errors import ErrorCode, PipelineError, TransientError


class CheckOutcome(StrEnum):
    """The outcomes of check_release, the most telling one first."""

    DRY_RUN = "dry_run"
    LANDED = "landed"
    REPLAYED = "replayed"
    IN_PROGRESS = "in_progress"
    REJECTED = "rejected"
    BACKING_OFF = "backing_off"
    SUPERSEDED = "superseded"
    UP_TO_DATE = "up_to_date"


_STATUS = {
    ErrorCode.MALFORMED_REQUEST: 400,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.UNKNOWN_RELEASE: 404,
    ErrorCode.ASSET_MISSING: 502,
    ErrorCode.ZIP_SHORT: 502,
    ErrorCode.ZIP_OVERSIZED: 502,
    ErrorCode.ZIP_DIGEST_MISMATCH: 502,
    ErrorCode.ZIP_CORRUPT: 502,
    ErrorCode.OBJECT_CONFLICT: 502,
    ErrorCode.GITHUB_NONSENSE: 503,
}
_RETRY_AFTER_S = 300


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """Where one release stands and what comes next; empty fields are left out of the answer."""

    release: str
    outcome: CheckOutcome
    state: str
    stage: str
    next: str
    reason: str | None = None
    error_code: str | None = None
    run: str | None = None
    attempt: int | None = None
    bytes: int | None = None
    duration_ms: int | None = None
    request: int | None = None
    details: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `error` is what kept the check from being complete."""

    releases: tuple[ReleaseReport, ...] = ()
    warnings: tuple[str, ...] = ()
    dry_run: bool = False
    error: PipelineError | None = None

    @property
    def outcome(self) -> str:
        """The most telling outcome of the releases; `failed` when there was an error."""
        if self.error is not None:
            return "failed"
        if self.dry_run:
            return CheckOutcome.DRY_RUN.value
        found = {report.outcome for report in self.releases}
        return next((outcome.value for outcome in CheckOutcome if outcome in found), CheckOutcome.UP_TO_DATE.value)

    @property
    def status(self) -> int:
        """200 for everything that needs no retry."""
        if self.error is None:
            return 200
        return _STATUS.get(self.error.code, 503 if isinstance(self.error, TransientError) else 500)

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self.status == 503:
            retry_after_s = getattr(self.error, "retry_after_s", None) or _RETRY_AFTER_S
            headers["Retry-After"] = str(retry_after_s)
        if self.status == 405:
            headers["Allow"] = "GET, POST"
        return headers

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "outcome": self.outcome,
            "dry_run": self.dry_run,
            "releases": [report.to_json() for report in self.releases],
            "warnings": list(self.warnings),
        }
        if self.error is not None:
            document["error"] = {"code": str(self.error.code), "message": self.error.message, **self.error.details}
        return document
