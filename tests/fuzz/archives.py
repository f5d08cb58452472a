"""Small ZIPs as real tools write them, and what becomes of them when somebody means harm."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass

from hypothesis import strategies as st

DRIVERS = b'"id","name"\n"lewis-hamilton","Lewis Hamilton"\n"max-verstappen","Max Verstappen"\n'
RACES = b'"id","year"\n' + b"".join(b"%d,2026\n" % number for number in range(300))
# Where the numbers of each record lie, behind its signature: (offset, width).
_FIELDS = {
    b"PK\x03\x04": ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)),
    b"PK\x01\x02": ((6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (38, 4), (42, 4)),
    b"PK\x05\x06": ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)),
    b"PK\x06\x06": ((4, 8), (16, 4), (20, 4), (24, 8), (32, 8), (40, 8), (48, 8)),
    b"PK\x06\x07": ((4, 4), (8, 8), (16, 4)),
}
_EVIL = (0, 1, 2, 3, 9, 12, 14, 20, 21, 22, 46, 99, 0x7FFF, 0xFFFE, 0xFFFF, 0x10000, 2**31 - 1, 2**31, 2**32 - 2,
         2**32 - 1, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1)  # fmt: skip


class _Pipe(io.BytesIO):
    """A target without seeking: zipfile then writes sizes behind the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation


def _zip(
    files: dict[str, bytes], method: int, *, zip64: bool = False, piped: bool = False, comment: bytes = b""
) -> bytes:
    buffer = _Pipe() if piped else io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=zip64) as member:
                member.write(content)
        archive.comment = comment
    return buffer.getvalue()


def _of_method(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("f1db-drivers.csv"), DRIVERS, method)
        archive.writestr(zipfile.ZipInfo("f1db-races.csv"), RACES, method)
    return buffer.getvalue()


FILES = {"f1db-drivers.csv": DRIVERS, "README.md": b"read me", "f1db-races.csv": RACES}
SOUND = (
    _of_method(zipfile.ZIP_STORED),
    _of_method(zipfile.ZIP_DEFLATED),
    _of_method(zipfile.ZIP_BZIP2),
    _of_method(zipfile.ZIP_LZMA),
    _zip(FILES, zipfile.ZIP_STORED, zip64=True),
    _zip(FILES, zipfile.ZIP_STORED, piped=True),
    _zip({f"folder/{name}": content for name, content in FILES.items()}, zipfile.ZIP_STORED, comment=b"a comment"),
    _zip({"../../etc/cron.d/f1db-races.csv": RACES, "/f1db-drivers.csv": DRIVERS, "C:\\f1db-a.csv": b""}, 0),
    _zip({"f1db-races.csv": b"x" * 6_000}, zipfile.ZIP_STORED),
)


@dataclass(frozen=True, slots=True)
class _Field:
    """One number of one record of an archive."""

    at: int
    width: int


def _fields(raw: bytes) -> list[_Field]:
    found = []
    for signature, fields in _FIELDS.items():
        at = raw.find(signature)
        while at >= 0:
            found += [_Field(at + offset, width) for offset, width in fields if at + offset + width <= len(raw)]
            at = raw.find(signature, at + 1)
    return found


@st.composite
def hostile_zips(draw: st.DrawFn) -> bytes:
    """Draw an archive with some numbers of its records replaced, then perhaps bytes changed, cut, doubled or added."""
    raw = bytearray(draw(st.sampled_from(SOUND)))
    fields = _fields(bytes(raw))
    for field in draw(st.lists(st.sampled_from(fields), max_size=3)):
        value = draw(st.sampled_from(_EVIL) | st.integers(0, len(raw)))
        raw[field.at : field.at + field.width] = struct.pack("<Q", value)[: field.width]
    places = st.integers(0, len(raw))
    for _ in range(draw(st.integers(0, 2))):
        start, end = sorted((draw(places), draw(places)))
        match draw(st.sampled_from(["byte", "byte", "cut", "drop", "twice", "insert", "nested"])):
            case "byte":
                raw[start : start + 1] = draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del raw[end:]
            case "drop":
                del raw[start:end]
            case "twice":
                raw[end:end] = raw[start : min(end, start + 4096)]
            case "insert":
                raw[start:start] = draw(st.binary(max_size=64))
            case "nested":
                raw += draw(st.sampled_from(SOUND[:4]))
    return bytes(raw)
