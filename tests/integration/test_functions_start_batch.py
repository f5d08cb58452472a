"""start_batch against storage and a Dataproc that answers like Google's: one batch an attempt, whatever happens."""

import threading
from typing import Any

import pytest
import requests

from tests.integration.conftest import Functions
from tests.integration.stand_ins import error_reply, release_zip

OLD, NEW = release_zip(("lewis-hamilton", "a")), release_zip()


def test_creates_the_batch_that_the_contract_says_when_a_zip_is_landed(functions: Functions) -> None:
    name = functions.land("2026.11.0", NEW)
    generation = functions.buckets["landing"].get_blob(name).generation
    run = functions.run_name("2026.11.0", NEW)
    assert functions.send("start_batch", "landing", name).status_code == 200
    project = functions.buckets["landing"].name.removesuffix("-landing")
    batch = functions.dataproc.batches[f"{run}-1"]
    code = f"gs://{project}-code/{'c' * 64}"
    assert batch["pysparkBatch"]["mainPythonFileUri"] == f"{code}/process_release.py"
    assert batch["pysparkBatch"]["pythonFileUris"] == [f"{code}/f1db_batch.zip"]
    given = batch["pysparkBatch"]["args"]
    arguments = dict(zip(given[::2], given[1::2], strict=True))
    record = functions.read(f"runs/2026.11.0/{run}/batch-1.json")
    assert arguments == {
        "--version": "2026.11.0",
        "--run": run,
        "--attempt": "1",
        "--batch-id": f"{run}-1",
        "--request": "0",
        "--zip-uri": f"gs://{project}-landing/{name}",
        "--zip-generation": str(generation),
        "--zip-sha256": record["zip_sha256"],
        "--code-digest": "c" * 64,
        "--curated": f"gs://{project}-curated/runs/{run}/1",
        "--manifest": f"gs://{project}-state/runs/2026.11.0/{run}/manifest.json",
        "--max-reject-share": "0.002",
    }
    assert batch["runtimeConfig"] == {
        "version": "2.3",
        "properties": {"spark.dynamicAllocation.maxExecutors": "2"},
    }
    execution = batch["environmentConfig"]["executionConfig"]
    assert (execution["serviceAccount"], execution["ttl"]) == ("batch@test.iam.gserviceaccount.com", "1800s")
    assert batch["labels"]["release"] == "2026-11-0"
    assert (record["batch_id"], record["zip_generation"]) == (f"{run}-1", generation)
    [line] = functions.outcomes("start_batch")
    assert (line["outcome"], line["release"], line["run"]) == ("started", "2026.11.0", run)


