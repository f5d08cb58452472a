"""The reader must give its last bytes only for a whole, right ZIP: everything else must raise before them."""

import hashlib
import io
import struct
import zipfile

import pytest

from pipeline.errors import ErrorCode, PermanentError
from pipeline.zips.verifying_reader import VerifyingReader

LIMIT = 10_000_000


def make_zip(comment: bytes = b"", members: int = 3) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(members):
            archive.writestr(zipfile.ZipInfo(f"f1db-{number}.csv"), b"id\n" * 100)
        archive.comment = comment
    return stream.getvalue()


def make_zip64() -> bytes:
    """Rewrite a ZIP's end as ZIP64: the 32-bit fields say `unknown`, the 64-bit records have the numbers."""
    plain = make_zip()
    end = plain[-22:]
    _, _, _, _, total, size, offset, _ = struct.unpack("<4s4H2LH", end)
    at = len(plain) - 22
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, total, total, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    short = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return plain[:at] + record + locator + short


def read_all(content: bytes, *, size: int | None = None, sha256: str | None = None, step: int = 100) -> bytes:
    reader = VerifyingReader(io.BytesIO(content), len(content) if size is None else size, sha256, LIMIT)
    return b"".join(iter(lambda: reader.read(step), b""))


@pytest.mark.parametrize("content", [make_zip(), make_zip(b"a comment PK\x05\x06 in it"), make_zip64()])
@pytest.mark.parametrize("step", [1, 7, 100, 10_000_000])
def test_gives_every_byte_when_the_zip_is_whole(content: bytes, step: int) -> None:
    assert read_all(content, sha256=hashlib.sha256(content).hexdigest(), step=step) == content


def test_knows_the_digest_only_when_it_is_proven() -> None:
    content = make_zip()
    reader = VerifyingReader(io.BytesIO(content), len(content), None, LIMIT)
    with pytest.raises(RuntimeError, match="whole stream"):
        _ = reader.sha256
    assert reader.read() == content
    assert reader.sha256 == hashlib.sha256(content).hexdigest()
    assert (reader.tell(), reader.read(10)) == (len(content), b"")


@pytest.mark.parametrize(
    ("content", "size", "sha256", "code"),
    [
        (make_zip()[:-1], len(make_zip()), None, "zip_short"),
        (b"", 100, None, "zip_short"),
        (make_zip(), 0, None, "zip_short"),
        (make_zip() + b"\0", len(make_zip()), None, "zip_oversized"),
        (make_zip(), LIMIT + 1, None, "zip_oversized"),
        (make_zip(), None, "0" * 64, "zip_digest_mismatch"),
        (make_zip()[:-1], None, None, "zip_corrupt"),
        (b"<html>" + make_zip(), None, None, "zip_corrupt"),
        (b"PK\x03\x04" + b"x" * 500, None, None, "zip_corrupt"),
        (make_zip(members=0), None, None, "zip_corrupt"),
        (make_zip64()[:-42] + b"\0\0\0\0" + make_zip64()[-38:], None, None, "zip_corrupt"),
    ],
)
def test_raises_when_something_is_wrong(content: bytes, size: int | None, sha256: str | None, code: str) -> None:
    with pytest.raises(PermanentError) as raised:
        read_all(content, size=size, sha256=sha256)
    assert raised.value.code == code


@pytest.mark.parametrize("cut", range(1, 400, 13))
def test_holds_the_last_bytes_back_when_the_zip_was_cut_and_its_length_believed(cut: int) -> None:
    content = make_zip()[:-cut]
    reader = VerifyingReader(io.BytesIO(content), len(content), None, LIMIT)
    given: list[bytes] = []
    with pytest.raises(PermanentError) as raised:
        given.extend(iter(lambda: reader.read(50), b""))
    assert raised.value.code == ErrorCode.ZIP_CORRUPT
    assert sum(map(len, given)) < len(content)


@pytest.mark.parametrize(("at", "value"), [(-12, b"\xf0\xff\x00\x00"), (-6, b"\xf0\xff\x00\x00"), (-14, b"\x09\x00")])
def test_raises_when_the_end_record_points_out_of_bounds(at: int, value: bytes) -> None:
    content = bytearray(make_zip())
    content[at : at + len(value) or None] = value
    with pytest.raises(PermanentError, match="corrupt"):
        read_all(bytes(content))


def test_raises_when_an_entry_of_the_directory_is_overwritten() -> None:
    content = bytearray(make_zip())
    content[content.rfind(b"PK\x01\x02")] = 0
    with pytest.raises(PermanentError, match="is no entry"):
        read_all(bytes(content))
