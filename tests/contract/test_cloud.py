"""All stand-ins together: one lock a state, whole after `kill -9`, redeployed, with the report, two side by side."""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import dataproc_v1
from google.cloud.storage import Client

from localcloud import deployment
from localcloud.cloud import AlreadyRunningError, LocalCloud, Options

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = """
import json, os, functions_framework

@functions_framework.http
def check_release(request):
    return {"drivers": os.environ["DRIVERS"], "body": request.get_data(as_text=True), "pid": os.getppid()}

@functions_framework.cloud_event
def start_batch(event):
    print(json.dumps({"message": "start_batch", "name": event.data["name"]}))

@functions_framework.cloud_event
def start_dbt(event):
    print(json.dumps({"message": "start_dbt", "name": event.data["name"]}))
"""
SUPERVISOR = """
import sys
from pathlib import Path
from localcloud.cloud import LocalCloud, Options
with LocalCloud(Options(Path(sys.argv[1]), source_root=Path(sys.argv[2]))) as cloud:
    print("up", flush=True)
    cloud.wait_until_asked_to_stop()
"""


def anonymous() -> AnonymousCredentials:
    return AnonymousCredentials()  # type: ignore[no-untyped-call]  # google-auth has no types


@pytest.fixture
def source(tmp_path: Path) -> Path:
    files = {
        "functions/main.py": FUNCTIONS,
        "functions/pipeline/__init__.py": "",
        "requirements/run.txt": "",
        "dbt/dbt_project.yml": "",
        "dataproc_jobs/process_release.py": "import time; time.sleep(600)",
        "dataproc_jobs/f1db_batch/__init__.py": "",
    }
    for name, content in files.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "source"


@pytest.fixture
def cloud(source: Path, tmp_path: Path) -> Iterator[LocalCloud]:
    with LocalCloud(Options(tmp_path / "state", source_root=source)) as cloud:
        yield cloud


