"""Cloud Run jobs: REST v2, each execution a process with the start command of the container image.

Honours: get, run with overrides (arguments, environment, timeout), executions (get, list, cancel) with conditions and
counts, operations, the task timeout, no retries; records on disk, so an execution that was lost is failed at the next
start. The process gets the environment that Cloud Run sets (CLOUD_RUN_JOB, CLOUD_RUN_EXECUTION, CLOUD_RUN_TASK_*).
Does not check: images, resources, parallelism (one task an execution), the caller's right to overrides.
Source: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs
"""

import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request

from localcloud import durable
from localcloud.processes import Child, Children
from localcloud.servers import api_app, api_error, json_body
from localcloud.stage_logs import StageLog

LOST = "the task was lost when localcloud stopped"
_TYPE = "type.googleapis.com/google.cloud.run.v2"


@dataclass(frozen=True, slots=True)
class Job:
    """What is deployed as one Cloud Run job: `name` is projects/…/locations/…/jobs/…"""

    name: str
    command: tuple[str, ...]
    cwd: Path
    timeout_s: float
    environment: Callable[[], dict[str, str]]


class RunJobs:
    """The executions of one job."""

    def __init__(self, state_dir: Path, job: Job, children: Children, log: StageLog) -> None:
        self.job = job
        self._folder = state_dir / "run"
        self._children = children
        self._log = log
        self._lock = threading.RLock()
        self._running: dict[str, Child] = {}
        self._stopping = False
        self.executions = {str(execution["name"]): execution for execution in durable.read_all(self._folder)}
        self._fail_running()

    def stop(self) -> None:
        """Fail what still runs: its process ends with localcloud."""
        with self._lock:
            self._stopping = True
            self._fail_running()

    def active(self) -> list[str]:
        with self._lock:
            return [name for name, execution in self.executions.items() if "completionTime" not in execution]

    def run(self, overrides: dict[str, Any]) -> dict[str, Any]:
        """Record an execution and start its process."""
        short_name = f"{self.job.name.rpartition('/')[2]}-{secrets.token_hex(4)}"
        now = durable.now_utc()
        timeout = overrides.get("timeout", f"{self.job.timeout_s:g}s")
        execution: dict[str, Any] = {
            "name": f"{self.job.name}/executions/{short_name}",
            "uid": str(uuid.uuid4()),
            "generation": "1",
            "job": self.job.name,
            "createTime": now,
            "startTime": now,
            "updateTime": now,
            "parallelism": 1,
            "taskCount": 1,
            "template": {"timeout": timeout, "maxRetries": 0},
            "runningCount": 1,
            "reconciling": True,
            "conditions": [_condition("CONDITION_RECONCILING", "", "")],
            "logUri": self._log.path.as_uri(),
        }
        with self._lock:
            self._save(execution)
            self.executions[execution["name"]] = execution
        container = (overrides.get("containerOverrides") or [{}])[0]
        threading.Thread(target=self._run, args=(execution, container), daemon=True).start()
        return execution

    def cancel(self, execution: dict[str, Any]) -> None:
        """End an execution; one that has ended is left alone."""
        with self._lock:
            self._complete(execution, "cancelledCount", "The execution was cancelled.", "CANCELLED")
            child = self._running.get(execution["name"])
        if child is not None:
            threading.Thread(target=child.stop, args=(10,), daemon=True).start()

    def _run(self, execution: dict[str, Any], container: dict[str, Any]) -> None:
        short_name = execution["name"].rpartition("/")[2]
        environment = {
            **self.job.environment(),
            **{variable["name"]: variable.get("value", "") for variable in container.get("env", [])},
            "CLOUD_RUN_JOB": self.job.name.rpartition("/")[2],
            "CLOUD_RUN_EXECUTION": short_name,
            "CLOUD_RUN_TASK_INDEX": "0",
            "CLOUD_RUN_TASK_ATTEMPT": "0",
            "CLOUD_RUN_TASK_COUNT": "1",
        }
        with self._lock:
            if self._stopping or "completionTime" in execution:
                return
            argv = [*self.job.command, *container.get("args", [])]
            child = self._children.start(argv, environment, self.job.cwd, self._log.take_line, "transform")
            self._running[execution["name"]] = child
        status = child.wait(float(execution["template"]["timeout"].removesuffix("s")))
        if status is None:
            child.stop(10)
        with self._lock:
            self._running.pop(execution["name"], None)
            if self._stopping:
                return
            if status == 0:
                self._complete(execution, "succeededCount", "Execution completed successfully.", "")
            elif status is None:
                self._complete(execution, "failedCount", "The configured timeout was reached.", "NON_ZERO_EXIT_CODE")
            else:
                message = f"Task {short_name}-task0 failed with exit code: {status}."
                self._complete(execution, "failedCount", message, "NON_ZERO_EXIT_CODE")

    def _complete(self, execution: dict[str, Any], count: str, message: str, reason: str) -> None:
        if "completionTime" in execution:
            return
        state = "CONDITION_SUCCEEDED" if count == "succeededCount" else "CONDITION_FAILED"
        now = durable.now_utc()
        changes = {"completionTime": now, "updateTime": now, "runningCount": 0, "reconciling": False, count: 1}
        execution.update(changes, conditions=[_condition(state, message, reason)])
        try:
            self._save(execution)
        except OSError as error:  # what is in memory counts; after a restart the execution has failed
            self._log.write("ERROR", f"{execution['name']} is over, which could not be written down: {error}")

    def _fail_running(self) -> None:
        for execution in self.executions.values():
            self._complete(execution, "failedCount", LOST, "NON_ZERO_EXIT_CODE")

    def _save(self, execution: dict[str, Any]) -> None:
        durable.write_json(self._folder / f"{execution['name'].rpartition('/')[2]}.json", execution)


