"""The end of a ZIP proves that it is whole: checked from its last bytes alone, so that the rest can be streamed."""

import struct
from dataclasses import dataclass

from pipeline.errors import ErrorCode, PermanentError

TAIL_BYTES = 1024 * 1024

_EOCD = struct.Struct("<4s4H2LH")
_EOCD64_LOCATOR = struct.Struct("<4sLQL")
_EOCD64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_UNKNOWN_16 = 0xFFFF
_UNKNOWN_32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the central directory lies: offsets count from the file's first byte; `end` is where it must end by."""

    entries: int
    size: int
    offset: int
    end: int


def check_zip_tail(tail: bytes, size_bytes: int) -> None:
    """Prove from a file's last bytes that it is one whole ZIP of `size_bytes` on one disk.

    Checks the end record, the ZIP64 records where they are announced, and every entry of the central directory.
    Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.12 to 4.3.16)

    Raises:
        PermanentError: code `zip_corrupt`, saying what is wrong.
    """
    start = size_bytes - len(tail)
    directory = _directory(tail, start)
    if directory.entries == 0:
        raise _corrupt("it has no members")
    if directory.offset + directory.size > directory.end:
        raise _corrupt("its central directory does not lie before the end record")
    if directory.offset < start:
        raise _corrupt(f"its central directory is larger than {TAIL_BYTES} bytes")
    _check_entries(tail[directory.offset - start :][: directory.size], directory)


def _directory(tail: bytes, start: int) -> _Directory:
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _EOCD.size <= len(tail):
            _, disk, cd_disk, here, total, size, offset, comment = _EOCD.unpack_from(tail, at)
            if at + _EOCD.size + comment == len(tail):
                break
        at = tail.rfind(b"PK\x05\x06", 0, at)
    if at < 0:
        raise _corrupt("its end record is missing, so it is cut off or no ZIP")
    if _UNKNOWN_16 in (disk, cd_disk, here, total) or _UNKNOWN_32 in (size, offset):
        return _directory64(tail, start, at)
    if disk or cd_disk or here != total:
        raise _corrupt("it is one part of several")
    return _Directory(total, size, offset, start + at)


def _directory64(tail: bytes, start: int, eocd_at: int) -> _Directory:
    locator_at = eocd_at - _EOCD64_LOCATOR.size
    if locator_at < 0 or tail[locator_at : locator_at + 4] != b"PK\x06\x07":
        raise _corrupt("its ZIP64 locator is missing")
    _, disk, offset64, disks = _EOCD64_LOCATOR.unpack_from(tail, locator_at)
    at = offset64 - start
    if not 0 <= at <= locator_at - _EOCD64.size or tail[at : at + 4] != b"PK\x06\x06":
        raise _corrupt("its ZIP64 end record is not where the locator says")
    _, _, _, _, own_disk, cd_disk, here, total, size, offset = _EOCD64.unpack_from(tail, at)
    if disk or disks > 1 or own_disk or cd_disk or here != total:
        raise _corrupt("it is one part of several")
    return _Directory(total, size, offset, start + at)


def _check_entries(entries: bytes, directory: _Directory) -> None:
    at = found = 0
    while at < len(entries):
        if at + _ENTRY.size > len(entries) or entries[at : at + 4] != b"PK\x01\x02":
            raise _corrupt(f"entry {found + 1} of its central directory is no entry")
        fields = _ENTRY.unpack_from(entries, at)
        local_offset = fields[-1]
        if local_offset != _UNKNOWN_32 and local_offset >= directory.offset:
            raise _corrupt(f"entry {found + 1} of its central directory points behind the data")
        at += _ENTRY.size + sum(fields[10:13])
        found += 1
    if at != len(entries) or found != directory.entries:
        raise _corrupt(f"its central directory has {found} entries where {directory.entries} are announced")


def _corrupt(what: str) -> PermanentError:
    return PermanentError(ErrorCode.ZIP_CORRUPT, f"the ZIP is corrupt: {what}")
