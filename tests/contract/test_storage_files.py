"""Holds the storage stand-in to its promise about files: whole or not at all, whoever else touches them."""

import base64
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from localcloud.storage import Conditions, ObjectStore, Query, StorageError, StorageServer

SERVE = """
import sys
from pathlib import Path
from localcloud.storage import StorageServer
server = StorageServer(Path(sys.argv[1]), int(sys.argv[2]))
server.start()
print(server.port, flush=True)
sys.stdin.read()
"""


class Served:
    """A stand-in in a process of its own, to be killed."""

    def __init__(self, root: Path, port: int = 0) -> None:
        command = [sys.executable, "-c", SERVE, str(root), str(port)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()  # may be called again


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started = []

    def start(port: int = 0) -> Served:
        started.append(Served(tmp_path, port))
        return started[-1]

    yield start
    for served in started:
        served.kill()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ObjectStore]:
    store = ObjectStore(tmp_path)
    store.create_bucket("a-bucket")
    yield store
    store.close()


def test_file_becomes_an_object_when_somebody_puts_it_there(store: ObjectStore, tmp_path: Path) -> None:
    folder = tmp_path / "a-bucket" / "runs" / "1"
    folder.mkdir(parents=True)
    (folder / "races.parquet").write_bytes(b"hello")
    [record] = store.list("a-bucket", Query(prefix="runs/")).items
    assert (record.name, record.size, record.crc32c) == ("runs/1/races.parquet", 5, "mnG7TA==")
    assert store.get("a-bucket", "runs/1/races.parquet") == record
    with pytest.raises(StorageError, match="pre-conditions"):
        store.put_bytes("a-bucket", "runs/1/races.parquet", b"x", conditions=Conditions(generation_match=0))


def test_generation_is_fresh_when_somebody_overwrites_the_file(store: ObjectStore, tmp_path: Path) -> None:
    first = store.put_bytes("a-bucket", "x", b"old", {"metadata": {"of": "old"}})
    (tmp_path / "a-bucket" / "x").write_bytes(b"new")
    second = store.get("a-bucket", "x")
    assert second.generation > first.generation
    assert "metadata" not in second.fields
    assert (second.size, second.md5) == (3, _md5(b"new"))
    (tmp_path / "a-bucket" / "x").unlink()
    with pytest.raises(StorageError, match="No such object"):
        store.get("a-bucket", "x")


def test_old_object_stands_when_killed_before_the_rename(store: ObjectStore, tmp_path: Path) -> None:
    file, kept = tmp_path / "a-bucket" / "x", tmp_path / "kept"
    old = store.put_bytes("a-bucket", "x", b"1", {"metadata": {"of": "old"}})
    shutil.copy2(file, kept)
    new = store.put_bytes("a-bucket", "x", b"2", {"metadata": {"of": "new"}})
    assert store.get("a-bucket", "x") == new
    kept.replace(file)  # the records name both, the file is still the old one
    assert store.get("a-bucket", "x") == old
    assert store.read_bytes("a-bucket", "x") == b"1"


def test_object_is_absent_when_killed_before_its_first_rename(store: ObjectStore, tmp_path: Path) -> None:
    store.put_bytes("a-bucket", "x", b"1")
    (tmp_path / "a-bucket" / "x").unlink()
    assert store.list("a-bucket", Query()).items == []
    assert store.put_bytes("a-bucket", "x", b"2", conditions=Conditions(generation_match=0)).size == 1


def test_generations_grow_when_the_clock_was_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ObjectStore(tmp_path)
    store.create_bucket("a-bucket")
    before = store.put_bytes("a-bucket", "x", b"1").generation
    store.close()
    monkeypatch.setattr("localcloud.storage.layout.time.time_ns", lambda: 1_000_000_000)
    store = ObjectStore(tmp_path)
    assert store.put_bytes("a-bucket", "x", b"2").generation > before
    store.close()


def test_folder_marker_stays_when_its_last_object_goes(store: ObjectStore, tmp_path: Path) -> None:
    store.put_bytes("a-bucket", "a/", b"")
    store.put_bytes("a-bucket", "a/b/c", b"x")
    store.delete("a-bucket", "a/b/c")
    assert [record.name for record in store.list("a-bucket", Query()).items] == ["a/"]
    assert sorted(path.name for path in (tmp_path / "a-bucket").rglob("*")) == ["a"]
    store.delete("a-bucket", "a/")
    assert list((tmp_path / "a-bucket").iterdir()) == []
    with pytest.raises(StorageError, match="must be empty"):
        store.put_bytes("a-bucket", "a/", b"x")


