"""Reads the ZIP's directory as something hostile: what is not safe and whole becomes one finding, never a write."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

from f1db_batch.findings import Code, Finding, Severity, cut
from f1db_batch.limits import MIB, Limits

_TABLE_FILE = re.compile(r"(?:.*/)?f1db-([a-z0-9]+(?:-[a-z0-9]+)*)\.csv", re.DOTALL)
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
_PATCH_FLAG = 0x20
_MAX_NAME_CHARS = 200
_SMALL_BYTES = MIB
# A local header with the longest name and extra field, and a data descriptor: what a member has besides its data.
_MAX_FRAME_BYTES = _LOCAL_HEADER.size + 2 * 0xFFFF + 24
_MAX_DIRECTORY_BYTES = 4 * MIB


class ArchiveError(Exception):
    """A member that cannot be unpacked; the message says why."""


@dataclass(frozen=True, slots=True)
class Member:
    """One table's file in the archive: everything a task needs to read it with one range request."""

    table: str
    name: str
    offset: int
    length: int
    packed_bytes: int
    size_bytes: int
    crc: int
    is_deflated: bool


@dataclass(frozen=True, slots=True)
class _SmallReads:
    """Lets zipfile see a file, but not take a huge directory into memory at once."""

    file: IO[bytes]

    def read(self, size: int = -1) -> bytes:
        if size > _MAX_DIRECTORY_BYTES:
            raise ArchiveError(f"its directory of {size:,} bytes is larger than {_MAX_DIRECTORY_BYTES:,}")
        return self.file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive's directory as the driver has read it; with a finding its members are of no use."""

    size_bytes: int
    members: list[Member]
    findings: list[Finding]


def list_members(archive: IO[bytes], limits: Limits) -> tuple[list[Member], list[Finding]]:
    """List the tables' files of an archive, and what is wrong with the archive itself.

    Other files are left alone, but they have to be safe as well. With a finding the members are of no use.
    """
    try:
        with zipfile.ZipFile(cast(IO[bytes], _SmallReads(archive))) as opened:
            entries, directory_at = opened.infolist(), opened.start_dir
    except (
        ArchiveError,
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OverflowError,
        EOFError,
        OSError,
        struct.error,
    ) as error:
        return [], [_bad(f"not a readable ZIP: {error}")]
    problems = list(_directory_problems(entries, limits))
    problems += [problem for entry in entries for problem in _entry_problems(entry, limits)]
    if problems:
        return [], [_bad(problem) for problem in problems[: limits.max_findings]]
    ends = _ends(entries, directory_at)
    problems = [
        f"{_shown(entry)} overlaps what follows it"
        for entry in entries
        if entry.header_offset + _LOCAL_HEADER.size + entry.compress_size > ends[entry.header_offset]
    ]
    if problems:
        return [], [_bad(problem) for problem in problems]
    return [member for entry in entries if (member := _member(entry, ends))], []


def unpack(member: Member, packed: bytes) -> bytes:
    """Unpack a member from the bytes that start at its local header.

    Raises:
        ArchiveError: it is cut short, damaged, or not what the directory says.
    """
    if len(packed) < _LOCAL_HEADER.size or packed[:4] != b"PK\x03\x04":
        raise ArchiveError(f"{member.name} has no local header")
    *_, name_length, extra_length = _LOCAL_HEADER.unpack_from(packed)
    start = _LOCAL_HEADER.size + name_length + extra_length
    body = memoryview(packed)[start : start + member.packed_bytes]
    if len(body) != member.packed_bytes:
        raise ArchiveError(f"{member.name} is cut short")
    content = _inflate(member, body) if member.is_deflated else bytes(body)
    if len(content) != member.size_bytes:
        raise ArchiveError(f"{member.name} is not as long as the archive's directory says")
    if zlib.crc32(content) != member.crc:
        raise ArchiveError(f"{member.name} is damaged: its CRC-32 is wrong")
    return content


def bad_member(table: str, reason: str) -> Finding:
    """Say that a table's file could not be unpacked."""
    return Finding(Severity.ERROR, Code.BAD_ARCHIVE, table, f"the archive: {reason}")


