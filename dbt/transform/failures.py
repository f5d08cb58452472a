"""What a failed transform leaves behind: one create-only record, counted and shown by everybody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pipeline.clients.storage import Bucket
from pipeline.documents import format_utc
from pipeline.objects import Run
from pipeline.records import FORMAT
from transform.settings import Settings

_MAX_DETAILS = 20
_MAX_TRIES = 20


def record_failure(
    state: Bucket, run: Run, settings: Settings, fence: int, *, kind: str, code: str, reason: str,
    details: list[dict[str, Any]], holder: str | None = None,
) -> str:  # fmt: skip
    """Write `transform-<n>.json` under the next free number; return its name. `holder` is whose failure it is."""
    document = {
        "format": FORMAT,
        "kind": kind,
        "code": code,
        "reason": reason[:2000],
        "details": json.loads(json.dumps(details[:_MAX_DETAILS], default=str)),
        "version": str(run.version),
        "run": str(run),
        "transform_digest": settings.transform_digest,
        "drivers": list(settings.drivers),
        "fence": fence,
        "holder": holder or settings.holder,
        "at_utc": format_utc(datetime.now(UTC)),
    }
    taken = len(state.list_objects(f"{run.prefix}transform-"))
    for number in range(taken + 1, taken + 1 + _MAX_TRIES):
        if state.create_json(run.transform(number), document):
            return run.transform(number)
    raise RuntimeError(f"no free name below {run.prefix}transform-")