def test_leftovers_go_and_bucket_stays_when_the_server_starts_again(tmp_path: Path) -> None:
    first = StorageServer(tmp_path)
    first.start()
    first.store.create_bucket("a-bucket")
    record = first.store.put_bytes("a-bucket", "x", b"1", {"metadata": {"k": "v"}})
    first.stop()
    (tmp_path / ".uploads" / "tmp-half").write_bytes(b"half")
    second = StorageServer(tmp_path, first.port)
    second.start()
    assert second.store.get("a-bucket", "x") == record
    assert not (tmp_path / ".uploads" / "tmp-half").exists()
    with pytest.raises(OSError, match="in use"):
        StorageServer(tmp_path, second.port)
    second.stop()


@pytest.mark.slow
def test_resumable_upload_goes_on_when_the_server_was_killed(serve: Callable[..., Served]) -> None:
    content = random.Random(44).randbytes(600_000)
    first = serve()
    base = f"{first.url}/storage/v1/b"
    requests.post(base, json={"name": "a-bucket"}, timeout=10)
    begun = requests.post(
        f"{first.url}/upload/storage/v1/b/a-bucket/o?uploadType=resumable&name=big&ifGenerationMatch=0",
        json={"metadata": {"k": "v"}, "md5Hash": _md5(content)},
        timeout=10,
    )
    location = begun.headers["Location"]
    requests.put(location, content[:262144], headers={"Content-Range": "bytes 0-262143/*"}, timeout=10)
    first.kill()
    second = serve(first.port)
    state = requests.put(location, headers={"Content-Range": f"bytes */{len(content)}"}, timeout=10)
    assert (state.status_code, state.headers["Range"]) == (308, "bytes=0-262143")
    headers = {"Content-Range": f"bytes 262144-599999/{len(content)}"}
    done = requests.put(location, content[262144:], headers=headers, timeout=10)
    assert (done.status_code, done.json()["metadata"]) == (200, {"k": "v"})
    second.kill()
    serve(first.port)
    again = requests.put(location, headers={"Content-Range": f"bytes */{len(content)}"}, timeout=10)
    assert again.json()["generation"] == done.json()["generation"]
    assert requests.get(f"{base}/a-bucket/o/big?alt=media", timeout=10).content == content


@pytest.mark.slow
def test_data_and_metadata_agree_when_killed_at_any_moment(serve: Callable[..., Served], tmp_path: Path) -> None:
    dice = random.Random(7)
    generation = 0
    for attempt in range(8):
        served = serve()
        if attempt == 0:
            requests.post(f"{served.url}/storage/v1/b", json={"name": "a-bucket"}, timeout=10)
            _put(served.url, b"first")
        timer = threading.Timer(dice.uniform(0.02, 0.3), served.process.kill)
        timer.start()
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            _put_for_ever(served.url, dice)
        timer.join()
        served.kill()
        store = ObjectStore(tmp_path)
        record, data = store.get("a-bucket", "x"), store.read_bytes("a-bucket", "x")
        store.close()
        assert record.fields["metadata"]["sha256"] == hashlib.sha256(data).hexdigest()
        assert (record.size, record.md5) == (len(data), _md5(data))
        assert record.generation >= generation
        generation = record.generation


def _put_for_ever(url: str, dice: random.Random) -> None:
    while True:
        _put(url, dice.randbytes(dice.choice((10, 10, 100_000))))


def _put(url: str, content: bytes) -> None:
    metadata = json.dumps({"name": "x", "metadata": {"sha256": hashlib.sha256(content).hexdigest()}}).encode()
    body = b"--limit\r\n\r\n" + metadata + b"\r\n--limit\r\n\r\n" + content + b"\r\n--limit--"
    headers = {"Content-Type": "multipart/related; boundary=limit"}
    answer = requests.post(
        f"{url}/upload/storage/v1/b/a-bucket/o?uploadType=multipart", body, headers=headers, timeout=10
    )
    assert answer.status_code == 200


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
