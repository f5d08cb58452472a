"""Receives bytes into a temporary file in one pass: written, counted and hashed, at constant memory."""

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import google_crc32c

from localcloud.storage import errors
from localcloud.storage.records import Expected

BLOCK_BYTES = 1 << 20


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def blocks_of(stream: Readable, limit_bytes: int | None = None) -> Iterator[bytes]:
    """Yield what `stream` has, at most `limit_bytes`, in blocks."""
    left = limit_bytes
    while left is None or left > 0:
        block = stream.read(BLOCK_BYTES if left is None else min(BLOCK_BYTES, left))
        if not block:
            return
        if left is not None:
            left -= len(block)
        yield block


class Digests:
    """Count and hash bytes as they pass; base64 as the API writes digests."""

    def __init__(self) -> None:
        self.size = 0
        self._crc32c = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def update(self, block: bytes) -> None:
        self.size += len(block)
        self._crc32c = google_crc32c.extend(self._crc32c, block)
        self._md5.update(block)

    @property
    def crc32c(self) -> str:
        return base64.b64encode(self._crc32c.to_bytes(4, "big")).decode()

    @property
    def md5(self) -> str:
        return base64.b64encode(self._md5.digest()).decode()

    def check(self, expected: Expected) -> None:
        """Raise 400 when a digest that the caller gave is another."""
        if expected.crc32c not in (None, self.crc32c):
            raise errors.checksum_mismatch("CRC32C", str(expected.crc32c), self.crc32c)
        if expected.md5 not in (None, self.md5):
            raise errors.checksum_mismatch("MD5 hash", str(expected.md5), self.md5)


def digests_of(file: BinaryIO) -> Digests:
    """Read `file` to its end once."""
    digests = Digests()
    for block in blocks_of(file):
        digests.update(block)
    return digests


class StagedFile:
    """Grow a temporary file until the store takes it over by a rename."""

    def __init__(self, path: Path) -> None:
        """Go on with what is at `path`: bytes of an earlier process are read once for their digests."""
        self.path = path
        with path.open("a+b") as file:
            file.seek(0)
            self.digests = digests_of(file)

    @property
    def size(self) -> int:
        return self.digests.size

    def append(self, blocks: Iterable[bytes]) -> None:
        """Write and hash `blocks`, unbuffered: what was taken survives the process."""
        with self.path.open("ab", buffering=0) as file:
            for block in blocks:
                rest = memoryview(block)
                while rest:
                    rest = rest[file.write(rest) :]
                self.digests.update(block)

    def seal(self, mtime_ns: int) -> int:
        """Sync the file under the time that ties it to its record; return that time as the file system keeps it."""
        with self.path.open("ab") as file:
            os.utime(file.fileno(), ns=(mtime_ns, mtime_ns))
            os.fsync(file.fileno())
            return os.fstat(file.fileno()).st_mtime_ns

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
