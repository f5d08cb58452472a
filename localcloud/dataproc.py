"""Dataproc Serverless: REST v1 batches, each a real `spark-submit` on this machine.

Honours: create (every field violation in one 400, 409 on a twin), get, list, delete of an ended batch, operations with
cancel; PENDING, RUNNING, then SUCCEEDED, FAILED or CANCELLED with history, times and the driver's last words; the TTL
(the batch is cancelled, as far as is known from the documentation); usage, once it has ended, as a driver and two
executors of the service's defaults would have used as long; records on disk, so a batch whose driver was lost
is FAILED at the next start.
Does not check: quotas, subnetworks, images, the service account's rights, list filters; batches are not queued.
Source: https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.batches
"""

import re
import shutil
import threading
import uuid
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Any

from localcloud import durable
from localcloud.processes import Child, Children
from localcloud.spark_submit import SparkSubmit
from localcloud.stage_logs import StageLog, is_record

ACTIVE = ("PENDING", "RUNNING", "CANCELLING")
LOST = "the driver was lost when localcloud stopped"
_BATCH_ID = re.compile(r"[a-z0-9-]{4,63}")
_DURATION = re.compile(r"(\d+)(\.\d+)?s")
_DEFAULT_TTL_S = 4 * 3600
_LAST_WORDS = 20
_NODES = 3
_DCU_OF_A_NODE = 4  # 4 vCPU and 16 GB
_SHUFFLE_GB_OF_A_NODE = 250


