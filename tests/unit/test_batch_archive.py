"""The archive guard: every way in which a ZIP can be hostile or broken ends in one clear finding."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping

import pytest

from f1db_batch.archive import ArchiveError, Member, list_members, unpack
from f1db_batch.findings import Code, Severity
from f1db_batch.limits import Limits

RACES = b'"id"\n1\n2\n'


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def zip_entry(change: Callable[[zipfile.ZipInfo], None]) -> bytes:
    entry = zipfile.ZipInfo("f1db-races.csv")
    change(entry)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, RACES)
    return buffer.getvalue()


def members(raw: bytes, limits: Limits | None = None) -> list[Member]:
    found, findings = list_members(io.BytesIO(raw), limits or Limits())
    assert findings == []
    return found


def refusals(raw: bytes, limits: Limits | None = None) -> list[str]:
    found, findings = list_members(io.BytesIO(raw), limits or Limits())
    assert found == []
    assert {(finding.severity, finding.code) for finding in findings} == {(Severity.ERROR, Code.BAD_ARCHIVE)}
    return [finding.message.removeprefix("the archive: ") for finding in findings]


def content_of(raw: bytes, member: Member) -> bytes:
    return unpack(member, raw[member.offset : member.offset + member.length])


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_unpacked_from_their_own_bytes_when_the_archive_is_sound(method: int) -> None:
    files = {"f1db-races.csv": RACES, "README.md": b"read", "f1db-pit-stops.csv": b'"lap"\n' * 1000}
    raw = zip_of(files, method)

    found = members(raw)

    assert [member.table for member in found] == ["races", "pit-stops"]
    assert [content_of(raw, member) for member in found] == [RACES, b'"lap"\n' * 1000]


def test_member_is_found_when_it_lies_in_a_folder() -> None:
    raw = zip_of({"csv/": b"", "csv/f1db-races.csv": RACES})

    (member,) = members(raw)

    assert (member.table, member.name) == ("races", "csv/f1db-races.csv")
    assert content_of(raw, member) == RACES


def test_member_is_unpacked_when_its_sizes_follow_the_data() -> None:
    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("f1db-races.csv", "w") as file:
        file.write(RACES)
    raw = buffer.getvalue()

    (member,) = members(raw)

    assert b"PK\x07\x08" in raw
    assert content_of(raw, member) == RACES


def test_member_is_unpacked_when_the_archive_is_zip64() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("f1db-races.csv", "w", force_zip64=True) as file:
        file.write(RACES)
    raw = buffer.getvalue()

    (member,) = members(raw)

    assert content_of(raw, member) == RACES


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../f1db-races.csv", "has a name that leads out of its folder"),
        ("a/../../f1db-races.csv", "has a name that leads out of its folder"),
        ("a//f1db-races.csv", "has a name that leads out of its folder"),
        ("/f1db-races.csv", "has an absolute name or one of another system"),
        ("a\\f1db-races.csv", "has an absolute name or one of another system"),
        ("C:f1db-races.csv", "has an absolute name or one of another system"),
        ("f1db-races.csv\n", "has an unprintable or endless name"),
        ("x" * 201, "has an unprintable or endless name"),
    ],
)
def test_archive_is_refused_when_a_member_has_an_unsafe_name(name: str, reason: str) -> None:
    (refusal,) = refusals(zip_of({"f1db-seasons.csv": b"", name: RACES}))

    assert refusal.endswith(reason)


def test_archive_is_refused_when_a_member_is_a_symbolic_link() -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert refusals(zip_entry(link)) == ["'f1db-races.csv' is a symbolic link"]


def test_archive_is_refused_when_a_member_is_encrypted() -> None:
    raw = bytearray(zip_of({"f1db-races.csv": RACES}))
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 8] |= 1

    assert refusals(bytes(raw)) == ["'f1db-races.csv' is encrypted"]


def test_archive_is_refused_when_a_member_is_a_patch() -> None:
    raw = bytearray(zip_of({"f1db-races.csv": RACES}))
    raw[raw.find(b"PK\x01\x02") + 8] |= 0x20
    assert refusals(bytes(raw)) == ["'f1db-races.csv' is a patch of other data"]


def test_archive_is_refused_when_it_has_no_members() -> None:
    assert refusals(zip_of({})) == ["it has no members"]


def test_archive_is_refused_when_a_member_starts_before_it() -> None:
    # zipfile counts offsets back by the bytes that it takes to stand before the archive: here 100 that are not there.
    raw = bytearray(zip_of({"f1db-races.csv": RACES}))
    offset = struct.unpack_from("<L", raw, len(raw) - 6)[0]
    struct.pack_into("<L", raw, len(raw) - 6, offset + 100)
    assert refusals(bytes(raw)) == ["'f1db-races.csv' starts before the archive"]


def test_archive_is_refused_when_a_table_is_in_it_twice() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("f1db-races.csv", RACES)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("f1db-races.csv", RACES)

    assert refusals(buffer.getvalue()) == ["'f1db-races.csv' is in it 2 times"]
    assert refusals(zip_of({"a/f1db-races.csv": RACES, "b/f1db-races.csv": RACES})) == [
        "'f1db-races.csv' is in it 2 times"
    ]


def test_archive_is_refused_when_it_is_larger_than_the_limits() -> None:
    raw = zip_of({"f1db-races.csv": RACES, "f1db-seasons.csv": RACES}, zipfile.ZIP_STORED)

    assert refusals(raw, Limits(max_members=1)) == ["2 members are more than 1"]
    assert refusals(raw, Limits(max_total_bytes=17)) == ["18 bytes unpacked are more than 17"]
    assert refusals(raw, Limits(max_member_bytes=8)) == [
        "'f1db-races.csv' has 9 bytes, more than 8",
        "'f1db-seasons.csv' has 9 bytes, more than 8",
    ]


def test_archive_is_refused_when_a_member_is_a_bomb() -> None:
    raw = zip_of({"f1db-races.csv": b"0" * 5_000_000})

    assert refusals(raw) == ["'f1db-races.csv' unpacks to more than 200 times its size"]


def test_archive_is_refused_when_members_share_their_bytes() -> None:
    raw = bytearray(zip_of({"f1db-races.csv": RACES, "f1db-drive.csv": RACES}, zipfile.ZIP_STORED))
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4)
    raw[second + 42 : second + 46] = struct.pack("<L", 0)

    assert refusals(bytes(raw)) == [
        "'f1db-races.csv' overlaps what follows it",
        "'f1db-drive.csv' overlaps what follows it",
    ]


def test_archive_is_refused_when_a_method_is_unknown() -> None:
    (refusal,) = refusals(zip_of({"f1db-races.csv": RACES}, zipfile.ZIP_BZIP2))

    assert refusal == "'f1db-races.csv' is packed by method 12, which is neither stored nor deflated"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: b"", id="empty"),
        pytest.param(lambda raw: b"<html>not a zip</html>", id="html"),
        pytest.param(lambda raw: raw[:-10], id="no end"),
        pytest.param(lambda raw: raw[: len(raw) // 2], id="half"),
        pytest.param(lambda raw: raw[: raw.index(b"PK\x01\x02") + 20] + raw[-22:], id="directory cut"),
        pytest.param(lambda raw: raw.replace(b"PK\x01\x02", b"PK\x01\x03"), id="directory signature"),
    ],
)
def test_archive_is_refused_when_it_is_no_readable_zip(damage: Callable[[bytes], bytes]) -> None:
    (refusal,) = refusals(damage(zip_of({"f1db-races.csv": RACES})))

    assert refusal.startswith("not a readable ZIP: ")


def test_member_is_refused_when_its_bytes_are_damaged() -> None:
    raw = zip_of({"f1db-races.csv": RACES * 100}, zipfile.ZIP_STORED)
    (member,) = members(raw)
    packed = raw[member.offset : member.offset + member.length]

    for broken, reason in (
        (packed.replace(b"\n1\n", b"\n3\n", 1), "f1db-races.csv is damaged: its CRC-32 is wrong"),
        (packed[:100], "f1db-races.csv is cut short"),
        (b"XX" + packed[2:], "f1db-races.csv has no local header"),
        (b"", "f1db-races.csv has no local header"),
    ):
        with pytest.raises(ArchiveError) as raised:
            unpack(member, broken)
        assert str(raised.value) == reason


def test_member_is_refused_when_it_unpacks_to_more_than_the_directory_says() -> None:
    raw = bytearray(zip_of({"f1db-races.csv": b"0" * 100_000}))
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = struct.pack("<L", 10)
    (member,) = members(bytes(raw))

    with pytest.raises(ArchiveError, match="not as long as the archive's directory says"):
        content_of(bytes(raw), member)


def test_member_is_refused_when_its_stream_is_damaged() -> None:
    raw = bytearray(zip_of({"f1db-races.csv": RACES * 100}))
    (member,) = members(bytes(raw))
    start = member.offset + 30 + len("f1db-races.csv")
    raw[start : start + 4] = b"\xff\xff\xff\xff"

    with pytest.raises(ArchiveError, match="is damaged"):
        content_of(bytes(raw), member)
