"""The bench measures what it says: the larger release is sound, the DuckDB script finds flaws, trees are watched."""

import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.sample.archive import build_sample_zip
from tests.bench import duckdb_batch
from tests.bench.figures import Figures
from tests.bench.processes import measure_process
from tests.bench.scaling import write_scaled_zip
from tests.unit.released_tables import ReleaseReader, files_of, zip_of

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.zip"
    path.write_bytes(build_sample_zip())
    return path


def test_contract_is_kept_with_rows_multiplied_when_a_release_is_scaled(sample: Path, tmp_path: Path) -> None:
    before, _ = ReleaseReader().read(sample.read_bytes())
    scaled = write_scaled_zip(sample, 3, tmp_path / "x3.zip")

    results, findings = ReleaseReader().read((tmp_path / "x3.zip").read_bytes())

    assert findings == []
    multiplied = {name: 3 * result.data.num_rows for name, result in before.items()}
    assert {name: result.data.num_rows for name, result in results.items()} == multiplied
    assert sum(multiplied.values()) == scaled.rows
    with zipfile.ZipFile(scaled.path) as archive:
        sizes = [member.file_size for member in archive.infolist()]
    assert (scaled.bytes, scaled.largest_bytes) == (sum(sizes), max(sizes))
    drivers = results["drivers"].data.column("id").to_pylist()
    assert sorted(one for one in drivers if one.startswith("lewis-hamilton")) == [
        "lewis-hamilton",
        "lewis-hamilton-copy-1",
        "lewis-hamilton-copy-2",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["x3.zip"]


def test_parquet_is_written_for_every_table_when_the_script_reads_a_sound_release(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    duckdb_batch.main(sample, tmp_path)

    results, _ = ReleaseReader().read(sample.read_bytes())
    assert int(capsys.readouterr().out) == sum(result.data.num_rows for result in results.values())
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(results)


def twice(files: Files) -> None:
    name = "f1db-drivers.csv"
    files[name] += files[name].splitlines(keepends=True)[-1]


def lost(files: Files) -> None:
    name = "f1db-countries.csv"
    files[name] = b"".join(line for line in files[name].splitlines(keepends=True) if b'"united-kingdom"' not in line)


def strange(files: Files) -> None:
    files["f1db-drivers.csv"] = files["f1db-drivers.csv"].replace(b'"MALE"', b'"male"', 1)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [(twice, "drivers: key"), (lost, "drivers: nationalityCountryId"), (strange, "drivers: values")],
)
def test_the_script_refuses_a_release_when_the_contract_is_not_kept(
    sample: Path, tmp_path: Path, spoil: Callable[[Files], None], told: str
) -> None:
    files = files_of(sample.read_bytes())
    spoil(files)
    (tmp_path / "spoiled.zip").write_bytes(zip_of(files))

    with pytest.raises(SystemExit, match=told):
        duckdb_batch.main(tmp_path / "spoiled.zip", tmp_path)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads /proc, as on Linux")
def test_a_grandchild_is_counted_when_a_process_is_watched() -> None:
    grandchild = "import time; held = bytearray(200_000_000); end = time.time() + 1\nwhile time.time() < end: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}], check=True)"

    measured = measure_process([sys.executable, "-c", child], dict(os.environ), "a child", is_watched=True)

    assert measured.wall_s >= 1
    assert 0.19 <= measured.peak_gib <= 0.5
    assert 0 < measured.cpu_s <= measured.wall_s + 0.5


def test_its_last_words_are_told_when_a_command_fails() -> None:
    with pytest.raises(SystemExit, match=r"the floor failed:\n.*no such luck"):
        measure_process([sys.executable, "-c", "raise SystemExit('no such luck')"], dict(os.environ), "the floor")


def test_a_stage_is_compared_with_its_floors_when_all_were_measured() -> None:
    figures = Figures()
    for name, runs in (("stage_s", [9.0, 6.0, 7.0]), ("a_s", [1.0]), ("b_s", [2.5])):
        figures.add(name, runs, "s")
    figures.compare("stage_ratio", "stage_s", "a_s", "b_s")
    figures.compare("nothing", "stage_s", "a_s", "absent_s")

    assert figures.to_json()["observations"][3:] == [
        {"name": "stage_ratio", "value": 2.0, "unit": "x", "against": "a_s + b_s", "runs": [2.0]}
    ]