def call(url: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def names_in(log: Path) -> list[str]:
    if not log.exists():
        return []
    return [record["name"] for record in map(json.loads, log.read_text().splitlines()) if "name" in record]


def upload(urls: Any, bucket: str, name: str, content: str) -> None:
    client = Client("localcloud", anonymous(), client_options={"api_endpoint": urls.storage})
    client.bucket(bucket).blob(name).upload_from_string(content)
    client.close()


def test_wakes_each_buckets_function_when_objects_are_uploaded(cloud: LocalCloud, tmp_path: Path) -> None:
    upload(cloud.endpoints, "landing", "releases/a.zip", "zip")
    upload(cloud.endpoints, "state", "runs/manifest.json", "{}")
    upload(cloud.endpoints, "curated", "runs/a.parquet", "")
    wait_for(lambda: cloud.status()["events_queued"] == 0)

    logs = tmp_path / "state" / "logs"
    wait_for(lambda: names_in(logs / "start_batch.jsonl") == ["releases/a.zip"])
    wait_for(lambda: names_in(logs / "start_dbt.jsonl") == ["runs/manifest.json"])
    assert [names_in(logs / f"{name}.jsonl") for name in ("start_batch", "start_dbt")] == [
        ["releases/a.zip"],
        ["runs/manifest.json"],
    ]


def test_answers_the_ticks_answer_and_its_status_when_asked(cloud: LocalCloud) -> None:
    status, answer = call(f"{cloud.endpoints.admin}/tick", {"dry_run": True})
    assert (status, answer["drivers"], answer["body"]) == (200, "lewis-hamilton", '{"dry_run": true}')

    status, told = call(f"{cloud.endpoints.admin}/status")
    assert status == 200
    assert (told["events_queued"], told["batches_active"], told["executions_active"]) == (0, [], [])
    assert (told["tick_s"], told["drivers"]) == (None, ["lewis-hamilton"])
    assert call(f"{cloud.endpoints.admin}/stop", {}, {"Origin": "http://evil.example"})[0] == 403
    assert not cloud.wait_until_asked_to_stop(0)
    assert call(f"{cloud.endpoints.admin}/stop", {})[0] == 200
    assert cloud.wait_until_asked_to_stop(0)


def test_restarts_the_functions_with_the_new_drivers_only_when_something_changed(
    cloud: LocalCloud, tmp_path: Path
) -> None:
    admin = cloud.endpoints.admin
    first = call(f"{admin}/tick", {})[1]
    assert call(f"{admin}/deploy", {"drivers": ["lewis-hamilton"]})[1]["changed"] is False
    assert call(f"{admin}/tick", {})[1]["pid"] == first["pid"]

    _, deployed = call(f"{admin}/deploy", {"drivers": ["max-verstappen"]})
    second = call(f"{admin}/tick", {})[1]

    assert deployed["changed"] is True
    assert (second["drivers"], second["pid"] != first["pid"]) == ("max-verstappen", True)
    record = json.loads((tmp_path / "state" / "localcloud.json").read_text())
    assert record["drivers"] == ["max-verstappen"]
    assert record["transform_digest"] == deployed["transform_digest"]
    assert call(f"{admin}/deploy", {"drivers": []})[0] == 400

    _, limited = call(f"{admin}/deploy", {"drivers": ["max-verstappen"], "limits": {"max-lines": "7"}})
    third = call(f"{admin}/tick", {})[1]
    assert (limited["changed"], limited["limits"]) == (True, {"max-lines": "7"})
    assert third["pid"] != second["pid"]
    assert limited["code_digest"] != deployed["code_digest"]
    assert json.loads((tmp_path / "state" / "localcloud.json").read_text())["limits"] == {"max-lines": "7"}
    for wrong in ({"max-line": "7"}, ["max-lines"]):
        assert call(f"{admin}/deploy", {"drivers": ["max-verstappen"], "limits": wrong})[0] == 400


def test_copies_the_report_when_the_pointer_is_finalised(cloud: LocalCloud, tmp_path: Path) -> None:
    upload(cloud.endpoints, "curated", "reports/r/1/index.html", "<h1>106</h1>")
    upload(cloud.endpoints, "curated", "reports/r/1/max-verstappen.html", "<h1>71</h1>")
    drivers = ["lewis-hamilton", "max-verstappen"]
    pointer = json.dumps({"report": "gs://curated/reports/r/1/index.html", "drivers": drivers})
    upload(cloud.endpoints, "state", "published.json", pointer)
    assert (tmp_path / "state" / "report" / "index.html").read_text() == "<h1>106</h1>"
    assert (tmp_path / "state" / "report" / "max-verstappen.html").read_text() == "<h1>71</h1>"


def test_refuses_with_the_pid_when_the_state_is_taken_and_runs_beside_another_state(
    cloud: LocalCloud, source: Path, tmp_path: Path
) -> None:
    with pytest.raises(AlreadyRunningError) as refusal:
        LocalCloud(Options(tmp_path / "state", source_root=source)).start()
    assert refusal.value.pid == cloud.status()["pid"]

    with LocalCloud(Options(tmp_path / "other", source_root=source)) as other:
        upload(other.endpoints, "landing", "a.zip", "zip")
        wait_for(lambda: names_in(tmp_path / "other" / "logs" / "start_batch.jsonl") == ["a.zip"])
        assert not (tmp_path / "state" / "logs" / "start_batch.jsonl").exists()
    assert not (tmp_path / "other" / "localcloud.json").exists()


def marked_processes(state: Path) -> list[str]:
    mark = f"LOCALCLOUD_CHILD_OF={state}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_leaves_no_process_and_goes_on_when_it_was_killed_with_a_batch_running(source: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    argv = [sys.executable, "-c", SUPERVISOR, str(state), str(source)]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}", "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "up\n"
        record = json.loads((state / "localcloud.json").read_text())
        assert record["pid"] == supervisor.pid
        name = create_batch(record["urls"]["dataproc"], f"gs://code/{record['code_digest']}/process_release.py")
        assert call(f"{record['urls']['admin']}/tick", {})[0] == 200
        wait_for(lambda: any("java" in line for line in marked_processes(state)))
        assert any("functions_framework" in line for line in marked_processes(state))
        supervisor.kill()
    wait_for(lambda: marked_processes(state) == [])

    half_written = [state / "dataproc" / ".f1db-kill-1.json.0a1b.partial", state / ".localcloud.json.0a1b.partial"]
    for path in half_written:
        path.write_text('{"na')
    with LocalCloud(Options(state, source_root=source)) as cloud:
        assert [path for path in half_written if path.exists()] == []
        client = batch_client(cloud.endpoints.dataproc)
        found = client.get_batch(name=name)
        client.transport.close()  # type: ignore[no-untyped-call]  # as above
    assert found.state is dataproc_v1.Batch.State.FAILED
    assert found.state_message == "the driver was lost when localcloud stopped"


def batch_client(url: str) -> dataproc_v1.BatchControllerClient:
    return dataproc_v1.BatchControllerClient(
        transport="rest", credentials=anonymous(), client_options={"api_endpoint": url}
    )


def create_batch(url: str, main: str) -> str:
    client = batch_client(url)
    batch = dataproc_v1.Batch(
        pyspark_batch={"main_python_file_uri": main},
        runtime_config={"version": "2.3"},
        environment_config={"execution_config": {"service_account": "a@b"}},
    )
    parent = f"projects/{deployment.PROJECT}/locations/{deployment.REGION}"
    client.create_batch(parent=parent, batch_id="f1db-1", batch=batch)
    client.transport.close()  # type: ignore[no-untyped-call]  # as above
    return f"{parent}/batches/f1db-1"
