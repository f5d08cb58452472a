"""Holds the storage stand-in to what google-cloud-storage expects of Cloud Storage."""

import hashlib
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed
from google.cloud import storage

from localcloud.storage import StorageServer


class Cloud:
    """A running stand-in, Google's client of it, and the events it told."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[dict[str, Any]] = []
        self.server = StorageServer(root, on_finalized=self.events.append)
        self.server.start()
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", self.server.url)
        self.client = storage.Client(project="a-project")
        self.bucket = self.client.create_bucket("a-bucket", location="europe-west1")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path, monkeypatch)
    yield cloud
    cloud.client.close()
    cloud.server.stop()


def test_bucket_is_found_when_it_was_created(cloud: Cloud) -> None:
    assert cloud.client.get_bucket("a-bucket").location == "EUROPE-WEST1"
    assert [bucket.name for bucket in cloud.client.list_buckets()] == ["a-bucket"]
    with pytest.raises(Conflict):
        cloud.client.create_bucket("a-bucket")
    with pytest.raises(NotFound):
        cloud.client.get_bucket("another-bucket")
    assert cloud.client.lookup_bucket("another-bucket") is None


def test_object_carries_digests_and_times_when_uploaded_in_one_request(cloud: Cloud, tmp_path: Path) -> None:
    blob = cloud.bucket.blob("a folder/café.txt")
    blob.metadata = {"sha256": "0" * 64}
    blob.upload_from_string("hello", content_type="text/plain", checksum="md5")

    found = cloud.bucket.get_blob("a folder/café.txt")
    assert found.download_as_bytes() == b"hello"
    assert (found.size, found.content_type, found.metadata) == (5, "text/plain", {"sha256": "0" * 64})
    assert (found.crc32c, found.md5_hash) == ("mnG7TA==", "XUFAKrxLKna5cZ2REBfFkg==")
    assert found.metageneration == 1
    assert found.time_created == found.updated
    assert (tmp_path / "a-bucket" / "a folder" / "café.txt").read_bytes() == b"hello"


def test_listener_hears_of_the_object_when_it_is_visible_but_not_yet_answered(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("manifest.json")
    blob.upload_from_string("{}", content_type="application/json")
    [event] = cloud.events
    assert event["name"] == "manifest.json"
    assert event["bucket"] == "a-bucket"
    assert event["generation"] == str(blob.generation)
    assert (event["kind"], event["size"], event["contentType"]) == ("storage#object", "2", "application/json")


def test_bytes_come_back_when_uploaded_in_chunks(cloud: Cloud) -> None:
    content = bytes(range(256)) * 36_864 + b"the rest"  # 9 MiB and a bit: up to 8 MiB go in one request
    blob = cloud.bucket.blob("big", chunk_size=4 << 20)
    blob.upload_from_file(io.BytesIO(content), size=len(content), if_generation_match=0, checksum="crc32c")
    assert blob.size == 9437192
    assert blob.download_as_bytes() == content
    assert cloud.bucket.blob("big", chunk_size=1 << 20).download_as_bytes() == content
    assert len(cloud.events) == 1


def test_size_zero_is_an_object_when_uploaded_in_chunks(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("empty", chunk_size=256 * 1024)
    blob.upload_from_file(io.BytesIO(b""))
    assert cloud.bucket.get_blob("empty").size == 0
    assert blob.download_as_bytes() == b""


def test_nothing_is_stored_when_the_reader_of_an_upload_fails(cloud: Cloud) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 262144:
                raise ValueError("digest mismatch")
            return super().read(size)

    with pytest.raises(ValueError, match="digest mismatch"):
        cloud.bucket.blob("zip", chunk_size=262144).upload_from_file(Failing(bytes(9_000_000)), size=9_000_000)
    assert cloud.bucket.get_blob("zip") is None
    assert cloud.events == []


def test_part_of_an_object_is_read_when_a_range_is_asked_for(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("alphabet")
    blob.upload_from_string("abcdefghij")
    assert blob.download_as_bytes(start=2, end=4) == b"cde"
    assert blob.download_as_bytes(start=8) == b"ij"
    assert blob.download_as_bytes(start=-3) == b"hij"


def test_one_creator_wins_when_eight_race(cloud: Cloud) -> None:
    barrier = threading.Barrier(8)

    def create(number: int) -> int | None:
        blob = cloud.bucket.blob("lease.json", chunk_size=262144)
        barrier.wait()
        try:
            blob.upload_from_file(io.BytesIO(b"%d" % number), size=1 if number % 2 else None, if_generation_match=0)
        except PreconditionFailed:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(create, range(8)) if number is not None]
    assert len(winners) == 1
    assert cloud.bucket.blob("lease.json").download_as_bytes() == b"%d" % winners[0]
    assert len(cloud.events) == 1


def test_write_is_refused_when_the_generation_has_moved(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("pointer")
    blob.upload_from_string("1")
    first = blob.generation
    blob.upload_from_string("2", if_generation_match=first)
    assert blob.generation > first
    for conditions in (
        {"if_generation_match": first},
        {"if_generation_match": 0},
        {"if_generation_not_match": blob.generation},
        {"if_metageneration_match": 2},
    ):
        with pytest.raises(PreconditionFailed):
            cloud.bucket.blob("pointer").upload_from_string("3", **conditions)
    with pytest.raises(PreconditionFailed):
        cloud.bucket.delete_blob("pointer", if_generation_match=first)
    assert cloud.bucket.blob("pointer").download_as_bytes() == b"2"


def test_generation_grows_when_an_object_was_deleted_between(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("a")
    blob.upload_from_string("1")
    first = blob.generation
    blob.delete()
    assert cloud.bucket.get_blob("a") is None
    with pytest.raises(NotFound):
        cloud.bucket.delete_blob("a")
    blob.upload_from_string("2", if_generation_match=0)
    assert blob.generation > first
    assert cloud.bucket.get_blob("a", generation=first) is None


def test_metageneration_and_updated_move_when_metadata_is_patched(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("lease.json")
    blob.metadata = {"keep": "1", "drop": "1"}
    blob.upload_from_string("{}")
    created, generation = blob.time_created, blob.generation
    blob.metadata = {"drop": None, "new": "2"}
    blob.patch(if_metageneration_match=1)
    assert blob.metadata == {"keep": "1", "new": "2"}
    assert (blob.generation, blob.metageneration) == (generation, 2)
    assert blob.time_created == created
    assert blob.updated >= created
    with pytest.raises(PreconditionFailed):
        blob.patch(if_metageneration_match=1)
    blob.metadata = {"only": "3"}
    blob.update()
    assert cloud.bucket.get_blob("lease.json").metadata == {"only": "3"}


def test_wrong_digest_stores_nothing_when_sent_in_one_request(cloud: Cloud) -> None:
    blob = cloud.bucket.blob("wrong")
    blob.crc32c = "AAAAAA=="
    with pytest.raises(BadRequest, match="CRC32C"):
        blob.upload_from_string("hello", checksum=None)
    blob = cloud.bucket.blob("wrong", chunk_size=262144)  # a size that is not known goes in chunks
    blob.md5_hash = "AAAAAAAAAAAAAAAAAAAAAA=="
    with pytest.raises(BadRequest, match="MD5"):
        blob.upload_from_file(io.BytesIO(b"hello"), checksum=None)
    assert cloud.bucket.get_blob("wrong") is None
    assert cloud.events == []


def test_names_come_in_byte_order_and_groups_when_listed(cloud: Cloud) -> None:
    for name in ("b/2", "b/1", "a", "b-3", "b/c/1", "é", "Z"):
        cloud.bucket.blob(name).upload_from_string(name)

    def names(**query: Any) -> list[str]:
        return [blob.name for blob in cloud.client.list_blobs("a-bucket", **query)]

    assert names() == ["Z", "a", "b-3", "b/1", "b/2", "b/c/1", "é"]
    assert names(page_size=2) == names()
    assert names(prefix="b/") == ["b/1", "b/2", "b/c/1"]
    assert names(start_offset="b/2", end_offset="é") == ["b/2", "b/c/1"]
    listing = cloud.client.list_blobs("a-bucket", prefix="b/", delimiter="/")
    assert [blob.name for blob in listing] == ["b/1", "b/2"]
    assert listing.prefixes == {"b/c/"}
    listing = cloud.client.list_blobs("a-bucket", delimiter="/", page_size=1)
    assert [blob.name for blob in listing] == ["Z", "a", "b-3", "é"]
    assert listing.prefixes == {"b/"}
    assert names(prefix="../") == names(prefix="/") == names(prefix="nothing/here") == []


def test_bytes_and_metadata_are_kept_when_an_object_is_copied(cloud: Cloud) -> None:
    source = cloud.bucket.blob("incoming/a b.zip")
    source.metadata = {"sha256": "f" * 64}
    source.upload_from_string("PK", content_type="application/zip")
    copy = cloud.bucket.copy_blob(source, cloud.bucket, "releases/1.zip", if_generation_match=0)
    assert (copy.metadata, copy.content_type) == ({"sha256": "f" * 64}, "application/zip")
    target = cloud.bucket.blob("releases/2.zip")
    assert target.rewrite(source, if_source_generation_match=source.generation) == (None, 2, 2)
    assert target.download_as_bytes() == b"PK"
    with pytest.raises(PreconditionFailed):
        cloud.bucket.copy_blob(source, cloud.bucket, "releases/1.zip", if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        cloud.bucket.copy_blob(source, cloud.bucket, "releases/3.zip", if_source_generation_match=1)


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/absolute", "a//b", "a/./b", "nul\0", "x" * 300])
def test_name_is_refused_when_no_file_could_have_it(cloud: Cloud, tmp_path: Path, name: str) -> None:
    for size in (1, None):
        with pytest.raises(BadRequest, match="Invalid object name"):
            cloud.bucket.blob(name, chunk_size=262144).upload_from_file(io.BytesIO(b"x"), size=size)
    with pytest.raises(BadRequest, match="Invalid object name"):
        cloud.bucket.get_blob(name)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".meta", ".uploads", "a-bucket"]


def test_object_is_refused_when_a_folder_of_objects_has_its_name(cloud: Cloud) -> None:
    cloud.bucket.blob("a/b").upload_from_string("x")
    with pytest.raises(Conflict, match="both an object and a folder"):
        cloud.bucket.blob("a").upload_from_string("x")
    with pytest.raises(Conflict, match="both an object and a folder"):
        cloud.bucket.blob("a/b/c").upload_from_string("x")
    cloud.bucket.blob("a/b").delete()
    cloud.bucket.blob("a").upload_from_string("now it may")
    assert [blob.name for blob in cloud.client.list_blobs("a-bucket")] == ["a"]


def test_reader_gets_the_old_bytes_when_the_object_is_replaced_meanwhile(cloud: Cloud) -> None:
    old, new = bytes(8 << 20), b"\1" * (8 << 20)
    blob = cloud.bucket.blob("big")
    blob.upload_from_string(old)
    seen = []
    with blob.open("rb", chunk_size=1 << 20) as reader:
        seen.append(hashlib.sha256(reader.read(1 << 20)).hexdigest())
    _, file = cloud.server.store.open("a-bucket", "big")
    with file:
        file.read(1 << 20)
        blob.upload_from_string(new)
        assert file.read() == old[1 << 20 :]
    assert seen == [hashlib.sha256(bytes(1 << 20)).hexdigest()]
    assert blob.download_as_bytes() == new
