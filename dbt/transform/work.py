"""What is left to do: the state's runs through `next_action`, asked again before the lease is let go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.clients.storage import Bucket
from pipeline.decisions import Purpose, RecordOutcome, RunTransform, next_action
from pipeline.logs import StageLog
from pipeline.objects import Run
from pipeline.records import Outcome
from pipeline.state import Candidate, World, candidates, facts_of, read_world
from transform.settings import Settings


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


def next_work(buckets: Buckets, settings: Settings, tried: Collection[Run]) -> Work | None:
    """Return the first run that waits for a transform, None when nothing is left; runs in `tried` are passed over."""
    world = read(buckets, settings)
    for candidate in candidates(world):
        if candidate.run in tried:
            continue
        action = next_action(facts_of(world, candidate, batch_state=None, is_lease_live=False))
        if isinstance(action, RunTransform):
            return Work(candidate, action.purpose, world)
    return None


def close_unwanted(buckets: Buckets, settings: Settings, log: StageLog) -> None:
    """Write the outcomes that need no transform: superseded by the pointer, or published before a crash."""
    world = read(buckets, settings)
    for candidate in candidates(world):
        action = next_action(facts_of(world, candidate, batch_state=None, is_lease_live=False))
        if isinstance(action, RecordOutcome):
            outcome = _outcome(world, candidate.run, action)
            if buckets.state.create_json(candidate.run.outcome, outcome.to_json()):
                log.info(f"{candidate.run.version}: {outcome.reason}", release=str(candidate.run.version),
                         run=str(candidate.run), step="outcome")  # fmt: skip


def _outcome(world: World, run: Run, action: RecordOutcome) -> Outcome:
    pointer = world.pointer if world.pointer is not None and world.pointer.run == run else None
    return Outcome(
        outcome=action.outcome,
        version=run.version,
        run=run,
        reason=action.reason,
        at=datetime.now(UTC),
        attempt=pointer.attempt if pointer else None,
        fence=pointer.fence if pointer else None,
        hold_above=pointer.hold_above if pointer else None,
    )
