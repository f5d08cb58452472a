"""Decides which file on disk is which object, so that no name reaches outside its bucket's folder."""

import hashlib
import json
import os
import re
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.storage import errors

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
MAX_NAME_BYTES = 1024
MAX_PART_BYTES = 255


class Layout:
    """Map names to paths: data in `<bucket>/`, records in `.meta/<bucket>/`, unfinished uploads in `.uploads/`."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.uploads = self.root / ".uploads"
        self.sessions = self.uploads / "sessions"
        self.sessions.mkdir(parents=True, exist_ok=True)
        (self.root / ".meta").mkdir(exist_ok=True)

    def bucket(self, bucket: str) -> Path:
        """Return the bucket's folder. Raises: StorageError 400 for an invalid name."""
        if not BUCKET_NAME.fullmatch(bucket) or ".." in bucket:
            raise errors.invalid_bucket_name(bucket)
        return self.root / bucket

    def data(self, bucket: str, name: str) -> Path:
        """Return the object's file. Raises: StorageError 400 for a name that GCS or a file system cannot hold."""
        problem = name_problem(name)
        if problem:
            raise errors.invalid_object_name(name, problem)
        return self.bucket(bucket) / name

    def records(self, bucket: str, name: str) -> Path:
        """Return the file of the object's records, named by digest: any name fits, and `a` may sit beside `a/b`."""
        return self.root / ".meta" / bucket / "objects" / f"{hashlib.sha256(name.encode()).hexdigest()}.json"

    def bucket_record(self, bucket: str) -> Path:
        return self.root / ".meta" / bucket / "bucket.json"

    def new_temporary(self) -> Path:
        return self.uploads / f"tmp-{uuid.uuid4().hex}"

    def write_json(self, path: Path, document: dict[str, Any]) -> None:
        """Replace a small file by one rename."""
        temporary = self.new_temporary()
        try:
            temporary.write_text(json.dumps(document), encoding="utf-8")
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def name_problem(name: str) -> str | None:
    """Return why `name` cannot be an object's, or None. A trailing slash is fine: such objects mark folders."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode"
    parts = name.removesuffix("/").split("/")
    if not 1 <= len(encoded) <= MAX_NAME_BYTES:
        return f"must have 1 to {MAX_NAME_BYTES} bytes"
    if any(char in name for char in "\0\r\n"):
        return "must not contain NUL, carriage return or line feed"
    if any(part in ("", ".", "..") for part in parts):
        return "must not be absolute nor have empty, '.' or '..' parts"
    if any(len(part.encode()) > MAX_PART_BYTES for part in parts):
        return f"has a part of more than {MAX_PART_BYTES} bytes"
    return None


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the document, or None when the file is missing or was emptied by a loss of power."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    if not text.strip("\0"):
        return None
    document: dict[str, Any] = json.loads(text)
    return document


def utc_now() -> str:
    """Return the time as GCS writes it, in milliseconds."""
    return utc_text(time.time_ns())


def utc_text(time_ns: int) -> str:
    seconds, rest_ns = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"


class GenerationCounter:
    """Give numbers that only grow, also over restarts and when the clock is set back: microseconds like GCS's."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        text = os.pread(self._fd, 20, 0).decode("ascii", "replace")
        self._last = int(text) if text.isdigit() else 0

    def next(self) -> int:
        """Return a number greater than every earlier one; it is on disk before it is used."""
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1000)
            os.pwrite(self._fd, f"{self._last:020d}".encode(), 0)
            return self._last

    def close(self) -> None:
        os.close(self._fd)
