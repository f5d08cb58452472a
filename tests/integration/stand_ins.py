"""Small servers of the services around the functions: they answer as told, and remember what they were asked."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Reply:
    """`cut_at`: promise the whole body, send that many bytes and hang up; `length`: promise that many."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    length: int | None = None


def json_reply(document: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json"})


def error_reply(status: int, name: str, message: str) -> Reply:
    return json_reply({"error": {"code": status, "status": name, "message": message}}, status)


class StandIn:
    """An HTTP server on a free port whose answers come from `reply`."""

    def __init__(self, reply: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            do_PATCH = do_PUT = do_DELETE = do_POST  # noqa: N815 # the base class's names

            def log_message(self, *_: object) -> None:
                pass

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, parts.path, parse_qs(parts.query), headers, body)
                stand_in.asked.append(asked)
                told = reply(asked)
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(told.body) if told.length is None else told.length))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(told.body if told.cut_at is None else told.body[: told.cut_at])
                self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def release_zip(drivers: tuple[str, ...] = ("lewis-hamilton", "max-verstappen"), extra_bytes: int = 0) -> bytes:
    """Make a small archive with the one table that the functions read; `extra_bytes` do not compress."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = "".join(f'"{driver}","{driver.title()}"\n' for driver in drivers)
        archive.writestr(zipfile.ZipInfo("f1db-drivers.csv"), '"id","name"\n' + rows)
        if extra_bytes:
            filler = zipfile.ZipInfo("f1db-filler.csv")
            archive.writestr(filler, hashlib.shake_256(b"filler").digest(extra_bytes), zipfile.ZIP_STORED)
    return stream.getvalue()


class GitHubStandIn:
    """API and website on one address, the downloads' target on another, as with GitHub."""

    def __init__(self) -> None:
        self.zips: dict[str, bytes] = {}
        self.has_digests = True
        self.override: Callable[[Asked], Reply | None] = lambda asked: None
        self.download: Callable[[bytes], Reply] = lambda content: Reply(body=content)
        self.api = StandIn(self._reply)
        self.cdn = StandIn(lambda asked: self.download(self.zips[asked.path.split("/")[1]]))

    def stop(self) -> None:
        self.api.stop()
        self.cdn.stop()

    def api_paths(self) -> list[str]:
        return [asked.path.removeprefix("/repos/f1db/f1db/") for asked in self.api.asked if "/repos/" in asked.path]

    def limit(self, reset: int) -> None:
        """Answer every API call as GitHub does when the calls are spent."""
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        self.override = lambda asked: Reply(403, b"{}", headers) if asked.path.startswith("/repos/") else None

    def _document(self, version: str) -> dict[str, Any]:
        content = self.zips[version]
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}" if self.has_digests else None
        url = f"{self.api.url}/f1db/f1db/releases/download/v{version}/f1db-csv.zip"
        asset = {"name": "f1db-csv.zip", "size": len(content), "digest": digest, "browser_download_url": url}
        return {
            "tag_name": f"v{version}",
            "draft": False,
            "prerelease": "beta" in version,
            "published_at": "2026-07-06T08:00:00Z",
            "assets": [{"name": "f1db-json.zip", "size": 1, "browser_download_url": "http://0/"}, asset],
        }

    def _reply(self, asked: Asked) -> Reply:
        told = self.override(asked)
        if told is not None:
            return told
        path = asked.path.removeprefix("/repos/f1db/f1db/releases")
        finals = [version for version in self.zips if version != "sample" and "beta" not in version]
        if path == "":
            return json_reply([self._document(version) for version in self.zips if version != "sample"])
        if path == "/latest" and finals:
            return json_reply(self._document(finals[-1]))
        if path.startswith("/tags/v") and path.removeprefix("/tags/v") in self.zips:
            return json_reply(self._document(path.removeprefix("/tags/v")))
        if asked.path == "/f1db/f1db/releases/latest" and finals:
            return Reply(302, headers={"Location": f"{self.api.url}/f1db/f1db/releases/tag/v{finals[-1]}"})
        if asked.path.startswith("/f1db/f1db/releases/download/v"):
            version = asked.path.split("/")[-2].removeprefix("v")
            if version in self.zips:
                return Reply(302, headers={"Location": f"{self.cdn.url}/{version}/f1db-csv.zip?signature=s"})
        return json_reply({"message": "Not Found"}, 404)


class DataprocStandIn:
    """Batches by id; `states` says how each goes, `usages` what it used, `refusal` refuses the next ones."""

    def __init__(self) -> None:
        self.batches: dict[str, dict[str, Any]] = {}
        self.states: dict[str, tuple[str, str]] = {}
        self.usages: dict[str, dict[str, str]] = {}
        self.refusal: Reply | None = None
        self.server = StandIn(self._reply)

    def _reply(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            batch_id = asked.query["batchId"][0]
            if self.refusal is not None:
                return self.refusal
            if batch_id in self.batches:
                return error_reply(409, "ALREADY_EXISTS", "Already exists")
            self.batches[batch_id] = json.loads(asked.body)
            return json_reply({"name": "projects/p/regions/r/operations/o", "done": False})
        batch_id = asked.path.rpartition("/")[2]
        if batch_id not in self.batches:
            return error_reply(404, "NOT_FOUND", "Not found")
        state, message = self.states.get(batch_id, ("RUNNING", ""))
        document = {"name": asked.path.lstrip("/"), "state": state, "stateMessage": message}
        if batch_id in self.usages:
            document["runtimeInfo"] = {"approximateUsage": self.usages[batch_id]}
        return json_reply(document)


class RunStandIn:
    """One job: remembers how it was run; `ended` are the executions that are over."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.ended: set[str] = set()
        self.server = StandIn(self._reply)

    def _reply(self, asked: Asked) -> Reply:
        name = asked.path.removeprefix("/v2/")
        if asked.method == "POST":
            self.runs.append(json.loads(asked.body or b"{}"))
            execution = f"{name.removesuffix(':run')}/executions/transform-{len(self.runs)}"
            metadata = {"@type": "type.googleapis.com/google.cloud.run.v2.Execution", "name": execution}
            return json_reply({"name": "projects/p/locations/r/operations/o", "metadata": metadata})
        document = {"name": name}
        if name.rpartition("/")[2] in self.ended:
            document["completionTime"] = "2026-11-23T10:00:00Z"
        return json_reply(document)
