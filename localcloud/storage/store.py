"""Offers buckets and objects as Cloud Storage means them; one lock per object makes each change a single step."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from localcloud.storage import errors
from localcloud.storage.files import ObjectFiles
from localcloud.storage.layout import Layout, read_json, utc_now, utc_text
from localcloud.storage.listing import Page, Query, names_under, page_of
from localcloud.storage.records import Conditions, Expected, ObjectRecord, Target, merged_fields
from localcloud.storage.staging import StagedFile, blocks_of

SESSION_LIFE_S = 7 * 24 * 3600
ANY = Conditions()


class ObjectStore:
    """Keep objects as plain files below a root folder, for the HTTP routes and, in process, for the supervisor."""

    def __init__(self, root: Path, on_finalized: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.layout = Layout(root)
        self.base_url = "https://storage.googleapis.com"
        self._files = ObjectFiles(self.layout)
        self._on_finalized = on_finalized
        self._locks = [threading.RLock() for _ in range(64)]

    def close(self) -> None:
        self._files.close()

    def discard_leftovers(self) -> None:
        """Remove what killed processes left half-written, and resumable uploads that GCS would have forgotten."""
        for path in self.layout.uploads.glob("tmp-*"):
            path.unlink()
        for path in self.layout.sessions.iterdir():
            if path.stat().st_mtime < time.time() - SESSION_LIFE_S:
                path.unlink()

    def create_bucket(self, bucket: str, location: str = "US") -> dict[str, Any]:
        """Create a bucket and return its resource. Raises: StorageError 400, or 409 when it exists."""
        try:
            self.layout.bucket(bucket).mkdir()
        except FileExistsError as error:
            raise errors.bucket_exists(bucket) from error
        record = {"location": location.upper(), "timeCreated": utc_now()}
        self.layout.write_json(self.layout.bucket_record(bucket), record)
        return self.get_bucket(bucket)

    def get_bucket(self, bucket: str) -> dict[str, Any]:
        """Return the bucket's resource; a folder that somebody else made counts. Raises: StorageError 404."""
        folder = self.layout.bucket(bucket)
        if not folder.is_dir():
            raise errors.bucket_not_found(bucket)
        made = {"location": "US", "timeCreated": utc_text(folder.stat().st_mtime_ns)}
        record = read_json(self.layout.bucket_record(bucket)) or made
        return {
            "kind": "storage#bucket",
            "id": bucket,
            "name": bucket,
            "selfLink": f"{self.base_url}/storage/v1/b/{bucket}",
            "metageneration": "1",
            "etag": "CAE=",
            "storageClass": "STANDARD",
            "updated": record["timeCreated"],
        } | record

    def list_buckets(self) -> list[dict[str, Any]]:
        folders = sorted(path.name for path in self.layout.root.iterdir() if path.is_dir())
        return [self.get_bucket(name) for name in folders if not name.startswith(".")]

    def get(self, bucket: str, name: str, conditions: Conditions = ANY) -> ObjectRecord:
        """Return the live object's record. Raises: StorageError 404, 412 or 304."""
        with self._lock(bucket, name):
            record = self._require(bucket, name, conditions)
        conditions.check_read(record)
        return record

    def open(self, bucket: str, name: str, conditions: Conditions = ANY) -> tuple[ObjectRecord, BinaryIO]:
        """Return the record and its very bytes, which stay readable when the object is replaced meanwhile."""
        with self._lock(bucket, name):
            record = self.get(bucket, name, conditions)
            path = self.layout.data(bucket, name)
            return record, open(os.devnull if name.endswith("/") else path, "rb")

    def read_bytes(self, bucket: str, name: str) -> bytes:
        """Return a small object's bytes. Raises: StorageError 404."""
        _, file = self.open(bucket, name)
        with file:
            return file.read()

    def list(self, bucket: str, query: Query) -> Page:
        """Return one page of the bucket's objects, adopting new files on it. Raises: StorageError 404."""
        self.get_bucket(bucket)
        folder = self.layout.bucket(bucket)
        names = names_under(folder, query.prefix, lambda name: self._files.is_marker(bucket, name))
        return page_of(names, query, lambda name: self._current(bucket, name))

    @contextmanager
    def stage(self) -> Iterator[StagedFile]:
        """Give a temporary file to fill and commit; it is removed unless it was committed."""
        staged = StagedFile(self.layout.new_temporary())
        try:
            yield staged
        finally:
            staged.discard()

    def put_bytes(
        self,
        bucket: str,
        name: str,
        data: bytes,
        fields: Mapping[str, Any] | None = None,
        conditions: Conditions = ANY,
    ) -> ObjectRecord:
        """Write a small object; `fields` are an object resource's (`contentType`, `metadata`, …)."""
        with self.stage() as staged:
            staged.append([data])
            return self.commit(staged, Target(bucket, name, fields or {}, conditions))

    def check_target(self, target: Target) -> None:
        """Refuse what could not be committed now. Raises: StorageError 400, 404 or 412."""
        with self._lock(target.bucket, target.name):
            self.get_bucket(target.bucket)
            target.conditions.check_write(self._current(target.bucket, target.name))

    def commit(
        self, staged: StagedFile, target: Target, on_sealed: Callable[[int], None] | None = None
    ) -> ObjectRecord:
        """Make the staged bytes the object's live generation, then tell the listener.

        `on_sealed` is given the file time that will identify these bytes, before they become visible.
        Raises: StorageError 400, 404, 409 or 412.
        """
        bucket, name = target.bucket, target.name
        self.layout.data(bucket, name)
        staged.digests.check(target.expected)
        if name.endswith("/") and staged.size:
            raise errors.invalid_object_name(name, "marks a folder and must be empty")
        mtime_ns = staged.seal(self._files.new_mtime_ns())
        if on_sealed:
            on_sealed(mtime_ns)
        with self._lock(bucket, name):
            self.check_target(target)
            fields = merged_fields({}, target.fields)
            record = self._files.new_record(bucket, name, staged.digests, mtime_ns, utc_now(), fields)
            self._files.replace(staged, record, self._current(bucket, name))
        if self._on_finalized:
            self._on_finalized(record.resource(self.base_url))
        return record

    def change_fields(
        self,
        bucket: str,
        name: str,
        fields: Mapping[str, Any],
        conditions: Conditions = ANY,
        *,
        keep_others: bool = True,
    ) -> ObjectRecord:
        """Patch (or, not keeping others, replace) what a caller may set. Raises: StorageError 404 or 412."""
        with self._lock(bucket, name):
            current = self._require(bucket, name, conditions)
            conditions.check_write(current)
            record = replace(
                current,
                metageneration=current.metageneration + 1,
                updated=max(utc_now(), current.updated),
                fields=merged_fields(current.fields if keep_others else {}, fields),
            )
            self._files.write_records(record)
            return record

    def delete(self, bucket: str, name: str, conditions: Conditions = ANY) -> None:
        """Delete the live object and the folders that it leaves empty. Raises: StorageError 404 or 412."""
        with self._lock(bucket, name):
            conditions.check_write(self._require(bucket, name, conditions))
            self._files.remove(bucket, name)

    def copy(self, source: tuple[ObjectRecord, BinaryIO], target: Target) -> ObjectRecord:
        """Write an opened object's bytes under another name, with its fields unless the target has some."""
        record, file = source
        with file, self.stage() as staged:
            staged.append(blocks_of(file))
            expected = Expected(record.crc32c, record.md5)
            return self.commit(staged, replace(target, fields=target.fields or record.fields, expected=expected))

    def _lock(self, bucket: str, name: str) -> threading.RLock:
        return self._locks[hash((bucket, name)) % len(self._locks)]

    def _current(self, bucket: str, name: str) -> ObjectRecord | None:
        with self._lock(bucket, name):
            return self._files.current(bucket, name)

    def _require(self, bucket: str, name: str, conditions: Conditions) -> ObjectRecord:
        self.get_bucket(bucket)
        record = self._current(bucket, name)
        if record is None or conditions.generation not in (None, record.generation):
            raise errors.object_not_found(bucket, name)
        return record
