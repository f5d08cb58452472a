"""The buckets: JSON documents and ZIPs under preconditions, with explicit time-outs and one layer of retries."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any, BinaryIO, Protocol, cast

from pipeline.errors import ErrorCode, PermanentError, TransientError

_CONNECT_S = 5.0
_CHUNK_BYTES = 8 * 1024 * 1024
_LISTED = "items(name,generation,size,md5Hash,timeCreated,updated,metadata),nextPageToken"


class Readable(Protocol):
    """What an upload reads from: a stream of a size known beforehand."""

    size_bytes: int

    def read(self, amount: int = -1) -> bytes: ...

    def tell(self) -> int: ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a listing says of one object; times are the bucket's own, the MD5 in base64 (composed objects lack it)."""

    name: str
    generation: int
    size_bytes: int
    created_at: datetime
    updated_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)
    md5: str | None = None


@dataclass(frozen=True)
class Bucket:
    """One bucket, by name; the client is made when it is first needed.

    `answer_s` is how long one answer may take, `retry_s` how long a call that may be repeated is repeated.
    """

    name: str
    project_id: str
    answer_s: float = field(default=30.0, kw_only=True)
    retry_s: float = field(default=30.0, kw_only=True)

    @property
    def _timeout_s(self) -> tuple[float, float]:
        return (_CONNECT_S, self.answer_s)

    @property
    def _retry(self) -> Any:
        from google.cloud.storage.retry import DEFAULT_RETRY

        return DEFAULT_RETRY.with_timeout(self.retry_s).with_delay(initial=0.2, maximum=5.0, multiplier=2.0)

    @cached_property
    def _bucket(self) -> Any:
        return _client(self.project_id).bucket(self.name)

    def list_objects(self, prefix: str) -> list[StoredObject]:
        """Return the objects whose names begin with `prefix`, ordered by name."""
        with _translated(f"list gs://{self.name}/{prefix}"):
            blobs = self._bucket.list_blobs(prefix=prefix, fields=_LISTED, timeout=self._timeout_s, retry=self._retry)
            return [_stored(blob) for blob in blobs]

    def find(self, name: str) -> StoredObject | None:
        """Return what is known of one object, or None when there is none."""
        with _translated(f"look at gs://{self.name}/{name}"):
            blob = self._bucket.get_blob(name, timeout=self._timeout_s, retry=self._retry)
        return None if blob is None else _stored(blob)

    def read_json(self, name: str) -> tuple[dict[str, Any], int] | None:
        """Return a JSON document and its generation, or None when there is none.

        Raises:
            PermanentError: `malformed_document`, when it is no JSON object.
        """
        from google.api_core.exceptions import NotFound

        blob = self._bucket.blob(name)
        with _translated(f"read gs://{self.name}/{name}"):
            try:
                content = blob.download_as_bytes(timeout=self._timeout_s, retry=self._retry)
            except NotFound:
                return None
        try:
            document = json.loads(content)
        except ValueError as error:
            raise PermanentError(
                ErrorCode.MALFORMED_DOCUMENT, f"gs://{self.name}/{name} is no JSON: {error}", name=name
            ) from error
        if not isinstance(document, dict):
            raise PermanentError(ErrorCode.MALFORMED_DOCUMENT, f"gs://{self.name}/{name} is no JSON object", name=name)
        return document, int(blob.generation)

    def create_json(self, name: str, document: Mapping[str, Any]) -> bool:
        """Write a document that must not exist yet; return whether this call was the one that created it."""
        return self.create_bytes(name, _dump(document), "application/json")

    def create_bytes(self, name: str, content: bytes, content_type: str) -> bool:
        """Write an object that must not exist yet; return whether this call was the one that created it."""

        def create(blob: Any) -> None:
            blob.upload_from_string(
                content,
                content_type=content_type,
                if_generation_match=0,
                checksum="crc32c",
                timeout=self._timeout_s,
                retry=self._retry,
            )

        return self._create(self._bucket.blob(name), create)

    def replace_json(self, name: str, document: Mapping[str, Any], if_generation: int) -> int | None:
        """Write a document over exactly the generation that was read; return the new one, or None when it has moved."""
        blob = self._bucket.blob(name)
        writer = {"writer": uuid.uuid4().hex}
        blob.metadata = writer
        from google.api_core.exceptions import PreconditionFailed

        with _translated(f"replace gs://{self.name}/{name}"):
            try:
                blob.upload_from_string(
                    _dump(document),
                    content_type="application/json",
                    if_generation_match=if_generation,
                    checksum="crc32c",
                    timeout=self._timeout_s,
                    retry=self._retry,
                )
            except PreconditionFailed:
                found = self.find(name)
                is_ours = found is not None and found.metadata.get("writer") == writer["writer"]
                return found.generation if found is not None and is_ours else None
        return int(blob.generation)

    def create_from_stream(self, name: str, stream: Readable, metadata: Mapping[str, str]) -> bool:
        """Stream an object that must not exist yet, at constant memory; return whether this call created it.

        What the stream raises passes through, and then nothing has been created.
        """

        def create(blob: Any) -> None:
            try:
                blob.upload_from_file(
                    stream,
                    size=stream.size_bytes,
                    content_type="application/zip",
                    if_generation_match=0,
                    checksum="crc32c",
                    timeout=self._timeout_s,
                    retry=self._retry,
                )
            except ValueError as error:  # the bucket kept a part of a chunk only, and a stream cannot go back
                raise TransientError(
                    ErrorCode.STORAGE_UNAVAILABLE, f"the upload of gs://{self.name}/{name} broke off: {error}"
                ) from error

        return self._create(self._bucket.blob(name, chunk_size=_CHUNK_BYTES), create, metadata)

    def touch(self, info: StoredObject) -> StoredObject | None:
        """Patch one generation's metadata, so that its `updated_at` is GCS's now; None when it has been replaced."""
        from google.api_core.exceptions import NotFound, PreconditionFailed

        blob = self._bucket.blob(info.name)
        blob.metadata = {**info.metadata, "contended": "yes"}
        with _translated(f"touch gs://{self.name}/{info.name}"):
            try:
                blob.patch(if_generation_match=info.generation, timeout=self._timeout_s, retry=self._retry)
            except (NotFound, PreconditionFailed):
                return None
        return _stored(blob)

    def write_page(self, name: str, html: str) -> None:
        """Write an HTML page, over the one that may be there: its name says what it must contain."""
        with _translated(f"write gs://{self.name}/{name}"):
            self._bucket.blob(name).upload_from_string(
                html.encode(),
                content_type="text/html; charset=utf-8",
                checksum="crc32c",
                timeout=self._timeout_s,
                retry=self._retry,
            )

    def rename(self, source: str, target: str, metadata: Mapping[str, str]) -> bool:
        """Give an object its final name, which must not exist yet, and metadata; return whether this call did it."""
        origin = self._bucket.blob(source)

        def rewrite(blob: Any) -> None:
            token, _, _ = blob.rewrite(origin, if_generation_match=0, timeout=self._timeout_s, retry=self._retry)
            while token is not None:
                token, _, _ = blob.rewrite(
                    origin, token=token, if_generation_match=0, timeout=self._timeout_s, retry=self._retry
                )

        target_blob = self._bucket.blob(target)
        target_blob.content_type = "application/zip"
        is_created = self._create(target_blob, rewrite, metadata)
        self.delete(source)
        return is_created

    def delete(self, name: str) -> None:
        """Delete an object; one that is gone already is fine."""
        from google.api_core.exceptions import NotFound

        with _translated(f"delete gs://{self.name}/{name}"):
            try:
                self._bucket.blob(name).delete(timeout=self._timeout_s, retry=self._retry)
            except NotFound:
                return

    @contextmanager
    def open(self, name: str, generation: int) -> Iterator[BinaryIO]:
        """Open one generation of an object for reading at any position, by range requests.

        Raises:
            TransientError: `object_missing`, when it has gone.
        """
        from google.api_core.exceptions import NotFound

        with _translated(f"read gs://{self.name}/{name}"):
            try:
                blob = self._bucket.blob(name, generation=generation)
                with blob.open("rb", chunk_size=1024 * 1024, timeout=self._timeout_s, retry=self._retry) as stream:
                    yield cast(BinaryIO, stream)
            except NotFound as error:
                raise TransientError(
                    ErrorCode.OBJECT_MISSING, f"gs://{self.name}/{name}#{generation} is gone"
                ) from error

    def _create(self, blob: Any, write: Callable[[Any], None], metadata: Mapping[str, str] | None = None) -> bool:
        """Write under "must not exist"; a lost acknowledgement is told from a rival by the writer's own mark."""
        from google.api_core.exceptions import Forbidden, PreconditionFailed

        mark = uuid.uuid4().hex
        blob.metadata = {**(metadata or {}), "writer": mark}
        with _translated(f"create gs://{self.name}/{blob.name}"):
            try:
                write(blob)
            except (PreconditionFailed, Forbidden):  # an account that may only create sees 403 on an existing name
                found = self.find(blob.name)
                if found is None:
                    raise
                return found.metadata.get("writer") == mark
        return True


@cache
def _client(project_id: str) -> Any:
    from google.cloud.storage import Client

    return Client(project=project_id)


def _dump(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, indent=1).encode() + b"\n"


def _stored(blob: Any) -> StoredObject:
    return StoredObject(
        name=blob.name,
        generation=int(blob.generation),
        size_bytes=int(blob.size),
        created_at=blob.time_created,
        updated_at=blob.updated,
        metadata=dict(blob.metadata or {}),
        md5=blob.md5_hash,
    )


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Turn the client's errors into ours: denied and unavailable both pass once somebody has mended them."""
    import requests
    from google.api_core.exceptions import Forbidden, GoogleAPIError, Unauthorized
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.storage.exceptions import DataCorruption

    try:
        yield
    except (Forbidden, Unauthorized) as error:
        raise TransientError(ErrorCode.STORAGE_DENIED, f"may not {what}: {error}") from error
    except (GoogleAPIError, GoogleAuthError, requests.RequestException, DataCorruption) as error:
        raise TransientError(ErrorCode.STORAGE_UNAVAILABLE, f"cannot {what}: {error}") from error
