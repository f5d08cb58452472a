"""What is left to do: the state's runs through `next_action`, asked again before the lease is let go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.clients.storage import Bucket
from pipeline.clients.warehouse import published_fence
from pipeline.decisions import Action, Purpose, RecordOutcome, RunTransform, next_action
from pipeline.facts import facts_of
from pipeline.logs import StageLog
from pipeline.objects import Run
from pipeline.outcomes import record_decided
from pipeline.state import Candidate, World, candidates, read_world
from transform.settings import Settings

Try = tuple[Run, Purpose]


@dataclass(frozen=True, slots=True)
class Buckets:
    landing: Bucket
    state: Bucket
    curated: Bucket


@dataclass(frozen=True, slots=True)
class Work:
    """One run to process, and the world as it was read when that was decided."""

    candidate: Candidate
    purpose: Purpose
    world: World

    @property
    def run(self) -> Run:
        return self.candidate.run


def open_buckets(settings: Settings) -> Buckets:
    project = settings.project_id
    return Buckets(
        landing=Bucket(settings.landing_bucket, project),
        state=Bucket(settings.state_bucket, project),
        curated=Bucket(settings.curated_bucket, project),
    )


def read(buckets: Buckets, settings: Settings) -> World:
    return read_world(
        buckets.landing,
        buckets.state,
        code_digest=settings.code_digest,
        transform_digest=settings.transform_digest,
        now=datetime.now(UTC),
    )


def next_work(buckets: Buckets, settings: Settings, tried: Collection[Try]) -> Work | None:
    """Return the first run that waits for a transform, None when nothing is left; what was tried is passed over.

    The pointer's own run comes last: what is newer replaces it, and what is backfilled belongs into its history.
    """
    world = read(buckets, settings)
    published = world.pointer.run if world.pointer is not None else None
    for candidate in sorted(candidates(world), key=lambda candidate: candidate.run == published):
        action = _decide(world, candidate, settings)
        if isinstance(action, RunTransform) and (candidate.run, action.purpose) not in tried:
            return Work(candidate, action.purpose, world)
    return None


def _decide(world: World, candidate: Candidate, settings: Settings) -> Action:
    return next_action(
        facts_of(
            world,
            candidate,
            find_batch=None,
            is_lease_live=False,
            published_fence=lambda: published_fence(settings.warehouse_url),
        )
    )


def close_unwanted(buckets: Buckets, settings: Settings, log: StageLog) -> None:
    """Write the outcomes that need no transform: superseded by the pointer, or published before a crash."""
    world = read(buckets, settings)
    for candidate in candidates(world):
        action = _decide(world, candidate, settings)
        if not isinstance(action, RecordOutcome):
            continue
        if record_decided(buckets.state, candidate.run, action.outcome, action.reason, world.pointer):
            log.info(f"{candidate.run.version}: {action.reason}", release=str(candidate.run.version),
                     run=str(candidate.run), step="outcome")  # fmt: skip
