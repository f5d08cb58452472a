"""Crash points come from a journal of requests and a log: what changes something is a step, names are made general."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.chaos.crash_points import Request, find_points

RUN = "f1db-2026-11-0-f2d27fc4-c04aefbd-0"


def line(second: float, service: str, method: str, name: str = "", path: str = "/") -> dict[str, Any]:
    at = f"2026-11-25T09:13:{second:09.6f}Z"
    return {"at_utc": at, "service": service, "method": method, "object": name, "path": path}


BEGUN = "/upload?uploadType=resumable&name=a"
JOURNAL = [
    ("offered", line(1, "check_release", "POST")),
    ("offered", line(2, "storage", "POST", "landing/releases/2026.11.0/f2d27fc46e72/f1db-csv.zip")),
    ("landed", line(3, "dataproc", "POST", path="/v1/projects/p/locations/l/batches?batchId=x")),
    ("landed", line(6, "storage", "GET", "landing/releases/2026.11.0/f2d27fc46e72/f1db-csv.zip")),
    (
        "landed",
        line(8, "storage", "POST", f"curated/runs/{RUN}/1/races.parquet", "/upload?uploadType=resumable&name=a"),
    ),
    ("landed", line(8.1, "storage", "PUT", f"curated/runs/{RUN}/1/races.parquet", "/upload?upload_id=1")),
    ("landed", line(8.2, "storage", "PUT", f"curated/runs/{RUN}/1/races-race-results.parquet", "/upload?upload_id=2")),
    ("processed", line(9, "start_dbt", "POST", f"state/runs/2026.11.0/{RUN}/manifest.json")),
    ("processed", line(9.1, "start_dbt", "POST", "state/lease.json")),
    ("processed, its event lost", line(10, "start_dbt", "POST", f"state/runs/2026.11.0/{RUN}/manifest.json")),
]
LOG = [
    {"message": "an outcome", "outcome": "published"},
    {"step": "build", "message": "building"},
    {"step": "build", "progress": {"done": 1, "total": 3}},
    {"step": "build", "progress": {"done": 2, "total": 3}},
    {"step": "build", "progress": {"done": 3, "total": 3}},
]


def found() -> list[Any]:
    return find_points([Request.of(stage, told) for stage, told in JOURNAL], LOG)


def test_has_a_row_for_each_change_and_each_silence_when_a_release_was_recorded() -> None:
    assert list(dict.fromkeys(point.row for point in found())) == [
        "check_release POST (offered)",
        "storage POST landing/releases/<version>/<zip>/f1db-csv.zip",
        "dataproc POST batches",
        "storage PUT curated/runs/<run>/<n>/<table>.parquet, first",
        "storage PUT curated/runs/<run>/<n>/<table>.parquet, last",
        "start_dbt POST state/runs/<version>/<run>/manifest.json",
        "start_dbt POST any other object (processed)",
        "start_dbt POST state/runs/<version>/<run>/manifest.json (processed, its event lost)",
        "batch, its longest silence",
        "batch, its second longest silence",
        "transform, build begins",
        "transform, half of build",
    ]


def test_kills_the_caller_on_both_sides_and_everything_after_when_a_step_is_a_request() -> None:
    kills = [(point.victim, point.when) for point in found()]
    assert kills[:6] == [
        *[("localcloud", "before"), ("localcloud", "after"), ("all", "after")],
        *[("check_release", "before"), ("check_release", "after"), ("localcloud", "after")],
    ]
    assert kills[-7:-4] == [("check_release", "before"), ("check_release", "after"), ("localcloud", "after")]
    assert kills[-4:] == [("batch", "during"), ("batch", "during"), ("transform", "during"), ("transform", "during")]


def test_finds_its_requests_again_in_another_run_when_names_are_general() -> None:
    rules = {point.row: point.rule for point in found() if point.rule}
    other = f"curated/runs/{RUN.replace('f2d27fc4', '00000000')}/2/circuits.parquet"
    last = rules["storage PUT curated/runs/<run>/<n>/<table>.parquet, last"]
    assert (last["nth"], bool(re.search(last["object"], other))) == (2, True)
    assert not re.search(last["object"], "curated/runs/a/1/findings/findings.parquet")
    others = rules["start_dbt POST any other object (processed)"]["object"]
    assert [bool(re.search(others, name)) for name in ("state/lease.json", "state/runs/a/manifest.json")] == [
        True,
        False,
    ]


def test_waits_half_of_a_silence_when_nothing_is_in_flight() -> None:
    moments = [point.moment for point in found() if point.when == "during"]
    assert [(moment.after.name, moment.nth, moment.wait_s) for moment in moments[:2]] == [
        ("batches", 1, 1.5),
        ("landing/releases/<version>/<zip>/f1db-csv.zip", 1, 1.0),
    ]
    assert [(moment.step, moment.done) for moment in moments[2:]] == [("build", 0), ("build", 2)]


def test_says_so_when_nobody_is_known_to_make_a_request() -> None:
    unknown = Request.of("processed", line(10, "storage", "DELETE", "state/unheard-of.json"))
    with pytest.raises(LookupError, match=r"who writes storage state/unheard-of\.json"):
        find_points([*[Request.of(stage, told) for stage, told in JOURNAL], unknown], LOG)
