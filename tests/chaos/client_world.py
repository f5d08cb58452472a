"""The servers that every client of ours talks to, under one fault schedule, and what has come about in them."""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request

from localcloud import dataproc, dataproc_api, github, metadata, run_jobs
from localcloud.deployment import google_environment
from localcloud.faults import Faults
from localcloud.processes import Children, base_environment
from localcloud.servers import LocalServer
from localcloud.spark_submit import SparkSubmit
from localcloud.stage_logs import StageLog
from localcloud.storage import StorageServer
from localcloud.tokens import TokenSigner

PROJECT, REGION = "p-1", "europe-west1"
JOB = f"projects/{PROJECT}/locations/{REGION}/jobs/transform"
BUCKETS = ("landing", "state", "curated", "code")


class QuickSubmit(SparkSubmit):
    """The batches' driver ends at once: what is tried here is the call that starts it."""

    __slots__ = ()

    def command(self, batch_id: str, batch: dict[str, Any]) -> list[str]:
        del batch_id, batch
        return [sys.executable, "-S", "-c", ""]

    def child_environment(self) -> dict[str, str]:
        return self.environment


class Warehouse:
    """BigQuery's REST API as far as its client asks: jobs whose ids can be used once, uploads, tables, rows."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.app = Flask("bigquery")
        v2 = f"/bigquery/v2/projects/{PROJECT}"
        for path, view, methods in (
            (f"{v2}/jobs", self.insert, ["POST"]),
            (f"{v2}/jobs/<name>", self.get, ["GET"]),
            (f"{v2}/queries/<name>", self.results, ["GET"]),
            (f"/upload{v2}/jobs", self.begin, ["POST"]),
            (f"/resumable{v2}/<session>", self.upload, ["PUT"]),
            (f"{v2}/datasets/<dataset>/tables/<table>", self.table, ["GET"]),
            (f"{v2}/datasets/<dataset>/tables/<table>/data", self.rows, ["GET"]),
        ):
            self.app.add_url_rule(path, path, view, methods=methods)

    def insert(self) -> Response | tuple[Response, int]:
        return self._add(request.get_json())

    def get(self, name: str) -> Response:
        self.jobs[name]["status"] = {"state": "DONE"}
        return jsonify(self.jobs[name])

    def results(self, name: str) -> Response:
        reference = self.jobs[name]["jobReference"]
        told = {"jobComplete": True, "jobReference": reference, "schema": {"fields": []}, "totalRows": "0"}
        return jsonify({**told, "numDmlAffectedRows": "1"})

    def begin(self) -> Response:
        session = uuid.uuid4().hex
        self.uploads[session] = request.get_json()
        where = f"{request.host_url}resumable/bigquery/v2/projects/{PROJECT}/{session}"
        return Response("", 200, {"Location": where})

    def upload(self, session: str) -> Response | tuple[Response, int]:
        request.get_data()
        document = self.uploads[session]
        if "done" not in document:
            document["done"] = json.loads(self._add(document)[0].data)
        return jsonify(document["done"])

    def table(self, dataset: str, table: str) -> Response:
        return jsonify({"id": f"{dataset}.{table}"})

    def rows(self, dataset: str, table: str) -> Response:
        del dataset, table
        return jsonify({"rows": [{"f": [{"v": "7"}]}]})

    def _add(self, job: dict[str, Any]) -> tuple[Response, int]:
        reference = job.get("jobReference") or {}
        name = reference.get("jobId") or uuid.uuid4().hex
        if name in self.jobs:
            error = {"code": 409, "message": f"Already Exists: Job {name}", "errors": [{"reason": "duplicate"}]}
            return jsonify({"error": error}), 409
        numbers = {"load": {"outputRows": "1"}, "query": {"numDmlAffectedRows": "1", "statementType": "UPDATE"}}
        self.jobs[name] = {
            "id": name,
            "jobReference": {"projectId": PROJECT, "jobId": name, "location": "EU"},
            "configuration": job["configuration"],
            "status": {"state": "RUNNING"},
            "statistics": numbers,
        }
        return jsonify(self.jobs[name]), 200


@dataclass
class World:
    """One of each; `finalized` counts how often each object became whole, `woken` how often each was delivered."""

    state: Path
    finalized: Counter[str] = field(default_factory=Counter)
    woken: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.children = Children(self.state)
        faults = self.faults = Faults(self.state, self.children.kill)
        self.storage = StorageServer(self.state / "gcs", on_finalized=self._on_finalized, faults=faults)
        for bucket in BUCKETS:
            self.storage.store.create_bucket(bucket, REGION)
        self.storage.store.put_bytes("code", "main.py", b"")
        identities = metadata.create_app(PROJECT, REGION, "tests@p-1.iam.localcloud.invalid", TokenSigner(b"k" * 32))
        self.metadata = LocalServer(faults.around("metadata", identities))
        base = base_environment(self.state)
        submit = QuickSubmit(self.state, self.state / "gcs", base)
        self.dataproc = dataproc.Dataproc(self.state, self.children, submit, StageLog(self.state / "logs", "batch"))
        self.batches = LocalServer(faults.around("dataproc", dataproc_api.create_app(self.dataproc)))
        job = run_jobs.Job(JOB, (sys.executable, "-S", "-c", ""), self.state, 60, lambda: base)
        self.run = run_jobs.RunJobs(self.state, job, self.children, StageLog(self.state / "logs", "transform"))
        self.jobs = LocalServer(faults.around("run", run_jobs.create_app(self.run)))
        releases = github.GitHub(self.state, self.state / "offered", None)
        self.github = LocalServer(faults.around("github", github.create_app(releases)))
        receiver = Flask("start_batch")
        receiver.add_url_rule("/", "take", self._take, methods=["POST"])
        self.receiver = LocalServer(faults.around("start_batch", receiver))
        self.warehouse = Warehouse()
        # localcloud has no BigQuery; a rule for `run` whose path begins with /bigquery speaks of this one.
        self.bigquery = LocalServer(faults.around("run", self.warehouse.app))
        self._servers = (self.metadata, self.batches, self.jobs, self.github, self.receiver, self.bigquery)

    def start(self) -> None:
        for server in (self.storage, *self._servers):
            server.start()

    def stop(self) -> None:
        self.faults.stop()
        self.dataproc.stop()
        self.run.stop()
        self.children.stop_all(0)
        for server in (*self._servers, self.storage):
            server.stop()

    def environment(self) -> dict[str, str]:
        """Build what Google's clients read, some of it when they are imported."""
        return {
            **google_environment(self.storage.url, self.metadata.url),
            "GOOGLE_CLOUD_PROJECT": PROJECT,
            "GCE_METADATA_TIMEOUT": "1",
            "BIGQUERY_EMULATOR_HOST": self.bigquery.url,
        }

    def arm(self, rule: dict[str, Any] | None, name: str) -> None:
        """Put one rule in force, or none."""
        path, partial = self.state / "faults.json", self.state / "faults.json.partial"
        partial.write_text(json.dumps({"name": name, "rules": [] if rule is None else [rule]}))
        partial.replace(path)

    def firings(self) -> int:
        journal = self.state / "logs" / "faults.jsonl"
        return len(journal.read_bytes().splitlines()) if journal.exists() else 0

    def _on_finalized(self, resource: dict[str, Any]) -> None:
        self.finalized[f"{resource['bucket']}/{resource['name']}"] += 1

    def _take(self) -> Response:
        self.woken[request.get_json()["name"]] += 1
        return Response("OK")


def with_world(state: Path, use: Callable[[World], int]) -> int:
    """Run something in a world whose addresses are in this process's environment before Google's clients come."""
    world = World(state)
    os.environ.update(world.environment())
    world.start()
    try:
        return use(world)
    finally:
        world.stop()