class Dataproc:
    """The batches of one state directory."""

    def __init__(self, state_dir: Path, children: Children, submit: SparkSubmit, log: StageLog) -> None:
        self._folder = state_dir / "dataproc"
        self._driver_logs = state_dir / "logs" / "spark"
        self._children = children
        self._submit = submit
        self._log = log
        self._lock = threading.RLock()
        self._running: dict[str, Child] = {}
        self._stopping = False
        for leftover in submit.work_root.glob("*"):  # nobody's: drivers do not outlive localcloud
            shutil.rmtree(leftover, ignore_errors=True)
        self.batches = {_id(batch): batch for batch in durable.read_all(self._folder)}
        for batch in self.batches.values():
            if batch["state"] in ACTIVE:
                self._enter(batch, "FAILED", LOST)

    def stop(self) -> None:
        """Take no new state from processes: they end with localcloud, which is not their batch's doing."""
        with self._lock:
            self._stopping = True
            for batch in self.batches.values():
                if batch["state"] in ACTIVE:
                    self._enter(batch, "FAILED", LOST)

    def active(self) -> list[str]:
        with self._lock:
            return [name for name, batch in self.batches.items() if batch["state"] in ACTIVE]

    def violations(self, batch_id: str, batch: dict[str, Any]) -> list[tuple[str, str]]:
        """List every field that the real service would refuse."""
        found = []
        if not _BATCH_ID.fullmatch(batch_id):
            found.append(("batchId", f"'{batch_id}' must be 4-63 characters of [a-z0-9-]"))
        if not batch.get("runtimeConfig", {}).get("version"):
            found.append(("batch.runtimeConfig.version", "a runtime version is required"))
        execution = batch.get("environmentConfig", {}).get("executionConfig", {})
        if not execution.get("serviceAccount"):
            found.append(("batch.environmentConfig.executionConfig.serviceAccount", "a service account is required"))
        if "ttl" in execution and not _DURATION.fullmatch(str(execution["ttl"])):
            found.append(("batch.environmentConfig.executionConfig.ttl", f"'{execution['ttl']}' is no duration"))
        spark = batch.get("pysparkBatch", {})
        uris = {"mainPythonFileUri": [spark.get("mainPythonFileUri", "")]}
        uris |= {key: spark.get(key, []) for key in ("pythonFileUris", "fileUris", "archiveUris", "jarFileUris")}
        for key, values in uris.items():
            for uri in values:
                if not uri.startswith("gs://"):
                    found.append((f"batch.pysparkBatch.{key}", f"'{uri}' is not a gs:// address"))
                elif not self._submit.local_path(uri).is_file():
                    found.append((f"batch.pysparkBatch.{key}", f"'{uri}' does not exist"))
        return found

    def create(self, name: str, wanted: dict[str, Any]) -> dict[str, Any] | None:
        """Record a batch and start its driver; None when the name is taken."""
        now = durable.now_utc()
        identity = str(uuid.uuid4())
        project, region = name.split("/")[1], name.split("/")[3]
        batch = {
            **{key: wanted[key] for key in ("pysparkBatch", "labels", "environmentConfig") if key in wanted},
            "name": name,
            "uuid": identity,
            "createTime": now,
            "creator": "localcloud",
            "operation": f"projects/{project}/regions/{region}/operations/{identity}",
            "runtimeConfig": wanted["runtimeConfig"],
            "runtimeInfo": {"outputUri": (self._driver_logs / f"{name.rpartition('/')[2]}.log").as_uri()},
            "state": "PENDING",
            "stateTime": now,
            "stateMessage": "",
            "stateHistory": [],
        }
        with self._lock:
            if _id(batch) in self.batches:
                return None
            durable.write_json(self._folder / f"{_id(batch)}.json", batch)
            self.batches[_id(batch)] = batch
        threading.Thread(target=self._run, args=(batch,), daemon=True).start()
        return batch

    def cancel(self, batch: dict[str, Any]) -> None:
        """Ask for the end of a batch; one that has ended is left alone."""
        with self._lock:
            if batch["state"] in ("PENDING", "RUNNING"):
                self._enter(batch, "CANCELLING", "cancelled by request")
            child = self._running.get(_id(batch))
        if child is not None:
            threading.Thread(target=child.stop, args=(2,), daemon=True).start()

    def delete(self, batch: dict[str, Any]) -> None:
        with self._lock:
            del self.batches[_id(batch)]
            (self._folder / f"{_id(batch)}.json").unlink()

    def _run(self, batch: dict[str, Any]) -> None:
        try:
            self._drive(batch)
        except OSError as error:  # no room for its log, or no program: a batch that never began must not seem to run
            with self._lock:
                self._enter(batch, "FAILED", f"the driver could not be started: {error}")

    def _drive(self, batch: dict[str, Any]) -> None:
        batch_id = _id(batch)
        last_words: deque[str] = deque(maxlen=_LAST_WORDS)
        work_dir = self._submit.work_dir(batch_id)
        work_dir.mkdir(parents=True, exist_ok=True)
        self._driver_logs.mkdir(parents=True, exist_ok=True)
        with (self._driver_logs / f"{batch_id}.log").open("ab", buffering=0) as driver_log:

            def take_line(stream: str, line: bytes) -> None:
                if is_record(line):
                    self._log.take_line(stream, line)
                    return
                if stream == "stderr":
                    last_words.append(line.decode(errors="replace"))
                driver_log.write(line)

            with self._lock:
                if self._stopping or batch["state"] != "PENDING":
                    return self._end(batch, None, "")
                argv = self._submit.command(batch_id, batch)
                environment = {**self._submit.child_environment(), "TMPDIR": str(work_dir)}
                child = self._running[batch_id] = self._children.start(argv, environment, work_dir, take_line, "batch")
                self._enter(batch, "RUNNING", "")
            status = child.wait(_ttl_s(batch))
            if status is None:
                with self._lock:
                    self._enter(batch, "CANCELLING", f"the batch exceeded its TTL of {_ttl_s(batch):g} s")
                child.stop(2)
            shutil.rmtree(work_dir, ignore_errors=True)  # a driver that was killed has left its files
            return self._end(batch, status, "".join(last_words))

    def _end(self, batch: dict[str, Any], status: int | None, last_words: str) -> None:
        with self._lock:
            self._running.pop(_id(batch), None)
            if batch["state"] == "CANCELLING":
                self._enter(batch, "CANCELLED", batch["stateMessage"])
            elif batch["state"] in ACTIVE and not self._stopping:
                message = f"the driver ended with status {status}:\n{last_words}"
                self._enter(batch, *(("SUCCEEDED", "") if status == 0 else ("FAILED", message)))

    def _enter(self, batch: dict[str, Any], state: str, message: str) -> None:
        entry = {"state": batch["state"], "stateStartTime": batch["stateTime"]}
        batch["stateHistory"].append({**entry, "stateMessage": batch["stateMessage"]})
        batch.update(state=state, stateTime=durable.now_utc(), stateMessage=message)
        if state not in ACTIVE:
            batch["runtimeInfo"]["approximateUsage"] = _usage(batch)
        try:
            durable.write_json(self._folder / f"{_id(batch)}.json", batch)
        except OSError as error:  # what is in memory counts; after a restart the batch has failed
            self._log.write("ERROR", f"batch {_id(batch)} is {state}, which could not be written down: {error}")


def _id(batch: dict[str, Any]) -> str:
    name: str = batch["name"]
    return name.rpartition("/")[2]


def _usage(batch: dict[str, Any]) -> dict[str, str]:
    """Count what the service would bill: nothing before RUNNING, and 64-bit numbers are text in its JSON."""
    began = next((entry for entry in batch["stateHistory"] if entry["state"] == "RUNNING"), None)
    ended_at = datetime.fromisoformat(batch["stateTime"])
    seconds = (ended_at - datetime.fromisoformat(began["stateStartTime"])).total_seconds() if began else 0.0
    milli_dcu, shuffle_gb = 1000 * _DCU_OF_A_NODE * _NODES, _SHUFFLE_GB_OF_A_NODE * _NODES
    return {
        "milliDcuSeconds": str(round(seconds * milli_dcu)),
        "shuffleStorageGbSeconds": str(round(seconds * shuffle_gb)),
    }


def _ttl_s(batch: dict[str, Any]) -> float:
    ttl = batch.get("environmentConfig", {}).get("executionConfig", {}).get("ttl", f"{_DEFAULT_TTL_S}s")
    return float(ttl.removesuffix("s"))
