"""One deployment as a handler sees it: its settings, buckets and services, and the decision on a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.clients.dataproc import Dataproc
from pipeline.clients.github import GitHub
from pipeline.clients.run_jobs import RunJob
from pipeline.clients.storage import Bucket
from pipeline.clients.warehouse import published_fence
from pipeline.decisions import Action, Facts, next_action
from pipeline.documents import InvalidDocumentError
from pipeline.errors import ErrorCode, PermanentError
from pipeline.facts import facts_of
from pipeline.objects import Run
from pipeline.settings import Settings
from pipeline.state import Candidate, World, candidate_of, candidates, is_lease_live, read_world


@dataclass(frozen=True, slots=True)
class Deployment:
    """Handles for everything that a function touches; no connection is made before it is needed."""

    settings: Settings
    landing: Bucket
    state: Bucket
    github: GitHub
    dataproc: Dataproc
    job: RunJob

    def read_world(self) -> World:
        """Read what the buckets say now.

        Raises:
            PermanentError: `malformed_document`.
            TransientError: from the buckets.
        """
        try:
            return read_world(
                self.landing,
                self.state,
                code_digest=self.settings.code_digest,
                transform_digest=self.settings.transform_digest,
                now=datetime.now(UTC),
            )
        except InvalidDocumentError as error:
            raise PermanentError(ErrorCode.MALFORMED_DOCUMENT, str(error)) from error

    def decide(self, world: World, candidate: Candidate) -> tuple[Facts, Action]:
        """Gather the facts of one run and decide what comes next.

        Raises:
            PermanentError: `malformed_document`.
            TransientError: from any of the services.
        """
        try:
            facts = facts_of(
                world,
                candidate,
                find_batch=self.dataproc.find_batch,
                is_lease_live=is_lease_live(world, self.job.has_ended),
                published_fence=lambda: published_fence(self.settings.warehouse_url),
            )
        except InvalidDocumentError as error:
            raise PermanentError(ErrorCode.MALFORMED_DOCUMENT, str(error)) from error
        return facts, next_action(facts)

    def find_candidate(self, world: World, run: Run) -> Candidate | None:
        """Return the candidate that a run is now, or None when another run stands for its release."""
        found = [*candidates(world), candidate_of(world, run.version)]
        return next((candidate for candidate in found if candidate is not None and candidate.run == run), None)


def open_deployment(settings: Settings) -> Deployment:
    """Put the handles of one deployment together."""
    return Deployment(
        settings=settings,
        landing=Bucket(settings.landing_bucket, settings.project_id),
        state=Bucket(settings.state_bucket, settings.project_id),
        github=GitHub(settings.github_api_url, settings.github_url, settings.github_repository, settings.github_token),
        dataproc=Dataproc(settings.project_id, settings.region, settings.dataproc_endpoint),
        job=RunJob(settings.transform_job, settings.run_endpoint),
    )
