"""The batch on a release against an empty Spark session of the same configuration, in pairs that alternate."""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import time
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
from localcloud.sample.archive import build_sample_zip
from localcloud.servers import LocalServer
from localcloud.spark_submit import SparkSubmit
from localcloud.storage import StorageServer
from localcloud.tokens import TokenSigner
from tests.bench.chain import REAL_ZIP
from tests.bench.commands import ROOT
from tests.bench.figures import Figures

_EMPTY = "from pyspark.sql import SparkSession\n\nSparkSession.builder.getOrCreate().stop()\n"
_GOAL = 1.6


@dataclass(frozen=True, slots=True)
class _Cloud:
    """Buckets and spark-submit; what Spark runs on is the same for the batch and for the empty session."""

    place: Path
    storage: StorageServer
    submit: SparkSubmit
    deployment: Deployment

    def batch_s(self, release: bytes, name: str) -> float:
        """Process a release to its manifest; return the wall time in seconds."""
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
        }
        spark = {
            "mainPythonFileUri": f"{self.deployment.code_uri}/process_release.py",
            "pythonFileUris": [f"{self.deployment.code_uri}/f1db_batch.zip"],
            "args": [part for option, value in arguments.items() for part in (f"--{option}", value)],
        }
        wall_s = self._wall_s(spark, name)
        manifest = json.loads((self.place / "gcs" / "state" / f"{name}.json").read_text("utf-8"))
        if manifest["status"] != "processed":
            raise SystemExit(f"the batch has rejected the release: {manifest['findings']}")
        return wall_s

    def empty_s(self, name: str) -> float:
        """Start a session and stop it; return the wall time in seconds."""
        self.storage.store.put_bytes("code", "empty.py", _EMPTY.encode())
        return self._wall_s({"mainPythonFileUri": "gs://code/empty.py"}, name)

    def _wall_s(self, spark: dict[str, Any], name: str) -> float:
        batch = {"pysparkBatch": spark, "runtimeConfig": {"properties": BATCH_PROPERTIES}}
        self.submit.work_dir(name).mkdir(parents=True)
        command, environment = self.submit.command(name, batch), self.submit.child_environment()
        began = time.monotonic()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        wall_s = time.monotonic() - began
        if done.returncode != 0:
            raise SystemExit(f"{name} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return wall_s


def measure_spark(figures: Figures, place: Path, pairs: int) -> None:
    release = REAL_ZIP.read_bytes() if REAL_ZIP.exists() else build_sample_zip()
    what = REAL_ZIP.name if REAL_ZIP.exists() else "the sample"
    place.mkdir(parents=True)
    storage = StorageServer(place / "gcs")
    email = "batch@localcloud.iam.localcloud.invalid"
    accounts = LocalServer(metadata.create_app("localcloud", "europe-west1", email, TokenSigner(b"k" * 32)))
    storage.start()
    accounts.start()
    try:
        cloud = _cloud(place, storage, accounts.url)
        cloud.empty_s("warm-empty"), cloud.batch_s(release, "warm-batch")
        empty, batches = [], []
        for pair in range(pairs):
            empty.append(cloud.empty_s(f"empty-{pair}"))
            batches.append(cloud.batch_s(release, f"batch-{pair}"))
    finally:
        accounts.stop()
        storage.stop()
    ratios = [batch / floor for batch, floor in zip(batches, empty, strict=True)]
    figures.add("spark_empty_s", empty, "s", "an empty Spark session of the same configuration")
    figures.add("spark_batch_s", batches, "s", f"the batch on {what}, contract and keys on")
    against = f"an empty Spark session, {statistics.median(empty):.1f} s; {pairs} pairs"
    figures.add("spark_ratio", ratios, "x", against, _GOAL)


def _cloud(place: Path, storage: StorageServer, accounts_url: str) -> _Cloud:
    create_buckets(storage.store)
    deployment = read_deployment(ROOT, ("lewis-hamilton",))
    upload_code(deployment, storage.store)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "TMPDIR": str(place),
        "PYTHONWARNINGS": "ignore",
        **google_environment(storage.url, accounts_url),
    }
    return _Cloud(place, storage, SparkSubmit(place, place / "gcs", environment), deployment)
