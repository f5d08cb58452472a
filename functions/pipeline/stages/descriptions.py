"""What should come next for a run, in the words of check_release's answer; `make status` says the same."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pipeline.decisions import (
    Action,
    BackOff,
    Nothing,
    RecordOutcome,
    Refused,
    RunTransform,
    StartBatch,
    Wait,
)
from pipeline.documents import format_utc
from pipeline.errors import ErrorCode
from pipeline.records import OutcomeKind
from pipeline.stages.answers import CheckOutcome, ReleaseReport
from pipeline.state import Candidate


def describe(action: Action, candidate: Candidate, is_asked: bool) -> ReleaseReport:
    """Put an action into the words of the answer, as if its effect had taken place."""
    report = ReleaseReport(
        release=str(candidate.run.version),
        run=str(candidate.run),
        outcome=CheckOutcome.REPLAYED,
        state="landed",
        stage="start_batch",
        next="",
        bytes=candidate.landed.size_bytes,
        request=candidate.run.request or None,
    )
    match action:
        case StartBatch(attempt):
            return replace(report, attempt=attempt, next=f"start batch attempt {attempt}")
        case RunTransform(purpose):
            return replace(report, state="processed", stage="transform", next=f"run the transform to {purpose.value}")
        case RecordOutcome(kind, reason):
            return _described_outcome(report, kind, reason, is_asked)
        case Wait(stage):
            then = "the manifest" if stage == "batch" else "the pointer"
            return replace(
                report, outcome=CheckOutcome.IN_PROGRESS, state="in_progress", stage=stage, next=f"wait for {then}"
            )
        case BackOff(stage, until, reason):
            return replace(
                report,
                outcome=CheckOutcome.BACKING_OFF,
                state="backing_off",
                stage=stage,
                reason=f"three failures in 24 hours, the last: {reason}",
                next=f"goes on at {format_utc(until)}, with other code, or asked with force",
                error_code=str(ErrorCode.BACKING_OFF),
            )
        case Refused(reason):
            return replace(
                report,
                outcome=CheckOutcome.REJECTED,
                state="refused",
                stage="transform",
                reason=reason,
                next="waits for another transform, or ask with force (accept_shrink where history has shrunk)",
                error_code=str(ErrorCode.TRANSFORM_REFUSED),
            )
        case Nothing(state, reason):
            return _described_end(report, state, reason, is_asked)
        case _:
            assert_never(action)


def _described_outcome(report: ReleaseReport, kind: OutcomeKind, reason: str, is_asked: bool) -> ReleaseReport:
    outcome = {
        OutcomeKind.REJECTED: CheckOutcome.REJECTED,
        OutcomeKind.SUPERSEDED: CheckOutcome.SUPERSEDED if is_asked else CheckOutcome.UP_TO_DATE,
        OutcomeKind.BACKFILLED: CheckOutcome.UP_TO_DATE,
        OutcomeKind.PUBLISHED: CheckOutcome.REPLAYED,
    }[kind]
    stage = "start_batch" if kind is OutcomeKind.SUPERSEDED else "start_dbt"
    return replace(
        report, outcome=outcome, state=kind.value, stage=stage, reason=reason, next=f"record the outcome {kind.value}"
    )


def _described_end(report: ReleaseReport, state: str, reason: str, is_asked: bool) -> ReleaseReport:
    """Say what a final state means: held and superseded releases matter only to somebody who asked for them."""
    outcome = CheckOutcome.UP_TO_DATE
    if state == "rejected":
        outcome = CheckOutcome.REJECTED
    elif state in ("superseded", "held") and is_asked:
        outcome = CheckOutcome.SUPERSEDED
    return replace(
        report,
        outcome=outcome,
        state="published" if state == "up_to_date" else state,
        stage="done",
        reason=reason or None,
        next="nothing",
    )
