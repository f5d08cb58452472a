"""What log lines mean to somebody who watches."""

import io
import json
import time
from pathlib import Path
from typing import Any

from localcloud.cli.display import PlainDisplay
from localcloud.cli.following import Activity
from localcloud.cli.log_lines import LogTail, read_all, text_of
from localcloud.cli.logs import line
from localcloud.cli.progress import Progress


def _write(path: Path, *records: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in records)


def test_stage_runs_from_its_first_line_to_its_outcome_when_lines_come() -> None:
    progress = Progress()
    progress.take({"stage": "batch", "message": "RUNNING", "release": "2026.11.0", "run": "r"}, now_s=10)
    stage = progress.stages["batch"]
    assert (stage.is_running, stage.release, stage.run) == (True, "2026.11.0", "r")
    progress.take({"stage": "batch", "progress": {"done": 12, "total": 47, "unit": "tables"}}, now_s=12)
    assert stage.amount() == "12 of 47 tables"
    progress.take({"stage": "batch", "outcome": "processed"}, now_s=15.5)
    assert (stage.is_running, stage.outcome, stage.elapsed_s(99)) == (False, "processed", 5.5)
    assert progress.seconds() == {"batch": 5.5}


def test_amount_is_told_in_megabytes_when_bytes_are_streamed() -> None:
    progress = Progress()
    progress.take({"stage": "check_release", "progress": {"done": 1_500_000, "total": 4_469_990, "unit": "bytes"}})
    assert progress.stages["check_release"].amount() == "1.5 of 4.5 MB"


def test_stage_begins_again_when_a_second_release_follows() -> None:
    progress = Progress()
    progress.take({"stage": "transform", "outcome": "published", "duration_ms": 2000}, now_s=10)
    assert progress.stages["transform"].elapsed_s(10) == 2
    progress.take({"stage": "transform", "message": "next", "release": "2026.12.0"}, now_s=20)
    assert progress.stages["transform"].is_running
    assert progress.stages["transform"].started_s == 20


def test_stage_stays_ended_when_it_only_tidies_up() -> None:
    progress = Progress()
    progress.take({"stage": "transform", "release": "2026.11.0", "step": "load"}, now_s=10)
    progress.take({"stage": "transform", "release": "2026.11.0", "outcome": "backfilled"}, now_s=14)
    progress.take({"stage": "transform", "release": "2026.11.0", "step": "prune"}, now_s=15)
    assert progress.stages["transform"].outcome == "backfilled"
    assert progress.seconds() == {"transform": 4.0}


def test_amount_is_forgotten_when_the_next_step_begins() -> None:
    progress = Progress()
    amount = {"done": 47, "total": 47, "unit": "tables"}
    progress.take({"stage": "transform", "step": "load", "progress": amount})
    progress.take({"stage": "transform", "step": "build"})
    assert progress.stages["transform"].amount() == ""


def test_plain_output_of_children_is_no_error_when_it_says_so() -> None:
    progress = Progress()
    progress.take({"stage": "batch", "severity": "ERROR", "message": "a JVM's warning", "plain": True})
    progress.take({"stage": "start_dbt", "severity": "ERROR", "message": "real"})
    assert [record["message"] for record in progress.errors] == ["real"]
    assert progress.stages["batch"].started_s is None


def test_tail_gives_each_line_once_and_whole_when_read_again(tmp_path: Path) -> None:
    _write(tmp_path / "batch.jsonl", {"message": "before", "time": "2026-11-23T10:00:00.000Z"})
    tail = LogTail(tmp_path)
    assert tail.read() == []
    _write(tmp_path / "transform.jsonl", {"message": "second", "time": "2026-11-23T10:00:02.000000Z"})
    _write(tmp_path / "batch.jsonl", {"message": "first", "time": "2026-11-23T10:00:01.500Z"})
    with (tmp_path / "batch.jsonl").open("a") as stream:
        stream.write('{"message": "half')
    assert [(record["stage"], record["message"]) for record in tail.read()] == [
        ("batch", "first"),
        ("transform", "second"),
    ]
    with (tmp_path / "batch.jsonl").open("a") as stream:
        stream.write(' and whole"}\n')
    assert [record["message"] for record in tail.read()] == ["half and whole"]


def test_line_that_is_no_json_is_kept_when_logs_are_read(tmp_path: Path) -> None:
    (tmp_path / "batch.jsonl").write_text("Traceback\n")
    assert [(record["severity"], record["message"]) for record in read_all(tmp_path)] == [("WARNING", "Traceback")]


def test_record_is_one_readable_line_when_printed() -> None:
    record = {
        "time": "2026-11-23T10:00:01.500000Z",
        "severity": "ERROR",
        "stage": "transform",
        "release": "2026.11.0",
        "message": "a test\nfailed",
        "error_code": "transform_refused",
    }
    assert line(record) == (
        "2026-11-23T10:00:01.500 ERROR    transform     2026.11.0    a test | failed  error_code=transform_refused"
    )
    assert (
        text_of({"message": "x", "outcome": "published", "duration_ms": 12}) == "x  outcome=published  duration_ms=12"
    )


def test_plain_display_says_each_quarter_once_when_drawn_often() -> None:
    progress, stream = Progress(), io.StringIO()
    display = PlainDisplay(progress, stream)
    for done in range(1, 47):
        amount = {"done": done, "total": 47, "unit": "tables"}
        progress.take({"stage": "batch", "release": "2026.11.0", "progress": amount})
        display.draw()
        display.draw()
    lines = [text.partition(" s  ")[2] for text in stream.getvalue().splitlines()]
    assert lines == [
        "batch          2026.11.0  1 of 47 tables",
        "batch          2026.11.0  12 of 47 tables",
        "batch          2026.11.0  24 of 47 tables",
        "batch          2026.11.0  36 of 47 tables",
    ]


def test_plain_display_cuts_no_line_when_a_finding_is_long() -> None:
    stream = io.StringIO()
    names = ", ".join(f"column{number}" for number in range(200))
    record = {"stage": "batch", "severity": "ERROR", "release": "2026.11.0", "error_code": "missing_column"}
    PlainDisplay(Progress(), stream).record({**record, "message": f"drivers: columns required and missing: {names}"})
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(f"ERROR: drivers: columns required and missing: {names}  error_code=missing_column")


def test_following_is_over_when_nothing_was_under_way_twice() -> None:
    idle = {"events_queued": 0, "events_in_flight": 0, "batches_active": [], "executions_active": []}
    activity = Activity()
    assert not activity.is_over(idle)
    assert not activity.is_over({**idle, "batches_active": ["f1db-1"]})
    assert not activity.is_over(idle)
    assert activity.is_over(idle)


def test_following_is_over_when_an_event_only_fails_again_and_again() -> None:
    now = time.monotonic()
    activity = Activity(clock=lambda: now)
    queued = {"events_queued": 1, "events_in_flight": 0, "batches_active": 0, "executions_active": 0}
    assert not activity.is_over(queued)
    now += 149
    assert not activity.is_over(queued)
    now += 2
    assert activity.is_over(queued)
