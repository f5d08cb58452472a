"""The end of a run that was decided and not worked for, written once: whoever comes second finds it there."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.clients.storage import Bucket
from pipeline.objects import Run
from pipeline.records import Outcome, OutcomeKind, Pointer


def record_decided(
    state: Bucket, run: Run, kind: OutcomeKind, reason: str, pointer: Pointer | None, attempt: int | None = None
) -> bool:
    """Write a run's outcome create-only; return whether this call did.

    An outcome `published` takes time, attempt, fence and hold from the pointer, which names the run.
    """
    named = pointer if kind is OutcomeKind.PUBLISHED else None
    outcome = Outcome(
        outcome=kind,
        version=run.version,
        run=run,
        reason=reason,
        at=named.published_at if named else datetime.now(UTC),
        attempt=named.attempt if named else attempt,
        fence=named.fence if named else None,
        hold_above=named.hold_above if named else None,
    )
    return state.create_json(run.outcome, outcome.to_json())
