"""Google's Run clients meet the jobs stand-in: overrides, conditions, timeout, cancel, and what a restart finds."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import run_v2

from localcloud import run_jobs
from localcloud.processes import Children, base_environment
from localcloud.servers import LocalServer
from localcloud.stage_logs import StageLog

pytestmark = pytest.mark.slow
NAME = "projects/localcloud/locations/europe-west1/jobs/transform"
PROGRAM = """
import json, os, sys, time
names = ("OWN", "ADDED", "CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT")
print(json.dumps({"message": "ran", "args": sys.argv[1:], "env": {n: os.environ.get(n) for n in names}}), flush=True)
if "sleep" in sys.argv:
    time.sleep(600)
sys.exit(3 if "fail" in sys.argv else 0)
"""
State = run_v2.Condition.State


def anonymous() -> AnonymousCredentials:
    return AnonymousCredentials()  # type: ignore[no-untyped-call]  # google-auth has no types


@dataclass
class Cloud:
    jobs: run_v2.JobsClient
    executions: run_v2.ExecutionsClient
    stand_in: run_jobs.RunJobs
    log: Path

    def run(self, *args: str, timeout_s: int = 60) -> str:
        container = run_v2.RunJobRequest.Overrides.ContainerOverride(
            args=list(args), env=[run_v2.EnvVar(name="ADDED", value="yes")]
        )
        overrides = run_v2.RunJobRequest.Overrides(container_overrides=[container], timeout={"seconds": timeout_s})
        operation = self.jobs.run_job(request=run_v2.RunJobRequest(name=NAME, overrides=overrides))
        name: str = operation.metadata.name
        return name

    def await_end(self, name: str) -> run_v2.Execution:
        deadline = time.monotonic() + 30
        while not (found := self.executions.get_execution(name=name)).completion_time:
            assert time.monotonic() < deadline, "still running"
            threading.Event().wait(0.02)
        return found


@pytest.fixture
def make_cloud(tmp_path: Path) -> Iterator[Callable[[], Cloud]]:
    stops: list[Callable[[], None]] = []

    def make() -> Cloud:
        children = Children(tmp_path)
        log = StageLog(tmp_path / "logs", "transform")
        command = (sys.executable, "-c", PROGRAM)
        job = run_jobs.Job(NAME, command, tmp_path, 60, lambda: {**base_environment(tmp_path), "OWN": "1"})
        stand_in = run_jobs.RunJobs(tmp_path, job, children, log)
        server = LocalServer(run_jobs.create_app(stand_in))
        server.start()
        options = {"api_endpoint": server.url}
        jobs = run_v2.JobsClient(transport="rest", credentials=anonymous(), client_options=options)
        executions = run_v2.ExecutionsClient(transport="rest", credentials=anonymous(), client_options=options)
        stops.extend((stand_in.stop, children.stop_all, server.stop, jobs.transport.close, executions.transport.close))
        return Cloud(jobs, executions, stand_in, log.path)

    yield make
    for stop in stops:
        stop()


def test_succeeds_with_overrides_and_clouds_variables_when_the_task_ends_well(
    make_cloud: Callable[[], Cloud],
) -> None:
    cloud = make_cloud()
    name = cloud.run("--woken-by", "f1db-1")
    ended = cloud.await_end(name)

    assert (ended.succeeded_count, ended.failed_count, ended.running_count) == (1, 0, 0)
    assert [(c.type_, c.state) for c in ended.conditions] == [("Completed", State.CONDITION_SUCCEEDED)]
    record = json.loads(cloud.log.read_text())
    assert record["args"] == ["--woken-by", "f1db-1"]
    assert record["env"] == {
        "OWN": "1",
        "ADDED": "yes",
        "CLOUD_RUN_JOB": "transform",
        "CLOUD_RUN_EXECUTION": name.rpartition("/")[2],
        "CLOUD_RUN_TASK_INDEX": "0",
        "CLOUD_RUN_TASK_COUNT": "1",
    }
    assert [found.name for found in cloud.executions.list_executions(parent=NAME)] == [name]
    assert cloud.jobs.get_job(name=NAME).name == NAME


def test_answers_through_the_operation_when_the_caller_waits(make_cloud: Callable[[], Cloud]) -> None:
    cloud = make_cloud()
    operation = cloud.jobs.run_job(name=NAME)
    assert operation.result(timeout=30).succeeded_count == 1  # type: ignore[no-untyped-call]  # api_core has no types


def test_fails_without_a_retry_when_the_task_exits_with_an_error(make_cloud: Callable[[], Cloud]) -> None:
    cloud = make_cloud()
    ended = cloud.await_end(cloud.run("fail"))

    assert (ended.succeeded_count, ended.failed_count) == (0, 1)
    assert ended.conditions[0].state is State.CONDITION_FAILED
    assert ended.conditions[0].message.endswith("failed with exit code: 3.")
    assert len(cloud.log.read_text().splitlines()) == 1


def test_fails_when_the_task_exceeds_its_timeout(make_cloud: Callable[[], Cloud]) -> None:
    cloud = make_cloud()
    ended = cloud.await_end(cloud.run("sleep", timeout_s=1))

    assert (ended.failed_count, ended.conditions[0].message) == (1, "The configured timeout was reached.")


def test_ends_when_the_execution_is_cancelled(make_cloud: Callable[[], Cloud]) -> None:
    cloud = make_cloud()
    name = cloud.run("sleep")
    cloud.executions.cancel_execution(name=name)
    ended = cloud.await_end(name)

    assert (ended.cancelled_count, ended.conditions[0].state) == (1, State.CONDITION_FAILED)
    assert cloud.stand_in.active() == []


def test_is_failed_when_localcloud_stopped_under_it(make_cloud: Callable[[], Cloud], tmp_path: Path) -> None:
    first = make_cloud()
    name = first.run("sleep")
    record = tmp_path / "run" / f"{name.rpartition('/')[2]}.json"
    left_by_a_kill = record.read_text()
    first.stand_in.stop()
    record.write_text(left_by_a_kill)

    second = make_cloud()

    ended = second.executions.get_execution(name=name)
    assert (ended.failed_count, ended.conditions[0].message) == (1, "the task was lost when localcloud stopped")
    assert second.stand_in.active() == []


def test_answers_404_when_job_or_execution_are_unknown(make_cloud: Callable[[], Cloud]) -> None:
    cloud = make_cloud()
    with pytest.raises(NotFound):
        cloud.jobs.run_job(name=NAME.replace("transform", "other"))
    with pytest.raises(NotFound):
        cloud.executions.get_execution(name=f"{NAME}/executions/absent")
