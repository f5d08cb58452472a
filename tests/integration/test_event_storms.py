"""Storms of events and of schedulers on the three functions, as served: ten times at once, late, in the wrong order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import requests

from tests.integration.conftest import Functions
from tests.integration.stand_ins import release_zip

FIRST, OLD, NEW = (release_zip(extra_bytes=number) for number in (1, 2, 3))
YESTERDAY = (datetime.now(UTC) - timedelta(hours=24)).isoformat(timespec="seconds").replace("+00:00", "Z")


def at_once(number: int, call: Callable[[], requests.Response]) -> list[int]:
    """Make as many calls, all at the same moment; return the statuses."""
    ready = Barrier(number)

    def one(_: int) -> int:
        ready.wait()
        return call().status_code

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def told(functions: Functions, stage: str) -> dict[str, int]:
    """Count a stage's outcomes since the last look at the log."""
    words = [line["outcome"] for line in functions.outcomes(stage)]
    return {word: words.count(word) for word in words}


def outcomes(functions: Functions) -> dict[str, str]:
    """Return every outcome by release; one that has two would not be found here."""
    names = [name for name in functions.names("state", "runs/") if name.endswith("/outcome.json")]
    found = {name.split("/")[1]: functions.read(name)["outcome"] for name in names}
    assert len(found) == len(names)
    return found


def batches(functions: Functions) -> list[str]:
    return sorted(functions.dataproc.batches)


def test_one_zip_and_one_batch_come_of_it_when_eight_schedulers_tick_at_once(functions: Functions) -> None:
    functions.publish("2026.10.0", OLD)
    functions.github.zips = {"2026.11.0": NEW}
    assert at_once(8, functions.check) == [200] * 8
    [_, zip_name] = sorted(functions.names("landing"))
    blob = functions.buckets["landing"].get_blob(zip_name)
    assert (blob.size, blob.metageneration) == (len(NEW), 1)
    run = functions.run_name("2026.11.0", NEW)
    assert at_once(8, functions.check) == [200] * 8  # the ZIP's own event is lost: each of them replays it
    assert batches(functions) == [f"{run}-1"]
    assert functions.names("state", f"runs/2026.11.0/{run}/") == [f"runs/2026.11.0/{run}/batch-1.json"]
    functions.process("2026.11.0", NEW)
    assert at_once(8, functions.check) == [200] * 8
    assert functions.run.runs, "executions: the lease lets one of them work"
    functions.show("2026.11.0", NEW)
    functions.run.runs.clear()
    assert at_once(8, functions.check) == [200] * 8
    assert (functions.run.runs, batches(functions)) == ([], [f"{run}-1"])
    assert outcomes(functions) == {"2026.10.0": "published", "2026.11.0": "published"}


def test_nothing_is_doubled_when_each_event_comes_ten_times_at_once_and_again_a_day_later(functions: Functions) -> None:
    landed = functions.land("2026.11.0", NEW)
    assert at_once(10, lambda: functions.send("start_batch", "landing", landed)) == [200] * 10
    assert told(functions, "start_batch") == {"started": 1, "in_progress": 9}
    run = functions.run_name("2026.11.0", NEW)
    assert batches(functions) == [f"{run}-1"]
    manifest = functions.process("2026.11.0", NEW)
    assert at_once(10, lambda: functions.send("start_dbt", "state", manifest)) == [200] * 10
    functions.show("2026.11.0", NEW)
    functions.run.runs.clear()
    before = functions.names("state")
    for stage, bucket, name in (("start_dbt", "state", manifest), ("start_batch", "landing", landed)):
        assert at_once(10, lambda of=(stage, bucket, name): functions.send(*of, at=YESTERDAY)) == [200] * 10  # type: ignore[misc]
    assert (batches(functions), functions.run.runs, functions.names("state")) == ([f"{run}-1"], [], before)


