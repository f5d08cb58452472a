"""What GitHub, or whoever sits in its place, may answer: a release that makes sense, none, or one clear error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clients.github import GitHub
from pipeline.clients.release_json import Release, read_release
from pipeline.errors import PermanentError, PipelineError
from pipeline.objects import zip_name
from pipeline.releases import parse_version
from tests.fuzz.bounds import fuzzed, is_one_clear_message, within_memory
from tests.fuzz.test_event_parser import BODIES, VALUES, mutated
from tests.integration.stand_ins import Reply, StandIn

pytestmark = pytest.mark.slow

SHA256 = "0123456789abcdef" * 4
ASSET = {
    "name": "f1db-csv.zip", "size": 3_000_000, "digest": f"sha256:{SHA256}", "state": "uploaded",
    "browser_download_url": "https://github.com/f1db/f1db/releases/download/v2026.11.0/f1db-csv.zip",
}  # fmt: skip
RELEASE = {"tag_name": "v2026.11.0", "draft": False, "prerelease": False, "published_at": "2026-07-06T08:00:00Z"}
URLS = st.sampled_from(
    ["file:///etc/passwd", "gs://x/y", "http://", "https://[::1", "https://h\n/x", "https://u:p@h/", "//h/x", "https://h:99999/x",
     "https://h/\ud800", "javascript:alert(1)", "http://169.254.169.254/computeMetadata/v1/"]
)  # fmt: skip
ASSETS = mutated(ASSET) | URLS.map(lambda url: {**ASSET, "browser_download_url": url})
RELEASES = st.tuples(mutated(RELEASE), st.lists(ASSETS | VALUES, max_size=3) | VALUES).map(
    lambda drawn: {**drawn[0], "assets": drawn[1]}
)


@dataclass
class _Answer:
    body: bytes = b""
    status: int = 200
    github: list[GitHub] = field(default_factory=list)


@pytest.fixture(scope="module")
def answering() -> Iterator[_Answer]:
    told = _Answer()
    server = StandIn(lambda asked: Reply(told.status, told.body, {"Content-Type": "application/json"}))
    told.github.append(GitHub(server.url, server.url, "f1db/f1db", "secret"))
    yield told
    server.stop()


def check_release(release: Release) -> None:
    assert parse_version(str(release.version)) == release.version
    assert re.fullmatch(r"releases/[a-z0-9.]{6,40}/[0-9a-f]{12}/f1db-csv\.zip", zip_name(release.version, SHA256))
    assert len(release.published_at_utc) <= 40
    json.dumps([release.published_at_utc]).encode()
    if release.asset is not None:
        parts = urlsplit(release.asset.url)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert release.asset.url.isprintable()
        assert release.asset.size_bytes is None or release.asset.size_bytes > 0
        assert release.asset.sha256 is None or re.fullmatch("[0-9a-f]{64}", release.asset.sha256)


@fuzzed(2)
@given(RELEASES | VALUES)
def test_release_is_sound_or_none_when_github_says_anything(document: Any) -> None:
    with within_memory(8):
        try:
            release = read_release(document)
        except PermanentError as error:
            assert error.code == "github_nonsense"
            assert is_one_clear_message(error.message)
        else:
            if release is not None:
                check_release(release)


@fuzzed(0.5)
@given(
    st.lists(RELEASES | VALUES, max_size=4).map(lambda documents: json.dumps(documents).encode())
    | RELEASES.map(lambda document: json.dumps(document).encode())
    | BODIES
)
def test_answers_are_releases_or_one_error_when_github_sends_any_bytes(answering: _Answer, body: bytes) -> None:
    answering.body = body
    (github,) = answering.github
    for ask in (github.latest, lambda: github.named(parse_version("2026.11.0")), github.listed):
        try:
            found = ask()
        except PipelineError as error:
            assert error.code == "github_nonsense"
            assert is_one_clear_message(error.message)
            assert "secret" not in error.message
        else:
            for release in found if isinstance(found, list) else [found]:
                check_release(release)
