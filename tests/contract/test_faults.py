"""A fault schedule does to real requests what it says, as often as it says, also over restarts."""

import http.client
import json
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Client

from localcloud.fault_rules import ScheduleError, read_rules
from localcloud.faults import Faults
from localcloud.processes import Children, base_environment
from localcloud.servers import LocalServer
from localcloud.stage_logs import SupervisorLog
from localcloud.storage import StorageServer


class World:
    """A service that counts its effects, and a storage, both under one schedule."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.effects: list[str] = []
        self.children = Children(state)
        self.open()

    def open(self) -> None:
        self.faults = Faults(self.state, self.children.kill)
        app = Flask("run")
        app.add_url_rule("/<path:name>", "act", self._act, methods=["GET", "POST"])
        self.server = LocalServer(self.faults.around("run", app))
        self.storage = StorageServer(self.state / "gcs", faults=self.faults)
        if not self.storage.store.list_buckets():
            self.storage.store.create_bucket("b-1", "EU")
        self.server.start()
        self.storage.start()

    def close(self) -> None:
        self.faults.stop()
        self.server.stop()
        self.storage.stop()

    def _act(self, name: str) -> Response:
        self.effects.append(f"{request.method} {name}")
        return jsonify({"did": name, "padding": "x" * 100})

    def arm(self, *rules: dict[str, Any], name: str = "") -> None:
        (self.state / "faults.json").write_text(json.dumps({"name": name, "rules": rules}))

    def call(self, path: str, method: str = "POST", timeout_s: float = 10) -> tuple[int, bytes]:
        asked = urllib.request.Request(f"{self.server.url}/{path}", b"{}" if method == "POST" else None, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=timeout_s) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def fired(self) -> list[tuple[int, str, str]]:
        journal = self.state / "logs" / "faults.jsonl"
        lines = journal.read_text().splitlines() if journal.exists() else []
        return [(line["rule"], line["method"], line["path"]) for line in map(json.loads, lines)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()
    world.children.stop_all(0)


def storage_client(world: World) -> Client:
    anonymous = AnonymousCredentials()  # type: ignore[no-untyped-call]  # google-auth has no types
    return Client("p", anonymous, client_options={"api_endpoint": world.storage.url})


def test_disturbs_nothing_when_there_is_no_schedule(world: World) -> None:
    assert world.call("a")[0] == 200
    assert world.fired() == []


def test_answers_instead_of_the_effect_for_the_nth_matching_request_only_when_told(world: World) -> None:
    action = {"status": 429, "headers": {"Retry-After": "7"}, "body": "slow down"}
    world.arm({"service": "run", "method": "POST", "path": "/jobs/b c\\?x=1", "nth": 2, "times": 2, "do": action})

    answers = [world.call("jobs/b%20c?x=1") for _ in range(4)] + [world.call("jobs/b%20c?x=1", "GET")]

    assert [status for status, _ in answers] == [200, 429, 429, 200, 200]
    assert answers[1][1] == b"slow down"
    assert world.effects == ["POST jobs/b c", "POST jobs/b c", "GET jobs/b c"]
    assert world.fired() == [(0, "POST", "/jobs/b c?x=1")] * 2


def test_loses_the_acknowledgement_of_what_was_done_when_the_fault_comes_after(world: World) -> None:
    world.arm(
        {"service": "run", "path": "^/a", "when": "after", "do": {"status": 503}},
        {"service": "run", "path": "^/b", "when": "after", "do": {"reset": True}},
        {"service": "run", "path": "^/c", "when": "before", "do": {"reset": True}},
    )
    assert world.call("a")[0] == 503
    for path in ("b", "c"):
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected, urllib.error.URLError)):
            world.call(path)
    assert world.effects == ["POST a", "POST b"]
    assert [world.call(path)[0] for path in "abc"] == [200, 200, 200]


def test_sends_half_of_the_body_under_its_full_length_when_it_truncates(world: World) -> None:
    world.arm({"service": "run", "do": {"truncate": True}})
    with pytest.raises(http.client.IncompleteRead) as cut:
        world.call("a")
    assert len(cut.value.partial) == (len(cut.value.partial) + int(cut.value.expected or 0)) // 2
    assert world.effects == ["POST a"]


def test_waits_before_it_acts_when_it_stalls_and_goes_on_when_it_is_stopped(world: World) -> None:
    world.arm({"service": "run", "do": {"stall_s": 600}})
    with pytest.raises(TimeoutError):
        world.call("a", timeout_s=0.2)
    assert world.effects == []
    world.faults.stop()
    deadline = time.monotonic() + 5
    while world.effects != ["POST a"]:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("size", [10, 9_000_000], ids=["in one request", "in a resumable upload"])
def test_finds_the_object_of_an_upload_and_keeps_its_bytes_when_a_rule_names_it(world: World, size: int) -> None:
    world.arm({"service": "storage", "method": "POST", "object": "^b-1/runs/.*manifest", "do": {"status": 503}})
    client = storage_client(world)
    content = bytes(range(250)) * (size // 250) or b"0123456789"

    client.bucket("b-1").blob("runs/other.json").upload_from_string(content)
    client.bucket("b-1").blob("runs/r 1/manifest.json").upload_from_string(content)  # retried by the client

    assert client.bucket("b-1").blob("runs/r 1/manifest.json").download_as_bytes() == content
    assert client.bucket("b-1").blob("runs/other.json").download_as_bytes() == content
    client.close()
    assert len(world.fired()) == 1


def test_finds_the_object_of_each_part_and_of_reads_when_a_rule_names_it(world: World) -> None:
    client = storage_client(world)
    world.arm(
        {"service": "storage", "method": "PUT", "object": "^b-1/big$", "do": {"status": 503}},
        {"service": "storage", "method": "GET", "object": "^b-1/big$", "do": {"truncate": True}},
    )
    content = bytes(range(250)) * 36_000
    client.bucket("b-1").blob("big").upload_from_string(content)
    assert client.bucket("b-1").blob("big").download_as_bytes() == content
    client.close()
    assert [index for index, _, _ in world.fired()] == [0, 1]


def test_does_not_fire_again_after_a_restart_when_it_has_fired(world: World) -> None:
    rule = {"service": "run", "nth": 2, "times": 2, "do": {"status": 500}}
    world.arm(rule)
    assert [world.call("a")[0] for _ in range(2)] == [200, 500]
    world.close()
    world.open()
    assert [world.call("a")[0] for _ in range(2)] == [500, 200]
    world.arm(rule, name="again")
    assert [world.call("a")[0] for _ in range(4)] == [200, 500, 500, 200]


def test_says_so_once_and_disturbs_nothing_when_the_schedule_is_ill_formed(world: World) -> None:
    log = SupervisorLog(world.state / "logs")
    (world.state / "faults.json").write_text('{"rules": [{"service": "runn", "do": {}}]}')
    assert [world.call("a")[0] for _ in range(3)] == [200, 200, 200]
    log.close()
    [line] = (world.state / "logs" / "localcloud.jsonl").read_text().splitlines()
    assert json.loads(line)["severity"] == "ERROR"
    assert "faults.json is ill-formed, so nothing is disturbed: rule 0: service: one of storage," in line


def test_lists_every_problem_when_a_schedule_is_read() -> None:
    wrong = {"service": "x", "path": "(", "nth": 0, "times": 0, "when": "never", "do": {"status": 99, "kill": "me"}}
    with pytest.raises(ScheduleError) as refusal:
        read_rules({"rules": [wrong, {"service": "run", "do": {"stall_s": "1"}, "often": 1}], "rule": []})
    for part in ("'rule'", "service:", "path:", "nth:", "times:", "when:", "exactly one", "status:", "kill:"):
        assert part in str(refusal.value)
    assert "rule 1: unknown field 'often'; rule 1: do: stall_s" in str(refusal.value)


CALLER = """
import sys, urllib.request
print("up", flush=True)
urllib.request.urlopen(urllib.request.Request(sys.argv[1], b"{}", method="POST")).read()
print("answered", flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("when", "role", "effects", "said"),
    [
        ("before", "batch", [], [b"up\n"]),
        ("after", "batch", ["POST a"], [b"up\n"]),
        ("before", "transform", ["POST a"], [b"up\n", b"answered\n"]),
    ],
)
def test_kills_a_role_and_undoes_only_what_the_dead_had_asked_for_when_told(
    world: World, when: str, role: str, effects: list[str], said: list[bytes]
) -> None:
    lines: list[bytes] = []
    argv = [sys.executable, "-c", CALLER, f"{world.server.url}/a"]
    world.arm({"service": "run", "when": when, "do": {"kill": role}})
    log = SupervisorLog(world.state / "logs")
    caller = world.children.start(
        argv, base_environment(world.state), world.state, lambda _, line: lines.append(line), "batch"
    )
    status = caller.wait(20)
    told, count = world.state / "logs" / "localcloud.jsonl", int(role == "batch")
    deadline = time.monotonic() + 5
    while not (told.exists() and f"a fault has killed {role}: {count} processes" in told.read_text()):
        assert time.monotonic() < deadline
    log.close()
    assert status == (-9 if role == "batch" else 0)
    assert (world.effects, lines) == (effects, said)
    assert len(world.fired()) == 1


def test_keeps_the_connection_for_the_next_request_when_it_answered_early(world: World) -> None:
    world.arm({"service": "storage", "do": {"status": 503}})
    connection = http.client.HTTPConnection("127.0.0.1", world.storage.port)
    path = "/upload/storage/v1/b/b-1/o?uploadType=media&name=a"
    for expected in (503, 200):
        connection.request("POST", path, b"x" * 300_000, {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 0) == (expected, True)
    assert isinstance(connection.sock, socket.socket)
    connection.close()
