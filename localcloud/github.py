"""GitHub, as far as releases of f1db/f1db go: local ZIPs under their tags, everything else from the real one.

Honours: `releases` (pages), `releases/latest`, `releases/tags/<tag>`, assets with size and `digest`, the download's
redirect to a short-lived URL, the website's `releases/latest` redirect. A ZIP in `<state>/github/<version>/` and the
bundled sample are served under their tags only: never listed, never the latest.
Without a folder, what is not local is asked of api.github.com and github.com (3 s to connect, no retry; 502 or 504 when
they are out of reach). With a folder, its `f1db-csv-<version>.zip` files, as they are at the time of the request, are
all the releases there are.
Does not check: tokens, rate limits, other repositories, ETags.
Switches, for tests, from `<state>/github-switches.json`: `truncate_at_bytes` cuts downloads off, `answer` (status and
body) replaces every answer of the API.
"""

import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, redirect, request, send_file

from localcloud import durable
from localcloud.github_upstream import Upstream, pass_on
from pipeline.objects import ZIP_NAME
from pipeline.releases import SAMPLE, InvalidVersionError, Version, parse_version

_REPOSITORY = "f1db/f1db"
_DOWNLOAD_URL_S = 300
_CHUNK_BYTES = 1 << 20


class GitHub:
    """Finds releases by version; digests are computed once a file."""

    def __init__(self, state_dir: Path, folder: Path | None, upstream: Upstream | None) -> None:
        self._state_dir = state_dir
        self._folder = folder
        self.upstream = upstream if folder is None else None
        self._digests: dict[tuple[Path, int, int], str] = {}
        self._links: dict[str, tuple[Path, float]] = {}
        self._lock = threading.Lock()
        self._is_sample_built = False

    def find(self, version: Version) -> Path | None:
        """Find the ZIP of one release: given by path, the sample, or from the folder."""
        given = self._state_dir / "github" / str(version) / ZIP_NAME
        if given.is_file():
            return given
        return self._sample() if version == SAMPLE else self.listed().get(version)

    def listed(self) -> dict[Version, Path]:
        """List the folder's releases, newest first."""
        found: dict[Version, Path] = {}
        for path in self._folder.glob("f1db-csv-*.zip") if self._folder else ():
            try:
                found[parse_version(path.name.removeprefix("f1db-csv-").removesuffix(".zip"))] = path
            except InvalidVersionError:
                continue
        return dict(sorted(found.items(), reverse=True))

    def describe(self, version: Version, path: Path, base_url: str) -> dict[str, Any]:
        """Describe a release as the REST API does. Source: https://docs.github.com/en/rest/releases/releases"""
        status = path.stat()
        published_at = datetime.fromtimestamp(status.st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        site = f"{base_url}/{_REPOSITORY}/releases"
        identity = int(hashlib.sha256(version.tag.encode()).hexdigest()[:8], 16)
        asset = {
            "id": identity,
            "name": ZIP_NAME,
            "state": "uploaded",
            "content_type": "application/zip",
            "size": status.st_size,
            "digest": f"sha256:{self._digest(path, status.st_mtime_ns, status.st_size)}",
            "created_at": published_at,
            "updated_at": published_at,
            "browser_download_url": f"{site}/download/{version.tag}/{ZIP_NAME}",
        }
        return {
            "id": identity,
            "tag_name": version.tag,
            "name": version.tag,
            "draft": False,
            "prerelease": version.is_prerelease,
            "html_url": f"{site}/tag/{version.tag}",
            "created_at": published_at,
            "published_at": published_at,
            "assets": [asset],
        }

    def link(self, path: Path) -> str:
        """Make a short-lived name for a file's bytes."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            now = time.monotonic()
            self._links = {known: link for known, link in self._links.items() if link[1] > now}
            self._links[token] = (path, now + _DOWNLOAD_URL_S)
        return token

    def follow(self, token: str) -> Path | None:
        path, expires = self._links.get(token, (None, 0.0))
        return path if expires > time.monotonic() else None

    def switches(self) -> dict[str, Any]:
        return durable.read_json(self._state_dir / "github-switches.json")

    def _digest(self, path: Path, mtime_ns: int, size: int) -> str:
        key = (path, mtime_ns, size)
        if key not in self._digests:
            with path.open("rb") as stream:
                self._digests[key] = hashlib.file_digest(stream, "sha256").hexdigest()
        return self._digests[key]

    def _sample(self) -> Path:
        path = self._state_dir / "tmp" / "f1db-csv-sample.zip"
        with self._lock:
            if not self._is_sample_built:  # once a process: its facts may have changed since the last one
                from localcloud.sample import build_sample_zip

                durable.write_bytes(path, build_sample_zip())
                self._is_sample_built = True
        return path


def create_app(github: GitHub) -> Flask:
    """Make the server that is both api.github.com and github.com."""
    app = Flask("github", static_folder=None)
    _add_switches(app, github)
    _add_api(app, github)
    _add_site(app, github)
    return app


def _add_switches(app: Flask, github: GitHub) -> None:
    @app.before_request
    def disturb() -> Response | None:
        answer = github.switches().get("answer")
        if answer is None or not request.path.startswith("/repos/"):
            return None
        return Response(answer.get("body", ""), answer["status"], answer.get("headers", {}))


def _add_api(app: Flask, github: GitHub) -> None:
    releases = f"/repos/{_REPOSITORY}/releases"

    @app.get(releases)
    def list_releases() -> Response:
        if github.upstream:
            return pass_on(github.upstream.api_url)
        page, size = int(request.args.get("page", 1)), min(int(request.args.get("per_page", 30)), 100)
        wanted = list(github.listed().items())[(page - 1) * size : page * size]
        return jsonify([github.describe(version, path, request.host_url.rstrip("/")) for version, path in wanted])

    @app.get(f"{releases}/latest")
    def get_latest() -> Response:
        if github.upstream:
            return pass_on(github.upstream.api_url)
        for version, path in github.listed().items():
            if not version.is_prerelease:
                return jsonify(github.describe(version, path, request.host_url.rstrip("/")))
        return _not_found()

    @app.get(f"{releases}/tags/<tag>")
    def get_by_tag(tag: str) -> Response:
        found = _find(github, tag)
        if found is not None:
            return jsonify(github.describe(*found, request.host_url.rstrip("/")))
        return pass_on(github.upstream.api_url) if github.upstream else _not_found()


def _add_site(app: Flask, github: GitHub) -> None:
    releases = f"/{_REPOSITORY}/releases"

    @app.get(f"{releases}/latest")
    def show_latest() -> Any:
        if github.upstream:
            return pass_on(github.upstream.url)
        finals = [version for version in github.listed() if not version.is_prerelease]
        return redirect(f"{releases}/tag/{finals[0].tag}") if finals else _not_found()

    @app.get(f"{releases}/download/<tag>/{ZIP_NAME}")
    def find_asset(tag: str) -> Any:
        found = _find(github, tag)
        if found is not None:
            return redirect(f"{request.host_url}release-assets/{github.link(found[1])}")
        return pass_on(github.upstream.url) if github.upstream else _not_found()

    @app.get("/release-assets/<token>")
    def download(token: str) -> Response:
        path = github.follow(token)
        if path is None:
            return Response("The link has expired.", 403)
        if (cut := github.switches().get("truncate_at_bytes")) is not None:
            headers = {"Content-Length": str(path.stat().st_size), "Content-Type": "application/octet-stream"}
            return Response(_first_bytes(path, cut), headers=headers)
        return send_file(path, mimetype="application/octet-stream", conditional=True, etag=False)


def _find(github: GitHub, tag: str) -> tuple[Version, Path] | None:
    try:
        version = parse_version(tag)
    except InvalidVersionError:
        return None
    path = github.find(version)
    return None if path is None else (version, path)


def _first_bytes(path: Path, count: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while count > 0 and (chunk := stream.read(min(count, _CHUNK_BYTES))):
            count -= len(chunk)
            yield chunk


def _not_found() -> Response:
    response = jsonify({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"})
    response.status_code = 404
    return response
