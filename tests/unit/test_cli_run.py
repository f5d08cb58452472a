"""`make run` against scripted answers: what it asks, what it says, how it ends. No stage runs here."""

import hashlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from localcloud.__main__ import main
from localcloud.cli.session import ROOT
from localcloud.deployment import read_deployment

ZIP = b"not looked into here"
DIGEST = hashlib.sha256(ZIP).hexdigest()
DRIVERS = ("lewis-hamilton",)
IDLE = {"events_queued": 0, "events_in_flight": 0, "batches_active": [], "executions_active": []}
UNREACHABLE = (503, {"releases": [], "error": {"code": "github_unreachable", "message": "no route"}})


@dataclass
class Script:
    """A localcloud that answers check_release from a list, and keeps what it was asked."""

    state_dir: Path
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    deployed: list[list[str]] = field(default_factory=list)
    limits: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def run(self, *options: str) -> int:
        return main(["run", f"--state={self.state_dir}", "--json=1", *options])


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Script]:
    found = Script(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    here = read_deployment(ROOT, DRIVERS)
    record = {
        "pid": os.getpid(),
        "drivers": list(DRIVERS),
        "code_digest": here.code_digest,
        "transform_digest": here.transform_digest,
        "urls": dict.fromkeys(("admin", "metadata", "storage"), url) | {"check_release": f"{url}/check"},
    }
    (tmp_path / "localcloud.json").write_text(json.dumps(record))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield found
    for number, handler in handlers.items():
        signal.signal(number, handler)
    server.shutdown()
    thread.join()
    server.server_close()


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/computeMetadata/"):
                assert self.headers["Metadata-Flavor"] == "Google"
                self._answer(200, "a-token")
            elif self.path == "/status":
                self._answer(200, {**IDLE, "code_digest": ""})
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/deploy":
                script.deployed.append(body["drivers"])
                script.limits.append(body["limits"])
                self._answer(200, {})
                return
            script.tokens.append(self.headers["Authorization"])
            script.asked.append(body)
            self._answer(*script.answers.pop(0))

        def log_message(self, format: str, *args: object) -> None:
            del format, args

        def _answer(self, status: int, document: object) -> None:
            content = document.encode() if isinstance(document, str) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _report(version: str, outcome: str, **fields: Any) -> dict[str, Any]:
    return {"release": version, "outcome": outcome, "state": "", "stage": "", "next": "", **fields}


def _answer(*reports: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return 200, {"outcome": reports[0]["outcome"], "releases": list(reports), "warnings": []}


def _publish(state: Path, version: str) -> None:
    """Make the files of a published release."""
    here = read_deployment(ROOT, DRIVERS)
    slug = version.replace(".", "-")
    run = f"f1db-{slug}-{DIGEST[:8]}-{here.code_digest[:8]}-0"
    landed = state / "gcs" / "landing" / "releases" / version / DIGEST[:12] / "f1db-csv.zip"
    landed.parent.mkdir(parents=True)
    landed.write_bytes(ZIP)
    pointer = {
        "version": version,
        "run": run,
        "attempt": 1,
        "zip_sha256": DIGEST,
        "is_sample": version == "sample",
        "transform_digest": here.transform_digest,
        "drivers": list(DRIVERS),
        "fence": 1,
        "hold_above": None,
        "published_at_utc": "2026-11-23T10:00:00Z",
        "manifest": "m",
        "report": "r",
        "warehouse": "w",
        "datasets": [],
        "headlines": {"lewis-hamilton": {"race_wins": 106, "championships": 7}},
    }
    outcome = {"outcome": "published", "version": version, "run": run, "reason": "", "at_utc": "2026-11-23T10:00:00Z"}
    runs = state / "gcs" / "state" / "runs" / version / run
    runs.mkdir(parents=True)
    (state / "gcs" / "state" / "published.json").write_text(json.dumps(pointer))
    (state / "warehouse.duckdb").touch()
    (state / "warehouse.duckdb.control.json").write_text('{"published_fence": 1}')
    (runs / "outcome.json").write_text(json.dumps(outcome))
    manifest = {
        "status": "processed",
        "version": version,
        "run": run,
        "attempt": 1,
        "tables": [],
        "findings": [],
        "finding_counts": {"error": 0, "warning": 0},
    }
    (runs / "manifest.json").write_text(json.dumps({**manifest, "zip": {"sha256": DIGEST}}))


def _last(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    captured = capsys.readouterr()
    document: dict[str, Any] = json.loads(captured.out.splitlines()[-1])
    return document, captured.out


def test_run_is_done_when_check_release_says_up_to_date(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    _publish(script.state_dir, "2026.11.0")
    script.answers = [_answer(_report("2026.11.0", "up_to_date"))]
    assert script.run() == 0
    document, text = _last(capsys)
    assert script.asked == [{"release": "latest"}]
    assert script.tokens == ["Bearer a-token"]
    assert script.deployed == []
    assert (document["exit_status"], document["state"], document["release"]) == (0, "up_to_date", "2026.11.0")
    assert document["headlines"]["lewis-hamilton"]["race_wins"] == 106
    assert "lewis-hamilton: 106 wins, 7 championships" in text


def test_flags_are_passed_on_when_they_are_set(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    _publish(script.state_dir, "2026.11.0")
    script.answers = [_answer(_report("2026.11.0", "up_to_date"))]
    assert script.run("--release=v2026.11.0", "--force=1", "--accept-shrink=1") == 0
    assert script.asked == [{"release": "2026.11.0", "force": True, "accept_shrink": True}]
    _last(capsys)


def test_sample_is_used_loudly_when_github_is_out_of_reach(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    _publish(script.state_dir, "sample")
    script.answers = [UNREACHABLE, _answer(_report("sample", "up_to_date"))]
    assert script.run() == 0
    document, text = _last(capsys)
    assert script.asked == [{"release": "latest"}, {"release": "sample"}]
    assert document["is_sample"] is True
    assert "GITHUB IS OUT OF REACH (no route): THE BUNDLED SAMPLE IS USED" in document["warnings"][0]
    assert "SAMPLE     these are bundled sample data" in text


def test_published_release_is_kept_when_github_is_out_of_reach(
    script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    _publish(script.state_dir, "2026.11.0")
    script.answers = [UNREACHABLE, _answer(_report("2026.11.0", "up_to_date"))]
    assert script.run() == 0
    document, _ = _last(capsys)
    assert script.asked == [{"release": "latest"}, {"release": "2026.11.0"}]
    assert document["warnings"] == ["GitHub is out of reach (no route): the published release 2026.11.0 is kept"]


def test_release_under_way_goes_on_when_github_is_out_of_reach(
    script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    _publish(script.state_dir, "2026.11.0")
    status, document = UNREACHABLE
    script.answers = [(status, {**document, "releases": [_report("2026.11.0", "replayed")]})]
    assert script.run() == 0
    assert script.asked == [{"release": "latest"}]
    assert "which is landed, goes on" in _last(capsys)[0]["warnings"][0]


@pytest.mark.parametrize(
    ("status", "code", "exit_status", "said"),
    [
        (404, "unknown_release", 1, "give the ZIP's path with VERSION=2026.12.0"),
        (503, "github_unreachable", 1, "or RELEASE=sample"),
        (502, "zip_short", 1, "it broke"),
        (400, "malformed_request", 2, "it broke"),
    ],
)
def test_run_says_what_to_do_when_a_named_release_cannot_be_had(
    script: Script, status: int, code: str, exit_status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _publish(script.state_dir, "2026.11.0")
    script.answers = [(status, {"releases": [], "error": {"code": code, "message": "it broke"}})]
    assert script.run("--release=2026.12.0") == exit_status
    errors = capsys.readouterr().err
    assert said in errors
    assert "2026.11.0 stays published" in errors


@pytest.mark.parametrize(
    ("outcome", "code"), [("rejected", "asset_changed"), ("superseded", None), ("backing_off", "backing_off")]
)
def test_run_has_failed_when_the_release_is_refused(
    script: Script, outcome: str, code: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    _publish(script.state_dir, "2026.11.0")
    script.answers = [_answer(_report("2026.11.0", outcome, error_code=code, reason="because of both digests"))]
    assert script.run("--release=2026.11.0") == 1
    document, text = _last(capsys)
    assert (document["state"], document["reason"]) == (outcome, "because of both digests")
    assert document["published"] == "2026.11.0"
    assert "reason     because of both digests" in text


def test_drivers_are_put_back_when_nobody_knows_the_new_one(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    _publish(script.state_dir, "2026.11.0")
    reason = "release 2026.11.0 does not know max-verstapen (nearest: max-verstappen)"
    script.answers = [_answer(_report("2026.11.0", "rejected", error_code="unknown_driver", reason=reason))]
    assert script.run("--driver=max-verstapen") == 2
    assert "nearest: max-verstappen" in capsys.readouterr().err
    assert script.deployed == [["max-verstapen"], ["lewis-hamilton"]]


def test_limits_are_deployed_and_the_drivers_stay_when_only_limits_are_given(script: Script) -> None:
    script.answers = [_answer(_report("2026.11.0", "rejected", error_code="unknown_driver", reason="no"))] * 2
    assert script.run("--limits=max-members=3") == 2
    assert script.deployed == [["lewis-hamilton"], ["lewis-hamilton"]]
    assert script.limits == [{"max-members": "3"}, {}], "and they go back with the drivers"


def test_newest_error_is_the_reason_when_nothing_goes_on(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    landed = script.state_dir / "gcs" / "landing" / "releases" / "2026.11.0" / DIGEST[:12] / "f1db-csv.zip"
    landed.parent.mkdir(parents=True)
    landed.write_bytes(ZIP)
    logs = script.state_dir / "logs"
    logs.mkdir()
    (logs / "start_batch.jsonl").write_text('{"severity": "ERROR", "message": "an old one"}\n')
    script.answers = [_answer(_report("2026.11.0", "landed"))]
    status = script.run("--release=2026.11.0")
    document, _ = _last(capsys)
    assert (status, document["state"]) == (1, "failed")
    assert "start_batch has not ended it" in document["reason"]
    assert "an old one" not in document["reason"]


def test_nothing_is_asked_when_the_words_make_no_sense(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.run("--release=newest") == 2
    assert "none of: latest, sample" in capsys.readouterr().err
    assert script.asked == []
