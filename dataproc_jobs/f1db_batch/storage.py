"""The driver's side of Cloud Storage: the ZIP as it was pinned, and objects that are written once."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from dataclasses import dataclass
from typing import IO, Any

from f1db_batch.limits import MIB
from f1db_batch.settings import GsUri

_IN_MEMORY_BYTES = 64 * MIB
_ANSWER_S = 60.0


class WrongObjectError(Exception):
    """The ZIP is not the one that this batch was started for."""


@dataclass(frozen=True, slots=True)
class StoredZip:
    """The ZIP, whose digest is proven, as a file to read from."""

    content: IO[bytes]
    size_bytes: int


class _DigestWriter:
    """Passes a download on to a file and computes its digest on the way."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._digest = hashlib.sha256()

    def write(self, chunk: bytes) -> int:
        self._digest.update(chunk)
        return self._target.write(chunk)

    def sha256(self) -> str:
        return self._digest.hexdigest()


def fetch_zip(uri: GsUri, generation: int, sha256: str, *, answer_s: float = _ANSWER_S) -> StoredZip:
    """Download one generation of the ZIP.

    Raises:
        WrongObjectError: that generation is gone, or its content is not what it was.
    """
    from google.api_core.exceptions import NotFound

    blob = _client().bucket(uri.bucket).blob(uri.name, generation=generation)
    content = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 # the caller reads it
    writer = _DigestWriter(content)
    try:
        blob.download_to_file(writer, timeout=answer_s)
    except NotFound as error:
        raise WrongObjectError(f"{uri} has no generation {generation} any more") from error
    if writer.sha256() != sha256:
        raise WrongObjectError(f"{uri}: SHA-256 is {writer.sha256()}, but this batch was started for {sha256}")
    size_bytes = content.tell()
    content.seek(0)
    return StoredZip(content, size_bytes)


def create_once(uri: GsUri, text: str, *, answer_s: float = _ANSWER_S) -> bool:
    """Write an object unless it exists; tell whether this call wrote it, also when its first answer was lost."""
    from google.api_core.exceptions import Forbidden, PreconditionFailed

    mark = uuid.uuid4().hex
    bucket = _client().bucket(uri.bucket)
    blob = bucket.blob(uri.name)
    blob.metadata = {"writer": mark}
    try:
        blob.upload_from_string(text, content_type="application/json", if_generation_match=0, timeout=answer_s)
    except (PreconditionFailed, Forbidden):  # an account that may only create can see 403 where there is an object
        found = bucket.get_blob(uri.name, timeout=answer_s)
        if found is None:
            raise
        return bool((found.metadata or {}).get("writer") == mark)
    return True


def write(uri: GsUri, content: bytes, content_type: str, *, answer_s: float = _ANSWER_S) -> None:
    """Write an object into this attempt's own folder."""
    blob = _client().bucket(uri.bucket).blob(uri.name)
    blob.upload_from_string(content, content_type=content_type, timeout=answer_s)


def _client() -> Any:
    # A batch makes three calls; a client costs nothing, its import half a second: not before Spark starts.
    from google.cloud import storage

    return storage.Client()
