"""Whose story is told: the deployed drivers against the release's own list, before anything that costs is started."""

from __future__ import annotations

import csv
import difflib
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from pipeline.clients.storage import Bucket
from pipeline.errors import ErrorCode, PermanentError
from pipeline.state import LandedZip

_MEMBER = "f1db-drivers.csv"
_MAX_MEMBER_BYTES = 16 * 1024 * 1024
_MAX_READ_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 256 * 1024
# zipfile unpacks the other methods without a bound: a few kilobytes of them may become gigabytes.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAX_LIKENED = 5_000  # F1DB has 917 drivers; likening a driver to a million ids would take longer than a function has
_MAX_ID_CHARS = 100
SAMPLE_DRIVERS = ("lewis-hamilton",)


def check_drivers(landing: Bucket, landed: LandedZip, drivers: tuple[str, ...]) -> None:
    """Make sure that a landed release knows every driver.

    Raises:
        PermanentError: `unknown_driver`, with the nearest ids.
        TransientError: when the ZIP cannot be read.
    """
    if landed.version.is_sample:
        known: tuple[str, ...] = SAMPLE_DRIVERS
    else:
        known = _known_drivers(landing, landed)
    unknown = [driver for driver in drivers if driver not in known]
    if not known or not unknown:
        return
    nearest = {driver: nearest_ids(driver, known) for driver in unknown}
    told = "; ".join(f"{driver} ({_hint(ids, landed)})" for driver, ids in nearest.items())
    raise PermanentError(
        ErrorCode.UNKNOWN_DRIVER, f"release {landed.version} does not know {told}", drivers=unknown, nearest=nearest
    )


def nearest_ids(driver: str, known: Sequence[str]) -> list[str]:
    """Return up to three ids that are like a driver's, and that can be told in one line."""
    ids = [known_id for known_id in known[:_MAX_LIKENED] if len(known_id) <= _MAX_ID_CHARS and known_id.isprintable()]
    return difflib.get_close_matches(driver, ids, n=3, cutoff=0.6)


def _hint(nearest: list[str], landed: LandedZip) -> str:
    if landed.version.is_sample:
        return f"the sample has {', '.join(SAMPLE_DRIVERS)} only: choose a real release"
    return f"nearest: {', '.join(nearest)}" if nearest else "nothing like it"


@dataclass(frozen=True, slots=True)
class _SmallReads:
    """Lets zipfile see an object, but not take a directory that claims to be huge into memory at once."""

    stream: BinaryIO

    def read(self, size: int = -1) -> bytes:
        if size > _MAX_READ_BYTES:
            raise zipfile.BadZipFile(f"its directory of {size:,} bytes is larger than {_MAX_READ_BYTES:,}")
        return self.stream.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def seekable(self) -> bool:
        return True


def _known_drivers(landing: Bucket, landed: LandedZip) -> tuple[str, ...]:
    with landing.open(str(landed.name), landed.generation) as stream:
        return read_drivers(stream)


def read_drivers(stream: BinaryIO) -> tuple[str, ...]:
    """Read a release's ids of drivers; none where the archive or its table is unusable, which the batch reports."""
    try:
        with zipfile.ZipFile(cast(IO[bytes], _SmallReads(stream))) as archive:
            content = _content(archive)
        text = content.decode("utf-8-sig")
        return tuple(row["id"] for row in csv.DictReader(io.StringIO(text), strict=True) if row.get("id"))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        csv.Error,
        KeyError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        OverflowError,
    ):
        return ()


def _content(archive: zipfile.ZipFile) -> bytes:
    """Unpack the table piece by piece.

    Raises:
        ValueError: it is packed in a way that has no bound, or too large.
    """
    if archive.getinfo(_MEMBER).compress_type not in _METHODS:
        raise ValueError(f"{_MEMBER} is neither stored nor deflated")
    content = bytearray()
    with archive.open(_MEMBER) as member:
        while piece := member.read(_PIECE_BYTES):
            content += piece
            if len(content) > _MAX_MEMBER_BYTES:
                raise ValueError(f"{_MEMBER} has more than {_MAX_MEMBER_BYTES:,} bytes")
    return bytes(content)