def _inflate(member: Member, body: memoryview) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(body, member.size_bytes + 1)
    except zlib.error as error:
        raise ArchiveError(f"{member.name} is damaged: {error}") from error
    if not inflater.eof:
        raise ArchiveError(f"{member.name} is not as long as the archive's directory says")
    return content


def _directory_problems(entries: list[zipfile.ZipInfo], limits: Limits) -> Iterator[str]:
    if not entries:
        yield "it has no members"
    if len(entries) > limits.max_members:
        yield f"{len(entries):,} members are more than {limits.max_members:,}"
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_total_bytes:
        yield f"{total:,} bytes unpacked are more than {limits.max_total_bytes:,}"
    names = Counter(_last_part(entry.filename) if _table_of(entry) else entry.filename for entry in entries)
    yield from (f"{cut(name)!r} is in it {times} times" for name, times in names.items() if times > 1)


def _entry_problems(entry: zipfile.ZipInfo, limits: Limits) -> Iterator[str]:
    if reason := _unsafe_name(entry):
        yield f"{_shown(entry)} {reason}"
    if entry.header_offset < 0:  # zipfile counts back by what it takes to stand before the archive
        yield f"{_shown(entry)} starts before the archive"
    if entry.flag_bits & _ENCRYPTED_FLAGS:
        yield f"{_shown(entry)} is encrypted"
    if entry.flag_bits & _PATCH_FLAG:
        yield f"{_shown(entry)} is a patch of other data"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield f"{_shown(entry)} is packed by method {entry.compress_type}, which is neither stored nor deflated"
    if entry.file_size > limits.max_member_bytes:
        yield f"{_shown(entry)} has {entry.file_size:,} bytes, more than {limits.max_member_bytes:,}"
    elif entry.file_size > max(_SMALL_BYTES, entry.compress_size * limits.max_ratio):
        yield f"{_shown(entry)} unpacks to more than {limits.max_ratio} times its size"
    if entry.compress_type == zipfile.ZIP_STORED and entry.file_size != entry.compress_size:
        yield f"{_shown(entry)} is stored, but its two sizes differ"


def _unsafe_name(entry: zipfile.ZipInfo) -> str | None:
    # ZipInfo cuts a name at a NUL, so the name as it stands in the archive is looked at.
    name = entry.orig_filename
    parts = name.removesuffix("/").split("/")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a symbolic link"
    if not name.isprintable() or len(name) > _MAX_NAME_CHARS:
        return "has an unprintable or endless name"
    if name.startswith("/") or "\\" in name or ":" in name:
        return "has an absolute name or one of another system"
    if any(part in ("", ".", "..") for part in parts):
        return "has a name that leads out of its folder"
    return None


def _ends(entries: list[zipfile.ZipInfo], directory_at: int) -> dict[int, int]:
    """Map each member's start to where the next one starts (itself, when two share it); last comes the directory."""
    starts = sorted(entry.header_offset for entry in entries)
    pairs = list(zip(starts, [*starts[1:], directory_at], strict=True))
    return dict(reversed(pairs))


def _member(entry: zipfile.ZipInfo, ends: dict[int, int]) -> Member | None:
    table = _table_of(entry)
    if table is None:
        return None
    return Member(
        table=table,
        name=entry.filename,
        offset=entry.header_offset,
        length=min(ends[entry.header_offset] - entry.header_offset, entry.compress_size + _MAX_FRAME_BYTES),
        packed_bytes=entry.compress_size,
        size_bytes=entry.file_size,
        crc=entry.CRC,
        is_deflated=entry.compress_type == zipfile.ZIP_DEFLATED,
    )


def _table_of(entry: zipfile.ZipInfo) -> str | None:
    match = _TABLE_FILE.fullmatch(entry.filename)
    return match[1] if match else None


def _last_part(name: str) -> str:
    return name.rpartition("/")[2]


def _shown(entry: zipfile.ZipInfo) -> str:
    return repr(cut(entry.orig_filename))


def _bad(reason: str) -> Finding:
    return Finding(Severity.ERROR, Code.BAD_ARCHIVE, None, f"the archive: {reason}")
