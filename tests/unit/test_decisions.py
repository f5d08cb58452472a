"""next_action: every row of the design's state table, and what must hold for all facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.decisions import (
    Attempt,
    BackOff,
    BatchState,
    Facts,
    Nothing,
    Purpose,
    RecordOutcome,
    Refused,
    RunTransform,
    StartBatch,
    TransformFailure,
    Wait,
    next_action,
)
from pipeline.objects import Run, run_of
from pipeline.records import Outcome, OutcomeKind, Pointer, Request
from pipeline.releases import parse_version

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIGEST, OTHER = "d" * 64, "e" * 64


def run(version: str = "2026.11.0", request: int = 0) -> Run:
    return run_of(parse_version(version), "a" * 64, "c" * 64, request)


def pointer(version: str = "2026.10.0", *, digest: str = DIGEST, hold_above: str | None = None) -> Pointer:
    return Pointer(
        version=parse_version(version),
        run=run(version),
        attempt=1,
        zip_sha256="a" * 64,
        transform_digest=digest,
        drivers=("lewis-hamilton",),
        fence=3,
        hold_above=parse_version(hold_above) if hold_above else None,
        published_at=NOW,
        manifest="",
        report="",
        warehouse="",
    )


def request(version: str, *, number: int = 1, rollback: bool = False) -> Request:
    return Request(
        parse_version(version), number, not rollback, rollback, False, False, None, "someone", NOW - timedelta(hours=1)
    )


def outcome(kind: OutcomeKind, version: str = "2026.11.0") -> Outcome:
    return Outcome(kind, parse_version(version), run(version), "why", NOW)


def attempt(number: int, state: BatchState, *, hours_ago: float = 1.0) -> Attempt:
    return Attempt(number, NOW - timedelta(hours=hours_ago), state, "driver died")


def failure(number: int, *, is_refusal: bool = False, digest: str = DIGEST, hours_ago: float = 1.0) -> TransformFailure:
    return TransformFailure(number, is_refusal, digest, NOW - timedelta(hours=hours_ago), "wins differ")


LANDED = Facts(run=run(), now=NOW, transform_digest=DIGEST, pointer=pointer())
PROCESSED = replace(LANDED, manifest_status="processed")


def test_first_attempt_starts_when_nothing_was_tried() -> None:
    assert next_action(LANDED) == StartBatch(1)
    assert next_action(replace(LANDED, pointer=None)) == StartBatch(1)


def test_batch_is_waited_for_when_one_is_active() -> None:
    attempts = (attempt(1, BatchState.FAILED), attempt(2, BatchState.ACTIVE))
    assert next_action(replace(LANDED, attempts=attempts)) == Wait("batch")


@pytest.mark.parametrize("state", [BatchState.FAILED, BatchState.CANCELLED, BatchState.SUCCEEDED])
def test_next_attempt_starts_when_the_last_left_no_manifest(state: BatchState) -> None:
    attempts = (attempt(1, BatchState.FAILED), attempt(2, state))
    assert next_action(replace(LANDED, attempts=attempts)) == StartBatch(3)


def test_same_attempt_starts_again_when_its_batch_was_never_created() -> None:
    attempts = (attempt(1, BatchState.FAILED), attempt(2, BatchState.FAILED), attempt(3, BatchState.MISSING))
    assert next_action(replace(LANDED, attempts=attempts)) == StartBatch(3)


def test_batch_backs_off_when_three_attempts_failed_within_a_day() -> None:
    attempts = tuple(attempt(n, BatchState.FAILED, hours_ago=6.0 - n) for n in (1, 2, 3))
    action = next_action(replace(LANDED, attempts=attempts))
    assert action == BackOff("batch", NOW + timedelta(hours=19), "driver died")


def test_fourth_attempt_starts_when_the_first_is_a_day_old() -> None:
    attempts = tuple(attempt(n, BatchState.FAILED, hours_ago=25.0 - n * 1.0) for n in (1, 2, 3))
    assert next_action(replace(LANDED, attempts=attempts)) == StartBatch(4)


def test_outcome_rejected_is_recorded_when_the_manifest_says_so() -> None:
    action = next_action(replace(LANDED, manifest_status="rejected"))
    assert isinstance(action, RecordOutcome)
    assert action.outcome is OutcomeKind.REJECTED


def test_transform_runs_when_the_manifest_is_processed() -> None:
    assert next_action(PROCESSED) == RunTransform(Purpose.PUBLISH)
    assert next_action(replace(PROCESSED, pointer=None)) == RunTransform(Purpose.PUBLISH)


def test_transform_is_waited_for_when_the_lease_is_live() -> None:
    assert next_action(replace(PROCESSED, is_lease_live=True)) == Wait("transform")


def test_transform_backs_off_when_it_had_three_faults_within_a_day() -> None:
    facts = replace(PROCESSED, failures=tuple(failure(n) for n in (1, 2, 3)))
    assert next_action(facts) == BackOff("transform", NOW + timedelta(hours=23), "wins differ")
    assert next_action(replace(facts, transform_digest=OTHER)) == RunTransform(Purpose.PUBLISH)


def test_nothing_happens_when_the_deployed_transform_has_refused_the_data() -> None:
    facts = replace(PROCESSED, failures=(failure(1, is_refusal=True, hours_ago=100),))
    assert next_action(facts) == Refused("wins differ")
    assert next_action(replace(facts, transform_digest=OTHER)) == RunTransform(Purpose.PUBLISH)


@pytest.mark.parametrize("manifest_status", [None, "processed", "rejected"])
def test_release_is_superseded_when_older_than_the_pointer_and_not_asked_for(manifest_status: str | None) -> None:
    facts = replace(LANDED, run=run("2026.9.1"), manifest_status=manifest_status)
    action = next_action(facts)
    assert isinstance(action, RecordOutcome)
    assert action.outcome is OutcomeKind.SUPERSEDED
    assert "rollback" in action.reason


def test_release_is_processed_when_older_but_asked_for() -> None:
    facts = replace(PROCESSED, run=run("2026.9.1", 1))
    assert next_action(replace(facts, request=request("2026.9.1"))) == RunTransform(Purpose.BACKFILL)
    assert next_action(replace(facts, request=request("2026.9.1", rollback=True))) == RunTransform(Purpose.ROLLBACK)


def test_same_release_is_published_again_when_forced() -> None:
    facts = replace(PROCESSED, run=run("2026.10.0", 1), request=request("2026.10.0"))
    assert next_action(facts) == RunTransform(Purpose.PUBLISH)
    assert next_action(replace(facts, manifest_status=None)) == StartBatch(1)


def test_transform_runs_again_when_another_digest_is_deployed() -> None:
    facts = replace(LANDED, run=run("2026.10.0"), outcome=outcome(OutcomeKind.PUBLISHED, "2026.10.0"))
    assert next_action(facts) == Nothing("up_to_date")
    assert next_action(replace(facts, transform_digest=OTHER)) == RunTransform(Purpose.REPUBLISH)


@pytest.mark.parametrize("lack", ["is_warehouse_lost", "is_history_behind"])
def test_transform_runs_again_when_the_warehouse_does_not_show_what_it_must(lack: str) -> None:
    published = replace(
        PROCESSED, run=run("2026.10.0"), outcome=outcome(OutcomeKind.PUBLISHED, "2026.10.0"), **{lack: True}
    )
    assert next_action(published) == RunTransform(Purpose.REPUBLISH)
    assert next_action(replace(published, is_lease_live=True)) == Wait("transform")
    faulty = replace(published, failures=tuple(failure(n) for n in (1, 2, 3)))
    assert isinstance(next_action(faulty), BackOff)
    unrecorded = replace(published, outcome=None)
    assert isinstance(next_action(unrecorded), RecordOutcome), "first the outcome that a crash has left out"
    other = replace(published, run=run("2026.9.1"), outcome=outcome(OutcomeKind.PUBLISHED, "2026.9.1"))
    assert isinstance(next_action(other), Nothing), "only the pointer's own run can mend it"


def test_outcome_is_recorded_when_a_crash_came_between_pointer_and_outcome() -> None:
    action = next_action(replace(PROCESSED, run=run("2026.10.0")))
    assert action == RecordOutcome(OutcomeKind.PUBLISHED, "the pointer names this run")


def test_newest_published_run_is_restored_when_the_pointer_is_lost() -> None:
    facts = replace(PROCESSED, pointer=None, outcome=outcome(OutcomeKind.PUBLISHED), is_newest_published=True)
    assert next_action(facts) == RunTransform(Purpose.RESTORE)
    assert next_action(replace(facts, is_lease_live=True)) == Wait("transform")


def test_release_is_held_when_a_rollback_holds_it() -> None:
    held = pointer("2026.10.0", hold_above="2026.11.0")
    action = next_action(replace(PROCESSED, pointer=held))
    assert isinstance(action, Nothing)
    assert action.state == "held"
    newer = replace(PROCESSED, pointer=held, run=run("2026.11.1"))
    assert next_action(newer) == RunTransform(Purpose.PUBLISH)
    asked = replace(PROCESSED, pointer=held, run=run(request=1), request=request("2026.11.0"))
    assert next_action(asked) == RunTransform(Purpose.PUBLISH)


@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_nothing_happens_when_there_is_an_outcome(kind: OutcomeKind) -> None:
    action = next_action(replace(PROCESSED, outcome=outcome(kind)))
    assert isinstance(action, Nothing)
    assert action.state == {"published": "superseded"}.get(kind.value, kind.value)


def test_sample_is_superseded_when_a_real_release_is_published_even_if_forced() -> None:
    action = next_action(replace(PROCESSED, run=run("sample", 1), request=request("sample")))
    assert isinstance(action, RecordOutcome)
    assert action.outcome is OutcomeKind.SUPERSEDED


def test_real_release_replaces_the_sample_when_the_sample_is_published() -> None:
    assert next_action(replace(PROCESSED, pointer=pointer("sample"))) == RunTransform(Purpose.PUBLISH)
