"""A disk without room under localcloud: one clear refusal, nothing half-written, and everything goes on afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from google.cloud.storage import Client

from localcloud.events import EventQueue
from localcloud.report import copy_report
from localcloud.stage_logs import StageLog
from localcloud.storage import StorageServer
from pipeline.clients import storage as storage_client
from pipeline.clients.storage import Bucket
from pipeline.errors import ErrorCode, TransientError
from tests.small_disk import small_disk

ROOT = Path(__file__).parents[2]
KIB = 1024
TOO_MUCH = b"x" * (900 * KIB)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 512) as folder:
        yield folder


@pytest.fixture
def server(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StorageServer]:
    server = StorageServer(disk / "gcs")
    server.start()
    server.store.create_bucket("a-bucket")
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
    storage_client._client.cache_clear()
    yield server
    storage_client._client.cache_clear()
    server.stop()


def leftovers(server: StorageServer) -> list[str]:
    folders = (server.store.layout.uploads, server.store.layout.sessions)
    return [path.name for folder in folders for path in folder.iterdir() if path.is_file()]


@pytest.mark.parametrize("kind", ["media", "resumable"])
def test_refuses_with_507_and_keeps_nothing_of_it_when_an_object_does_not_fit(server: StorageServer, kind: str) -> None:
    objects = f"{server.url}/upload/storage/v1/b/a-bucket/o"
    body = TOO_MUCH if kind == "media" else None
    answer = requests.post(objects, params={"uploadType": kind, "name": "big"}, data=body, timeout=10)
    if kind == "resumable":
        answer = requests.put(answer.headers["Location"], data=TOO_MUCH, timeout=10)
    assert answer.status_code == 507
    [detail] = answer.json()["error"]["errors"]
    assert (detail["reason"], "no room" in detail["message"]) == ("insufficientStorage", True)
    assert leftovers(server) == []
    assert [blob.name for blob in Client(project="p").bucket("a-bucket").list_blobs()] == []
    small = requests.post(objects, params={"uploadType": "media", "name": "small"}, data=b"fits", timeout=10)
    assert small.status_code == 200


def test_the_object_before_stays_whole_when_its_successor_does_not_fit(server: StorageServer) -> None:
    bucket = Bucket("a-bucket", "p")
    assert bucket.create_json("published.json", {"version": "2026.10.0"})
    filler = server.store.layout.root.parent / "filler"
    filler.write_bytes(b"x" * (300 * KIB))
    started = time.monotonic()
    with pytest.raises(TransientError) as raised:
        bucket.replace_json("published.json", {"filler": "x" * 300 * KIB}, bucket.find("published.json").generation)  # type: ignore[union-attr]
    assert time.monotonic() - started < 10, "a full disk is said at once, not tried for half a minute"
    assert raised.value.code is ErrorCode.STORAGE_UNAVAILABLE
    assert "507" in raised.value.message
    assert "no room" in raised.value.message
    assert bucket.read_json("published.json")[0] == {"version": "2026.10.0"}  # type: ignore[index]


def test_an_upload_is_refused_and_goes_through_later_when_its_event_does_not_fit(disk: Path) -> None:
    queue = EventQueue(disk, [], StageLog(disk / "logs", "events"))
    queue._triggers = {"a-bucket": None}  # type: ignore[dict-item] # nobody is woken: the queue does not run
    server = StorageServer(disk / "gcs", on_finalized=queue.put)
    server.start()
    server.store.create_bucket("a-bucket")
    fill(disk, leave=24 * KIB)
    url = f"{server.url}/upload/storage/v1/b/a-bucket/o"
    statuses = [
        requests.post(url, params={"uploadType": "media", "name": f"{number}"}, data=b"x", timeout=10).status_code
        for number in range(6)
    ]
    assert set(statuses) == {200, 507}, statuses
    (disk / "filler").unlink()
    again = requests.post(url, params={"uploadType": "media", "name": "5"}, data=b"x", timeout=10)
    assert again.status_code == 200
    server.stop()


def fill(disk: Path, leave: int) -> None:
    """Take the room of a disk but for some bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4 * KIB)
        except OSError:
            stream.truncate(max(0, stream.tell() - leave))


def test_lines_are_dropped_whole_and_counted_when_there_is_no_room_for_a_log(disk: Path) -> None:
    log = StageLog(disk / "logs", "start_batch")
    log.take_line("stdout", b'{"message": "before"}')
    fill(disk, leave=0)
    for number in range(40):
        log.take_line("stdout", json.dumps({"message": f"{number}", "filler": "x" * 1000}).encode())
    (disk / "filler").unlink()
    log.take_line("stdout", b'{"message": "after"}')
    lines = [json.loads(line) for line in (disk / "logs" / "start_batch.jsonl").read_text().splitlines()]
    assert (lines[0]["message"], lines[-1]["message"]) == ("before", "after")
    kept = [line for line in lines if "filler" in line]
    told = [line["message"] for line in lines if line.get("severity") == "ERROR"]
    assert {message.partition(" ")[2] for message in told} == {"lines are lost: [Errno 28] No space left on device"}
    assert sum(int(message.partition(" ")[0]) for message in told) == 40 - len(kept)


def test_the_published_pages_are_left_alone_when_there_is_no_room_for_their_copy(
    server: StorageServer, disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for bucket in ("state", "curated"):
        server.store.create_bucket(bucket)
    pointer = {"report": "gs://curated/reports/1/index.html", "drivers": ["lewis-hamilton"], "run": "a-run"}
    server.store.put_bytes("state", "published.json", json.dumps(pointer).encode())
    server.store.put_bytes("curated", "reports/1/index.html", b"new" * 2000)
    (disk / "report").mkdir()
    (disk / "report" / "index.html").write_bytes(b"old")
    fill(disk, leave=0)
    assert copy_report(server.store, disk) is False
    assert "could not be copied" in caplog.text
    (disk / "filler").unlink()
    assert [(page.name, page.read_bytes()) for page in (disk / "report").iterdir()] == [("index.html", b"old")]
    assert copy_report(server.store, disk) is True


def test_one_line_says_it_when_a_command_finds_no_room(disk: Path, tmp_path: Path) -> None:
    archive = tmp_path / "f1db-csv.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("f1db-drivers.csv", TOO_MUCH)
    words = ["run", f"--release={archive}", "--version=2026.11.0", f"--state={disk / 'state'}"]
    done = subprocess.run(
        [sys.executable, "-m", "localcloud", *words],
        env={
            **{name: value for name, value in os.environ.items() if name != "EXIT_1"},  # make's way to status 1
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")]),
        },
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("localcloud: there is no room left on the disk: [Errno 28] No space left on device")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in (disk / "state").rglob("*") if path.is_file()] == []
