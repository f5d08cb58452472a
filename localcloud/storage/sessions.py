"""Remembers resumable uploads on disk, so that a client may go on after this process was killed."""

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from localcloud.storage import errors
from localcloud.storage.layout import read_json
from localcloud.storage.records import Conditions, Expected, ObjectRecord, Target
from localcloud.storage.staging import Readable, StagedFile, blocks_of
from localcloud.storage.store import ObjectStore

QUANTUM_BYTES = 256 * 1024
CONTENT_RANGE = re.compile(r"bytes (?:(?P<start>\d+)-(?P<end>\d+)|\*)/(?P<total>\d+|\*)")
_SESSION_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Part:
    """Say which bytes a request carries: `start` None asks for the state only, `end` (exclusive) None is the rest."""

    start: int | None
    end: int | None
    total: int | None

    @classmethod
    def parse(cls, header: str | None) -> "Part":
        """Read a Content-Range header; without one the request carries the whole object. Raises: StorageError 400."""
        if header is None:
            return cls(0, None, None)
        match = CONTENT_RANGE.fullmatch(header)
        if match is None:
            raise errors.invalid_argument(f"Failed to parse Content-Range header: {header}")
        total = None if match["total"] == "*" else int(match["total"])
        if match["start"] is None:
            return cls(None, None, total)
        start, end = int(match["start"]), int(match["end"]) + 1
        if end <= start or (total is not None and end > total):
            raise errors.invalid_argument(f"Failed to parse Content-Range header: {header}")
        return cls(start, end, total)


class UploadSessions:
    """Take the parts of resumable uploads and commit each upload when it is whole."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._locks: dict[str, threading.Lock] = {}
        self._staged: dict[str, StagedFile] = {}

    def begin(self, target: Target) -> str:
        """Return the id of a new upload. Raises: StorageError 400, 404 or 412, before any byte is sent."""
        self._store.check_target(target)
        session_id = uuid.uuid4().hex
        self._staged_file(session_id)
        self._write(session_id, target, None)
        return session_id

    def take(self, session_id: str, part: Part, stream: Readable, promised: Expected) -> ObjectRecord | int:
        """Take a part; return the object when it is finished, else the number of bytes that are safe.

        Bytes that are there already are skipped, so a part may be sent again after a lost answer. What the last part
        promises of the whole is checked besides what the beginning did.
        Raises: StorageError 400, 404 or 412.
        """
        with self._locked(session_id):
            target, sealed_mtime_ns = self._read(session_id)
            if sealed_mtime_ns is not None and not self._data_path(session_id).exists():
                return self._finished(session_id, target, sealed_mtime_ns)
            staged = self._staged_file(session_id)
            if part.start is not None:
                self._append(session_id, staged, part.start, part, stream)
            total = staged.size if part.start is not None and part.end is None else part.total
            if total is not None and staged.size > total:
                raise errors.invalid_argument(f"The upload already has {staged.size} bytes, more than {total}")
            return self._finish(session_id, target, staged, promised) if staged.size == total else staged.size

    def cancel(self, session_id: str) -> None:
        """Forget the upload and its bytes. Raises: StorageError 404."""
        with self._locked(session_id):
            self._read(session_id)
            self._forget(session_id)

    def _append(self, session_id: str, staged: StagedFile, start: int, part: Part, stream: Readable) -> None:
        if start > staged.size:
            raise errors.upload_gap(start, staged.size)
        for _ in blocks_of(stream, staged.size - start):
            pass
        end = part.end
        if end is not None and end != part.total:
            end -= end % QUANTUM_BYTES  # as GCS: before the last part only whole quanta are kept
        try:
            staged.append(blocks_of(stream, None if end is None else max(0, end - staged.size)))
        except BaseException as error:
            if errors.is_disk_full(error):
                self._forget(session_id)  # it cannot go on, and what it holds is missing elsewhere
            else:
                del self._staged[session_id]  # the file may have more than was hashed: it is read again next time
            raise

    def _finish(self, session_id: str, target: Target, staged: StagedFile, promised: Expected) -> ObjectRecord:
        try:
            staged.digests.check(target.expected)
            staged.digests.check(promised)
        except errors.StorageError:
            self._forget(session_id)
            raise

        def remember(mtime_ns: int) -> None:
            self._write(session_id, target, mtime_ns)  # tells a commit that was killed from one that was done

        record = self._store.commit(staged, target, remember)
        staged.discard()
        del self._staged[session_id]
        return record

    def _finished(self, session_id: str, target: Target, sealed_mtime_ns: int) -> ObjectRecord:
        record = self._store.get(target.bucket, target.name)
        if record.mtime_ns != sealed_mtime_ns:
            raise errors.upload_not_found(session_id)
        return record

    @contextmanager
    def _locked(self, session_id: str) -> Iterator[None]:
        if not _SESSION_ID.fullmatch(session_id) or not self._document_path(session_id).exists():
            raise errors.upload_not_found(session_id)
        with self._locks.setdefault(session_id, threading.Lock()):
            yield

    def _staged_file(self, session_id: str) -> StagedFile:
        if session_id not in self._staged:
            self._staged[session_id] = StagedFile(self._data_path(session_id))
        return self._staged[session_id]

    def _data_path(self, session_id: str) -> Path:
        return self._store.layout.sessions / f"{session_id}.part"

    def _document_path(self, session_id: str) -> Path:
        return self._store.layout.sessions / f"{session_id}.json"

    def _write(self, session_id: str, target: Target, sealed_mtime_ns: int | None) -> None:
        document = {"target": asdict(target), "sealed_mtime_ns": sealed_mtime_ns}
        self._store.layout.write_json(self._document_path(session_id), document)

    def _read(self, session_id: str) -> tuple[Target, int | None]:
        document = read_json(self._document_path(session_id))
        if document is None:
            raise errors.upload_not_found(session_id)
        target = document["target"]
        conditions, expected = Conditions(**target.pop("conditions")), Expected(**target.pop("expected"))
        return Target(**target, conditions=conditions, expected=expected), document["sealed_mtime_ns"]

    def _forget(self, session_id: str) -> None:
        self._document_path(session_id).unlink()
        self._data_path(session_id).unlink(missing_ok=True)
        self._staged.pop(session_id, None)
