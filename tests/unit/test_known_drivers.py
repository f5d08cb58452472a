"""A function looks for its drivers in a ZIP that nobody has read yet: whatever is in it, that costs little."""

import io
import struct
import time
import tracemalloc
import zipfile

import pytest

from pipeline.zips.drivers import nearest_ids, read_drivers

MIB = 1024 * 1024
TABLE = '"id","name"\n"lewis-hamilton","Lewis Hamilton"\n"max-verstappen","Max Verstappen"\n'


def zip_of(content: bytes, method: int = zipfile.ZIP_DEFLATED, name: str = "f1db-drivers.csv") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def peak_mib_and_ids(raw: bytes) -> tuple[float, tuple[str, ...]]:
    tracemalloc.start()
    try:
        ids = read_drivers(io.BytesIO(raw))
        return tracemalloc.get_traced_memory()[1] / MIB, ids
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_ids_are_read_when_the_table_is_sound(method: int) -> None:
    assert read_drivers(io.BytesIO(zip_of(TABLE.encode(), method))) == ("lewis-hamilton", "max-verstappen")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_memory_stays_small_when_the_table_is_a_bomb(method: int) -> None:
    bomb = zip_of(b"0" * 100 * MIB, method)
    assert len(bomb) < MIB

    peak_mib, ids = peak_mib_and_ids(bomb)

    assert ids == ()
    assert peak_mib < 40


def test_memory_stays_small_when_the_directory_claims_to_be_huge() -> None:
    # The ZIP's own end record is sound, and its comment holds a second one, which is what zipfile goes by.
    sound = zip_of(TABLE.encode())
    filler = bytes(60 * MIB)
    false_end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 60 * MIB, 0, 9)
    raw = filler + sound[:-2] + struct.pack("<H", len(false_end)) + false_end

    peak_mib, ids = peak_mib_and_ids(raw)

    assert ids == ()
    assert peak_mib < 8


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\x05\x06" + bytes(18),
        zip_of(TABLE.encode(), name="drivers.csv"),
        zip_of(b"\xff\xfe"),
        zip_of(b'"id"\n"a" "b"\n'),
        zip_of(b'"id"\n' + b"x" * 200_000),
        zip_of(TABLE.encode()).replace(b"f1db-drivers.csv", b"f1db-drivers.cs\xff"),
    ],
    ids=["empty", "no member", "no table", "no text", "no CSV", "an endless field", "a name that is no text"],
)
def test_nobody_is_known_when_the_table_cannot_be_read(raw: bytes) -> None:
    assert read_drivers(io.BytesIO(raw)) == ()


def test_likening_costs_little_when_a_table_has_a_million_ids() -> None:
    known = [f"lewis-hamilton-{number}" for number in range(500_000)]
    began_s = time.process_time()

    assert nearest_ids("lewis-hamilton-7x", known)[0] == "lewis-hamilton-7"
    assert time.process_time() - began_s < 2


def test_no_id_is_told_when_it_would_break_the_line() -> None:
    known = ["lewis-hamilton\n", "lewis-hamilton\x1b[2J", "lewis-hamilton-" + "x" * 100, "lewis-hamilto"]
    assert nearest_ids("lewis-hamilton", known) == ["lewis-hamilto"]
