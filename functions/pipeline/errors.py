"""Errors that say what happens next: a permanent one is acknowledged, a transient one is raised and delivered again."""

from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """Every stable code that logs, answers, alerts and the runbook may use."""

    # what came in
    MALFORMED_REQUEST = "malformed_request"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    MALFORMED_EVENT = "malformed_event"
    MALFORMED_DOCUMENT = "malformed_document"
    BAD_SETTINGS = "bad_settings"
    INTERNAL = "internal"
    # GitHub
    GITHUB_UNREACHABLE = "github_unreachable"
    GITHUB_RATE_LIMITED = "github_rate_limited"
    GITHUB_NONSENSE = "github_nonsense"
    UNKNOWN_RELEASE = "unknown_release"
    ASSET_MISSING = "asset_missing"
    ASSET_CHANGED = "asset_changed"
    # the ZIP
    ZIP_SHORT = "zip_short"
    ZIP_OVERSIZED = "zip_oversized"
    ZIP_DIGEST_MISMATCH = "zip_digest_mismatch"
    ZIP_CORRUPT = "zip_corrupt"
    # what is processed
    RELEASE_LATE = "release_late"
    UNKNOWN_DRIVER = "unknown_driver"
    RELEASE_REJECTED = "release_rejected"
    BACKING_OFF = "backing_off"
    BATCH_FAILED = "batch_failed"
    TRANSFORM_REFUSED = "transform_refused"
    # Google's services
    BATCH_REFUSED = "batch_refused"
    BATCH_INVALID = "batch_invalid"
    DATAPROC_UNAVAILABLE = "dataproc_unavailable"
    DATAPROC_DENIED = "dataproc_denied"
    RUN_UNAVAILABLE = "run_unavailable"
    RUN_DENIED = "run_denied"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    STORAGE_DENIED = "storage_denied"
    WAREHOUSE_UNAVAILABLE = "warehouse_unavailable"
    WAREHOUSE_DENIED = "warehouse_denied"
    OBJECT_MISSING = "object_missing"
    OBJECT_CONFLICT = "object_conflict"
    REPLAY_FAILED = "replay_failed"


class PipelineError(Exception):
    """An error of this pipeline; `code` is stable, `details` go into logs and answers."""

    def __init__(self, code: ErrorCode, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


class PermanentError(PipelineError):
    """Trying again cannot help: log ERROR, keep the evidence, acknowledge."""


class TransientError(PipelineError):
    """It may pass: raise it, so that the event is delivered again."""

    def __init__(self, code: ErrorCode, message: str, retry_after_s: int | None = None, **details: Any) -> None:
        super().__init__(code, message, **details)
        self.retry_after_s = retry_after_s
