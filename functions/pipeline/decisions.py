"""What comes next for a release: one pure function of what the objects say, asked by every stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.objects import Run
from pipeline.records import Outcome, OutcomeKind, Pointer, Request

WINDOW = timedelta(hours=24)
ATTEMPTS_PER_WINDOW = 3


class BatchState(StrEnum):
    """What GetBatch says of an attempt; MISSING: its record exists, its batch does not."""

    MISSING = "missing"
    ACTIVE = "active"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Attempt:
    number: int
    created_at: datetime
    state: BatchState
    message: str = ""


@dataclass(frozen=True, slots=True)
class TransformFailure:
    """One `transform-<n>.json`: a fault (ours, may pass) or a refusal (the data's)."""

    number: int
    is_refusal: bool
    transform_digest: str
    created_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the decision on one run of one release depends on.

    `request` is the open request that this run answers, `is_newest_published` says that no later run was published
    (it matters only when the pointer is lost), `now` is read once per tick or event. The last two are asked for the
    pointer's own run only: the warehouse is gone or shows another publication than the pointer's, and a release that
    was backfilled since belongs into the history that the warehouse shows.
    """

    run: Run
    now: datetime
    transform_digest: str
    pointer: Pointer | None = None
    request: Request | None = None
    attempts: tuple[Attempt, ...] = ()
    manifest_status: str | None = None
    failures: tuple[TransformFailure, ...] = ()
    outcome: Outcome | None = None
    is_newest_published: bool = False
    is_lease_live: bool = False
    is_warehouse_lost: bool = False
    is_history_behind: bool = False


@dataclass(frozen=True, slots=True)
class StartBatch:
    attempt: int


@dataclass(frozen=True, slots=True)
class RunTransform:
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    outcome: OutcomeKind
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Something is under way: a batch, or a transform holding the lease."""

    stage: str


@dataclass(frozen=True, slots=True)
class BackOff:
    """Three failures within 24 hours: nothing before `until`."""

    stage: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The deployed transform has refused this run's data: nothing until another is deployed or a request says so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """Final: `state` is up_to_date, superseded, held, rejected or backfilled."""

    state: str
    reason: str = ""


Action = StartBatch | RunTransform | RecordOutcome | Wait | BackOff | Refused | Nothing


class Purpose(StrEnum):
    """Why the transform runs; only BACKFILL leaves the pointer as it is."""

    PUBLISH = "publish"
    ROLLBACK = "rollback"
    BACKFILL = "backfill"
    REPUBLISH = "republish"
    RESTORE = "restore"


def next_action(facts: Facts) -> Action:
    """Decide what happens next for one run: the rows of the design's state table, from the top."""
    pointer = facts.pointer
    if pointer is None and facts.is_newest_published:
        return _transform(facts, Purpose.RESTORE)
    if pointer is not None and pointer.run == facts.run:
        return _published(facts, pointer)
    if facts.outcome is not None:
        return _final(facts.outcome)
    if pointer is not None and (unwanted := _unwanted(facts, pointer)) is not None:
        return unwanted
    if facts.manifest_status is None:
        return _batch(facts)
    if facts.manifest_status == "rejected":
        return RecordOutcome(OutcomeKind.REJECTED, "the batch has rejected the release: see the manifest's findings")
    return _transform(facts, _purpose(facts))


def _published(facts: Facts, pointer: Pointer) -> Action:
    if facts.outcome is None:  # a crash between the pointer and the outcome
        return RecordOutcome(OutcomeKind.PUBLISHED, "the pointer names this run")
    is_stale = facts.is_warehouse_lost or facts.is_history_behind
    if is_stale or pointer.transform_digest != facts.transform_digest:
        return _transform(facts, Purpose.REPUBLISH)
    return Nothing("up_to_date")


def _final(outcome: Outcome) -> Nothing:
    if outcome.outcome is OutcomeKind.PUBLISHED:
        return Nothing("superseded", "was published before; another release is published now")
    return Nothing(outcome.outcome.value, outcome.reason)


def _unwanted(facts: Facts, pointer: Pointer) -> Action | None:
    """Say why a run without an outcome is not to be processed, or None when it is."""
    version = facts.run.version
    if version.is_sample and not pointer.is_sample:
        return RecordOutcome(OutcomeKind.SUPERSEDED, f"{pointer.version} is published; the sample never replaces it")
    if facts.request is not None:
        return None
    if version < pointer.version:
        return RecordOutcome(
            OutcomeKind.SUPERSEDED,
            f"older than {pointer.version}, which is published: "
            "ask with force to backfill it, or with rollback to go back to it",
        )
    if pointer.hold_above is not None and version <= pointer.hold_above:
        return Nothing("held", f"held back since the rollback to {pointer.version}: ask with force to publish it")
    if version == pointer.version:
        return Nothing("up_to_date", "published from another run of the same release: ask with force to repeat it")
    return None


def _batch(facts: Facts) -> Action:
    if any(attempt.state is BatchState.ACTIVE for attempt in facts.attempts):
        return Wait("batch")
    last = max(facts.attempts, key=lambda attempt: attempt.number, default=None)
    if last is None:
        return StartBatch(1)
    if last.state is BatchState.MISSING:  # refused or lost before it began: no attempt, the same id again
        return StartBatch(last.number)
    recent = sorted(attempt.created_at for attempt in facts.attempts if facts.now - attempt.created_at < WINDOW)
    if len(recent) >= ATTEMPTS_PER_WINDOW:
        reason = last.message or f"the batch ended {last.state.value} and left no manifest"
        return BackOff("batch", recent[-ATTEMPTS_PER_WINDOW] + WINDOW, reason)
    return StartBatch(last.number + 1)


def _purpose(facts: Facts) -> Purpose:
    request, pointer = facts.request, facts.pointer
    if request is None or pointer is None or pointer.is_sample or facts.run.version >= pointer.version:
        return Purpose.PUBLISH
    return Purpose.ROLLBACK if request.rollback else Purpose.BACKFILL


def _transform(facts: Facts, purpose: Purpose) -> Action:
    ours = [failure for failure in facts.failures if failure.transform_digest == facts.transform_digest]
    for failure in reversed(ours):
        if failure.is_refusal:
            return Refused(failure.reason)
    recent = [failure for failure in ours if facts.now - failure.created_at < WINDOW]
    if len(recent) >= ATTEMPTS_PER_WINDOW:
        oldest = sorted(failure.created_at for failure in recent)[-ATTEMPTS_PER_WINDOW]
        return BackOff("transform", oldest + WINDOW, recent[-1].reason)
    if facts.is_lease_live:
        return Wait("transform")
    return RunTransform(purpose)
