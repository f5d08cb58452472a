"""One release as GitHub describes it, read field by field: absent and odd fields must not pass for facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from pipeline.errors import ErrorCode, PermanentError
from pipeline.objects import ZIP_NAME
from pipeline.releases import InvalidVersionError, Version, parse_version

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Asset:
    """The ZIP of a release; size and digest are None where GitHub does not tell them."""

    url: str
    size_bytes: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Release:
    """One release; `asset` is None while its ZIP is not (yet) there."""

    version: Version
    is_prerelease: bool
    published_at_utc: str
    asset: Asset | None

    @classmethod
    def without_api(cls, version: Version, url: str) -> Release:
        """Describe a release of which only the ZIP's address is known."""
        return cls(version, version.is_prerelease, "", Asset(url, None, None))

    @property
    def sha256(self) -> str | None:
        return self.asset.sha256 if self.asset else None


def read_release(document: Any) -> Release | None:
    """Read one release of GitHub's REST API; None for drafts and for tags that are no F1DB versions.

    Source: https://docs.github.com/en/rest/releases/releases

    Raises:
        PermanentError: `github_nonsense`, when it is no release at all.
    """
    if not isinstance(document, dict) or not isinstance(document.get("tag_name"), str):
        raise PermanentError(ErrorCode.GITHUB_NONSENSE, "GitHub's answer makes no sense: a release without a tag")
    try:
        version = parse_version(document["tag_name"])
    except InvalidVersionError:
        return None
    if document.get("draft") is True:
        return None
    published_at = document.get("published_at")
    return Release(
        version=version,
        is_prerelease=version.is_prerelease or version.is_sample or document.get("prerelease") is True,
        published_at_utc=published_at[:40] if _is_plain(published_at) else "",
        asset=_asset(document.get("assets")),
    )


def _is_plain(text: Any) -> TypeGuard[str]:
    """Tell whether it is text that may go into a request and an object's metadata as it is."""
    return isinstance(text, str) and text.isascii() and text.isprintable() and " " not in text


def _is_address(url: Any) -> TypeGuard[str]:
    try:
        parts = urlsplit(url) if _is_plain(url) else None
        return parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _asset(assets: Any) -> Asset | None:
    for asset in assets if isinstance(assets, list) else []:
        if not isinstance(asset, dict) or asset.get("name") != ZIP_NAME:
            continue
        url, size, digest = asset.get("browser_download_url"), asset.get("size"), asset.get("digest")
        if asset.get("state", "uploaded") != "uploaded" or not _is_address(url):
            return None
        match = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
        is_size = isinstance(size, int) and not isinstance(size, bool) and size > 0
        return Asset(url, size if is_size else None, match[1] if match else None)
    return None
