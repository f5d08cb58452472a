"""A place to run the batch in, as localcloud's Dataproc does, without the rest of the chain."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud import metadata
from localcloud.deployment import (
    BATCH_PROPERTIES,
    Deployment,
    create_buckets,
    google_environment,
    read_deployment,
    upload_code,
)
from localcloud.servers import LocalServer
from localcloud.spark_submit import SparkSubmit
from localcloud.storage import StorageServer
from localcloud.tokens import TokenSigner
from tests.bench.commands import ROOT
from tests.bench.processes import Measured, measure_process

_EMPTY = "from pyspark.sql import SparkSession\n\nSparkSession.builder.getOrCreate().stop()\n"


@dataclass(frozen=True, slots=True)
class Cloud:
    """Buckets and spark-submit; what Spark runs on is the same for the batch and for the empty session."""

    place: Path
    storage: StorageServer
    submit: SparkSubmit
    deployment: Deployment

    def batch(self, release: bytes, name: str, *, is_watched: bool = False) -> Measured:
        """Process a release to its manifest."""
        landed = self.storage.store.put_bytes("landing", f"{name}.zip", release)
        arguments = {
            "version": "2026.11.0",
            "run": name,
            "attempt": "1",
            "batch-id": name,
            "request": "0",
            "zip-uri": f"gs://landing/{name}.zip",
            "zip-generation": str(landed.generation),
            "zip-sha256": hashlib.sha256(release).hexdigest(),
            "code-digest": self.deployment.code_digest,
            "curated": f"gs://curated/runs/{name}/1",
            "manifest": f"gs://state/{name}.json",
            **self.deployment.limits,
        }
        spark = {
            "mainPythonFileUri": f"{self.deployment.code_uri}/process_release.py",
            "pythonFileUris": [f"{self.deployment.code_uri}/f1db_batch.zip"],
            "args": [part for option, value in arguments.items() for part in (f"--{option}", value)],
        }
        measured = self._measure(spark, name, is_watched=is_watched)
        manifest = json.loads((self.place / "gcs" / "state" / f"{name}.json").read_text("utf-8"))
        if manifest["status"] != "processed":
            raise SystemExit(f"the batch has rejected the release: {manifest['findings']}")
        return measured

    def empty_s(self, name: str) -> float:
        """Start a session and stop it; return the wall time in seconds."""
        self.storage.store.put_bytes("code", "empty.py", _EMPTY.encode())
        return self._measure({"mainPythonFileUri": "gs://code/empty.py"}, name).wall_s

    def _measure(self, spark: dict[str, Any], name: str, *, is_watched: bool = False) -> Measured:
        batch = {"pysparkBatch": spark, "runtimeConfig": {"properties": BATCH_PROPERTIES}}
        self.submit.work_dir(name).mkdir(parents=True)
        command, environment = self.submit.command(name, batch), self.submit.child_environment()
        return measure_process(command, environment, name, is_watched=is_watched)


@contextmanager
def running_cloud(place: Path, limits: Mapping[str, str] | None = None) -> Iterator[Cloud]:
    """Serve buckets and metadata from a folder, with this checkout's code uploaded."""
    place.mkdir(parents=True)
    storage = StorageServer(place / "gcs")
    email = "batch@localcloud.iam.localcloud.invalid"
    accounts = LocalServer(metadata.create_app("localcloud", "europe-west1", email, TokenSigner(b"k" * 32)))
    storage.start()
    accounts.start()
    try:
        yield _cloud(place, storage, accounts.url, limits)
    finally:
        accounts.stop()
        storage.stop()


def _cloud(place: Path, storage: StorageServer, accounts_url: str, limits: Mapping[str, str] | None) -> Cloud:
    create_buckets(storage.store)
    deployment = read_deployment(ROOT, ("lewis-hamilton",), limits)
    upload_code(deployment, storage.store)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "TMPDIR": str(place),
        "PYTHONWARNINGS": "ignore",
        **google_environment(storage.url, accounts_url),
    }
    return Cloud(place, storage, SparkSubmit(place, place / "gcs", environment), deployment)
