"""Random interleavings of releases, ticks, events, crashes and wishes over the real decisions, with a model of GCS.

The model keeps objects, preconditions and the clock; reading state, deciding, the lease and the hold are the real code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.clients.dataproc import FoundBatch
from pipeline.clients.storage import Bucket, StoredObject
from pipeline.decisions import Action, BatchState, RecordOutcome, RunTransform, StartBatch, next_action
from pipeline.facts import BatchLookup, facts_of
from pipeline.objects import POINTER, Run, request_name, zip_name
from pipeline.records import Outcome, OutcomeKind, Pointer, Request
from pipeline.releases import Version, parse_version
from pipeline.state import Candidate, World, candidate_of, candidates, is_lease_live, read_world
from transform import lease
from transform.errors import LeaseHeldError, LeaseLostError
from transform.publication import hold_above, record_outcome
from transform.work import Work

VERSIONS = [parse_version(f"2026.{number}.0") for number in range(1, 4)]
DAY = timedelta(hours=24)
LEASE_S = 1200


@dataclass
class ModelBucket:
    """Objects with generations and preconditions, as Bucket offers them."""

    clock: list[datetime]
    name: str = "model"
    objects: dict[str, tuple[StoredObject, Any]] = field(default_factory=dict)
    generation: int = 0

    def list_objects(self, prefix: str) -> list[StoredObject]:
        return [info for name, (info, _) in sorted(self.objects.items()) if name.startswith(prefix)]

    def find(self, name: str) -> StoredObject | None:
        found = self.objects.get(name)
        return found[0] if found else None

    def read_json(self, name: str) -> tuple[dict[str, Any], int] | None:
        found = self.objects.get(name)
        return (json.loads(json.dumps(found[1])), found[0].generation) if found else None

    def create_json(self, name: str, document: Any, metadata: dict[str, str] | None = None) -> bool:
        return self.replace_json(name, document, 0, metadata) is not None

    def replace_json(
        self, name: str, document: Any, if_generation: int, metadata: dict[str, str] | None = None
    ) -> int | None:
        current = self.find(name)
        if (current.generation if current else 0) != if_generation:
            return None
        self.generation += 1
        now = self.clock[0]
        self.objects[name] = (StoredObject(name, self.generation, 1, now, now, metadata or {}), document)
        return self.generation

    def touch(self, info: StoredObject) -> StoredObject | None:
        current = self.objects.get(info.name)
        if current is None or current[0].generation != info.generation:
            return None
        return StoredObject(info.name, info.generation, 1, info.created_at, self.clock[0], {})


@dataclass
class Execution:
    """One transform, step by step; a crash leaves it wherever it is."""

    name: str
    steps: Iterator[None]
    has_ended: bool = False


class Pipeline(RuleBasedStateMachine):
    """Everything that may happen to three releases."""

    @initialize()
    def begin(self) -> None:
        self.clock = [datetime(2026, 11, 1, tzinfo=UTC)]
        self.landing, self.state = ModelBucket(self.clock), ModelBucket(self.clock)
        self.code, self.transform = "c" * 64, "d" * 64
        self.batches: dict[str, tuple[BatchState, datetime]] = {}
        self.unsound: set[str] = set()
        self.executions: list[Execution] = []
        self.control_fence = 0
        self.warehouse: Run | None = None
        self.published_fence: int | None = None
        self.trail: list[tuple[Pointer, bool]] = []

    # what happens outside

    @rule(version=st.sampled_from(VERSIONS), is_sound=st.booleans())
    def a_zip_is_landed(self, version: Version, is_sound: bool) -> None:
        if any(name.startswith(f"releases/{version}/") for name in self.landing.objects):
            return
        digest = f"{version.numbers[1]:064x}"
        self.landing.create_json(zip_name(version, digest), {}, {"sha256": digest})
        if not is_sound:
            self.unsound.add(str(version))

    @rule(version=st.sampled_from(VERSIONS), rollback=st.booleans())
    def somebody_asks(self, version: Version, rollback: bool) -> None:
        world = self.world()
        if version not in world.zips or len(world.requests.get(version, ())) > 1:
            return
        number = world.last_request(version) + 1
        asked = Request(version, number, not rollback, rollback, False, False, None, "someone", self.clock[0])
        self.state.create_json(request_name(version, number), asked.to_json())

    @rule(hours=st.sampled_from([1, 6, 25]))
    def time_passes(self, hours: int) -> None:
        self.clock[0] += timedelta(hours=hours)

    @rule()
    def another_transform_is_deployed(self) -> None:
        self.transform = chr(ord(self.transform[0]) + 1) * 64 if self.transform[0] < "f" else "0" * 64

    @rule()
    def the_pointer_is_lost(self) -> None:
        self.state.objects.pop(POINTER, None)

    @rule()
    def the_warehouse_is_lost(self) -> None:
        self.warehouse = self.published_fence = None

    # what the stages do

    @rule()
    def the_scheduler_ticks(self) -> None:
        for candidate in candidates(self.world()):
            self.carry_out(candidate)

    @rule(version=st.sampled_from(VERSIONS))
    def an_event_is_delivered(self, version: Version) -> None:
        candidate = candidate_of(self.world(), version)
        if candidate is not None:
            self.carry_out(candidate)

    @precondition(lambda self: any(state is BatchState.ACTIVE for state, _ in self.batches.values()))
    @rule(data=st.data(), end=st.sampled_from(["manifest", "manifest", "manifest", *BatchState]))
    def a_batch_ends(self, data: st.DataObject, end: str) -> None:
        active = sorted(batch for batch, (state, _) in self.batches.items() if state is BatchState.ACTIVE)
        self.end_batch(data.draw(st.sampled_from(active)), end)

    @precondition(lambda self: any(not execution.has_ended for execution in self.executions))
    @rule(data=st.data(), steps=st.integers(0, 9))
    def a_transform_goes_on(self, data: st.DataObject, steps: int) -> None:
        running = [execution for execution in self.executions if not execution.has_ended]
        execution = running[data.draw(st.integers(0, len(running) - 1))]
        if steps == 0:  # it crashes where it stands
            execution.has_ended = True
        for _ in range(steps):
            execution.has_ended = execution.has_ended or next(execution.steps, "over") == "over"

    # what must hold, always

    @invariant()
    def the_pointer_names_what_is_whole(self) -> None:
        for pointer, _ in self.trail[-1:]:
            found = self.state.read_json(pointer.run.manifest)
            assert found is not None
            assert found[0]["status"] == "processed"

    @invariant()
    def the_pointer_never_goes_back_by_itself(self) -> None:
        for (before, _), (after, was_asked) in zip(self.trail, self.trail[1:], strict=False):
            assert after.version >= before.version or was_asked
            held = before.hold_above
            if held is not None and after.version != before.version and after.version <= held:
                assert was_asked, "a rollback stays"
            assert after.fence > before.fence

    @invariant()
    def attempts_are_bounded(self) -> None:
        by_run: dict[str, list[datetime]] = {}
        for batch, (_, at) in self.batches.items():
            by_run.setdefault(batch.rpartition("-")[0], []).append(at)
        for times in by_run.values():
            for first in times:
                assert sum(first <= at < first + DAY for at in times) <= 3

    def teardown(self) -> None:
        """Let everything end well: then the newest sound release that is not held is published."""
        if not hasattr(self, "state"):
            return
        for _ in range(12):
            self.clock[0] += timedelta(hours=25)
            self.the_scheduler_ticks()
            for batch, (state, _) in list(self.batches.items()):
                if state is BatchState.ACTIVE:
                    self.end_batch(batch, "manifest")
            self.the_scheduler_ticks()
            for execution in self.executions:
                while not execution.has_ended and next(execution.steps, "over") != "over":
                    pass
                execution.has_ended = True
        world = self.world()
        held = world.pointer.hold_above if world.pointer else None
        sound = [
            version for version in world.zips if str(version) not in self.unsound and (held is None or version > held)
        ]
        if sound:
            assert world.pointer is not None
            assert world.pointer.version >= max(sound)
            assert self.warehouse == world.pointer.run, "the warehouse is what the pointer names"
            assert world.pointer.transform_digest == self.transform, "and the deployed transform made it"
        for version in world.zips:
            assert not world.is_request_open(version, world.last_request(version)), "every wish is answered"

    # the stages' effects

    def world(self) -> World:
        return read_world(
            cast(Bucket, self.landing), cast(Bucket, self.state),
            code_digest=self.code, transform_digest=self.transform, now=self.clock[0],
        )  # fmt: skip

    def decide(self, world: World, candidate: Candidate) -> Action:
        def find_batch(batch: str) -> FoundBatch:
            state, created_at = self.batches.get(batch, (BatchState.MISSING, None))
            return FoundBatch(state, "", created_at)

        live = is_lease_live(world, self.has_ended)
        return self.next_action(world, candidate, find_batch, is_lease_live=live)

    def next_action(
        self, world: World, candidate: Candidate, find_batch: BatchLookup | None, *, is_lease_live: bool
    ) -> Action:
        facts = facts_of(
            world, candidate, find_batch=find_batch, is_lease_live=is_lease_live,
            published_fence=lambda: self.published_fence,
        )  # fmt: skip
        return next_action(facts)

    def has_ended(self, holder: str) -> bool:
        return next(execution.has_ended for execution in self.executions if execution.name == holder)

    def carry_out(self, candidate: Candidate) -> None:
        world = self.world()
        action = self.decide(world, candidate)
        run = candidate.run
        if isinstance(action, StartBatch):
            self.state.create_json(run.batch(action.attempt), {})
            self.batches.setdefault(run.batch_id(action.attempt), (BatchState.ACTIVE, self.clock[0]))
        elif isinstance(action, RunTransform):
            name = f"execution-{len(self.executions)}"
            self.executions.append(Execution(name, self.transform_steps(name)))
        elif isinstance(action, RecordOutcome):
            self.record(world, run, action)

    def record(self, world: World, run: Run, action: RecordOutcome) -> None:
        named = world.pointer if world.pointer and action.outcome is OutcomeKind.PUBLISHED else None
        outcome = Outcome(
            action.outcome, run.version, run, action.reason, self.clock[0],
            named.attempt if named else None, named.fence if named else None, named.hold_above if named else None,
        )  # fmt: skip
        self.state.create_json(run.outcome, outcome.to_json())

    def end_batch(self, batch: str, end: str) -> None:
        _, at = self.batches[batch]
        if end != "manifest":
            state = BatchState(end)
            self.batches[batch] = (BatchState.FAILED if state is BatchState.MISSING else state, at)
            return
        self.batches[batch] = (BatchState.SUCCEEDED, at)
        [run] = {found.run for found in self.candidates_ever() if batch.startswith(f"{found.run}-")}
        status = "rejected" if str(run.version) in self.unsound else "processed"
        document = {
            "status": status, "version": str(run.version), "run": str(run), "attempt": 1,
            "zip": {"sha256": "0" * 64}, "tables": [], "findings": [], "finding_counts": {"error": 0, "warning": 0},
        }  # fmt: skip
        self.state.create_json(run.manifest, document)

    def candidates_ever(self) -> list[Candidate]:
        world = self.world()
        return [
            Candidate(Run(version, zips[-1].sha256[:8], self.code[:8], number), zips[-1], None)
            for version, zips in world.zips.items()
            for number in range(world.last_request(version) + 1)
        ]

    def transform_steps(self, name: str) -> Iterator[None]:
        """The transform's order of writes, one step a turn; the real lease, hold and outcome."""
        state = cast(Bucket, self.state)
        pointer = self.world().pointer
        floor = max(pointer.fence if pointer else 0, self.control_fence)
        try:
            held = lease.take(state, name, LEASE_S, fence_floor=floor, has_ended=self.has_ended)
        except LeaseHeldError:
            return
        tried: set[Run] = set()
        while (work := self.next_work(tried)) is not None:
            if tried:
                try:
                    held = lease.renew(state, held)
                except LeaseLostError:
                    return
            tried.add(work.run)
            if held.fence < self.control_fence:
                return
            self.control_fence = held.fence
            yield
            if work.purpose.value == "backfill":
                record_outcome(state, work.run, OutcomeKind.BACKFILLED, "", 1, held.fence, at=self.clock[0])
                continue
            if self.control_fence != held.fence:
                return
            self.warehouse, self.published_fence = work.run, held.fence
            yield
            if not self.move_pointer(work, held.fence):
                return
            yield
            outcome_hold = hold_above(work)
            record_outcome(state, work.run, OutcomeKind.PUBLISHED, "", 1, held.fence, outcome_hold, at=self.clock[0])
            yield
        lease.release(state, held)

    def next_work(self, tried: set[Run]) -> Work | None:
        world = self.world()
        published = world.pointer.run if world.pointer else None
        for candidate in sorted(candidates(world), key=lambda candidate: candidate.run == published):
            action = self.next_action(world, candidate, None, is_lease_live=False)
            if candidate.run not in tried and isinstance(action, RunTransform):
                return Work(candidate, action.purpose, world)
        return None

    def move_pointer(self, work: Work, fence: int) -> bool:
        pointer = Pointer(
            work.run.version, work.run, 1, "0" * 64, self.transform, ("lewis-hamilton",), fence, hold_above(work),
            self.clock[0], "m", "r", "w",
        )  # fmt: skip
        if self.state.replace_json(POINTER, pointer.to_json(), work.world.pointer_generation) is None:
            return False
        was_asked = work.run.request > 0 or work.purpose.value == "restore"
        self.trail.append((pointer, was_asked))
        return True


TestPipeline = Pipeline.TestCase
TestPipeline.settings = settings(
    max_examples=100, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
