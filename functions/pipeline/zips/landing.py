"""A release's ZIP on its way from GitHub into the landing bucket: streamed, proven, and then visible at once."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

from pipeline.clients.github import GitHub
from pipeline.clients.http_get import Body
from pipeline.clients.release_json import Release
from pipeline.clients.storage import Bucket
from pipeline.errors import ErrorCode, PermanentError, PipelineError
from pipeline.logs import StageLog
from pipeline.objects import zip_name
from pipeline.zips.verifying_reader import VerifyingReader

_TRIES = 2
_PASSING = (ErrorCode.ZIP_SHORT, ErrorCode.GITHUB_UNREACHABLE)
_PROGRESS_S = 1.0


@dataclass(frozen=True, slots=True)
class Landing:
    """What has been landed; `is_new` is False when somebody else was first with the same ZIP."""

    name: str
    sha256: str
    size_bytes: int
    duration_ms: int
    is_new: bool


@dataclass(slots=True)
class _ProgressBody:
    """Tells the log once a second how far a download is."""

    body: Body
    total_bytes: int
    log: StageLog
    release: str
    done_bytes: int = 0
    told_s: float = 0.0

    def read(self, amount: int, /) -> bytes:
        """Pass on what the body gives."""
        data = self.body.read(amount)
        self.done_bytes += len(data)
        now_s = time.monotonic()
        if now_s - self.told_s >= _PROGRESS_S or (data and self.done_bytes == self.total_bytes):
            self.told_s = now_s
            progress = {"done": self.done_bytes, "total": self.total_bytes, "unit": "bytes"}
            self.log.info("streaming the ZIP", release=self.release, step="stream", progress=progress)
        return data


def land(landing: Bucket, github: GitHub, release: Release, max_zip_bytes: int, log: StageLog) -> Landing:
    """Stream a release's ZIP into the bucket under its final name; from the first URL again when it breaks off.

    Raises:
        PermanentError: `asset_missing`, `github_nonsense` or one of `zip_…`; then nothing has been landed.
        TransientError: from GitHub or the bucket.
    """
    started_s = time.monotonic()
    for attempt in range(1, _TRIES + 1):
        try:
            name, sha256, size_bytes, is_new = _stream(landing, github, release, max_zip_bytes, log)
        except PipelineError as error:
            if attempt == _TRIES or error.code not in _PASSING:
                raise
            log.warning(f"the download is tried again: {error}", release=str(release.version), error_code=error.code)
        else:
            duration_ms = round((time.monotonic() - started_s) * 1000)
            return Landing(name, sha256, size_bytes, duration_ms, is_new)
    raise AssertionError("the last try returns or raises")


def _stream(
    landing: Bucket, github: GitHub, release: Release, max_zip_bytes: int, log: StageLog
) -> tuple[str, str, int, bool]:
    asset = release.asset
    with github.open_zip(release) as body:
        size_bytes = asset.size_bytes if asset and asset.size_bytes else body.size_bytes
        if asset is None or size_bytes is None:
            raise PermanentError(ErrorCode.GITHUB_NONSENSE, "GitHub does not tell how long the ZIP is")
        source = _ProgressBody(body, size_bytes, log, str(release.version))
        reader = VerifyingReader(source, size_bytes, asset.sha256, max_zip_bytes)
        metadata = {"version": str(release.version), "source": asset.url, "published_at": release.published_at_utc}
        if asset.sha256 is not None:
            sha256 = asset.sha256
            name = zip_name(release.version, sha256)
            is_new = landing.create_from_stream(name, reader, {**metadata, "sha256": sha256})
        else:
            incoming = f"incoming/{release.version}/{uuid.uuid4().hex}.zip"
            landing.create_from_stream(incoming, reader, metadata)
            sha256 = reader.sha256
            name = zip_name(release.version, sha256)
            is_new = landing.rename(incoming, name, {**metadata, "sha256": sha256})
    if not is_new:
        _check_same(landing, name, sha256)
    return name, sha256, size_bytes, is_new


def _check_same(landing: Bucket, name: str, sha256: str) -> None:
    found = landing.find(name)
    if found is None or found.metadata.get("sha256") != sha256:
        raise PermanentError(
            ErrorCode.OBJECT_CONFLICT, f"gs://{landing.name}/{name} exists with another digest than {sha256}"
        )
