"""check_release: what is new on GitHub is landed, and whatever has not happened yet is made to happen."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.clients.release_json import Release
from pipeline.errors import ErrorCode, PermanentError, PipelineError, TransientError
from pipeline.lateness import late_by
from pipeline.logs import StageLog
from pipeline.releases import Version
from pipeline.stages.answers import Answer, CheckOutcome, ReleaseReport
from pipeline.stages.check_body import CheckRequest
from pipeline.stages.deployment import Deployment
from pipeline.stages.discovery import Offers, is_changed, missing_requests, newer_releases
from pipeline.stages.notices import Notices
from pipeline.stages.reconcile import Reconciliation
from pipeline.stages.usage import tell_usage
from pipeline.state import Candidate, World, candidate_of, candidates
from pipeline.zips.landing import Landing, land


@dataclass(slots=True)
class Check:
    """One check under way: what it has found and done so far."""

    deployment: Deployment
    log: StageLog
    request: CheckRequest
    reports: list[ReleaseReport] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: PipelineError | None = None
    landings: dict[Version, Landing] = field(default_factory=dict)

    def tick(self) -> Answer:
        """Land every newer release in version order, then reconcile whatever is not in a final state."""
        world = self.deployment.read_world()
        if world.pointer_problem:
            self.warn(f"the pointer cannot be read, and is restored: {world.pointer_problem}")
        for release in self._offers(world):
            self._land_offer(world, release)
        if self.landings:
            world = self.deployment.read_world()
        self.reconcile(world, candidates(world))
        self._tell_usage(world)
        return self.answer()

    def reconcile(self, world: World, found: list[Candidate], *, is_asked: bool = False) -> None:
        """Reconcile candidates one by one; a failing one does not keep the others waiting."""
        reconciliation = Reconciliation(self.deployment, self.log, self.request.dry_run, is_asked)
        told = {report.release for report in self.reports}
        for candidate in found:
            version = candidate.run.version
            try:
                report = reconciliation.reconcile(world, candidate, self.landings.get(version))
            except PipelineError as error:
                self.fail(error, str(version))
                continue
            self._tell_late(world, candidate, report)
            if str(version) not in told:
                self.reports.append(report)

    def land(self, release: Release) -> None:
        """Stream a release's ZIP into the landing bucket.

        Raises:
            PermanentError: when the ZIP is not as promised; nothing has been landed then.
            TransientError: from GitHub or the bucket.
        """
        settings = self.deployment.settings
        landing = land(self.deployment.landing, self.deployment.github, release, settings.max_zip_bytes, self.log)
        self.landings[release.version] = landing
        self.log.info(
            f"landed gs://{settings.landing_bucket}/{landing.name}",
            release=str(release.version),
            step="land",
            progress={"done": landing.size_bytes, "total": landing.size_bytes, "unit": "bytes"},
        )

    def report_changed(self, release: Release, candidate: Candidate) -> None:
        """Say that a known release has another ZIP now, which is landed only by force."""
        landed, offered = candidate.landed.sha256, release.sha256
        reason = (
            f"the ZIP of {release.version} has changed under its tag: landed is {landed}, offered is {offered}; "
            "ask with force to land it"
        )
        notices = Notices(self.deployment, self.log, self.request.dry_run)
        notices.tell(release.version, str(ErrorCode.ASSET_CHANGED), f"{landed} {offered}", reason)
        self.reports.append(
            ReleaseReport(
                release=str(release.version),
                outcome=CheckOutcome.REJECTED,
                state="asset_changed",
                stage="check_release",
                next="ask with force to land it",
                reason=reason,
                error_code=str(ErrorCode.ASSET_CHANGED),
                run=str(candidate.run),
                details={"landed_sha256": landed, "offered_sha256": offered},
            )
        )

    def report_would_land(self, release: Release) -> None:
        """Say in a dry run what would be streamed."""
        size_bytes = release.asset.size_bytes if release.asset else None
        self.reports.append(
            ReleaseReport(
                release=str(release.version),
                outcome=CheckOutcome.DRY_RUN,
                state="offered",
                stage="check_release",
                next="would: stream its ZIP into the landing bucket and start batch attempt 1",
                bytes=size_bytes,
            )
        )

    def warn(self, message: str) -> None:
        """Put a warning into the answer and the log."""
        self.warnings.append(message)
        self.log.warning(message)

    def fail(self, error: PipelineError, release: str | None = None) -> None:
        """Keep the first error for the answer, and log each."""
        self.log.error(error.message, release=release, error_code=str(error.code), step="failed")
        if self.error is None:
            self.error = error
        else:
            self.warnings.append(error.message)

    def answer(self) -> Answer:
        """Put the answer together."""
        return Answer(tuple(self.reports), tuple(self.warnings), self.request.dry_run, self.error)

    def _tell_late(self, world: World, candidate: Candidate, report: ReleaseReport) -> None:
        """Warn of a release that is on its way for too long; rejections and back-offs have told their own reason."""
        age = late_by(candidate.landed, world.now)
        if age is None or report.outcome not in (CheckOutcome.REPLAYED, CheckOutcome.IN_PROGRESS):
            return
        hours = int(age.total_seconds() // 3600)
        self.log.warning(
            f"{report.release}: published on GitHub {hours} hours ago, and still {report.state} here",
            release=report.release,
            run=report.run,
            error_code=str(ErrorCode.RELEASE_LATE),
        )

    def _tell_usage(self, world: World) -> None:
        """Log what batches cost; a tick that cannot is none the worse for it."""
        if self.request.dry_run:
            return
        try:
            tell_usage(self.deployment, world, self.log)
        except PipelineError as error:
            self.log.warning(f"what batches cost is told later: {error.message}", step="usage")

    def _offers(self, world: World) -> list[Release]:
        try:
            offers: Offers = newer_releases(self.deployment.github, world.pointer)
        except (TransientError, PermanentError) as error:
            self.fail(error)
            return []
        for warning in offers.warnings:
            self.warn(warning)
        asked, problems = missing_requests(self.deployment.github, world)
        for problem in problems:
            self.warn(problem)
        known = {release.version for release in offers.releases}
        return list(offers.releases) + [release for release in asked if release.version not in known]

    def _land_offer(self, world: World, release: Release) -> None:
        candidate = candidate_of(world, release.version)
        if candidate is not None:
            if is_changed(release, candidate):
                self.report_changed(release, candidate)
        elif release.asset is None:
            self.warn(f"{release.version} has no ZIP yet: the next tick looks again")
        elif self.request.dry_run:
            self.report_would_land(release)
        else:
            try:
                self.land(release)
            except (PermanentError, TransientError) as error:
                self.fail(error, str(release.version))
