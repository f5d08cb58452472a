"""Random interleavings of whatever may happen to four releases: the real programs, on a model of what is around them.

The functions and the transform run from their own edges on, several at once, each stopped or killed between any two
calls of a service. `make test` tries the same examples each time; `make fuzz` makes new ones.
"""

from __future__ import annotations

import unittest
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.decisions import BatchState, Purpose
from pipeline.objects import POINTER, Run, zip_name
from pipeline.records import OutcomeKind
from pipeline.releases import SAMPLE, Version, parse_version
from pipeline.state import World, candidate_of, read_outcome
from tests.fuzz.bounds import PROFILE, fuzzed
from tests.model.cloud import Event, ModelCloud
from tests.model.programs import Program
from tests.model.services import ModelBatch, digest_of

RELEASES = [parse_version(f"2026.{number}.0") for number in range(1, 4)]
VERSIONS = [SAMPLE, *RELEASES]
WINDOW = timedelta(hours=24) - timedelta(minutes=20)  # the clocks of two programs are up to 20 minutes apart
FOR_EVER = 9_999  # calls of services
NOBODYS_CLOCK_IS_WRONG = timedelta()

versions = st.sampled_from(VERSIONS)
picks = st.integers(0, 11)
skews = st.sampled_from([timedelta(minutes=minutes) for minutes in (0, -10, 10)])
how_far = st.sampled_from([FOR_EVER] * 4 + [1, 3, 6, 10, 15, 25])  # calls of services until it is left where it is

SEEDS = 40
SITUATIONS = ("rollback", "hold", "late ZIP", "fault limit")
SEEN: Counter[str] = Counter()  # in how many examples there was each of them


