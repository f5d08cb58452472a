"""Ties each object's file to its record, so that a kill leaves the old object or the new one, never half of each.

The commit point of a write is the rename of the data file. Before it, the record file is replaced by one that holds the
new record *and* the old; a record is in force only while its size and mtime (which is unique to it) are the file's. So
at any moment the file has either its old record or its new one. A file that fits no record was put there by somebody
else and is adopted: hashed once, under a fresh generation. A delete commits by unlinking the data file.
An object whose name ends in a slash marks a folder: it is the folder, and its record.
"""

import os
import stat
import threading
from pathlib import Path
from typing import Any

from localcloud.storage import errors
from localcloud.storage.layout import GenerationCounter, Layout, read_json, utc_text
from localcloud.storage.records import ObjectRecord
from localcloud.storage.staging import Digests, StagedFile, digests_of

DEFAULT_CONTENT_TYPE = "application/octet-stream"


class ObjectFiles:
    """Read and replace objects on disk; the caller holds the object's lock."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._generations = GenerationCounter(layout.root / ".meta" / "generation")
        self._tree_lock = threading.Lock()  # no folder is pruned between its making and a rename into it

    def close(self) -> None:
        self._generations.close()

    def new_mtime_ns(self) -> int:
        """Return a file time that no object has had."""
        return self._generations.next() * 1000

    def current(self, bucket: str, name: str) -> ObjectRecord | None:
        """Return the live object's record, or None; a file without one is adopted."""
        path = self._layout.data(bucket, name)
        try:
            status = path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        document = read_json(self._layout.records(bucket, name)) or {"records": []}
        records = [ObjectRecord(**record) for record in document["records"]]
        if name.endswith("/"):
            return records[0] if records and stat.S_ISDIR(status.st_mode) else None
        if not stat.S_ISREG(status.st_mode):
            return None
        for record in records:
            if (record.size, record.mtime_ns) == (status.st_size, status.st_mtime_ns):
                return record
        return self._adopted(bucket, name, path)

    def new_record(
        self, bucket: str, name: str, digests: Digests, mtime_ns: int, time: str, fields: dict[str, Any]
    ) -> ObjectRecord:
        """Return the record of a new generation."""
        return ObjectRecord(
            bucket,
            name,
            generation=self._generations.next(),
            metageneration=1,
            size=digests.size,
            crc32c=digests.crc32c,
            md5=digests.md5,
            mtime_ns=mtime_ns,
            time_created=time,
            updated=time,
            fields={"contentType": DEFAULT_CONTENT_TYPE} | fields,
        )

    def write_records(self, *records: ObjectRecord) -> None:
        path = self._layout.records(records[0].bucket, records[0].name)
        self._layout.write_json(path, {"records": [record.to_document() for record in records]})

    def replace(self, staged: StagedFile, record: ObjectRecord, current: ObjectRecord | None) -> None:
        """Make the staged file the object. Raises: StorageError 409 when a folder or an object is in the way."""
        path = self._layout.data(record.bucket, record.name)
        is_marker = record.name.endswith("/")
        with self._tree_lock:
            try:
                (path if is_marker else path.parent).mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                raise errors.name_blocked(record.name) from error
            if path.is_dir() and not is_marker:
                raise errors.name_blocked(record.name)
            self.write_records(record, *([current] if current else []))
            if not is_marker:
                staged.path.replace(path)  # the commit point

    def remove(self, bucket: str, name: str) -> None:
        """Delete the object, then the folders that it leaves empty and that are no objects themselves."""
        if not name.endswith("/"):
            self._layout.data(bucket, name).unlink()  # the commit point
        self._layout.records(bucket, name).unlink()
        folder = name.rpartition("/")[0]
        with self._tree_lock:
            while folder and not self.is_marker(bucket, f"{folder}/"):
                try:
                    (self._layout.bucket(bucket) / folder).rmdir()
                except OSError:  # not empty: other objects live there
                    return
                folder = folder.rpartition("/")[0]

    def is_marker(self, bucket: str, name: str) -> bool:
        return self._layout.records(bucket, name).exists()

    def _adopted(self, bucket: str, name: str, path: Path) -> ObjectRecord:
        with path.open("rb") as file:
            mtime_ns = os.fstat(file.fileno()).st_mtime_ns  # before reading: a file that still grows is adopted again
            digests = digests_of(file)
        record = self.new_record(bucket, name, digests, mtime_ns, utc_text(mtime_ns), {})
        self.write_records(record)
        return record
