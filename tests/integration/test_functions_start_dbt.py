"""start_dbt against storage and a Run API: manifests become executions, once nobody else publishes."""

import pytest

from tests.integration.conftest import Functions
from tests.integration.stand_ins import error_reply, release_zip

OLD, NEW = release_zip(("lewis-hamilton", "a")), release_zip()
FINDINGS = [
    {
        "severity": "error",
        "code": "missing_table",
        "table": table,
        "column": None,
        "row": None,
        "value": None,
        "message": f"{table}: f1db-{table}.csv is missing, and it is required",
    }
    for table in ("races", "drivers")
]


def test_runs_the_job_when_a_release_is_processed(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW)
    assert functions.send("start_dbt", "state", name).status_code == 200
    run = functions.run_name("2026.11.0", NEW)
    [asked] = functions.run.runs
    assert asked["overrides"]["containerOverrides"] == [{"args": ["--woken-by", run]}]
    told, line = [line for line in functions.lines() if line["stage"] == "start_dbt"]
    assert (told["step"], told["batch_status"], told["batch_duration_ms"]) == ("batch", "processed", 1000)
    assert (line["outcome"], line["run"], line["execution"].rpartition("/")[2]) == ("started", run, "transform-1")


def test_ends_the_run_with_one_error_that_has_every_finding_when_rejected(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW, status="rejected", findings=FINDINGS)
    assert functions.send("start_dbt", "state", name).status_code == 200
    assert functions.send("start_dbt", "state", name).status_code == 200
    outcome = functions.read(name.replace("manifest", "outcome"))
    assert (outcome["outcome"], outcome["attempt"]) == ("rejected", 1)
    lines = [line for line in functions.lines() if "outcome" in line]
    assert [(line["outcome"], line["severity"]) for line in lines] == [("rejected", "ERROR"), ("rejected", "INFO")]
    assert lines[0]["findings"] == FINDINGS
    assert lines[0]["message"] == (
        "2026.11.0 is rejected: 2 errors, 0 warnings; the published release stays. "
        "races: f1db-races.csv is missing, and it is required; drivers: f1db-drivers.csv is missing, and it is required"
    )
    assert lines[0]["finding_counts"] == {"error": 2, "warning": 0}
    assert functions.run.runs == []
    functions.github.zips = {"2026.11.0": NEW}
    assert functions.check().json()["outcome"] == "rejected"


def test_waits_when_somebody_holds_the_lease_and_goes_on_when_his_execution_has_ended(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW)
    functions.write("lease.json", {"format": 1, "holder": "transform-77", "fence": 3, "ttl_s": 1200})
    assert functions.send("start_dbt", "state", name).status_code == 200
    assert [line["outcome"] for line in functions.outcomes("start_dbt")] == ["in_progress"]
    functions.run.ended = {"transform-77"}
    assert functions.send("start_dbt", "state", name).status_code == 200
    assert len(functions.run.runs) == 1


def test_writes_the_outcome_when_a_crash_came_between_pointer_and_outcome(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    run = functions.run_name("2026.11.0", NEW)
    outcome = f"runs/2026.11.0/{run}/outcome.json"
    functions.buckets["state"].blob(outcome).delete()
    functions.github.zips = {"2026.11.0": NEW}
    document = functions.check().json()
    assert document["outcome"] == "up_to_date"
    written = functions.read(outcome)
    assert (written["outcome"], written["attempt"], written["fence"]) == ("published", 1, 1)
    assert functions.run.runs == []


def test_says_rejected_when_the_deployed_transform_has_refused(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW)
    refusal = {"format": 1, "kind": "refusal", "code": "shrunk", "reason": "history has shrunk", "details": []}
    functions.write(name.replace("manifest", "transform-1"), {**refusal, "transform_digest": "d" * 64})
    assert functions.send("start_dbt", "state", name).status_code == 200
    assert [line["outcome"] for line in functions.outcomes("start_dbt")] == ["rejected"]
    functions.github.zips = {"2026.11.0": NEW}
    [report] = functions.check().json()["releases"]
    assert (report["outcome"], report["reason"]) == ("rejected", "history has shrunk")
    assert [line for line in functions.lines() if line["severity"] == "ERROR"] == [], "the transform has said it"
    assert functions.run.runs == []


def test_starts_nothing_when_a_driver_is_unknown(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVERS", "lewis-hamilton,nobody-at-all")
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW)
    assert functions.send("start_dbt", "state", name).status_code == 200
    [line] = functions.outcomes("start_dbt")
    assert (line["outcome"], line["error_code"]) == ("rejected", "unknown_driver")
    assert functions.run.runs == []


def test_raises_when_the_run_api_fails(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW)
    original = functions.run.runs
    functions.run.server.stop()
    functions.run.server.stop = lambda: None  # type: ignore[method-assign]
    assert functions.send("start_dbt", "state", name).status_code == 500
    assert [line["error_code"] for line in functions.outcomes("start_dbt")] == ["run_unavailable"]
    assert original == []
    functions.land("2026.10.0", OLD)
    functions.github.override = lambda asked: error_reply(404, "X", "no")
    assert functions.check({"release": "2026.11.0"}).status_code == 503


@pytest.mark.parametrize("leaf", ["outcome.json", "batch-1.json", "transform-1.json"])
def test_passes_over_objects_that_are_no_manifest(functions: Functions, leaf: str) -> None:
    run = functions.run_name("2026.11.0", NEW)
    assert functions.send("start_dbt", "state", f"runs/2026.11.0/{run}/{leaf}").status_code == 200
    assert [line["outcome"] for line in functions.outcomes("start_dbt")] == ["ignored"]


def test_acknowledges_with_an_error_when_a_manifest_is_malformed(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    name = functions.process("2026.11.0", NEW)
    functions.write(name, {"format": 1, "status": 5})
    assert functions.send("start_dbt", "state", name).status_code == 200
    [line] = functions.outcomes("start_dbt")
    assert (line["severity"], line["error_code"]) == ("ERROR", "malformed_document")


def test_passes_over_the_manifest_of_an_older_run_when_a_request_has_replaced_it(functions: Functions) -> None:
    functions.publish("2026.9.1", OLD)
    functions.land("2026.11.0", NEW)
    functions.github.zips = {"2026.11.0": NEW}
    functions.check({"release": "2026.11.0", "force": True})
    name = functions.process("2026.11.0", NEW)
    assert functions.send("start_dbt", "state", name).status_code == 200
    assert [line["outcome"] for line in functions.outcomes("start_dbt")] == ["ignored"]
    assert functions.run.runs == []
