"""A GitHub that means harm: bodies without end, bytes that drip, over real sockets, and what it costs us."""

import hashlib
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from pipeline.clients.github import GitHub
from pipeline.clients.release_json import Asset, Release
from pipeline.errors import PipelineError
from pipeline.releases import parse_version
from pipeline.zips.verifying_reader import VerifyingReader

MIB = 1 << 20
Speak = Callable[[socket.socket, threading.Event], None]


class Hostile:
    """A server that says what it likes to each connection."""

    def __init__(self, speak: Speak) -> None:
        self.stopping = threading.Event()
        self._speak = speak
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            try:
                self._speak(connection, self.stopping)
            except OSError:
                return  # the client has had enough

    def stop(self) -> None:
        self.stopping.set()
        self._listener.close()


@pytest.fixture
def hostile() -> Iterator[Callable[[Speak], Hostile]]:
    servers: list[Hostile] = []

    def start(speak: Speak) -> Hostile:
        servers.append(Hostile(speak))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def drips(head: bytes, piece: bytes) -> Speak:
    """Say `head` at once, then a piece every 50 ms, so that no single read ever waits long."""

    def speak(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(head)
        while not stopping.wait(0.05):
            connection.sendall(piece)

    return speak


def github_at(url: str) -> GitHub:
    return GitHub(url, url, "f1db/f1db", "secret", budget_s=1.0, download_s=1.0)


def release_at(url: str, size_bytes: int | None) -> Release:
    return Release(parse_version("2026.11.0"), False, "", Asset(f"{url}/f1db-csv.zip", size_bytes, None))


def read_all(github: GitHub, release: Release) -> None:
    with github.open_zip(release) as body:
        exhaust(body.read)


def exhaust(read: Callable[[int], bytes]) -> None:
    while read(8 * MIB):
        continue


def fetch_threads() -> int:
    return sum(thread.name.startswith("fetch") for thread in threading.enumerate())


def wait_until_no_more_fetch_threads_than(count: int) -> None:
    deadline = time.monotonic() + 3
    while fetch_threads() > count:
        assert time.monotonic() < deadline, "a thread goes on reading"
        threading.Event().wait(0.02)


ANSWER = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "speak",
    [
        drips(ANSWER + b"Content-Length: 100000\r\n\r\n", b"x"),
        drips(ANSWER + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drips(ANSWER, b"X-More: 1\r\n"),
    ],
    ids=["body", "chunks", "headers"],
)
def test_gives_a_download_up_when_it_drips_steadily(hostile: Callable[[Speak], Hostile], speak: Speak) -> None:
    server = hostile(speak)
    started = time.monotonic()
    with pytest.raises(PipelineError) as refusal:
        read_all(github_at(server.url), release_at(server.url, 100000))
    assert refusal.value.code in ("github_unreachable", "github_nonsense")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "speak",
    [
        drips(ANSWER + b"Content-Length: 100000\r\n\r\n", b" "),
        drips(ANSWER + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["body", "chunks"],
)
def test_leaves_no_thread_behind_when_an_answer_drips(hostile: Callable[[Speak], Hostile], speak: Speak) -> None:
    server = hostile(speak)
    before = fetch_threads()
    started = time.monotonic()
    with pytest.raises(PipelineError) as refusal:
        github_at(server.url).latest()
    assert refusal.value.code == "github_unreachable"
    assert time.monotonic() - started < 2
    wait_until_no_more_fetch_threads_than(before)


def floods(head: bytes, is_chunked: bool) -> Speak:
    block = b"PK\x03\x04" + bytes(MIB - 4)
    piece = f"{MIB:x}\r\n".encode() + block + b"\r\n" if is_chunked else block

    def speak(connection: socket.socket, stopping: threading.Event) -> None:
        connection.sendall(head)
        while not stopping.is_set():
            connection.sendall(piece)

    return speak


def test_cuts_a_body_without_end_at_its_promised_size_at_constant_memory_when_it_is_chunked(
    hostile: Callable[[Speak], Hostile],
) -> None:
    server = hostile(floods(ANSWER + b"Transfer-Encoding: chunked\r\n\r\n", is_chunked=True))
    github = GitHub(server.url, server.url, "f1db/f1db", None, download_s=60)
    tracemalloc.start()
    with github.open_zip(release_at(server.url, 64 * MIB)) as body:
        assert body.size_bytes is None
        reader = VerifyingReader(body, 64 * MIB, hashlib.sha256(b"").hexdigest(), 1024 * MIB)
        with pytest.raises(PipelineError) as refusal:
            exhaust(reader.read)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.code == "zip_oversized"
    assert reader.tell() == 64 * MIB
    assert peak_bytes < 24 * MIB


def test_cuts_an_answer_without_end_at_sixteen_mebibytes_when_it_is_the_api(
    hostile: Callable[[Speak], Hostile],
) -> None:
    server = hostile(floods(ANSWER + b"Transfer-Encoding: chunked\r\n\r\n", is_chunked=True))
    before = fetch_threads()
    with pytest.raises(PipelineError) as refusal:
        GitHub(server.url, server.url, "f1db/f1db", None, budget_s=30).latest()
    assert (refusal.value.code, "without end" in refusal.value.message) == ("github_nonsense", True)
    wait_until_no_more_fetch_threads_than(before)