class Pipeline(RuleBasedStateMachine):
    """Everything that may happen."""

    @initialize(
        published=st.integers(0, 2),
        unsound=st.sets(st.sampled_from(RELEASES), max_size=1),
        passed_over=st.integers(0, 1),
    )
    def begin(self, published: int, unsound: set[Version], passed_over: int = 0) -> None:
        self.cloud = ModelCloud()
        self.stack = ExitStack()
        self.stack.enter_context(self.cloud.in_place())
        self.unsound = unsound
        self.seen: set[str] = set()
        for version in RELEASES[passed_over:][:published]:
            self.cloud.github.offered[version] = 0
            self.everything_goes_well()

    # what happens outside

    @rule(version=st.sampled_from(RELEASES))
    def github_has_a_release(self, version: Version) -> None:
        self.cloud.github.offered.setdefault(version, 0)

    @precondition(lambda self: self.cloud.github.offered)
    @rule(pick=picks, is_deleted=st.booleans())
    def github_changes_or_deletes_a_release(self, pick: int, is_deleted: bool) -> None:
        offered = self.cloud.github.offered
        version = sorted(offered)[pick % len(offered)]
        offered[version] += 1
        if is_deleted:
            del offered[version]

    @rule(version=versions)
    def a_zip_is_landed_by_hand(self, version: Version) -> None:
        digest = digest_of(version, 0)
        self.cloud.landing.create_json(zip_name(version, digest), {}, {"sha256": digest})

    @rule(hours=st.sampled_from([0.1, 1, 6, 25]))
    def time_passes(self, hours: float) -> None:
        self.cloud.clock += timedelta(hours=hours)
        if hours >= 1:  # a function that has not answered by now is not there any more
            for program in self.cloud.programs:
                if program.name != "transform":
                    program.kill()

    @rule(what=st.sampled_from(["room", "dbt", "github"]))
    def something_breaks_or_is_mended(self, what: str) -> None:
        cloud = self.cloud
        if what == "room":
            cloud.dataproc.has_room = not cloud.dataproc.has_room
        elif what == "dbt":
            cloud.is_dbt_broken = not cloud.is_dbt_broken
        else:
            cloud.github.is_reachable = not cloud.github.is_reachable

    @rule(version=st.sampled_from(RELEASES))
    def a_test_of_the_transform_finds_something(self, version: Version) -> None:
        self.cloud.refused.add((version, self.cloud.transform_digest))

    @rule(is_transform=st.booleans())
    def something_else_is_deployed(self, is_transform: bool) -> None:
        cloud = self.cloud
        if is_transform:
            cloud.transform_digest = f"{int(cloud.transform_digest, 16) + 1:064x}"
        else:
            cloud.code = f"{int(cloud.code, 16) + (1 << 224):064x}"

    @rule(is_warehouse=st.booleans())
    def something_is_lost(self, is_warehouse: bool) -> None:
        if is_warehouse:
            self.cloud.warehouse.published = None
        else:
            self.cloud.state.objects.pop(POINTER, None)

    # what wakes the programs up

    @rule(skew=skews, far=how_far)
    def the_scheduler_ticks(self, skew: timedelta, far: int) -> None:
        self.let_go(self.cloud.check(skew), far)

    @rule(version=versions, wish=st.sampled_from([[], ["force"], ["rollback"], ["accept_shrink"]]), far=how_far)
    def somebody_asks(self, version: Version, wish: list[str], far: int) -> None:
        body = {"release": str(version), **dict.fromkeys(wish, True)}
        self.let_go(self.cloud.check(NOBODYS_CLOCK_IS_WRONG, body), far)

    @precondition(lambda self: self.cloud.events)
    @rule(pick=picks, skew=skews, far=how_far, copies=st.sampled_from([1, 1, 2]), is_kept=st.booleans())
    def an_event_is_delivered(self, pick: int, skew: timedelta, far: int, copies: int, is_kept: bool) -> None:
        events = self.cloud.events
        event = events[pick % len(events)]
        if not is_kept:
            events.remove(event)
        for program in [self.cloud.deliver(event, skew) for _ in range(copies)]:
            self.let_go(program, far)

    @precondition(lambda self: self.cloud.events)
    @rule(pick=picks)
    def an_event_is_lost(self, pick: int) -> None:
        self.cloud.events.pop(pick % len(self.cloud.events))

    @rule()
    def everything_goes_well(self) -> None:
        self.cloud.check(NOBODYS_CLOCK_IS_WRONG).finish()
        self.let_settle()

    @rule(end=st.sampled_from(["parquet", "failed", "cancelled", "vanished"]), times=st.integers(1, 4))
    def every_batch_ends_badly(self, end: str, times: int) -> None:
        for _ in range(times):
            self.cloud.check(NOBODYS_CLOCK_IS_WRONG).finish()
            self.let_settle(end)

    @rule()
    def there_is_no_room_for_a_day(self) -> None:
        self.cloud.dataproc.has_room = False
        self.everything_goes_well()
        self.cloud.clock += timedelta(hours=25)
        self.cloud.dataproc.has_room = True

    @precondition(lambda self: self.has_older() and self.cloud.pointers[-1].pointer.hold_above is None)
    @rule(pick=picks)
    def a_rollback_is_followed_by_other_code(self, pick: int) -> None:
        version = self.older(pick)
        self.cloud.github.offered.setdefault(version, 0)
        self.somebody_asks(version, ["rollback"], FOR_EVER)
        self.let_settle()
        self.something_else_is_deployed(is_transform=False)  # each release may have a run without an outcome now
        self.everything_goes_well()
        if self.is_a_release_held():
            self.seen.add("hold")

    @precondition(lambda self: self.has_older())
    @rule(pick=picks, number=st.integers(0, 1), is_other_code=st.booleans())
    def an_older_zip_comes_late(self, pick: int, number: int, is_other_code: bool) -> None:
        version, landing = self.older(pick), self.cloud.landing
        if is_other_code:
            self.something_else_is_deployed(is_transform=False)
        digest = digest_of(version, number)
        name = zip_name(version, digest)
        landing.create_json(name, {}, {"sha256": digest})
        event = Event("start_batch", landing.name, name, landing.objects[name][0].generation)
        self.cloud.deliver(event, NOBODYS_CLOCK_IS_WRONG).finish()

    @precondition(lambda self: self.cloud.pointers)
    @rule(times=st.integers(3, 5), hours=st.sampled_from([0, 0, 1, 6, 7]))
    def the_transform_fails_each_time(self, times: int, hours: float) -> None:
        self.something_else_is_deployed(is_transform=True)  # it has to publish again what is published
        self.cloud.is_dbt_broken = True
        for _ in range(times):
            self.everything_goes_well()
            self.time_passes(hours)
        self.cloud.is_dbt_broken = False

    @rule(far=st.integers(1, 60) | st.integers(26, 42), is_killed=st.booleans(), version=versions)
    def everything_goes_well_until_a_transform_stands_still(self, far: int, is_killed: bool, version: Version) -> None:
        wish = {"release": str(version), "force": True} if version in self.cloud.world().zips else None
        self.cloud.github.offered |= {} if version.is_sample else {version: 0}
        self.cloud.check(NOBODYS_CLOCK_IS_WRONG, wish).finish()
        self.let_settle(transforms_go=far)
        for program in self.transforms():
            program.is_stopped = True  # SIGSTOP: it may wake up when somebody else has its lease
            if is_killed:
                program.kill()

    # how they go on

    @precondition(lambda self: any(not program.has_ended for program in self.cloud.programs))
    @rule(pick=picks, far=how_far)
    def a_program_goes_on(self, pick: int, far: int) -> None:
        self.let_go(self.alive(pick), far)

    @precondition(lambda self: any(not program.has_ended for program in self.cloud.programs))
    @rule(pick=picks)
    def a_program_is_killed(self, pick: int) -> None:
        self.alive(pick).kill()

    @precondition(lambda self: self.cloud.dataproc.active())
    @rule(pick=picks, end=st.sampled_from(["sound", "sound", "sound", "parquet", "failed", "cancelled", "vanished"]))
    def a_batch_ends(self, pick: int, end: str) -> None:
        active = self.cloud.dataproc.active()
        self.end(active[pick % len(active)], end)

    # what must hold, always

    @invariant()
    def nothing_unforeseen_happens(self) -> None:
        assert self.cloud.unforeseen == []

    @invariant()
    def the_pointer_names_what_is_whole(self) -> None:
        state, curated = self.cloud.state, self.cloud.curated
        for pointer, _, _ in self.cloud.pointers[-1:]:
            found = state.read_json(pointer.run.manifest)
            assert found is not None
            assert (found[0]["status"], found[0]["attempt"]) == ("processed", pointer.attempt)
            assert curated.list_objects(pointer.run.curated_prefix(pointer.attempt)), "and its Parquet is kept"
            assert curated.find(pointer.report.removeprefix(f"gs://{curated.name}/")) is not None

    @invariant()
    def the_pointer_never_goes_back_by_itself(self) -> None:
        pointers = self.cloud.pointers
        for (before, _, _), (after, purpose, is_asked) in pairwise(pointers):
            was_asked = is_asked or purpose is Purpose.RESTORE
            assert after.version >= before.version or was_asked
            held = before.hold_above
            if held is not None and after.version != before.version and after.version <= held:
                assert was_asked, "a rollback stays"
            assert after.fence > before.fence

    @invariant()
    def attempts_are_bounded(self) -> None:
        created = self.cloud.dataproc.created
        for run in {batch.run for batch in created}:
            # An attempt whose batch vanished is made again under its number.
            assert most_within_a_day((batch.created_at, batch.attempt) for batch in created if batch.run == run) <= 3

    @invariant()
    def faults_are_bounded(self) -> None:
        assert self.most_faults() <= 3

    def teardown(self) -> None:
        """Mend everything and let the scheduler tick; then everything has ended well, and nothing moves any more."""
        if not hasattr(self, "cloud"):
            return
        try:
            for program in self.cloud.programs:
                program.kill()
            self.cloud.dataproc.has_room = self.cloud.github.is_reachable = True
            self.cloud.is_dbt_broken = False
            for _ in range(6):
                self.quiet_day()
            self.nothing_moves_any_more()
            self.everything_has_ended_well()
            for check in (self.nothing_unforeseen_happens, self.the_pointer_names_what_is_whole,
                          self.the_pointer_never_goes_back_by_itself, self.attempts_are_bounded,
                          self.faults_are_bounded):  # fmt: skip
                check()
            self.tell_what_was_seen()
        finally:
            for program in self.cloud.programs:
                program.kill()
            self.stack.close()

    def tell_what_was_seen(self) -> None:
        SEEN["rollback"] += any(purpose is Purpose.ROLLBACK for _, purpose, _ in self.cloud.pointers)
        SEEN["hold"] += "hold" in self.seen
        SEEN["late ZIP"] += bool(self.cloud.late_zips)
        SEEN["fault limit"] += self.most_faults() == 3

    def quiet_day(self) -> None:
        self.cloud.clock += timedelta(hours=25)
        self.everything_goes_well()

    def let_settle(self, end: str = "sound", transforms_go: int = FOR_EVER) -> None:
        """Deliver every event, end every batch and every program, a few times over."""
        cloud = self.cloud
        for _ in range(6):
            if not (cloud.events or cloud.dataproc.active() or any(not each.has_ended for each in cloud.programs)):
                return
            events = list(cloud.events)
            cloud.events.clear()
            for event in events:
                cloud.deliver(event, NOBODYS_CLOCK_IS_WRONG).finish()
            for batch in cloud.dataproc.active():
                self.end(batch, end)
            for program in cloud.programs:
                if program.name == "transform" and not program.is_stopped:
                    self.let_go(program, transforms_go)
                elif program.name != "transform":
                    program.finish()
            if transforms_go < FOR_EVER and self.transforms():
                return

    def transforms(self) -> list[Program]:
        return [program for program in self.cloud.programs if program.name == "transform" and not program.has_ended]

    def nothing_moves_any_more(self) -> None:
        cloud = self.cloud
        before = [bucket.generation for bucket in (cloud.landing, cloud.state, cloud.curated)], len(cloud.executions)
        cloud.check(NOBODYS_CLOCK_IS_WRONG).finish()
        assert cloud.events == [], "no stage is woken for nothing"
        after = [bucket.generation for bucket in (cloud.landing, cloud.state, cloud.curated)], len(cloud.executions)
        assert after == before

    def everything_has_ended_well(self) -> None:
        cloud, world = self.cloud, self.cloud.world()
        pointer = world.pointer
        refused = {version for version, digest in cloud.refused if digest == cloud.transform_digest}
        if pointer is None and any(self.is_published(world, run) and run.version in refused for run in world.runs):
            return  # lost, and what it named is refused now: all wait for another transform, or for a wish
        ended = {run.version for run, found in world.runs.items() if found.outcome is not None}
        held = pointer.hold_above if pointer else None
        gone = {version for version in world.requests if candidate_of(world, version) is None}
        assert not gone & cloud.github.offered.keys(), "a wish waits for its ZIP only while GitHub has none"
        for version in world.zips.keys() - refused - gone:
            is_held = held is not None and pointer is not None and pointer.version < version <= held
            assert version in ended or is_held, f"{version} has its outcome"
            assert not world.is_request_open(version, world.last_request(version)), "every wish is answered"
            if version not in self.unsound and not is_held:
                assert pointer is not None
                assert pointer.version >= version
        for run, found in world.runs.items():
            failures = [cloud.state.read_json(info.name) for info in found.transforms.values()]
            assert "place_gone" not in [failure[0]["code"] for failure in failures if failure], (
                "no fault of the release"
            )
            assert run.version not in self.unsound or not self.is_published(world, run)
        if pointer is not None and pointer.version not in refused:
            assert cloud.warehouse.published == (pointer.run, pointer.fence), "readers see what the pointer names"
            assert pointer.transform_digest == cloud.transform_digest, "and the deployed transform made it"

    # effects

    def is_published(self, world: World, run: Run) -> bool:
        is_over = world.runs[run].outcome is not None
        return is_over and read_outcome(world, run).outcome is OutcomeKind.PUBLISHED

    def has_older(self) -> bool:
        return bool(self.cloud.pointers) and self.cloud.pointers[-1].pointer.version > RELEASES[0]

    def is_a_release_held(self) -> bool:
        """Say whether a landed release would have a run of the deployed code if a rollback did not hold it back."""
        world = self.cloud.world()
        pointer = world.pointer
        if pointer is None or pointer.hold_above is None:
            return False
        held = [version for version in world.zips if pointer.version < version <= pointer.hold_above]
        waiting = [candidate_of(world, version) for version in held]
        return any(candidate is not None and candidate.run not in world.runs for candidate in waiting)

    def older(self, pick: int) -> Version:
        older = [version for version in RELEASES if version < self.cloud.pointers[-1].pointer.version]
        return older[pick % len(older)]

    def most_faults(self) -> int:
        """Return how often one transform has failed with one run within a day, at most."""
        faults = self.cloud.faults
        whose = {(fault.run, fault.transform_digest) for fault in faults}
        return max((most_within_a_day((fault.at, fault.fence) for fault in faults if fault[:2] == each)
                    for each in whose), default=0)  # fmt: skip

    def let_go(self, program: Program, far: int) -> None:
        while far > 0 and not program.has_ended:
            program.step()
            far -= 1

    def alive(self, pick: int) -> Program:
        alive = [program for program in self.cloud.programs if not program.has_ended]
        return alive[pick % len(alive)]

    def end(self, batch: ModelBatch, end: str) -> None:
        cloud = self.cloud
        if end in ("sound", "parquet"):
            cloud.curated.create_json(batch.parquet, {})
            batch.state = BatchState.SUCCEEDED
        if end == "sound":
            status = "rejected" if batch.run.version in self.unsound else "processed"
            cloud.state.create_json(batch.run.manifest, batch.manifest(status))
        elif end == "vanished":
            del cloud.dataproc.batches[f"{batch.run}-{batch.attempt}"]
        elif end != "parquet":
            batch.state = BatchState(end)


def most_within_a_day(numbered: Iterable[tuple[datetime, int]]) -> int:
    """Return how many different numbers there are within one window, at most."""
    told = list(numbered)
    return max(len({number for at, number in told if first <= at < first + WINDOW}) for first, _ in told)


def the_share(self: unittest.TestCase) -> None:
    """Try one example of each of many seeds: of one seed, Hypothesis would try variants of a dozen examples."""
    of_a_seed = settings(TestPipeline.settings, max_examples=2)  # the first is always the simplest
    SEEN.clear()
    for number in range(SEEDS):
        run_state_machine_as_test(seed(number)(Pipeline), settings=of_a_seed)
    assert [what for what in SITUATIONS if SEEN[what] < 3] == [], f"too few examples for the invariants: {SEEN}"


# To shrink what was found takes minutes: `make test` shows it as it is, `make fuzz` has the time.
PHASES = tuple(phase for phase in Phase if PROFILE == "fuzz" or phase not in (Phase.shrink, Phase.explain))
TestPipeline = Pipeline.TestCase
TestPipeline.settings = settings(fuzzed(1 / 4), stateful_step_count=50, phases=PHASES, report_multiple_bugs=False)
if PROFILE == "share":
    TestPipeline.runTest = the_share
