"""All stand-ins together: one supervised process for one state directory, whole again after any way of ending.

`with LocalCloud(options) as cloud:` brings everything up; functions, batches and executions are its child processes.
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, Self

from localcloud import admin, dataproc, dataproc_api, deployment, durable, github, metadata, run_jobs
from localcloud.endpoints import Endpoints
from localcloud.events import EventQueue, Trigger
from localcloud.faults import Faults
from localcloud.function_process import Function, FunctionProcess
from localcloud.github_upstream import REAL, Upstream
from localcloud.ingress import Ingress
from localcloud.processes import Children, base_environment
from localcloud.report import copy_report
from localcloud.scheduler import Answer, Scheduler, Target
from localcloud.servers import LocalServer
from localcloud.spark_submit import SparkSubmit
from localcloud.stage_logs import StageLog, SupervisorLog
from localcloud.state_lock import AlreadyRunningError, lock_state
from localcloud.storage import StorageServer
from localcloud.tokens import TokenSigner, load_signer

__all__ = ["AlreadyRunningError", "LocalCloud", "Options"]

_ROOT = Path(__file__).resolve().parent.parent
_POINTER = ("state", "published.json")
_FUNCTIONS = (("check_release", "http", 900), ("start_batch", "cloudevent", 120), ("start_dbt", "cloudevent", 120))


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen; `tick_s` None means no scheduler, `base_port` 0 means free ports."""

    state_dir: Path
    drivers: tuple[str, ...] = ("lewis-hamilton",)
    limits: Mapping[str, str] = field(default_factory=dict)
    tick_s: float | None = None
    github_dir: Path | None = None
    base_port: int = 0
    source_root: Path = _ROOT
    upstream: Upstream | None = REAL


