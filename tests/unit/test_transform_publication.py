"""Which versions a publication holds back, and which numbers it shows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.decisions import Purpose
from pipeline.objects import Run, run_of
from pipeline.records import Outcome, OutcomeKind, Pointer
from pipeline.releases import parse_version
from pipeline.state import Candidate
from transform.publication import _number, dataset_of, datasets_of, hold_above, published_runs
from transform.work import Work

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def a_run(version: str, request: int = 0) -> Run:
    return run_of(parse_version(version), "a" * 64, "c" * 64, request)


def a_pointer(version: str, hold: str | None = None) -> Pointer:
    return Pointer(
        version=parse_version(version), run=a_run(version), attempt=1, zip_sha256="a" * 64, transform_digest="d" * 64,
        drivers=("lewis-hamilton",), fence=4, hold_above=parse_version(hold) if hold else None, published_at=NOON,
        manifest="m", report="r", warehouse="w",
    )  # fmt: skip


def a_work(version: str, purpose: Purpose, pointer: Pointer | None, state: Mapping[str, Any] | None = None) -> Work:
    documents = state or {}
    bucket = SimpleNamespace(read_json=lambda name: (documents[name], 1) if name in documents else None)
    world = SimpleNamespace(pointer=pointer, state=bucket)
    candidate = Candidate(a_run(version), cast(Any, None), None)
    return Work(candidate, purpose, cast(Any, world))


@pytest.mark.parametrize(
    ("version", "purpose", "pointer", "expected"),
    [
        ("2026.11.0", Purpose.PUBLISH, None, None),
        ("2026.11.0", Purpose.PUBLISH, a_pointer("2026.10.0"), None),
        ("2026.10.0", Purpose.ROLLBACK, a_pointer("2026.11.0"), "2026.11.0"),
        ("2026.9.0", Purpose.ROLLBACK, a_pointer("2026.10.0", hold="2026.11.0"), "2026.11.0"),
        ("2026.10.0", Purpose.PUBLISH, a_pointer("2026.9.0", hold="2026.11.0"), "2026.11.0"),
        ("2026.11.0", Purpose.PUBLISH, a_pointer("2026.9.0", hold="2026.11.0"), "2026.11.0"),
        ("2026.11.1", Purpose.PUBLISH, a_pointer("2026.9.0", hold="2026.11.0"), None),
        ("2026.9.0", Purpose.REPUBLISH, a_pointer("2026.9.0", hold="2026.11.0"), "2026.11.0"),
    ],
)
def test_hold_is_set_kept_or_cleared_when_a_release_is_published(
    version: str, purpose: Purpose, pointer: Pointer | None, expected: str | None
) -> None:
    held = hold_above(a_work(version, purpose, pointer))

    assert (str(held) if held else None) == expected


def test_hold_comes_back_from_the_outcome_when_the_pointer_is_lost() -> None:
    run = a_run("2026.9.0")
    outcome = Outcome(
        OutcomeKind.PUBLISHED, run.version, run, "rollback", NOON, 1, 4, hold_above=parse_version("2026.11.0")
    )

    work = a_work("2026.9.0", Purpose.RESTORE, None, {run.outcome: outcome.to_json()})

    assert str(hold_above(work)) == "2026.11.0"


def test_published_runs_come_newest_publication_first_when_versions_went_back() -> None:
    old = Outcome(OutcomeKind.PUBLISHED, parse_version("2026.11.0"), a_run("2026.11.0"), "", NOON, 1, 3)
    back = replace(old, version=parse_version("2026.10.0"), run=a_run("2026.10.0", 1), fence=5)
    unpublished = replace(old, outcome=OutcomeKind.BACKFILLED, run=a_run("2026.1.0"), fence=9)

    assert published_runs([old, unpublished, back]) == [a_run("2026.10.0", 1), a_run("2026.11.0")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(106, 106), (Decimal("5187.50"), 5187.5), (Decimal("81.00"), 81), (True, None), ("2026.11.0", None), (None, None)],
)
def test_headlines_hold_numbers_only_when_a_career_has_other_columns(value: Any, expected: float | None) -> None:
    assert _number(value) == expected


def test_datasets_are_named_after_the_drivers_when_there_are_several() -> None:
    assert dataset_of("max-verstappen") == "max_verstappen"
    assert datasets_of(("lewis-hamilton", "nino-farina")) == ("f1db_raw", "f1db", "lewis_hamilton", "nino_farina")
