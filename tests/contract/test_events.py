"""What the queue sends is what Eventarc sends, at least once, also through restarts and with the switches of tests."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cloudevents.http import from_http
from flask import Flask, Response, request

from localcloud.events import EventQueue, Trigger
from localcloud.servers import LocalServer
from localcloud.stage_logs import StageLog
from localcloud.storage import StorageServer
from localcloud.tokens import TokenSigner

SIGNER = TokenSigner(b"k" * 32)


class Receiver:
    """Keeps every request and answers with the statuses it was given, then with 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        app = Flask("receiver")
        app.add_url_rule("/", "take", self._take, methods=["POST"])
        self.server = LocalServer(app)
        self.server.start()

    def _take(self) -> Response:
        self.requests.append((dict(request.headers), request.get_data()))
        return Response("", self.statuses.pop(0) if self.statuses else 200)

    def names(self) -> list[str]:
        return [json.loads(body)["name"] for _, body in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.stop()


@pytest.fixture
def make_queue(receiver: Receiver, tmp_path: Path) -> Iterator[Callable[[], EventQueue]]:
    started: list[EventQueue] = []

    def make() -> EventQueue:
        trigger = Trigger("landing", receiver.server.url, lambda url: SIGNER.sign("eventarc@example.com", url))
        queue = EventQueue(tmp_path, [trigger], StageLog(tmp_path / "logs", "events"), first_retry_s=0.05)
        queue.start()
        started.append(queue)
        return queue

    yield make
    for queue in started:
        queue.stop()


def resource(name: str, generation: int = 7) -> dict[str, Any]:
    return {"bucket": "landing", "name": name, "generation": str(generation)}


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    changed = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 10 s"
        changed.wait(0.01)


def test_sends_eventarcs_attributes_when_a_real_upload_is_finalised(
    make_queue: Callable[[], EventQueue], receiver: Receiver, tmp_path: Path
) -> None:
    queue = make_queue()
    storage = StorageServer(tmp_path / "gcs", on_finalized=queue.put)
    storage.store.create_bucket("landing")
    record = storage.store.put_bytes("landing", "releases/1/a.zip", b"abc")
    storage.stop()
    wait_for(lambda: queue.counts() == (0, 0))

    [(headers, body)] = receiver.requests
    event = from_http({name.lower(): value for name, value in headers.items()}, body)
    assert event["type"] == "google.cloud.storage.object.v1.finalized"
    assert event["source"] == "//storage.googleapis.com/projects/_/buckets/landing"
    assert event["subject"] == "objects/releases/1/a.zip"
    assert event["specversion"] == "1.0"
    assert event["bucket"] == "landing"
    assert event["dataschema"].endswith("/StorageObjectData.json")
    assert (event.data["name"], event.data["generation"]) == ("releases/1/a.zip", str(record.generation))
    token = headers["Authorization"].removeprefix("Bearer ")
    assert SIGNER.verify(token, frozenset((receiver.server.url,)))["email"] == "eventarc@example.com"
    assert list((tmp_path / "events").iterdir()) == []


def test_delivers_again_when_the_function_did_not_acknowledge(
    make_queue: Callable[[], EventQueue], receiver: Receiver
) -> None:
    receiver.statuses = [500, 429]
    queue = make_queue()
    queue.put(resource("a"))
    wait_for(lambda: queue.counts() == (0, 0))

    assert receiver.names() == ["a", "a", "a"]
    assert len({headers["Ce-Id"] for headers, _ in receiver.requests}) == 1


def test_delivers_at_the_next_start_when_it_was_not_acknowledged_before(
    make_queue: Callable[[], EventQueue], receiver: Receiver, tmp_path: Path
) -> None:
    receiver.statuses = [500] * 50
    first = make_queue()
    first.put(resource("a"))
    wait_for(lambda: len(receiver.requests) >= 1)
    first.stop()
    wait_for(lambda: first.counts() == (1, 0))
    assert len(list((tmp_path / "events").glob("*.json"))) == 1
    receiver.statuses = []
    receiver.requests.clear()

    second = make_queue()
    wait_for(lambda: second.counts() == (0, 0))

    assert receiver.names() == ["a"]


def test_gives_up_when_an_event_is_older_than_a_day(
    make_queue: Callable[[], EventQueue], receiver: Receiver, tmp_path: Path
) -> None:
    receiver.statuses = [500]
    identity = f"{int((time.time() - 25 * 3600) * 1e9)}-7"
    (tmp_path / "events").mkdir()
    event = {"id": identity, "time": "2026-11-01T00:00:00Z", "resource": resource("a")}
    (tmp_path / "events" / f"{identity}.json").write_text(json.dumps(event))

    queue = make_queue()
    wait_for(lambda: queue.counts() == (0, 0))

    assert receiver.names() == ["a"]
    assert "gave up" in (tmp_path / "logs" / "events.jsonl").read_text()


def test_wakes_nobody_when_the_bucket_has_no_trigger(make_queue: Callable[[], EventQueue], receiver: Receiver) -> None:
    queue = make_queue()
    queue.put({**resource("a"), "bucket": "curated"})
    queue.put(resource("b"))
    wait_for(lambda: queue.counts() == (0, 0))

    assert receiver.names() == ["b"]


def test_disturbs_only_the_matching_events_when_switches_are_set(
    make_queue: Callable[[], EventQueue], receiver: Receiver, tmp_path: Path
) -> None:
    queue = make_queue()
    queue.set_switches({"drop": 1, "match": "manifest"})
    for name in ("a", "manifest-1", "manifest-2"):
        queue.put(resource(name))
        wait_for(lambda: queue.counts() == (0, 0))
    assert receiver.names() == ["a", "manifest-2"]
    assert json.loads((tmp_path / "events-switches.json").read_text())["drop"] == 0

    queue.set_switches({"duplicate": 2, "match": "manifest"})
    receiver.requests.clear()
    for name in ("b", "manifest-3"):
        queue.put(resource(name))
        wait_for(lambda: queue.counts() == (0, 0))
    assert receiver.names() == ["b", "manifest-3", "manifest-3", "manifest-3"]


def test_holds_an_event_back_when_a_delay_is_set(make_queue: Callable[[], EventQueue], receiver: Receiver) -> None:
    queue = make_queue()
    queue.set_switches({"delay_s": 0.3})
    started = time.monotonic()
    queue.put(resource("a"))
    wait_for(lambda: queue.counts() == (0, 0))

    assert time.monotonic() - started >= 0.3
    assert receiver.names() == ["a"]


def test_delivers_everything_when_the_order_is_disturbed(
    make_queue: Callable[[], EventQueue], receiver: Receiver
) -> None:
    queue = make_queue()
    queue.set_switches({"reorder": True})
    for name in "abc":
        queue.put(resource(name))
    wait_for(lambda: queue.counts() == (0, 0))

    assert sorted(receiver.names()) == ["a", "b", "c"]


def test_refuses_a_switch_when_nobody_knows_it(make_queue: Callable[[], EventQueue]) -> None:
    with pytest.raises(TypeError, match="dropnext"):
        make_queue().set_switches({"dropnext": 1})
    with pytest.raises(TypeError, match="wrong type"):
        make_queue().set_switches({"drop": "1"})


@pytest.mark.parametrize("content", ["{", "[]", '{"unknown": 1}', '{"duplicate": "2"}'])
def test_delivers_undisturbed_and_says_so_when_the_switches_file_is_ill_formed(
    make_queue: Callable[[], EventQueue], receiver: Receiver, tmp_path: Path, content: str
) -> None:
    (tmp_path / "events-switches.json").write_text(content)
    queue = make_queue()
    queue.put(resource("a"))
    wait_for(lambda: queue.counts() == (0, 0))

    assert receiver.names() == ["a"]
    assert "ill-formed" in (tmp_path / "logs" / "events.jsonl").read_text()