def create_app(jobs: RunJobs) -> Flask:
    """Make the REST server of a job and its executions."""
    app = api_app("run")
    _add_job(app, jobs)
    _add_executions(app, jobs)
    return app


def _add_job(app: Flask, jobs: RunJobs) -> None:
    @app.post("/v2/<path:name>:run")
    def run_job(name: str) -> Response:
        if name != jobs.job.name:
            return api_error(404, f"Resource '{name}' of kind 'JOB' does not exist.")
        body = json_body(request.get_json(silent=True))
        return jsonify(_operation(jobs.run(body.get("overrides", {}))))

    @app.get("/v2/<path:name>")
    def get_any(name: str) -> Response:
        if name == jobs.job.name:
            return jsonify({"name": name, "template": {"template": {"maxRetries": 0}}})
        if name == f"{jobs.job.name}/executions":
            newest_first = sorted(jobs.executions.values(), key=lambda found: str(found["createTime"]), reverse=True)
            return jsonify({"executions": newest_first})
        if name in jobs.executions:
            return jsonify(jobs.executions[name])
        identity = name.rpartition("/operations/")[2]
        for execution in jobs.executions.values():
            if execution["uid"] == identity:
                return jsonify(_operation(execution))
        return api_error(404, f"Resource '{name}' was not found.")


def _add_executions(app: Flask, jobs: RunJobs) -> None:
    @app.post("/v2/<path:name>:cancel")
    def cancel(name: str) -> Response:
        if name not in jobs.executions:
            return api_error(404, f"Resource '{name}' of kind 'EXECUTION' does not exist.")
        jobs.cancel(jobs.executions[name])
        return jsonify(_operation(jobs.executions[name]))


def _operation(execution: dict[str, Any]) -> dict[str, Any]:
    typed = {"@type": f"{_TYPE}.Execution", **execution}
    location = "/".join(execution["name"].split("/")[:4])
    operation: dict[str, Any] = {"name": f"{location}/operations/{execution['uid']}", "metadata": typed, "done": False}
    if "completionTime" in execution:
        operation["done"] = True
        if execution.get("succeededCount"):
            operation["response"] = typed
        else:
            operation["error"] = {"code": 10, "message": execution["conditions"][0]["message"]}
    return operation


def _condition(state: str, message: str, reason: str) -> dict[str, str]:
    condition = {"type": "Completed", "state": state, "message": message, "lastTransitionTime": durable.now_utc()}
    return {**condition, "executionReason": reason} if reason else condition
