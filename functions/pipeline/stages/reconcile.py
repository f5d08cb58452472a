"""From what comes next for a run to its effect: the stage that has the work is woken up, and the answer says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.clients.trigger import wake
from pipeline.decisions import (
    Action,
    BackOff,
    RecordOutcome,
    RunTransform,
    StartBatch,
)
from pipeline.documents import format_utc
from pipeline.errors import ErrorCode, PermanentError
from pipeline.logs import StageLog
from pipeline.records import OutcomeKind
from pipeline.stages.answers import CheckOutcome, ReleaseReport
from pipeline.stages.deployment import Deployment
from pipeline.stages.descriptions import describe
from pipeline.stages.notices import Notices
from pipeline.state import Candidate, World
from pipeline.zips.drivers import check_drivers
from pipeline.zips.landing import Landing


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
                return self._refused(report, candidate, error)
        if isinstance(action, BackOff):
            self._tell(report, candidate, f"{candidate.run} {action.stage} until {format_utc(action.until)}")
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
        report = describe(action, candidate, self.is_asked)
        if self.dry_run and isinstance(action, StartBatch | RunTransform | RecordOutcome):
            return replace(report, outcome=CheckOutcome.DRY_RUN, next=f"would: {report.next}")
        return report

    def _refused(self, report: ReleaseReport, candidate: Candidate, error: PermanentError) -> ReleaseReport:
        told = replace(
            report,
            outcome=CheckOutcome.REJECTED,
            next="choose other drivers (DRIVERS)",
            reason=error.message,
            error_code=str(error.code),
            details=error.details,
        )
        self._tell(told, candidate, f"{candidate.run} {','.join(self.deployment.settings.drivers)}")
        return told

    def _tell(self, report: ReleaseReport, candidate: Candidate, about: str) -> None:
        """Say why a release does not go on; what a transform has refused was said by the transform."""
        notices = Notices(self.deployment, self.log, self.dry_run)
        message = f"{report.release}: {report.reason}"
        notices.tell(candidate.run.version, str(report.error_code), about, message, run=report.run)


def _with_landing(report: ReleaseReport, landing: Landing | None) -> ReleaseReport:
    if landing is None:
        return report
    return replace(report, bytes=landing.size_bytes, duration_ms=landing.duration_ms)
