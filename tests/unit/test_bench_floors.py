"""What the batch is measured against does the work: the larger release is sound, and the DuckDB script finds flaws."""

from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.sample.archive import build_sample_zip
from tests.bench import duckdb_batch
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
    rows = write_scaled_zip(sample, 3, tmp_path / "x3.zip")

    results, findings = ReleaseReader().read((tmp_path / "x3.zip").read_bytes())

    assert findings == []
    multiplied = {name: 3 * result.data.num_rows for name, result in before.items()}
    assert {name: result.data.num_rows for name, result in results.items()} == multiplied
    assert sum(multiplied.values()) == rows
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