def test_creates_one_batch_when_eight_events_come_at_once(functions: Functions) -> None:
    name = functions.land("2026.11.0", NEW)
    threads = [threading.Thread(target=functions.send, args=("start_batch", "landing", name)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run = functions.run_name("2026.11.0", NEW)
    assert list(functions.dataproc.batches) == [f"{run}-1"]
    assert functions.names("state") == [f"runs/2026.11.0/{run}/batch-1.json"]
    outcomes = [line["outcome"] for line in functions.outcomes("start_batch")]
    assert sorted(outcomes) == ["in_progress"] * 7 + ["started"]


@pytest.mark.parametrize(
    "refusal",
    [
        error_reply(429, "RESOURCE_EXHAUSTED", "Quota exceeded"),
        error_reply(400, "INVALID_ARGUMENT", "Insufficient 'CPUS' quota. Requested 12.0, available 8.0."),
    ],
)
def test_raises_and_makes_the_same_attempt_again_when_refused(functions: Functions, refusal: object) -> None:
    name = functions.land("2026.11.0", NEW)
    functions.dataproc.refusal = refusal  # type: ignore[assignment]
    for _ in range(4):
        assert functions.send("start_batch", "landing", name).status_code == 500
    assert {line["error_code"] for line in functions.outcomes("start_batch")} == {"batch_refused"}
    functions.dataproc.refusal = None
    assert functions.send("start_batch", "landing", name).status_code == 200
    assert list(functions.dataproc.batches) == [functions.run_name("2026.11.0", NEW) + "-1"]


@pytest.mark.parametrize(("status", "code"), [(403, "dataproc_denied"), (503, "dataproc_unavailable")])
def test_raises_when_dataproc_fails_in_a_way_that_may_pass(functions: Functions, status: int, code: str) -> None:
    name = functions.land("2026.11.0", NEW)
    functions.dataproc.refusal = error_reply(status, "X", "no")
    assert functions.send("start_batch", "landing", name).status_code == 500
    [line] = functions.outcomes("start_batch")
    assert (line["outcome"], line["severity"], line["error_code"]) == ("failed", "ERROR", code)


def test_acknowledges_when_the_batch_as_such_is_wrong(functions: Functions) -> None:
    name = functions.land("2026.11.0", NEW)
    functions.dataproc.refusal = error_reply(400, "INVALID_ARGUMENT", "unknown property")
    assert functions.send("start_batch", "landing", name).status_code == 200
    [line] = functions.outcomes("start_batch")
    assert (line["outcome"], line["error_code"]) == ("rejected", "batch_invalid")


def test_makes_three_attempts_then_backs_off_when_batches_fail(functions: Functions) -> None:
    name = functions.land("2026.11.0", NEW)
    run = functions.run_name("2026.11.0", NEW)
    for attempt in (1, 2, 3):
        assert functions.send("start_batch", "landing", name).status_code == 200
        functions.dataproc.states[f"{run}-{attempt}"] = ("FAILED", f"out of luck {attempt}")
    assert list(functions.dataproc.batches) == [f"{run}-1", f"{run}-2", f"{run}-3"]
    told = [line for line in functions.lines() if line.get("error_code") == "batch_failed"]
    assert [line["message"].rpartition(": ")[2] for line in told] == ["out of luck 1", "out of luck 2"]
    assert functions.send("start_batch", "landing", name).status_code == 200
    [line] = functions.outcomes("start_batch")
    assert (line["outcome"], line["severity"]) == ("backing_off", "INFO"), "a tick says it loudly, once"
    assert "out of luck 3" in line["message"]
    functions.github.zips = {"2026.11.0": NEW}
    assert functions.check({"dry_run": True}).json()["outcome"] == "dry_run"
    assert errors(functions) == []
    for _ in range(3):
        [report] = functions.check().json()["releases"]
        assert (report["outcome"], report["error_code"]) == ("backing_off", "backing_off")
    [error] = errors(functions)
    assert (error["error_code"], error["run"]) == ("backing_off", run)
    assert "out of luck 3" in error["message"]
    forced = functions.check({"release": "2026.11.0", "force": True}).json()
    assert forced["outcome"] == "replayed"
    assert list(functions.dataproc.batches)[3:] == [functions.run_name("2026.11.0", NEW, 1) + "-1"]


def errors(functions: Functions) -> list[dict[str, Any]]:
    return [line for line in functions.lines() if line["severity"] == "ERROR"]


def test_records_superseded_without_spark_when_an_older_zip_lands(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    name = functions.land("2026.9.1", OLD)
    assert functions.send("start_batch", "landing", name).status_code == 200
    run = functions.run_name("2026.9.1", OLD)
    assert functions.read(f"runs/2026.9.1/{run}/outcome.json")["outcome"] == "superseded"
    assert functions.dataproc.batches == {}
    assert [line["outcome"] for line in functions.outcomes("start_batch")] == ["superseded"]


@pytest.mark.parametrize("name", ["incoming/2026.11.0/x.zip", "releases/2026.11.0/f1db-csv.zip", "notes.txt"])
def test_passes_over_objects_that_are_no_release(functions: Functions, name: str) -> None:
    assert functions.send("start_batch", "landing", name).status_code == 200
    assert [line["outcome"] for line in functions.outcomes("start_batch")] == ["ignored"]


def test_acknowledges_with_an_error_when_the_event_is_malformed(functions: Functions) -> None:
    headers = {
        "ce-id": "1",
        "ce-type": "other",
        "ce-specversion": "1.0",
        "ce-source": "s",
        "content-type": "application/json",
    }
    answer = requests.post(functions.urls["start_batch"], data=b"{broken", headers=headers, timeout=30)
    assert answer.status_code == 200
    [line] = functions.outcomes("start_batch")
    assert (line["outcome"], line["severity"], line["error_code"]) == ("rejected", "ERROR", "malformed_event")
    assert line["details"]["problems"][1] == "data is no JSON"
    assert functions.send("start_batch", "state", "x").status_code == 200
    [line] = functions.outcomes("start_batch")
    assert "bucket is" in line["message"]


def test_raises_so_that_the_event_comes_again_when_the_environment_is_wrong(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CODE_DIGEST")
    assert functions.send("start_batch", "landing", "x").status_code == 500
    [line] = functions.outcomes("start_batch")
    assert line["error_code"] == "bad_settings"
