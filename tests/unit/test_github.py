"""GitHub over real sockets: what it may answer, what it may not, and how long it may take."""

import hashlib
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from pipeline.clients.github import GitHub
from pipeline.errors import PermanentError, PipelineError, TransientError
from pipeline.releases import parse_version
from tests.integration.stand_ins import Asked, GitHubStandIn, Reply, StandIn, json_reply


@pytest.fixture
def server() -> Iterator[GitHubStandIn]:
    stand_in = GitHubStandIn()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def github(server: GitHubStandIn) -> GitHub:
    return GitHub(server.api.url, server.api.url, "f1db/f1db", "secret")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(PipelineError) as raised:
        call()
    return raised.value.code


def test_orders_releases_as_numbers_and_leaves_pre_releases_out_of_the_list(
    server: GitHubStandIn, github: GitHub
) -> None:
    server.zips = {"2026.11.0": b"x", "2026.9.1": b"y", "2026.0.0.beta1": b"z", "nightly": b"w"}
    assert [str(release.version) for release in github.listed()] == ["2026.9.1", "2026.11.0"]
    assert github.named(parse_version("2026.0.0.beta1")).is_prerelease


def test_takes_the_asset_by_its_name_with_size_and_digest(server: GitHubStandIn, github: GitHub) -> None:
    server.zips = {"2026.11.0": b"x" * 7}
    asset = github.latest().asset
    assert asset is not None
    assert (asset.size_bytes, asset.sha256) == (7, hashlib.sha256(b"x" * 7).hexdigest())
    server.has_digests = False
    assert github.latest().sha256 is None


@pytest.mark.parametrize(
    "assets",
    [
        [],
        None,
        [{"name": "f1db-csv.zip", "state": "starter", "browser_download_url": "http://h/"}],
        [{"name": "x.zip"}],
        [{"name": "f1db-csv.zip", "browser_download_url": "http://h\n/x"}],
        [{"name": "f1db-csv.zip", "browser_download_url": "http://h/\ud800"}],
    ],
)
def test_has_no_asset_when_it_is_not_uploaded_yet(server: GitHubStandIn, github: GitHub, assets: object) -> None:
    server.override = lambda asked: json_reply({"tag_name": "v2026.11.0", "assets": assets})
    release = github.latest()
    assert release.asset is None

    def open_it() -> None:
        with github.open_zip(release):
            pass

    assert code_of(open_it) == "asset_missing"


def test_reads_all_pages_of_the_listing(server: GitHubStandIn, github: GitHub) -> None:
    def page(asked: Asked) -> Reply:
        number = int(asked.query["page"][0])
        count = 100 if number == 1 else 3
        return json_reply([{"tag_name": f"v{2000 + number}.{index}.0", "assets": []} for index in range(count)])

    server.override = page
    assert len(github.listed()) == 103
    assert [asked.query["page"] for asked in server.api.asked] == [["1"], ["2"]]


@pytest.mark.parametrize("hops", [1, 5])
def test_follows_redirects_of_the_api_and_keeps_the_token_from_other_hosts(
    server: GitHubStandIn, github: GitHub, hops: int
) -> None:
    other = StandIn(
        lambda asked: (
            Reply(302, headers={"Location": f"/{int(asked.path[1:]) - 1}"})
            if asked.path != "/1"
            else json_reply({"tag_name": "v2026.11.0", "assets": []})
        )
    )
    server.override = lambda asked: Reply(301, headers={"Location": f"{other.url}/{hops}"})
    assert str(github.latest().version) == "2026.11.0"
    other.stop()
    assert server.api.asked[0].headers["authorization"] == "Bearer secret"
    assert len(other.asked) == hops
    assert all("authorization" not in asked.headers for asked in other.asked)


@pytest.mark.parametrize(
    "target", ["/repos/f1db/f1db/releases/latest", "file:///etc/passwd", "ftp://h/x", "http://[", "//"]
)
def test_calls_it_nonsense_when_redirects_lead_nowhere(server: GitHubStandIn, github: GitHub, target: str) -> None:
    server.override = lambda asked: Reply(302, headers={"Location": target})
    assert code_of(github.latest) == "github_nonsense"


def test_calls_it_nonsense_when_redirects_do_not_end(server: GitHubStandIn, github: GitHub) -> None:
    server.override = lambda asked: Reply(302, headers={"Location": asked.path + "x"})
    assert code_of(github.latest) == "github_nonsense"
    assert len(server.api.asked) == 6


def test_calls_it_nonsense_when_another_release_is_answered(server: GitHubStandIn, github: GitHub) -> None:
    server.override = lambda asked: json_reply({"tag_name": "v2026.9.1", "assets": []})
    assert code_of(lambda: github.named(parse_version("2026.11.0"))) == "github_nonsense"


@pytest.mark.parametrize(("status", "calls"), [(502, 2), (504, 2), (500, 2)])
def test_asks_twice_when_github_fails_in_a_way_that_may_pass(
    server: GitHubStandIn, github: GitHub, status: int, calls: int
) -> None:
    server.override = lambda asked: Reply(status)
    assert code_of(github.latest) == "github_unreachable"
    assert len(server.api.asked) == calls


@pytest.mark.parametrize(
    ("status", "headers", "retry_after_s"),
    [
        (429, {"Retry-After": "17"}, 17),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, 1),
        (403, {}, 300),
        (429, {"Retry-After": "99999"}, 3600),
        (429, {"Retry-After": "9" * 5000}, 300),
    ],
)
def test_tells_the_reset_time_when_limited(
    server: GitHubStandIn, github: GitHub, status: int, headers: dict[str, str], retry_after_s: int
) -> None:
    server.override = lambda asked: Reply(status, headers=headers)
    with pytest.raises(TransientError) as raised:
        github.latest()
    assert (raised.value.code, raised.value.retry_after_s) == ("github_rate_limited", retry_after_s)
    assert raised.value.details["reset_at_utc"].endswith("Z")


def test_finds_a_named_release_on_the_website_when_limited(server: GitHubStandIn, github: GitHub) -> None:
    server.zips = {"2026.9.1": b"x"}
    server.limit(reset=0)
    release = github.named(parse_version("2026.9.1"))
    assert release.asset is not None
    assert (release.asset.size_bytes, release.asset.sha256) == (None, None)
    with pytest.raises(PermanentError) as raised:
        github.named(parse_version("2026.9.2"))
    assert raised.value.code == "unknown_release"


@pytest.mark.slow
def test_is_out_of_reach_within_ten_seconds_when_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        github = GitHub(f"http://127.0.0.1:{silent.getsockname()[1]}", "http://127.0.0.1:9", "f1db/f1db")
        started_s = time.monotonic()
        assert code_of(github.latest) == "github_unreachable"
        assert time.monotonic() - started_s < 10
