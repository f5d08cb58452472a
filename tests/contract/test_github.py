"""The GitHub stand-in serves local ZIPs as releases and hands every other question on."""

import hashlib
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request

from localcloud import github
from localcloud.github_upstream import Upstream
from localcloud.servers import LocalServer

RELEASES = "/repos/f1db/f1db/releases"
Serve = Callable[[Path | None, Upstream | None], LocalServer]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    servers: list[LocalServer] = []

    def start(folder: Path | None, upstream: Upstream | None) -> LocalServer:
        server = LocalServer(github.create_app(github.GitHub(tmp_path / "state", folder, upstream)))
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


def put_zip(path: Path, content: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("f1db-races.csv", content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def get_json(server: LocalServer, path: str) -> Any:
    status, body = get(f"{server.url}{path}")
    assert status == 200, body
    return json.loads(body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for version in ("2026.9.1", "2026.11.0", "2027.0.0.beta1"):
        put_zip(tmp_path / "offered" / f"f1db-csv-{version}.zip", version)
    put_zip(tmp_path / "offered" / "f1db-csv-nonsense.zip", "")
    return tmp_path / "offered"


def test_lists_by_number_and_in_pages_when_a_folder_is_served(serve: Serve, folder: Path) -> None:
    server = serve(folder, None)
    tags = [release["tag_name"] for release in get_json(server, RELEASES)]

    assert tags == ["v2027.0.0.beta1", "v2026.11.0", "v2026.9.1"]
    assert [r["tag_name"] for r in get_json(server, f"{RELEASES}?per_page=2&page=2")] == ["v2026.9.1"]
    assert get_json(server, f"{RELEASES}/latest")["tag_name"] == "v2026.11.0"


def test_offers_a_newer_release_when_its_file_appears(serve: Serve, folder: Path) -> None:
    server = serve(folder, None)
    put_zip(folder / "f1db-csv-2026.12.0.zip", "new")
    assert get_json(server, f"{RELEASES}/latest")["tag_name"] == "v2026.12.0"


def test_redirects_to_the_very_bytes_when_the_asset_is_downloaded(serve: Serve, folder: Path) -> None:
    server = serve(folder, None)
    release = get_json(server, f"{RELEASES}/tags/v2026.11.0")
    [asset] = release["assets"]
    status, body = get(asset["browser_download_url"])

    content = (folder / "f1db-csv-2026.11.0.zip").read_bytes()
    assert (status, body) == (200, content)
    assert (asset["name"], asset["size"]) == ("f1db-csv.zip", len(content))
    assert asset["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert asset["browser_download_url"] == f"{server.url}/f1db/f1db/releases/download/v2026.11.0/f1db-csv.zip"
    assert (release["prerelease"], release["draft"]) == (False, False)
    assert get_json(server, f"{RELEASES}/tags/v2027.0.0.beta1")["prerelease"] is True


def test_answers_404_when_the_folder_has_no_such_release(serve: Serve, folder: Path) -> None:
    server = serve(folder, None)
    assert get(f"{server.url}{RELEASES}/tags/v2026.10.0")[0] == 404
    assert get(f"{server.url}/f1db/f1db/releases/download/v2026.10.0/f1db-csv.zip")[0] == 404
    assert get(f"{server.url}/release-assets/guessed")[0] == 403


def test_serves_a_zip_by_its_tag_only_when_it_was_given_by_path(serve: Serve, folder: Path, tmp_path: Path) -> None:
    digest = put_zip(tmp_path / "state" / "github" / "2026.13.0" / "f1db-csv.zip", "given")
    server = serve(folder, None)

    assert get_json(server, f"{RELEASES}/tags/v2026.13.0")["assets"][0]["digest"] == f"sha256:{digest}"
    assert "v2026.13.0" not in [release["tag_name"] for release in get_json(server, RELEASES)]
    assert get_json(server, f"{RELEASES}/latest")["tag_name"] == "v2026.11.0"


def test_serves_the_sample_under_its_tag_when_asked_by_name(serve: Serve) -> None:
    server = serve(None, Upstream("http://127.0.0.1:1", "http://127.0.0.1:1"))
    release = get_json(server, f"{RELEASES}/tags/vsample")
    _, body = get(release["assets"][0]["browser_download_url"])
    assert release["assets"][0]["digest"] == f"sha256:{hashlib.sha256(body).hexdigest()}"


def test_hands_the_question_on_when_it_is_not_local(serve: Serve) -> None:
    app = Flask("upstream")

    @app.get("/repos/f1db/f1db/releases/latest")
    def latest() -> Response:
        seen = json.dumps({"tag_name": "v9999.1.0", "token": request.headers.get("Authorization")})
        return Response(seen, 200, {"X-RateLimit-Reset": "7"})

    @app.get("/f1db/f1db/releases/latest")
    def site() -> Response:
        return Response("", 302, {"Location": "https://example.com/releases/tag/v9999.1.0"})

    upstream = LocalServer(app)
    upstream.start()
    server = serve(None, Upstream(upstream.url, upstream.url))
    asked = urllib.request.Request(f"{server.url}{RELEASES}/latest", headers={"Authorization": "Bearer t"})
    with urllib.request.urlopen(asked) as answer:
        assert json.loads(answer.read()) == {"tag_name": "v9999.1.0", "token": "Bearer t"}
        assert answer.headers["X-RateLimit-Reset"] == "7"
    assert get(f"{server.url}{RELEASES}/tags/v1999.1.0")[0] == 404
    upstream.stop()
    assert get(f"{server.url}{RELEASES}/latest")[0] == 502


def test_cuts_off_or_replaces_answers_when_switches_ask_for_it(serve: Serve, folder: Path, tmp_path: Path) -> None:
    server = serve(folder, None)
    url = get_json(server, f"{RELEASES}/latest")["assets"][0]["browser_download_url"]
    switches = tmp_path / "state" / "github-switches.json"
    switches.parent.mkdir(exist_ok=True)
    switches.write_text(json.dumps({"truncate_at_bytes": 10}))
    with pytest.raises(IncompleteRead) as cut:
        get(url)
    assert len(cut.value.partial) == 10

    switches.write_text(json.dumps({"answer": {"status": 200, "body": "<html>Unicorn!</html>"}}))
    assert get(f"{server.url}{RELEASES}/latest") == (200, b"<html>Unicorn!</html>")
