"""The batch as a whole, by spark-submit: from a landed ZIP to the manifest, its last write."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.spark.conftest import RUN, ZIP_NAME, BatchCloud

pytestmark = pytest.mark.slow


def zip_of(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def files_in(folder: Path) -> set[str]:
    """List files, save what the storage stand-in notes about each object."""
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {str(path) for path in found if path.parts[:2] != ("gcs", ".meta")}


def drifted(files: Mapping[str, bytes]) -> bytes:
    """Make a copy of the real release with one of each thing that goes wrong."""
    copy = dict(files)
    del copy["f1db-circuits.csv"]
    del copy["f1db-chassis.csv"]
    copy["f1db-weather.csv"] = b'"raceId","sky"\n1,"blue"\n'
    copy["NOTES.txt"] = b"not a table"
    copy["f1db-drivers.csv"] = copy["f1db-drivers.csv"].replace(b'"abbreviation"', b'"nickname"', 1)
    results = copy["f1db-races-race-results.csv"].splitlines(keepends=True)
    results[10] = results[9]
    results[20] = results[20].replace(b",", b",,", 1)
    copy["f1db-races-race-results.csv"] = b"".join(results)
    warm_ups = copy["f1db-races-warming-up-results.csv"].splitlines(keepends=True)
    warm_ups[5] = warm_ups[5].replace(b",", b"x,", 1)
    copy["f1db-races-warming-up-results.csv"] = b"".join(warm_ups)
    standings = copy["f1db-seasons-driver-standings.csv"]
    copy["f1db-seasons-driver-standings.csv"] = standings.replace(b'"lewis-hamilton"', b'"luis-hamilton"')
    return zip_of(copy)


# What the drifted copy is told of, in this order.
DRIFT = [
    ("error", "missing_table", "circuits: f1db-circuits.csv is missing, and it is required"),
    ("error", "missing_column", "drivers: columns required and missing: abbreviation"),
    (
        "error",
        "duplicate_key",
        "races-race-results line 11: raceId + driverId + driverNumber '1, david-hampshire, 6' is in 2 rows, "
        "the first in line 10",
    ),
    (
        "error",
        "missing_key",
        "seasons-driver-standings line 1222: driverId 'luis-hamilton' is not in drivers (20 rows)",
    ),
    ("error", "ragged_row", "races-race-results line 21: 35 fields, not 34"),
    ("warning", "missing_table", "chassis: f1db-chassis.csv is missing, it stays empty"),
    ("warning", "unknown_table", "weather: an unknown table, kept as text"),
    ("warning", "unknown_column", "drivers: columns unknown, kept as text: nickname"),
    ("warning", "bad_value", "races-warming-up-results line 6: raceId '389x' is no whole number"),
]


def test_every_table_is_parquet_when_the_real_release_is_processed(cloud: BatchCloud, f1db_zip: bytes) -> None:
    ended = cloud.run(f1db_zip)

    manifest = ended.done()
    tables = {table["name"]: table for table in manifest["tables"]}
    assert (manifest["status"], manifest["findings"]) == ("processed", [])
    assert (len(tables), sum(table["rows"] for table in tables.values())) == (47, 246_166)
    assert tables["races-race-results"]["rows"] == 27_533
    assert tables["races-race-results"]["parquet"] == f"gs://curated/runs/{RUN}/1/races-race-results.parquet"
    assert manifest["runtime"].keys() == {"spark", "python", "pyarrow", "java"}
    assert manifest["runtime"]["spark"].startswith("3.5.")
    assert manifest["runtime"]["java"].startswith("17.")
    assert manifest["zip"]["bytes"] == len(f1db_zip) == 4_469_990

    for name, table in tables.items():
        path = cloud.curated(f"{name}.parquet")
        assert (pq.read_metadata(path).num_rows, path.stat().st_size) == (table["rows"], table["bytes"])
    races = pq.read_table(cloud.curated("races.parquet"))
    assert races.column_names == [column["name"] for column in tables["races"]["columns"]]
    assert [str(races.schema.field(name).type) for name in ("id", "date", "time", "courseLength")] == [
        "int64",
        "date32[day]",
        "time32[ms]",
        "decimal128(6, 3)",
    ]
    rounds = pq.read_table(cloud.curated("seasons-entrants-drivers.parquet")).column("rounds")
    assert rounds[0].as_py() == ["1", "2", "4", "5", "6", "7"]

    (outcome,) = ended.outcomes()
    assert (outcome["severity"], outcome["outcome"], outcome["stage"]) == ("INFO", "processed", "batch")
    assert (outcome["tables"], outcome["rows"], outcome["finding_counts"]) == (47, 246_166, {"error": 0, "warning": 0})
    assert [line["progress"] for line in ended.lines if "progress" in line][-1] == {
        "done": 47,
        "total": 47,
        "unit": "tables",
    }


def test_release_is_rejected_with_every_finding_when_it_has_drifted(
    cloud: BatchCloud, f1db_files: dict[str, bytes]
) -> None:
    ended = cloud.run(drifted(f1db_files))

    manifest = ended.done()
    assert manifest["status"] == "rejected"
    told = [(found["severity"], found["code"], found["message"]) for found in manifest["findings"]]
    assert told == DRIFT
    tables = {table["name"]: table for table in manifest["tables"]}
    assert (tables["chassis"]["rows"], tables["weather"]["rows"]) == (0, 1)
    assert (tables["races-warming-up-results"]["rows"], tables["races-warming-up-results"]["rejected_rows"]) == (
        7_682,
        1,
    )
    (reject,) = cloud.curated("rejects/races-warming-up-results.jsonl").read_text("utf-8").splitlines()
    assert json.loads(reject)["values"]["raceId"] == "389x"
    findings = json.loads(cloud.curated("findings.json").read_text("utf-8"))
    assert findings["findings"] == manifest["findings"]
    table = pq.read_table(cloud.curated("findings/findings.parquet"))
    assert table.column("message").to_pylist() == [message for _, _, message in told]
    assert manifest["findings_parquet"] == f"gs://curated/runs/{RUN}/1/findings/findings.parquet"
    assert manifest["findings_json"] == f"gs://curated/runs/{RUN}/1/findings.json"
    assert findings["finding_counts"] == manifest["finding_counts"] == {"error": 5, "warning": 4}

    (outcome,) = ended.outcomes()
    assert (outcome["severity"], outcome["outcome"], outcome["error_code"]) == (
        "ERROR",
        "rejected",
        "release_rejected",
    )
    logged = [line["message"] for line in ended.lines if line.get("step") == "check"]
    assert logged == [message for _, _, message in told]


def test_nothing_is_written_but_this_attempts_own_when_an_archive_is_hostile(cloud: BatchCloud) -> None:
    hostile = {
        "../../../f1db-races.csv": b'"id"\n1\n',
        "/f1db-drivers.csv": b"",
        "f1db-circuits.csv": b"\0" * 9_000_000,
    }
    before = files_in(cloud.folder)

    manifest = cloud.run(zip_of(hostile)).done()

    assert [found["message"] for found in manifest["findings"]] == [
        "the archive: '../../../f1db-races.csv' has a name that leads out of its folder",
        "the archive: '/f1db-drivers.csv' has an absolute name or one of another system",
        "the archive: 'f1db-circuits.csv' unpacks to more than 200 times its size",
    ]
    assert files_in(cloud.folder) - before == {
        f"gcs/landing/{ZIP_NAME}",
        f"gcs/curated/runs/{RUN}/1/findings.json",
        f"gcs/curated/runs/{RUN}/1/findings/findings.parquet",
        f"gcs/state/runs/2026.11.0/{RUN}/manifest.json",
    }


def test_release_is_rejected_when_one_member_is_damaged(cloud: BatchCloud, f1db_zip: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(f1db_zip)) as archive:
        place = archive.getinfo("f1db-races.csv").header_offset + 2000
    damaged = f1db_zip[:place] + bytes([f1db_zip[place] ^ 0xFF]) + f1db_zip[place + 1 :]

    manifest = cloud.run(damaged).done()

    assert manifest["status"] == "rejected"
    (finding,) = manifest["findings"]
    assert (finding["code"], finding["table"]) == ("bad_archive", "races")
    assert finding["message"].startswith("the archive: f1db-races.csv is damaged: ")
    assert {table["name"]: table["rows"] for table in manifest["tables"]}["races-race-results"] == 27_533


def test_release_is_rejected_once_when_its_archive_cannot_be_read_and_another_attempt_ends_later(
    cloud: BatchCloud,
) -> None:
    ended = cloud.run(b"<html>Unicorn!</html>")

    first = ended.done()
    assert (first["status"], first["tables"]) == ("rejected", [])
    assert first["findings"] == [
        {
            "severity": "error",
            "code": "bad_archive",
            "table": None,
            "message": "the archive: not a readable ZIP: File is not a zip file",
            "column": None,
            "row": None,
            "value": None,
        }
    ]
    assert [line["outcome"] for line in ended.outcomes()] == ["rejected"]

    second = cloud.run(b"not a zip either", attempt=2)

    assert second.done() == first
    assert second.manifest is not None
    assert second.manifest["attempt"] == 1
    (outcome,) = second.outcomes()
    assert outcome["message"].startswith("rejected: another attempt has written the manifest first; ")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"zip-sha256": "0" * 64}, "but this batch was started for " + "0" * 64),
        ({"zip-generation": "1"}, "has no generation 1 any more"),
    ],
)
def test_batch_fails_without_a_manifest_when_the_zip_is_not_the_one_it_was_started_for(
    cloud: BatchCloud, options: dict[str, str], reason: str
) -> None:
    ended = cloud.run(b"not a zip", options=options)

    assert (ended.status, ended.manifest) == (1, None)
    (outcome,) = ended.outcomes()
    assert (outcome["outcome"], outcome["error_code"]) == ("failed", "wrong_object")
    assert reason in outcome["message"]
