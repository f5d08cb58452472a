"""What the files of a state directory say: standings, status, and the commands that read or delete them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from localcloud.__main__ import leave, main
from localcloud.cli.disk_buckets import DiskBucket
from localcloud.cli.session import find_running
from localcloud.cli.standing import Standing, StateDir, standing_of
from pipeline.clients.dataproc import FoundBatch
from pipeline.decisions import BatchState
from pipeline.errors import PermanentError
from pipeline.releases import parse_version

CODE, TRANSFORM = "c" * 64, "d" * 64
ZIP = b"not looked into here"
DIGEST = hashlib.sha256(ZIP).hexdigest()
RUN = f"f1db-2026-11-0-{DIGEST[:8]}-cccccccc-0"


def _land(state: Path, version: str) -> None:
    path = state / "gcs" / "landing" / "releases" / version / DIGEST[:12] / "f1db-csv.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(ZIP)


def _write(state: Path, name: str, document: dict[str, Any]) -> None:
    path = state / "gcs" / "state" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def _write_manifest(state: Path, status: str, findings: list[dict[str, Any]]) -> None:
    document = {
        "status": status,
        "version": "2026.11.0",
        "run": RUN,
        "attempt": 1,
        "zip": {"sha256": DIGEST},
        "tables": [],
        "findings": findings,
        "finding_counts": {"error": 31, "warning": 1},
        "findings_json": "gs://curated/runs/r/1/findings.json",
    }
    _write(state, f"runs/2026.11.0/{RUN}/manifest.json", document)


def _write_pointer(state: Path, digest: str = TRANSFORM) -> None:
    _write(
        state,
        "published.json",
        {
            "version": "2026.11.0",
            "run": RUN,
            "attempt": 1,
            "zip_sha256": DIGEST,
            "is_sample": False,
            "transform_digest": digest,
            "drivers": ["lewis-hamilton"],
            "fence": 1,
            "hold_above": None,
            "published_at_utc": "2026-11-23T10:00:00Z",
            "manifest": "m",
            "report": "r",
            "warehouse": "w",
            "datasets": [],
            "headlines": {},
        },
    )


def _write_outcome(state: Path, outcome: str) -> None:
    document = {
        "outcome": outcome,
        "version": "2026.11.0",
        "run": RUN,
        "reason": "why",
        "at_utc": "2026-11-23T10:00:00Z",
    }
    _write(state, f"runs/2026.11.0/{RUN}/outcome.json", document)


def _standing(state: Path, batch: BatchState = BatchState.ACTIVE) -> Standing | None:
    world = StateDir.at(state).world(CODE, TRANSFORM)
    return standing_of(world, parse_version("2026.11.0"), lambda: 1, lambda _: FoundBatch(batch, "said"))


def test_nothing_stands_when_nothing_is_landed(tmp_path: Path) -> None:
    assert _standing(tmp_path) is None


def test_release_is_landed_when_only_its_zip_is_there(tmp_path: Path) -> None:
    _land(tmp_path, "2026.11.0")
    standing = _standing(tmp_path)
    assert standing is not None
    assert (standing.run, standing.state, standing.next, standing.is_final) == (
        RUN,
        "landed",
        "start batch attempt 1",
        False,
    )


def test_release_is_in_progress_when_its_batch_is_active(tmp_path: Path) -> None:
    _land(tmp_path, "2026.11.0")
    _write(tmp_path, f"runs/2026.11.0/{RUN}/batch-1.json", {})
    standing = _standing(tmp_path)
    assert standing is not None
    assert (standing.state, standing.stage) == ("in_progress", "batch")
    failed = _standing(tmp_path, BatchState.FAILED)
    assert failed is not None
    assert (failed.state, failed.next) == ("landed", "start batch attempt 2")


def test_findings_are_told_when_the_manifest_rejects(tmp_path: Path) -> None:
    _land(tmp_path, "2026.11.0")
    error = {"severity": "error", "code": "missing_table", "message": "races is missing"}
    _write_manifest(tmp_path, "rejected", [error, {"severity": "warning", "code": "unknown_table", "message": "x"}])
    pending = _standing(tmp_path)
    assert pending is not None
    assert (pending.state, pending.is_final) == ("rejected", False)
    _write_outcome(tmp_path, "rejected")
    standing = _standing(tmp_path)
    assert standing is not None
    assert (standing.state, standing.reason, standing.is_final) == ("rejected", "why", True)
    assert [str(told) for told in standing.findings] == [
        "error: races is missing",
        "warning: x",
        "error: and 30 more findings: all are in gs://curated/runs/r/1/findings.json",
    ]


def test_release_is_published_when_pointer_and_outcome_say_so(tmp_path: Path) -> None:
    _land(tmp_path, "2026.11.0")
    _write_manifest(tmp_path, "processed", [])
    _write_pointer(tmp_path)
    _write_outcome(tmp_path, "published")
    standing = _standing(tmp_path)
    assert standing is not None
    assert (standing.state, standing.stage, standing.is_final) == ("published", "done", True)
    _write_pointer(tmp_path, digest="e" * 64)
    again = _standing(tmp_path)
    assert again is not None
    assert (again.state, again.next, again.is_final) == ("processed", "run the transform to republish", False)


def test_zip_is_known_by_its_own_digest_when_listed(tmp_path: Path) -> None:
    _land(tmp_path, "2026.11.0")
    [info] = DiskBucket.at(tmp_path, "landing").list_objects("releases/")
    assert info.name == f"releases/2026.11.0/{DIGEST[:12]}/f1db-csv.zip"
    assert info.metadata == {"sha256": DIGEST}
    assert info.size_bytes == len(ZIP)


def test_partial_files_are_no_objects_when_listed(tmp_path: Path) -> None:
    folder = tmp_path / "gcs" / "state" / "runs"
    folder.mkdir(parents=True)
    (folder / ".manifest.json.partial").write_text("{")
    bucket = DiskBucket.at(tmp_path, "state")
    assert bucket.list_objects("runs/") == []
    assert bucket.read_json("published.json") is None
    assert bucket.find("published.json") is None


def test_document_that_is_no_json_is_told_when_read(tmp_path: Path) -> None:
    _write(tmp_path, "published.json", {})
    path = tmp_path / "gcs" / "state" / "published.json"
    path.write_text("{half")
    with pytest.raises(PermanentError, match="is no JSON"):
        DiskBucket.at(tmp_path, "state").read_json("published.json")


def test_status_is_machine_readable_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _land(tmp_path, "2026.11.0")
    _land(tmp_path, "2026.9.0")
    assert main(["status", f"--state={tmp_path}", "--json=1"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["published"] is None
    assert document["pid"] is None
    assert [(entry["release"], entry["state"]) for entry in document["releases"]] == [
        ("2026.9.0", "landed"),
        ("2026.11.0", "landed"),
    ]


def test_nothing_is_made_when_status_is_asked_of_no_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", f"--state={tmp_path / 'none'}"]) == 0
    assert "no release is landed yet" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


def test_localcloud_is_not_running_when_its_record_is_left_by_a_dead_one(tmp_path: Path) -> None:
    record = {"pid": 2**22 - 1, "urls": {}, "drivers": [], "code_digest": "", "transform_digest": ""}
    (tmp_path / "localcloud.json").write_text(json.dumps(record))
    assert find_running(tmp_path) is None


@pytest.mark.parametrize("command", ["trigger", "down"])
def test_command_says_so_when_no_localcloud_runs(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([command, f"--state={tmp_path}"])
    captured = capsys.readouterr()
    assert status == (2 if command == "trigger" else 0)
    assert "no localcloud runs on" in captured.err + captured.out


def test_query_prints_tabs_when_stdout_is_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(
            "create schema f1db; create table f1db.dim_races as select 1 as id, 'a\tb' as name, null as note"
        )
    assert main(["query", f"--state={tmp_path}", "--sql=select * from f1db.dim_races"]) == 0
    assert capsys.readouterr().out == "id\tname\tnote\n1\ta\\tb\t\n"


@pytest.mark.parametrize(
    ("sql", "status", "said"),
    [
        ("", 2, "SQL is not given"),
        ("select * from nowhere", 1, "nowhere does not exist"),
        ("create table x (a int)", 1, "read-only"),
    ],
)
def test_query_is_refused_when_it_cannot_be_answered(
    tmp_path: Path, sql: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    assert main(["query", f"--state={tmp_path}", f"--sql={sql}"]) == status
    assert said in capsys.readouterr().err


def test_export_writes_published_tables_and_no_raw_ones_when_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create schema lewis_hamilton; create schema f1db_raw; create table f1db_raw.races (id int)")
        connection.execute(
            "create table lewis_hamilton.mart_seasons as select * from (values (2008, 5), (2007, 4)) t(year, wins)"
        )
    assert main(["export", f"--state={tmp_path}"]) == 0
    folder = tmp_path / "export"
    assert sorted(path.name for path in folder.iterdir()) == [
        "lewis_hamilton.mart_seasons.csv",
        "lewis_hamilton.mart_seasons.parquet",
    ]
    assert (folder / "lewis_hamilton.mart_seasons.csv").read_text() == "year,wins\n2007,4\n2008,5\n"
    rows = duckdb.read_parquet(str(folder / "lewis_hamilton.mart_seasons.parquet")).fetchall()
    assert rows == [(2007, 4), (2008, 5)]
    assert "1 tables as CSV and Parquet" in capsys.readouterr().out


def test_query_says_what_to_do_when_nothing_is_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", f"--state={tmp_path}", "--sql=select 1"]) == 2
    assert "nothing is published" in capsys.readouterr().err


def test_reset_deletes_the_state_when_it_is_agreed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"
    _land(state, "2026.11.0")
    assert main(["reset", f"--state={state}", "--yes="]) == 2
    assert "YES=1" in capsys.readouterr().err
    assert state.exists()
    assert main(["reset", f"--state={state}", "--yes=1"]) == 0
    assert not state.exists()


def test_reset_keeps_a_folder_when_it_is_no_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.tex").write_text("dear")
    assert main(["reset", f"--state={tmp_path}", "--yes=1"]) == 2
    assert "does not look like a state" in capsys.readouterr().err
    assert (tmp_path / "thesis.tex").exists()


@pytest.mark.parametrize(("status", "left", "is_marked"), [(0, 0, False), (1, 0, True), (2, 2, False)])
def test_make_is_told_of_status_one_when_it_asks(
    tmp_path: Path, status: int, left: int, is_marked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXIT_1", str(tmp_path / "mark"))
    assert leave(status) == left
    assert (tmp_path / "mark").exists() is is_marked


def test_logs_are_filtered_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").mkdir()
    records = [
        {
            "time": "2026-11-23T10:00:02.000Z",
            "severity": "ERROR",
            "stage": "batch",
            "release": "2026.11.0",
            "message": "b",
        },
        {
            "time": "2026-11-23T10:00:01.000Z",
            "severity": "INFO",
            "stage": "batch",
            "release": "2026.11.0",
            "message": "a",
        },
        {
            "time": "2026-11-23T10:00:03.000Z",
            "severity": "INFO",
            "stage": "batch",
            "release": "2026.9.0",
            "message": "c",
        },
    ]
    (tmp_path / "logs" / "batch.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert main(["logs", f"--state={tmp_path}", "--release=v2026.11.0"]) == 0
    assert [text.split()[-1] for text in capsys.readouterr().out.splitlines()] == ["a", "b"]
    assert main(["logs", f"--state={tmp_path}", "--severity=error", "--stage=batch"]) == 0
    assert [text.split()[-1] for text in capsys.readouterr().out.splitlines()] == ["b"]
    assert main(["logs", f"--state={tmp_path}", "--severity=loud"]) == 2
