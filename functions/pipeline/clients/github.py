"""F1DB's releases on GitHub: which there are, and their ZIPs; everything it answers is taken for untrusted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline.clients.http_get import Answer, Body, download, fetch, whole_number
from pipeline.clients.release_json import Release, read_release
from pipeline.errors import ErrorCode, PermanentError, TransientError
from pipeline.objects import ZIP_NAME
from pipeline.releases import InvalidVersionError, Version, parse_version

_ATTEMPT_SHARE = 0.49  # of the budget, so that a question can be asked twice
_PAGES = 5
_RETRY_AFTER_S = 300
_PASSING = (408, 500, 502, 503, 504)
_LIMITED = (403, 429)


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository's releases; the token, if there is one, is sent to the API's own address only."""

    api_url: str
    url: str
    repository: str
    token: str | None = field(default=None, repr=False)
    budget_s: float = 9.0  # for one question in all: out of reach is known within 10 s
    download_s: float = 300.0  # for one ZIP in all, however steadily it drips

    def latest(self) -> Release:
        """Return the release that GitHub calls the latest; by the website when the API's calls are spent.

        Raises:
            TransientError: `github_unreachable` or `github_rate_limited`.
            PermanentError: `github_nonsense`, or `unknown_release` when there is none at all.
        """
        answer = self._api("releases/latest")
        if answer.status in _LIMITED:
            return self._latest_by_website(_rate_limited(answer))
        return self._release(answer, "the latest release")

    def named(self, version: Version) -> Release:
        """Return one release by its version, pre-releases included.

        Raises:
            TransientError: `github_unreachable` or `github_rate_limited`.
            PermanentError: `unknown_release` or `github_nonsense`.
        """
        answer = self._api(f"releases/tags/{version.tag}")
        if answer.status in _LIMITED:
            return self._named_by_website(version, _rate_limited(answer))
        release = self._release(answer, f"release {version}")
        if release.version != version:
            raise _nonsense(f"asked for {version}, it answers with {release.version}")
        return release

    def listed(self) -> list[Release]:
        """Return all final releases, oldest first; tags that are no versions, drafts and pre-releases are left out.

        Raises:
            TransientError: `github_unreachable` or `github_rate_limited`.
            PermanentError: `github_nonsense`.
        """
        found: dict[Version, Release] = {}
        for page in range(1, _PAGES + 1):
            answer = self._api(f"releases?per_page=100&page={page}")
            if answer.status in _LIMITED:
                raise _rate_limited(answer)
            documents = _json(answer, list) if answer.status == 200 else _unexpected(answer)
            for document in documents:
                release = read_release(document)
                if release is not None and not release.is_prerelease:
                    found[release.version] = release
            if len(documents) < 100:
                break
        return [found[version] for version in sorted(found)]

    @contextmanager
    def open_zip(self, release: Release) -> Iterator[Body]:
        """Open a release's ZIP for streaming, from its first URL; `size_bytes` is None where nobody tells it.

        Raises:
            TransientError: `github_unreachable` or `github_rate_limited`.
            PermanentError: `asset_missing` or `github_nonsense`.
        """
        if release.asset is None:
            raise PermanentError(
                ErrorCode.ASSET_MISSING, f"release {release.version} has no {ZIP_NAME}, or not yet: ask again later"
            )
        headers = {"Accept": "application/octet-stream", "Accept-Encoding": "identity", "User-Agent": "hamilton"}
        with download(release.asset.url, headers, within_s=self.download_s) as (status, answered, body):
            if status in _LIMITED:
                raise _rate_limited(Answer(status, answered, b""))
            if status in (404, 410):
                raise PermanentError(ErrorCode.ASSET_MISSING, f"GitHub has no {ZIP_NAME} of {release.version}")
            if status != 200:
                _unexpected(Answer(status, answered, b""))
            yield body

    def _api(self, path: str) -> Answer:
        headers = {"Accept": "application/vnd.github+json", "User-Agent": "hamilton"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return _twice(
            lambda within_s: fetch(f"{self.api_url}/repos/{self.repository}/{path}", headers, within_s=within_s),
            self.budget_s,
        )

    def _site(self, path: str) -> Answer:
        url = f"{self.url}/{self.repository}/{path}"
        headers = {"User-Agent": "hamilton", "Accept-Encoding": "identity"}
        return fetch(url, headers, within_s=self.budget_s * _ATTEMPT_SHARE, follows=False)

    def _release(self, answer: Answer, what: str) -> Release:
        if answer.status == 404:
            raise PermanentError(
                ErrorCode.UNKNOWN_RELEASE,
                f"GitHub does not know {what} of {self.repository}: see {self.url}/{self.repository}/releases",
            )
        if answer.status != 200:
            _unexpected(answer)
        release = read_release(_json(answer, dict))
        if release is None:
            raise _nonsense(f"{what} has no tag that is an F1DB version")
        return release

    def _latest_by_website(self, limited: TransientError) -> Release:
        """Read the version from the website's redirect, which no call limit guards; size and digest stay unknown."""
        try:
            answer = self._site("releases/latest")
        except TransientError as error:
            raise limited from error
        path = urlsplit(answer.headers.get("location", "")).path
        try:
            version = parse_version(path.rpartition("/releases/tag/")[2])
        except InvalidVersionError as error:
            raise limited from error
        return Release.without_api(version, self._asset_url(version))

    def _named_by_website(self, version: Version, limited: TransientError) -> Release:
        try:
            answer = self._site(f"releases/download/{version.tag}/{ZIP_NAME}")
        except TransientError as error:
            raise limited from error
        if answer.status == 404:
            raise PermanentError(
                ErrorCode.UNKNOWN_RELEASE, f"GitHub's website has no {ZIP_NAME} of {version}: is the version right?"
            )
        if answer.status not in (200, 302):
            raise limited
        return Release.without_api(version, self._asset_url(version))

    def _asset_url(self, version: Version) -> str:
        return f"{self.url}/{self.repository}/releases/download/{version.tag}/{ZIP_NAME}"


def _twice(ask: Callable[[float], Answer], budget_s: float) -> Answer:
    """Ask again once, when the first try failed in a way that may pass; both within the budget."""
    deadline, attempt_s = time.monotonic() + budget_s, budget_s * _ATTEMPT_SHARE
    try:
        answer = ask(attempt_s)
        if answer.status not in _PASSING:
            return answer
    except TransientError as error:
        if error.code is not ErrorCode.GITHUB_UNREACHABLE:
            raise
    return ask(min(attempt_s, deadline - time.monotonic()))


def _unexpected(answer: Answer) -> Any:
    if answer.status in _PASSING or answer.status >= 500:
        raise TransientError(ErrorCode.GITHUB_UNREACHABLE, f"GitHub answers with {answer.status}", 60)
    raise _nonsense(f"it answers with {answer.status}")


def _json(answer: Answer, kind: type[Any]) -> Any:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise _nonsense("the answer is no JSON") from error
    if not isinstance(document, kind):
        raise _nonsense(f"the answer is no JSON {'list' if kind is list else 'object'}")
    return document


def _nonsense(what: str) -> PermanentError:
    return PermanentError(ErrorCode.GITHUB_NONSENSE, f"GitHub's answer makes no sense: {what}")


def _rate_limited(answer: Answer) -> TransientError:
    retry_after_s = _seconds_until_reset(answer.headers, datetime.now(UTC))
    reset = datetime.fromtimestamp(datetime.now(UTC).timestamp() + retry_after_s, UTC)
    reset_at = reset.isoformat(timespec="seconds").replace("+00:00", "Z")
    return TransientError(
        ErrorCode.GITHUB_RATE_LIMITED,
        f"GitHub's calls for this address are spent until {reset_at}; a token (GITHUB_TOKEN) has calls of its own",
        retry_after_s=retry_after_s,
        reset_at_utc=reset_at,
    )


def _seconds_until_reset(headers: Mapping[str, str], now: datetime) -> int:
    """Read `Retry-After` or `X-RateLimit-Reset`; never less than a second nor more than an hour."""
    seconds = whole_number(headers.get("retry-after", ""))
    reset = whole_number(headers.get("x-ratelimit-reset", ""))
    if seconds is None:
        seconds = _RETRY_AFTER_S if reset is None else reset - int(now.timestamp())
    return max(1, min(seconds, 3600))
