"""The emulator as Google's clients meet it: a process, and before it what BigQuery has and the emulator lacks.

The emulator never answers with a view's query and knows no `If-Match`. Both are added here, and every request is kept.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import urllib3
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from tests.integration.stand_ins import Asked, Reply, StandIn, error_reply
from tests.integration.transform_world import PROJECT

ROOT = Path(__file__).resolve().parents[2]
_STARTS_WITHIN_S = 60
_PASSED_ON = ("content-type", "content-range", "x-upload-content-type", "x-upload-content-length")


class Emulator:
    """One emulator without a dataset; `asked` are the requests that it got."""

    def __init__(self, buckets: Path) -> None:
        self._port = _free_port()
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=16)
        self._lock = threading.Lock()
        self._queries: dict[str, str] = {}
        command = [sys.executable, "-m", "tests.bigquery.emulator_process", str(self._port), str(buckets)]
        with (buckets.parent / "emulator.log").open("w") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self._front = StandIn(self._reply)
        self.url = self._front.url
        self._wait()

    @property
    def asked(self) -> list[Asked]:
        return self._front.asked

    def client(self) -> Any:
        nobody: Any = AnonymousCredentials()  # type: ignore[no-untyped-call] # the library's own gap
        return bigquery.Client(PROJECT, nobody, client_options={"api_endpoint": self.url})

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        self._front.stop()
        self._pool.clear()

    def _wait(self) -> None:
        for _ in range(_STARTS_WITHIN_S * 10):
            assert self._process.poll() is None, "the emulator has ended"
            try:
                if self._pool.request("GET", f"{self._origin}/healthz", retries=False).status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        raise TimeoutError("the emulator does not answer")

    @property
    def _origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _reply(self, asked: Asked) -> Reply:
        if "/tables/" not in asked.path or asked.method == "GET":
            return self._with_view(asked, self._forward(asked))
        with self._lock:
            wanted = asked.headers.get("if-match")
            if wanted is not None and wanted != self._etag(asked.path):
                return error_reply(412, "FAILED_PRECONDITION", "Precondition check failed.")
            return self._with_view(asked, self._forward(asked))

    def _etag(self, path: str) -> str | None:
        answer = self._forward(Asked("GET", path, {}, {}, b""))
        return json.loads(answer.body).get("etag") if answer.status == 200 else None

    def _with_view(self, asked: Asked, answer: Reply) -> Reply:
        """Remember the query that a view is given, and tell it when somebody asks for the view."""
        is_table = "/tables/" in asked.path or asked.path.endswith("/tables")
        if not is_table or answer.status != 200 or not answer.body:
            return answer
        document = json.loads(answer.body)
        if document.get("type") != "VIEW":
            return answer
        given = json.loads(asked.body).get("view") if asked.body else None
        if given:
            self._queries[document["id"]] = given["query"]
        document["view"] = {"query": self._queries[document["id"]], "useLegacySql": False}
        return Reply(answer.status, json.dumps(document).encode(), answer.headers)

    def _forward(self, asked: Asked) -> Reply:
        query = urlencode([(name, one) for name, values in asked.query.items() for one in values])
        headers = {name: value for name, value in asked.headers.items() if name in _PASSED_ON}
        answer = self._pool.request(
            asked.method, f"{self._origin}{asked.path}?{query}", body=asked.body, headers=headers, retries=False
        )
        told = {"Content-Type": answer.headers.get("content-type", "application/json")}
        if "location" in answer.headers:
            told["Location"] = answer.headers["location"].replace(self._origin, self.url)
        return Reply(answer.status, answer.data, told)


@contextmanager
def emulated(buckets: Path) -> Iterator[Emulator]:
    """Run an emulator, and lead Google's clients there."""
    emulator = Emulator(buckets)
    try:
        with patch.dict(os.environ, {"BIGQUERY_EMULATOR_HOST": emulator.url}):
            yield emulator
    finally:
        emulator.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
