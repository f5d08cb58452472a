"""cloud-status, cloud-trigger and cloud-logs: the buckets are real, gcloud tells what is deployed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from deploy.__main__ import main
from deploy.cloud_logs import log_filter
from localcloud.cli.exits import UsageError
from tests.integration.command_lines import CommandLines, command_lines, fails, says
from tests.integration.conftest import Functions
from tests.integration.deployment_world import ENVIRONMENT, service
from tests.integration.stand_ins import Reply, StandIn, json_reply, release_zip

__all__ = ["command_lines"]
pytestmark = pytest.mark.slow
NEW, NEWER = release_zip(), release_zip(("lewis-hamilton", "b"))
TARGET = "--project=demo-project"


def test_status_shows_every_release_when_the_cloud_has_some(
    functions: Functions, command_lines: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    functions.publish("2026.10.0", NEW)
    functions.land("2026.11.0", NEWER)
    environment = {
        name: os.environ[name] for name in (*ENVIRONMENT, "DATAPROC_ENDPOINT", "RUN_ENDPOINT") if name in os.environ
    }
    command_lines.install("gcloud", [("run services describe", says(service("https://check", environment)))])
    assert main(["cloud-status", TARGET]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "published  2026.10.0 for lewis-hamilton since 2026-11-01T00:00:00Z"
    assert lines[1] == "deployed   demo-project, europe-west1: https://check"
    assert lines[3] == "release\trun\tstate\tstage\tsince\tnext\treason"
    rows = [line.split("\t") for line in lines[4:6]]
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        ("2026.10.0", functions.run_name("2026.10.0", NEW), "published", "nothing"),
        ("2026.11.0", functions.run_name("2026.11.0", NEWER), "landed", "start batch attempt 1"),
    ]
    assert main(["cloud-status", TARGET, "--json=1"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["trigger_url"] == "https://check"
    assert [release["state"] for release in document["releases"]] == ["published", "landed"]


def test_status_says_how_to_deploy_when_nothing_is(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    command_lines.install("gcloud", [("run services describe", fails("Cannot find service [check-release]"))])
    assert main(["cloud-status", TARGET]) == 2
    assert "`make deploy PROJECT=demo-project REGION=europe-west1`" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("reply", "status", "told"),
    [
        (json_reply({"outcome": "landed", "dry_run": False, "releases": [], "warnings": []}), 0, '"outcome": "landed"'),
        (json_reply({"outcome": "rejected", "dry_run": False, "releases": [], "warnings": []}), 1, '"rejected"'),
        (json_reply({"outcome": "failed", "error": {"code": "malformed_request"}}, 400), 2, "answered 400"),
        (Reply(403, b"<html>Forbidden</html>"), 1, "put yourself into `invokers`"),
    ],
)
def test_trigger_ends_as_the_local_one_when_answered(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str], reply: Reply, status: int, told: str
) -> None:
    server = StandIn(lambda asked: reply)
    try:
        replies = [("run services describe", says(service(server.url, ENVIRONMENT)))]
        command_lines.install("gcloud", [*replies, ("print-identity-token", {"out": "a-token\n"})])
        arguments = ["cloud-trigger", TARGET, "--release=2026.11.0", "--force=1", "--dry-run="]
        assert main(arguments) == status
        captured = capsys.readouterr()
        assert told in captured.out + captured.err
        [asked] = server.asked
        assert json.loads(asked.body) == {"release": "2026.11.0", "force": True}
        assert asked.headers["authorization"] == "Bearer a-token"
    finally:
        server.stop()


def test_trigger_takes_no_file_when_one_is_named(
    command_lines: CommandLines, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "f1db-csv-2026.11.0.zip"
    path.write_bytes(NEW)
    assert main(["cloud-trigger", TARGET, f"--release={path}"]) == 2
    assert "takes releases from GitHub" in capsys.readouterr().err
    assert command_lines.calls() == []


ENTRIES: list[dict[str, Any]] = [
    {
        "timestamp": "2026-11-25T12:00:01.5Z",
        "severity": "INFO",
        "resource": {"type": "cloud_run_job", "labels": {"job_name": "transform"}},
        "jsonPayload": {
            "message": "2026.11.0 is published",
            "stage": "transform",
            "release": "2026.11.0",
            "outcome": "published",
        },
    },
    {
        "timestamp": "2026-11-25T12:00:00.25Z",
        "severity": "ERROR",
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": "start-batch"}},
        "textPayload": "Memory limit of 512 MiB exceeded",
    },
]


def test_logs_are_lines_in_order_when_cloud_logging_has_some(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    command_lines.install("gcloud", [("logging read", says(ENTRIES))])
    assert main(["cloud-logs", TARGET, "--release=v2026.11.0", "--severity=info"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2026-11-25T12:00:00.25Z ERROR    start_batch   -            Memory limit of 512 MiB exceeded",
        "2026-11-25T12:00:01.5Z  INFO     transform     2026.11.0    2026.11.0 is published  outcome=published",
    ]
    [call] = command_lines.calls("gcloud", "logging", "read")
    assert 'jsonPayload.release="2026.11.0"' in call[3]
    assert "severity>=INFO" in call[3]


def test_filter_is_for_one_stage_when_it_is_named() -> None:
    assert log_filter("", "transform", "ERROR") == (
        '((resource.type="cloud_run_job" AND resource.labels.job_name="transform")) AND (severity>=ERROR)'
    )
    with pytest.raises(UsageError, match="STAGE=dbt is none of check_release, start_batch"):
        log_filter("", "dbt", "")
