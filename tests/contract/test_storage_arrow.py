"""Holds the storage stand-in to what pyarrow's GcsFileSystem expects of Cloud Storage.

The stand-in runs in a process of its own: pyarrow keeps the GIL during some calls, which would starve a thread here.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as fs
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow  # starts processes

SERVE = """
import sys
from pathlib import Path
from localcloud.storage import StorageServer
server = StorageServer(Path(sys.argv[1]))
server.start()
print(server.url, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def gcs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fs.GcsFileSystem]:
    (tmp_path / "a-bucket").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout
    monkeypatch.setenv("CLOUD_STORAGE_EMULATOR_ENDPOINT", process.stdout.readline().strip())
    yield fs.GcsFileSystem(anonymous=True)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_parquet_comes_back_when_written_through_pyarrow(gcs: fs.GcsFileSystem, tmp_path: Path) -> None:
    table = pa.table({"id": ["lewis-hamilton"], "wins": [106]})
    pq.write_table(table, "a-bucket/runs/1/drivers.parquet", filesystem=gcs)
    assert pq.read_table("a-bucket/runs/1/drivers.parquet", filesystem=gcs).to_pylist() == [
        {"id": "lewis-hamilton", "wins": 106}
    ]
    assert pq.read_table(tmp_path / "a-bucket" / "runs" / "1" / "drivers.parquet").num_rows == 1


def test_ranges_are_read_when_a_file_is_larger_than_a_part(gcs: fs.GcsFileSystem) -> None:
    content = bytes(range(256)) * 40_000  # 10 MB: several parts of a resumable upload
    with gcs.open_output_stream("a-bucket/big") as stream:
        stream.write(content)
    with gcs.open_input_file("a-bucket/big") as file:
        assert file.size() == 10_240_000
        assert file.read_at(4, 9_000_001) == b"A" + b"BCD"
        assert file.read_at(10, 10_239_998) == b"\xfe\xff"
    with gcs.open_input_stream("a-bucket/big") as stream:
        assert stream.read() == content
    with gcs.open_output_stream("a-bucket/empty"):
        pass
    assert gcs.get_file_info("a-bucket/empty").size == 0


def test_folders_and_files_are_told_apart_when_listed(gcs: fs.GcsFileSystem) -> None:
    gcs.create_dir("a-bucket/made/sub")
    with gcs.open_output_stream("a-bucket/made/file") as stream:
        stream.write(b"x")
    kinds = {info.path: info.type for info in gcs.get_file_info(fs.FileSelector("a-bucket", recursive=True))}
    assert kinds == {
        "a-bucket/made": fs.FileType.Directory,
        "a-bucket/made/file": fs.FileType.File,
        "a-bucket/made/sub": fs.FileType.Directory,
    }
    assert gcs.get_file_info("a-bucket/none").type == fs.FileType.NotFound
    assert gcs.get_file_info("a-bucket").type == fs.FileType.Directory


def test_object_is_elsewhere_when_moved_and_gone_when_deleted(gcs: fs.GcsFileSystem, tmp_path: Path) -> None:
    gcs.create_dir("a-bucket/to")
    with gcs.open_output_stream("a-bucket/from/a") as stream:
        stream.write(b"content")
    gcs.copy_file("a-bucket/from/a", "a-bucket/copy")
    gcs.move("a-bucket/from/a", "a-bucket/to/b")
    with gcs.open_input_stream("a-bucket/to/b") as stream:
        assert stream.read() == b"content"
    gcs.delete_dir("a-bucket/to")
    gcs.delete_file("a-bucket/copy")
    assert [path.name for path in (tmp_path / "a-bucket").rglob("*") if path.is_file()] == []
