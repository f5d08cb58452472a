"""Archives of any kind: proven, listed and unpacked, or refused; never more than the limits in memory."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hypothesis import given

from f1db_batch.archive import ArchiveError, list_members, unpack
from f1db_batch.findings import Code, Severity
from f1db_batch.limits import MIB, Limits
from pipeline.errors import PermanentError
from pipeline.zips.drivers import read_drivers
from pipeline.zips.verifying_reader import VerifyingReader
from tests.fuzz.archives import DRIVERS, SOUND, hostile_zips
from tests.fuzz.bounds import fuzzed, is_one_clear_message, within_memory

pytestmark = pytest.mark.slow

LIMITS = Limits(max_members=20, max_member_bytes=4 * MIB, max_total_bytes=6 * MIB)
ZIP_CODES = {"zip_short", "zip_oversized", "zip_corrupt"}


class SmallReads(io.BytesIO):
    """A file that fails the test when somebody asks for more of it at once than is sane."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is None or size <= 4 * MIB, f"asked for {size:,} bytes at once"
        return super().read(size)


@fuzzed(2)
@given(hostile_zips())
def test_every_byte_comes_or_the_last_ones_never_when_a_zip_is_streamed(raw: bytes) -> None:
    given_away = 0
    with within_memory(8):
        try:
            reader = VerifyingReader(io.BytesIO(raw), len(raw), None, 4 * MIB)
            while piece := reader.read(64 * 1024):
                given_away += len(piece)
        except PermanentError as error:
            assert error.code in ZIP_CODES
            assert is_one_clear_message(error.message)
            assert given_away < len(raw) or not raw
        else:
            assert given_away == len(raw)


@fuzzed(4)
@given(hostile_zips())
def test_members_are_whole_or_there_is_a_finding_when_a_zip_is_read_by_the_batch(raw: bytes) -> None:
    with within_memory(16):
        members, findings = list_members(SmallReads(raw), LIMITS)
        for finding in findings:
            assert (finding.severity, finding.code) == (Severity.ERROR, Code.BAD_ARCHIVE)
            assert is_one_clear_message(finding.message)
        assert not (members and findings)
        for member in members:
            assert 0 <= member.offset < len(raw)
            try:
                content = unpack(member, raw[member.offset : member.offset + member.length])
            except ArchiveError as error:
                assert is_one_clear_message(str(error))
            else:
                assert len(content) == member.size_bytes <= LIMITS.max_member_bytes
                assert zlib.crc32(content) == member.crc
                assert_others_read_the_same(raw, member.name, content)
    assert len({member.table for member in members}) == len(members)


def assert_others_read_the_same(raw: bytes, name: str, content: bytes) -> None:
    """Whoever else can read a member reads what the batch has read: nothing hides between two readers."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        try:
            other = archive.read(name)
        except zipfile.BadZipFile:  # it is stricter: the local header's name has to be the directory's
            return
        assert other == content


@fuzzed(4)
@given(hostile_zips())
def test_drivers_are_ids_or_none_when_a_zip_is_read_by_a_function(raw: bytes) -> None:
    with within_memory(24):
        ids = read_drivers(SmallReads(raw))
    assert all(ids)
    assert sum(map(len, ids)) <= 16 * MIB


def test_what_is_changed_is_sound_when_it_is_not_changed() -> None:
    read = [list_members(io.BytesIO(raw), LIMITS) for raw in SOUND]
    assert [len(findings) for _, findings in read] == [0, 0, 2, 2, 0, 0, 0, 3, 0]
    assert [len(read_drivers(io.BytesIO(raw))) for raw in SOUND] == [2, 2, 0, 0, 2, 2, 0, 0, 0]
    member = read[1][0][0]
    assert unpack(member, SOUND[1][member.offset : member.offset + member.length]) == DRIVERS
