"""Reading the buckets into candidates and facts: which run stands for a release, and in which order they are asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.clients.dataproc import FoundBatch
from pipeline.clients.storage import Bucket
from pipeline.decisions import BackOff, BatchState, next_action
from pipeline.facts import facts_of
from pipeline.releases import parse_version
from pipeline.state import World, candidate_of, candidates, read_world
from tests.integration.conftest import CODE_DIGEST, TRANSFORM_DIGEST, Functions
from tests.integration.stand_ins import release_zip

ONE, TWO, THREE = (release_zip(extra_bytes=extra) for extra in (1, 2, 3))


def world_of(functions: Functions) -> World:
    landing, state = (Bucket(functions.buckets[kind].name, "test") for kind in ("landing", "state"))
    return read_world(landing, state, code_digest=CODE_DIGEST, transform_digest=TRANSFORM_DIGEST, now=datetime.now(UTC))


def runs(world: World) -> list[str]:
    return [str(candidate.run) for candidate in candidates(world)]


def ask(functions: Functions, version: str, number: int, at: str, **wishes: Any) -> None:
    request = {
        "format": 1, "version": version, "number": number, "force": False, "rollback": False, "backfill": False,
        "accept_shrink": False, "zip_sha256": None, "requested_by": "someone", "requested_at_utc": at, **wishes,
    }  # fmt: skip
    functions.write(f"requests/{version}/{number}.json", request)


def end(functions: Functions, version: str, content: bytes, outcome: str, request: int = 0) -> None:
    run = functions.run_name(version, content, request)
    document = {
        "format": 1, "outcome": outcome, "version": version, "run": run, "attempt": 1, "fence": 9, "hold_above": None,
        "reason": "", "at_utc": "2026-11-02T00:00:00Z",
    }  # fmt: skip
    functions.write(f"runs/{version}/{run}/outcome.json", document)


def test_candidates_are_newer_releases_in_version_order_then_requests_as_they_came(functions: Functions) -> None:
    functions.publish("2026.9.0", ONE)
    for version in ("2026.11.0", "2026.10.0", "2026.2.0", "2026.3.0", "2026.1.0"):
        functions.land(version, TWO)
    ask(functions, "2026.2.0", 1, "2026-11-02T12:00:00Z", rollback=True)
    ask(functions, "2026.3.0", 1, "2026-11-01T12:00:00Z", force=True)
    assert runs(world_of(functions)) == [
        functions.run_name("2026.9.0", ONE),
        functions.run_name("2026.10.0", TWO),
        functions.run_name("2026.11.0", TWO),
        functions.run_name("2026.3.0", TWO, 1),
        functions.run_name("2026.2.0", TWO, 1),
    ]


def test_request_stands_for_its_release_until_a_run_that_answers_it_has_an_outcome(functions: Functions) -> None:
    functions.publish("2026.9.0", ONE)
    functions.land("2026.2.0", TWO)
    ask(functions, "2026.2.0", 1, "2026-11-02T12:00:00Z", force=True)
    ask(functions, "2026.2.0", 2, "2026-11-02T13:00:00Z", rollback=True)
    opened = candidate_of(world_of(functions), parse_version("2026.2.0"))
    assert opened is not None
    assert opened.request is not None
    assert (opened.request.number, opened.request.rollback) == (2, True)
    end(functions, "2026.2.0", TWO, "published", request=2)
    closed = candidate_of(world_of(functions), parse_version("2026.2.0"))
    assert closed is not None
    assert (closed.run.request, closed.request) == (2, None)
    assert runs(world_of(functions)) == [functions.run_name("2026.9.0", ONE)]


def test_newest_zip_stands_for_a_release_when_it_was_landed_twice_unless_a_request_names_one(
    functions: Functions,
) -> None:
    functions.publish("2026.9.0", ONE)
    functions.land("2026.10.0", TWO)
    functions.land("2026.10.0", THREE)
    version = parse_version("2026.10.0")
    newest = candidate_of(world_of(functions), version)
    assert newest is not None
    assert str(newest.run) == functions.run_name("2026.10.0", THREE)
    ask(functions, "2026.10.0", 1, "2026-11-02T12:00:00Z", force=True, zip_sha256="0" * 64)
    assert candidate_of(world_of(functions), version) is None, "the ZIP that is asked for is not landed yet"
    ask(functions, "2026.10.0", 2, "2026-11-02T12:00:00Z", force=True, zip_sha256=newest.landed.sha256)
    named = candidate_of(world_of(functions), version)
    assert named is not None
    assert str(named.run) == functions.run_name("2026.10.0", THREE, 2)


def test_published_run_with_the_greatest_fence_is_the_only_candidate_when_the_pointer_is_unreadable(
    functions: Functions,
) -> None:
    functions.publish("2026.9.0", ONE)
    functions.publish("2026.10.0", TWO)
    functions.process("2026.8.0", THREE, request=1)
    functions.land("2026.8.0", THREE)
    end(functions, "2026.8.0", THREE, "published", request=1)  # a rollback, with fence 9: the newest publication
    functions.buckets["state"].blob("published.json").upload_from_string("{not json")
    world = world_of(functions)
    assert world.pointer is None
    assert "published.json" in world.pointer_problem
    assert world.pointer_generation > 0, "so that its holder can replace it"
    assert runs(world) == [functions.run_name("2026.8.0", THREE, 1)]
    facts = facts_of(world, candidates(world)[0], find_batch=None, is_lease_live=False, published_fence=lambda: None)
    assert facts.is_newest_published


def test_published_run_stands_for_its_release_when_other_code_is_deployed(functions: Functions) -> None:
    functions.publish("2026.9.0", ONE)
    landing, state = (Bucket(functions.buckets[kind].name, "test") for kind in ("landing", "state"))
    world = read_world(landing, state, code_digest="e" * 64, transform_digest=TRANSFORM_DIGEST, now=datetime.now(UTC))
    assert runs(world) == [functions.run_name("2026.9.0", ONE)], "new code alone repeats nothing"


def pointer_facts(functions: Functions, fence: int | None) -> tuple[bool, bool]:
    world = world_of(functions)
    facts = facts_of(world, candidates(world)[0], find_batch=None, is_lease_live=False, published_fence=lambda: fence)
    return facts.is_warehouse_lost, facts.is_history_behind


def test_warehouse_is_lost_when_it_shows_another_publication_than_the_pointers(functions: Functions) -> None:
    functions.publish("2026.9.0", ONE)
    assert [pointer_facts(functions, fence) for fence in (1, None, 0, 2)] == [
        (False, False), (True, False), (True, False), (True, False),
    ]  # fmt: skip


def test_history_is_behind_when_a_release_was_backfilled_since_the_pointer_moved(functions: Functions) -> None:
    functions.publish("2026.9.0", ONE)
    end(functions, "2026.3.0", TWO, "superseded")
    assert pointer_facts(functions, 1) == (False, False)
    end(functions, "2026.2.0", TWO, "backfilled")
    assert pointer_facts(functions, 1) == (False, True)
    functions.write("published.json", {**functions.read("published.json"), "fence": 10})
    assert pointer_facts(functions, 10) == (False, False), "the pointer has moved since"


def test_the_warehouse_is_not_asked_when_another_run_is_decided(functions: Functions) -> None:
    functions.publish("2026.9.0", ONE)
    functions.land("2026.10.0", TWO)
    world = world_of(functions)

    def never() -> int | None:
        raise AssertionError("asked")

    facts = facts_of(world, candidates(world)[1], find_batch=None, is_lease_live=False, published_fence=never)
    assert (facts.is_warehouse_lost, facts.is_history_behind) == (False, False)


def test_backs_off_for_a_day_from_the_batches_when_their_records_are_older(functions: Functions) -> None:
    functions.land("2026.11.0", ONE)
    run = functions.run_name("2026.11.0", ONE)
    for attempt in (1, 2, 3):
        functions.write(f"runs/2026.11.0/{run}/batch-{attempt}.json", {})
    began = datetime.now(UTC) + timedelta(hours=30)  # CreateBatch was refused for so long, and then went through
    landing, state = (Bucket(functions.buckets[kind].name, "test") for kind in ("landing", "state"))
    world = read_world(
        landing,
        state,
        code_digest=CODE_DIGEST,
        transform_digest=TRANSFORM_DIGEST,
        now=began + timedelta(hours=1),
    )
    facts = facts_of(
        world,
        candidates(world)[0],
        find_batch=lambda batch_id: FoundBatch(BatchState.FAILED, f"{batch_id} is out of luck", began),
        is_lease_live=False,
        published_fence=lambda: None,
    )
    assert next_action(facts) == BackOff("batch", began + timedelta(hours=24), f"{run}-3 is out of luck")
