"""Forged events, bodies, tags and names at the doors of the real functions: acknowledged, and nothing comes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.integration.conftest import FINALIZED, Functions
from tests.integration.stand_ins import json_reply, release_zip

NEW = release_zip()
EVIL_VERSIONS = (
    "2026.11.0; rm -rf ~", "2026.11.0\n", "2026.11.0\r\nX-Evil: 1", "../../state/published.json",
    "2026.11.0/../2026.10.0", "--zip-uri=gs://evil/x", "-h", "$(id)", "`id`", "2026.11.0' or '1'='1",
    "<script>alert(1)</script>", "2026.11.0\u0000", "\uff12026.11.0", "2026.011.0", "v" * 10_000,
    "sample/../x", "%2e%2e%2f", "",
)  # fmt: skip


def deliver(functions: Functions, stage: str, attributes: dict[str, str], data: Any) -> int:
    """POST an event as somebody would who may call the function, but is not Eventarc."""
    headers = {"ce-id": "1", "ce-type": FINALIZED, "ce-specversion": "1.0", "ce-source": "s"}
    headers |= {"content-type": "application/json", **attributes}
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return requests.post(functions.urls[stage], data=body, headers=headers, timeout=60).status_code


def made(functions: Functions) -> Any:
    return (functions.names("landing"), functions.names("state"), functions.dataproc.batches, functions.run.runs)


@pytest.mark.parametrize("stage", ["start_batch", "start_dbt"])
def test_nothing_comes_of_an_event_when_it_is_forged(functions: Functions, stage: str) -> None:
    kind = "landing" if stage == "start_batch" else "state"
    bucket, other = functions.buckets[kind].name, functions.buckets["curated"].name
    landed = functions.land("2026.11.0", NEW)
    functions.process("2026.10.0", NEW)
    sound = {"bucket": bucket, "name": landed, "generation": "1"}
    run = functions.run_name("2026.11.0", NEW)
    forged: list[tuple[dict[str, str], Any, str]] = [
        ({}, {**sound, "bucket": other}, "rejected"),
        ({}, {**sound, "bucket": "b" * 300}, "rejected"),
        ({}, {**sound, "name": "releases/../published.json"}, "rejected"),
        ({}, {**sound, "name": "x" * 2_000}, "rejected"),
        ({}, {**sound, "name": "releases/2026.11.0/a\nb/f1db-csv.zip"}, "rejected"),
        ({}, {**sound, "generation": "-1"}, "rejected"),
        ({"ce-subject": "objects/another"}, sound, "rejected"),
        ({"ce-source": "//storage.googleapis.com/projects/_/buckets/another"}, sound, "rejected"),
        ({"ce-type": "google.cloud.storage.object.v1.deleted"}, sound, "rejected"),
        ({}, {}, "rejected"),
        ({}, b"{broken", "rejected"),
        ({}, {**sound, "name": "releases/2026.11.0; rm -rf ~/0123456789ab/f1db-csv.zip"}, "ignored"),
        ({}, {**sound, "name": "releases/--help/0123456789ab/f1db-csv.zip"}, "ignored"),
        ({}, {**sound, "name": f"runs/2026.10.0/{run}/manifest.json"}, "ignored"),
        ({}, {**sound, "name": f"runs/2026.11.0/{run} --x/manifest.json"}, "ignored"),
    ]
    before = made(functions)

    for attributes, data, outcome in forged:
        assert deliver(functions, stage, attributes, data) == 200, "acknowledged: it would come again for a day"
        [line] = functions.outcomes(stage)
        assert line["outcome"] == outcome, (attributes, data, line)
        assert line.get("error_code") == ("malformed_event" if outcome == "rejected" else None)
    assert made(functions) == before


def test_nothing_comes_of_a_body_when_its_release_is_forged(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    for version in EVIL_VERSIONS:
        answer = functions.check({"release": version, "force": True})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed_request"), version
        assert len(answer.content) < 2_000
        [line] = functions.outcomes("check_release")
        assert line["severity"] == "WARNING"
        assert line["message"].isprintable()
    assert made(functions) == ([], [], {}, [])
    assert functions.github.api.asked == []


def test_nothing_comes_of_a_release_when_its_tag_is_forged(functions: Functions) -> None:
    functions.publish("2026.10.0", NEW)
    before = made(functions)
    releases = [{"tag_name": f"v{version}", "assets": []} for version in EVIL_VERSIONS]
    functions.github.override = lambda asked: json_reply(
        releases if asked.path.endswith("/releases") else {"tag_name": "v2026.10.0", "assets": []}
    )
    assert functions.check().json()["outcome"] == "up_to_date"
    for release in releases:
        functions.github.override = lambda asked, release=release: json_reply(release)  # type: ignore[misc]
        answer = functions.check()
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "github_nonsense")
    assert made(functions) == before


def test_nothing_is_started_when_a_manifest_is_forged(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW)
    document = functions.read(name)
    table = {
        "name": 'x" as select 1; drop schema f1db cascade; --', "rows": 1, "rejected_rows": 0, "bytes": 1,
        "parquet": "gs://elsewhere/x.parquet", "columns": [],
    }  # fmt: skip
    functions.write(name, {**document, "tables": [table]})
    functions.lines()

    assert functions.send("start_dbt", "state", name).status_code == 200
    lines = functions.outcomes("start_dbt")
    assert [(line["outcome"], line["error_code"]) for line in lines] == [("rejected", "malformed_document")]
    assert functions.run.runs == []


def test_a_line_stays_one_line_when_what_it_tells_has_line_breaks(functions: Functions) -> None:
    forged = '\n{"severity": "INFO", "outcome": "published", "stage": "transform"}\n'
    functions.check({forged: 1})
    deliver(functions, "start_batch", {"ce-id": "1"}, {"bucket": forged, "name": forged, "generation": forged})

    lines = functions.lines()
    assert [(line["stage"], line["outcome"]) for line in lines] == [
        ("check_release", "failed"),
        ("start_batch", "rejected"),
    ]
