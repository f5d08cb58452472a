"""From what comes next for a run to its effect: the stage that has the work is woken up, and the answer says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from pipeline.answers import CheckOutcome, ReleaseReport
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
from pipeline.deployment import Deployment
from pipeline.documents import format_utc
from pipeline.drivers import check_drivers
from pipeline.errors import ErrorCode, PermanentError
from pipeline.landing import Landing
from pipeline.logs import StageLog
from pipeline.records import OutcomeKind
from pipeline.state import Candidate, World
from pipeline.trigger import wake


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What one check does to runs; `is_asked` marks a release that was asked for by name."""

    deployment: Deployment
    log: StageLog
    dry_run: bool
    is_asked: bool = False

    def reconcile(self, world: World, candidate: Candidate, landing: Landing | None) -> ReleaseReport:
        """Bring one run a step further, if it needs one, and report where it stands.

        `landing` is given for a ZIP that was landed just now: its own event wakes start_batch.

        Raises:
            PermanentError: `malformed_document`.
            TransientError: from any service; the next tick tries again.
        """
        facts, action = self.deployment.decide(world, candidate)
        report = self._report(candidate, action)
        if isinstance(action, StartBatch | RunTransform):
            try:
                check_drivers(self.deployment.landing, candidate.landed, self.deployment.settings.drivers)
            except PermanentError as error:
                return self._refused(report, error)
        if isinstance(action, BackOff | Refused):
            self._tell(report)
        is_fresh = landing is not None and landing.is_new and isinstance(action, StartBatch)
        if is_fresh:
            report = replace(report, outcome=CheckOutcome.LANDED)
        elif not self.dry_run:
            self._wake(action, candidate)
            if isinstance(action, RecordOutcome) and action.outcome is OutcomeKind.PUBLISHED and facts.outcome is None:
                return self._after_recording(candidate, landing, report)
        return _with_landing(report, landing)

    def _after_recording(self, candidate: Candidate, landing: Landing | None, report: ReleaseReport) -> ReleaseReport:
        """Decide again: a published run whose outcome is written only now may need another transform at once."""
        world = self.deployment.read_world()
        _, action = self.deployment.decide(world, candidate)
        if isinstance(action, RecordOutcome):
            return _with_landing(report, landing)
        return self.reconcile(world, candidate, landing)

    def _wake(self, action: Action, candidate: Candidate) -> None:
        settings, landed = self.deployment.settings, candidate.landed
        is_superseded = isinstance(action, RecordOutcome) and action.outcome is OutcomeKind.SUPERSEDED
        if isinstance(action, StartBatch) or is_superseded:
            wake(
                settings.start_batch_url,
                settings.landing_bucket,
                str(landed.name),
                landed.generation,
                trace=self.log.trace,
            )
        elif isinstance(action, RunTransform | RecordOutcome):
            manifest = self.deployment.state.find(candidate.run.manifest)
            if manifest is None:
                raise PermanentError(
                    ErrorCode.OBJECT_MISSING,
                    f"{candidate.run.manifest} is gone: its Parquet cannot be found without it",
                )
            wake(
                settings.start_dbt_url, settings.state_bucket, manifest.name, manifest.generation, trace=self.log.trace
            )

    def _report(self, candidate: Candidate, action: Action) -> ReleaseReport:
        report = _describe(action, candidate, self.is_asked)
        if self.dry_run and isinstance(action, StartBatch | RunTransform | RecordOutcome):
            return replace(report, outcome=CheckOutcome.DRY_RUN, next=f"would: {report.next}")
        return report

    def _refused(self, report: ReleaseReport, error: PermanentError) -> ReleaseReport:
        told = replace(
            report,
            outcome=CheckOutcome.REJECTED,
            next="choose other drivers (DRIVERS)",
            reason=error.message,
            error_code=str(error.code),
            details=error.details,
        )
        self._tell(told)
        return told

    def _tell(self, report: ReleaseReport) -> None:
        self.log.error(
            f"{report.release}: {report.reason}", release=report.release, run=report.run, error_code=report.error_code
        )


def _with_landing(report: ReleaseReport, landing: Landing | None) -> ReleaseReport:
    if landing is None:
        return report
    return replace(report, bytes=landing.size_bytes, duration_ms=landing.duration_ms)


def _describe(action: Action, candidate: Candidate, is_asked: bool) -> ReleaseReport:
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
            return _described_outcome(report, kind, reason)
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


def _described_outcome(report: ReleaseReport, kind: OutcomeKind, reason: str) -> ReleaseReport:
    outcome = {
        OutcomeKind.REJECTED: CheckOutcome.REJECTED,
        OutcomeKind.SUPERSEDED: CheckOutcome.SUPERSEDED,
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