def test_the_rejection_is_told_once_when_its_event_comes_ten_times_at_once(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    finding = {"severity": "error", "code": "missing_table", "table": "races", "message": "races is missing"}
    manifest = functions.process("2026.11.0", NEW, status="rejected", findings=[finding])
    assert at_once(10, lambda: functions.send("start_dbt", "state", manifest)) == [200] * 10
    lines = functions.outcomes("start_dbt")
    assert {line["outcome"] for line in lines} == {"rejected"}
    assert [line["severity"] for line in lines].count("ERROR") == 1
    assert outcomes(functions) == {"2026.11.0": "rejected"}


def test_each_event_finds_its_work_done_when_they_come_in_the_wrong_order(functions: Functions) -> None:
    landed = functions.land("2026.11.0", NEW)
    manifest = functions.process("2026.11.0", NEW)  # by a batch whose own ZIP's event is still on its way
    functions.send("start_dbt", "state", manifest)
    assert told(functions, "start_dbt") == {"started": 1}
    functions.send("start_batch", "landing", landed)
    assert told(functions, "start_batch") == {"up_to_date": 1}
    functions.show("2026.11.0", NEW)
    functions.send("start_dbt", "state", f"runs/2026.11.0/{functions.run_name('2026.11.0', NEW)}/outcome.json")
    functions.send("start_dbt", "state", "published.json")
    assert told(functions, "start_dbt") == {"ignored": 2}
    assert (batches(functions), len(functions.run.runs)) == ([], 1)


def test_both_are_processed_once_when_two_releases_come_at_once(functions: Functions) -> None:
    functions.publish("2026.9.0", FIRST)
    functions.github.zips = {"2026.10.0": OLD, "2026.11.0": NEW}
    assert at_once(2, functions.check) == [200] * 2
    zips = [name for name in functions.names("landing") if "/2026.9.0/" not in name]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: functions.send("start_batch", "landing", name), zips * 2))
    old, new = functions.run_name("2026.10.0", OLD), functions.run_name("2026.11.0", NEW)
    assert batches(functions) == [f"{old}-1", f"{new}-1"]
    for version, content in (("2026.11.0", NEW), ("2026.10.0", OLD)):  # the newer is faster
        functions.send("start_dbt", "state", functions.process(version, content))
    for version, content in (("2026.10.0", OLD), ("2026.11.0", NEW)):  # one execution takes both, in version order
        functions.show(version, content)
    functions.lines()
    answer = functions.check().json()
    assert [(report["release"], report["state"]) for report in answer["releases"]] == [("2026.11.0", "published")]
    assert outcomes(functions) == dict.fromkeys(("2026.9.0", "2026.10.0", "2026.11.0"), "published")


STAGES = ("landed", "refused", "batch", "failed", "processed", "rejected")


@pytest.mark.parametrize("stage", STAGES)
def test_each_has_its_outcome_when_a_newer_release_overtakes_an_older_one(functions: Functions, stage: str) -> None:
    functions.publish("2026.9.0", FIRST)
    landed, old = functions.land("2026.10.0", OLD), functions.run_name("2026.10.0", OLD)
    if stage != "landed":
        functions.send("start_batch", "landing", landed)
    if stage == "refused":
        del functions.dataproc.batches[f"{old}-1"]
    elif stage == "failed":
        functions.dataproc.states[f"{old}-1"] = ("FAILED", "out of luck")
    elif stage in ("processed", "rejected"):
        functions.process("2026.10.0", OLD, status=stage)
    functions.send("start_batch", "landing", functions.land("2026.11.0", NEW))
    functions.send("start_dbt", "state", functions.process("2026.11.0", NEW))
    functions.show("2026.11.0", NEW)  # before the older one's event came

    functions.github.zips = {"2026.11.0": NEW}
    made = batches(functions)
    assert functions.check().status_code == 200
    assert outcomes(functions) == {"2026.9.0": "published", "2026.10.0": "superseded", "2026.11.0": "published"}
    functions.send("start_dbt", "state", functions.process("2026.10.0", OLD))  # what was under way ends all the same
    functions.send("start_batch", "landing", landed)
    functions.run.runs.clear()
    assert functions.check().json()["outcome"] == "up_to_date"
    assert (functions.run.runs, batches(functions)) == ([], made)
    assert functions.read("published.json")["version"] == "2026.11.0"


def test_the_older_transform_goes_on_and_the_newer_waits_when_it_lands_meanwhile(functions: Functions) -> None:
    functions.publish("2026.9.0", FIRST)
    functions.land("2026.10.0", OLD)
    functions.process("2026.10.0", OLD)
    functions.write("lease.json", {"format": 1, "holder": "transform-7", "fence": 3, "ttl_s": 1200})
    functions.send("start_batch", "landing", functions.land("2026.11.0", NEW))
    manifest = functions.process("2026.11.0", NEW)
    assert at_once(4, lambda: functions.send("start_dbt", "state", manifest)) == [200] * 4
    assert told(functions, "start_dbt") == {"in_progress": 4}
    assert functions.run.runs == []
    functions.show("2026.10.0", OLD)
    functions.run.ended.add("transform-7")  # killed before it asked for more work
    functions.github.zips = {"2026.11.0": NEW}
    assert functions.check().json()["outcome"] == "replayed"
    assert len(functions.run.runs) == 1
    functions.show("2026.11.0", NEW)
    assert functions.check().json()["outcome"] == "up_to_date"
    assert outcomes(functions) == dict.fromkeys(("2026.9.0", "2026.10.0", "2026.11.0"), "published")