class LocalCloud:
    """The stand-ins of one state directory, from start() to stop()."""

    endpoints: Endpoints

    def __init__(self, options: Options) -> None:
        self._options = options
        self._state_dir = options.state_dir.resolve()
        self._stop_asked = threading.Event()
        self._deploying = threading.Lock()
        self._lock_file: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Bring everything up; returns when everything listens.

        Raises:
            AlreadyRunningError: another localcloud has the state directory.
        """
        self._lock_file = lock_state(self._state_dir)
        try:
            self._supervisor_log = SupervisorLog(self._state_dir / "logs")
            self._started_at_utc = durable.now_utc()
            self._children = Children(self._state_dir)
            durable.discard_partials(self._state_dir)
            options = self._options
            self._deployment = deployment.read_deployment(options.source_root, options.drivers, options.limits)
            self._make(load_signer(self._state_dir / "keys" / "id-token.key"))
            deployment.create_buckets(self._storage.store)
            deployment.upload_code(self._deployment, self._storage.store)
            copy_report(self._storage.store, self._state_dir)
            self._storage.start()
            for server in self._servers:
                server.start()
            self._events.start()
            self._write_record()
            self._scheduler.start()
        except BaseException:
            self._lock_file.close()
            raise

    def stop(self) -> None:
        """End every child and every server; what was under way goes on at the next start."""
        if self._lock_file is None or self._lock_file.closed:
            return
        self._faults.stop()
        self._scheduler.stop()
        self._events.stop()
        self._dataproc.stop()
        self._run_jobs.stop()
        for process in self._processes.values():
            process.kill()
        self._children.stop_all()
        for server in self._servers:
            server.stop()
        self._storage.stop()
        copy_report(self._storage.store, self._state_dir)
        (self._state_dir / "localcloud.json").unlink(missing_ok=True)
        self._supervisor_log.close()
        self._lock_file.close()

    def ask_to_stop(self) -> None:
        """Let wait_until_asked_to_stop return; safe in a signal handler."""
        self._stop_asked.set()

    def wait_until_asked_to_stop(self, timeout_s: float | None = None) -> bool:
        """Wait for POST /stop or ask_to_stop(); tells whether one came in time."""
        return self._stop_asked.wait(timeout_s)

    def status(self) -> dict[str, Any]:
        """Say what is queued, under way and deployed."""
        queued, in_flight = self._events.counts()
        return {
            "pid": os.getpid(),
            "events_queued": queued,
            "events_in_flight": in_flight,
            "batches_active": self._dataproc.active(),
            "executions_active": self._run_jobs.active(),
            "drivers": list(self._deployment.drivers),
            "limits": dict(self._deployment.limits),
            "code_digest": self._deployment.code_digest,
            "transform_digest": self._deployment.transform_digest,
            "tick_s": self._options.tick_s,
            "next_tick_at_utc": self._scheduler.next_tick_at_utc,
            "urls": asdict(self.endpoints),
        }

    def deploy(self, drivers: tuple[str, ...], limits: Mapping[str, str]) -> bool:
        """Deploy the files as they are now; tells whether that changed anything."""
        with self._deploying:
            wanted = deployment.read_deployment(self._options.source_root, drivers, limits)
            if wanted == self._deployment:
                return False
            deployment.upload_code(wanted, self._storage.store)
            self._deployment = wanted
            for process in self._processes.values():
                process.retire()
            self._write_record()
            return True

    def tick(self, body: bytes) -> Answer:
        return self._scheduler.tick(body)

    def set_event_switches(self, switches: dict[str, Any]) -> None:
        self._events.set_switches(switches)

    def _make(self, signer: TokenSigner) -> None:
        """Make every part; all ports are taken here, so that each may know the others' URLs."""
        self._faults = faults = Faults(self._state_dir, self._children.kill)
        self._storage = StorageServer(self._state_dir / "gcs", self._port(0), self._on_finalized, faults)
        account = f"functions@{deployment.ACCOUNT_DOMAIN}"
        identities = metadata.create_app(deployment.PROJECT, deployment.REGION, account, signer)
        meta = LocalServer(faults.around("metadata", identities), self._port(1))
        self._make_functions(signer)
        upstream = github.GitHub(self._state_dir, self._options.github_dir, self._options.upstream)
        base = base_environment(self._state_dir)
        google = deployment.google_environment(self._storage.url, meta.url)
        submit = SparkSubmit(self._state_dir, self._state_dir / "gcs", {**base, **google})
        self._dataproc = dataproc.Dataproc(self._state_dir, self._children, submit, self._log("batch"))
        self._run_jobs = run_jobs.RunJobs(self._state_dir, self._job(base), self._children, self._log("transform"))
        batches = LocalServer(faults.around("dataproc", dataproc_api.create_app(self._dataproc)), self._port(5))
        jobs = LocalServer(faults.around("run", run_jobs.create_app(self._run_jobs)), self._port(6))
        releases = LocalServer(faults.around("github", github.create_app(upstream)), self._port(7))
        administration = LocalServer(admin.create_app(self), self._port(8))
        self._servers = (
            *(ingress.server for ingress in self._ingresses.values()),
            meta,
            batches,
            jobs,
            releases,
            administration,
        )
        self.endpoints = Endpoints(
            storage=self._storage.url,
            metadata=meta.url,
            dataproc=batches.url,
            run=jobs.url,
            github=releases.url,
            admin=administration.url,
            **{name: ingress.url for name, ingress in self._ingresses.items()},
        )
        self._make_callers(signer)

    def _make_functions(self, signer: TokenSigner) -> None:
        source = self._options.source_root / "functions" / "main.py"
        self._processes: dict[str, FunctionProcess] = {}
        self._ingresses: dict[str, Ingress] = {}
        for index, (name, signature, timeout_s) in enumerate(_FUNCTIONS):
            function = Function(name, name, signature, source, timeout_s)
            log = self._log(name)
            process = FunctionProcess(function, self._children, log, self._functions_environment)
            self._processes[name] = process
            self._ingresses[name] = Ingress(function, process, signer, log, self._port(2 + index), self._faults)

    def _make_callers(self, signer: TokenSigner) -> None:
        eventarc = partial(signer.sign, f"eventarc@{deployment.ACCOUNT_DOMAIN}")
        triggers = [
            Trigger("landing", self.endpoints.start_batch, eventarc),
            Trigger("state", self.endpoints.start_dbt, eventarc),
        ]
        self._events = EventQueue(self._state_dir, triggers, self._log("events"))
        target = Target(self.endpoints.check_release, partial(signer.sign, f"scheduler@{deployment.ACCOUNT_DOMAIN}"))
        self._scheduler = Scheduler(target, self._log("scheduler"), self._options.tick_s)

    def _job(self, base: dict[str, str]) -> run_jobs.Job:
        def environment() -> dict[str, str]:
            return {**base, **deployment.transform_environment(self._deployment, self.endpoints, self._state_dir)}

        return run_jobs.Job(
            deployment.TRANSFORM_JOB,
            deployment.TRANSFORM_COMMAND,
            self._options.source_root,
            deployment.TASK_TIMEOUT_S,
            environment,
        )

    def _functions_environment(self) -> dict[str, str]:
        token = os.environ.get("GITHUB_TOKEN")
        own = deployment.functions_environment(self._deployment, self.endpoints, self._state_dir, token)
        return {**base_environment(self._state_dir), **own}

    def _on_finalized(self, resource: dict[str, Any]) -> None:
        self._events.put(resource)
        if (resource["bucket"], resource["name"]) == _POINTER:
            copy_report(self._storage.store, self._state_dir)

    def _write_record(self) -> None:
        record = {
            "pid": os.getpid(),
            "started_at_utc": self._started_at_utc,
            "tick_s": self._options.tick_s,
            "drivers": list(self._deployment.drivers),
            "limits": dict(self._deployment.limits),
            "code_digest": self._deployment.code_digest,
            "transform_digest": self._deployment.transform_digest,
            "urls": asdict(self.endpoints),
        }
        durable.write_json(self._state_dir / "localcloud.json", record)

    def _log(self, stage: str) -> StageLog:
        return StageLog(self._state_dir / "logs", stage)

    def _port(self, index: int) -> int:
        return self._options.base_port + index if self._options.base_port else 0
