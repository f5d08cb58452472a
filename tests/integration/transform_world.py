"""A state of the buckets for tests of the transform: the storage stand-in, landed ZIPs, manifests and their Parquet."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask import Flask

from f1db_batch.contract import Contract, load_contract
from f1db_batch.documents import FINDINGS_PARQUET, Verdict, findings_table
from f1db_batch.findings import Code, Finding, Severity
from f1db_batch.limits import Limits
from f1db_batch.settings import GsUri, Settings
from f1db_batch.tables import read_table
from localcloud.metadata import create_app
from localcloud.servers import LocalServer
from localcloud.storage.server import StorageServer
from localcloud.tokens import TokenSigner
from pipeline.clients.storage import Bucket
from pipeline.objects import Run, request_name, run_of, zip_name
from pipeline.releases import parse_version
from tests.shared_folder import shared_folder
from transform.main import main

ROOT = Path(__file__).resolve().parents[2]
ZIP = Path(os.environ.get("F1DB_ZIP", ROOT.parent / "shared/f1db/f1db-csv-2026.11.0.zip"))
PROJECT = "test-project"
LANDING, STATE, CURATED = "test-landing", "test-state", "test-curated"
CODE_DIGEST = "c" * 64
ZIP_SHA256 = "a1" * 32
# The release that `first_publication` has published, and what its batch had to say of it.
FIRST = "2026.9.1"
SKY = Finding(Severity.WARNING, Code.UNKNOWN_COLUMN, "races", "races: columns unknown, kept as text: sky")
LAPS = Finding(
    Severity.WARNING, Code.BAD_VALUE, "races-warming-up-results",
    "races-warming-up-results line 6: laps '9x' is no whole number", "laps", 6, "9x",
)  # fmt: skip

Tables = Mapping[str, pa.Table]


@cache
def contract() -> Contract:
    return load_contract()


@cache
def real_tables() -> dict[str, pa.Table]:
    """Every table of the real release, as the batch's own function reads it."""
    return tables_in(ZIP.read_bytes())


def tables_in(content: bytes) -> dict[str, pa.Table]:
    """Every table of a release's ZIP, as the batch's own function reads it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: read_table(archive.read(table.file_name), table, Limits()).data
            for name, table in contract().tables.items()
        }


@cache
def _column_types() -> dict[tuple[str, str], str]:
    tables = contract().tables
    return {(name, column.name): str(column.type) for name, table in tables.items() for column in table.columns}


def with_value(table: pa.Table, where: Mapping[str, Any], column: str, value: Any) -> pa.Table:
    """Return a copy with one column changed in exactly one row."""
    rows = table.to_pylist()
    found = [row for row in rows if all(row[name] == wanted for name, wanted in where.items())]
    assert len(found) == 1, where
    found[0][column] = value
    return pa.Table.from_pylist(rows, schema=table.schema)


@dataclass
class TransformWorld:
    """One project: its buckets and its warehouse file."""

    folder: Path
    state: Bucket = field(default_factory=lambda: Bucket(STATE, PROJECT))
    curated: Bucket = field(default_factory=lambda: Bucket(CURATED, PROJECT))
    landing: Bucket = field(default_factory=lambda: Bucket(LANDING, PROJECT))

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def environment(self, **changes: str) -> dict[str, str]:
        return {
            "PROJECT_ID": PROJECT,
            "LANDING_BUCKET": LANDING,
            "STATE_BUCKET": STATE,
            "CURATED_BUCKET": CURATED,
            "CODE_DIGEST": CODE_DIGEST,
            "TRANSFORM_DIGEST": "d" * 64,
            "TRANSFORM_JOB": f"projects/{PROJECT}/locations/europe-west1/jobs/transform",
            "DRIVERS": "lewis-hamilton",
            "RUN_ENDPOINT": "http://127.0.0.1:9",
            "WAREHOUSE_URL": f"duckdb://{self.warehouse}",
            "CLOUD_RUN_EXECUTION": "transform-test1",
            **changes,
        }

    def transform(self, **changes: str) -> int:
        return main([], self.environment(**changes))

    def add_run(
        self,
        version: str,
        tables: Tables,
        *,
        request: Mapping[str, Any] | None = None,
        findings: Sequence[Finding] = (),
    ) -> Run:
        """Land a ZIP's stand-in, and leave what a batch would have left: Parquet and a manifest."""
        parsed = parse_version(version)
        number = 0
        if request is not None:
            number = len(self.state.list_objects(f"requests/{version}/")) + 1
            self.state.create_json(request_name(parsed, number), _request(version, number, request))
        run = run_of(parsed, ZIP_SHA256, CODE_DIGEST, number)
        name = zip_name(parsed, ZIP_SHA256)
        if self.landing.find(name) is None:
            self._put(self.landing, name, b"a ZIP that only the batch reads", {"sha256": ZIP_SHA256})
        self._add_findings(run, findings)
        entries = [self._add_table(run, table, data) for table, data in tables.items()]
        self.state.create_json(run.manifest, _manifest(run, entries, findings))
        return run

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def document(self, name: str) -> dict[str, Any]:
        found = self.state.read_json(name)
        assert found is not None, name
        return found[0]

    def pointer(self) -> dict[str, Any]:
        return self.document("published.json")

    def _add_findings(self, run: Run, findings: Sequence[Finding]) -> None:
        """Leave the table of findings as the batch's own function makes it."""
        settings, sink = _settings(run), pa.BufferOutputStream()
        pq.write_table(findings_table(settings, Verdict((), tuple(findings), 0, len(findings))), sink)
        self._put(self.curated, settings.curated.child(FINDINGS_PARQUET).name, sink.getvalue().to_pybytes())

    def _add_table(self, run: Run, table: str, data: pa.Table) -> dict[str, Any]:
        sink = pa.BufferOutputStream()
        pq.write_table(data, sink)
        content = sink.getvalue().to_pybytes()
        name = f"{run.curated_prefix(1)}{table}.parquet"
        self._put(self.curated, name, content)
        types, known = _column_types(), contract().tables[table]
        columns = [{"name": one, "type": types[table, one], "nullable": True} for one in data.column_names]
        return {
            "name": table, "rows": data.num_rows, "rejected_rows": 0, "bytes": len(content),
            "parquet": f"gs://{CURATED}/{name}", "columns": columns, "key": list(known.key),
            "race_column": known.race_column, "driver_column": known.driver_column,
        }  # fmt: skip

    def _put(self, bucket: Bucket, name: str, content: bytes, metadata: Mapping[str, str] | None = None) -> None:
        blob = bucket._bucket.blob(name)
        blob.metadata = dict(metadata or {})
        blob.upload_from_string(content, content_type="application/octet-stream")


def _request(version: str, number: int, wishes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": 1, "version": version, "number": number, "force": False, "rollback": False, "backfill": False,
        "accept_shrink": False, "zip_sha256": None, "requested_by": "test", "requested_at_utc": "2026-11-01T00:00:00Z",
        **wishes,
    }  # fmt: skip


def _settings(run: Run) -> Settings:
    return Settings(
        version=str(run.version), run=str(run), attempt=1, batch_id=run.batch_id(1), request=run.request,
        zip_uri=GsUri(LANDING, zip_name(run.version, ZIP_SHA256)), zip_generation=1, zip_sha256=ZIP_SHA256,
        code_digest=CODE_DIGEST, curated=GsUri(CURATED, f"runs/{run}/1"), manifest=GsUri(STATE, run.manifest),
        limits=Limits(),
    )  # fmt: skip


def _manifest(run: Run, tables: list[dict[str, Any]], findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "format": 1, "status": "processed", "version": str(run.version), "run": str(run), "attempt": 1,
        "batch_id": run.batch_id(1), "request": run.request,
        "zip": {"uri": f"gs://{LANDING}/{zip_name(run.version, ZIP_SHA256)}", "generation": 1, "sha256": ZIP_SHA256,
                "bytes": 31},
        "code_digest": CODE_DIGEST, "runtime": {}, "tables": tables,
        "findings": [finding.to_json() for finding in findings],
        "finding_counts": {"error": 0, "warning": len(findings)}, "started_at_utc": "2026-11-01T00:00:00Z",
        "finished_at_utc": "2026-11-01T00:00:01Z", "duration_s": 1.0,
    }  # fmt: skip


@contextmanager
def storage(folder: Path) -> Iterator[StorageServer]:
    """Serve the three buckets from a folder, which may hold them already, and point Google's client at them."""
    server = StorageServer(folder)
    for bucket in (LANDING, STATE, CURATED):
        if not (folder / bucket).exists():
            server.store.create_bucket(bucket)
    server.start()
    before = os.environ.get("STORAGE_EMULATOR_HOST")
    os.environ["STORAGE_EMULATOR_HOST"] = server.url
    from pipeline.clients import storage as client

    client._client.cache_clear()
    try:
        yield server
    finally:
        client._client.cache_clear()
        if before is None:
            del os.environ["STORAGE_EMULATOR_HOST"]
        else:
            os.environ["STORAGE_EMULATOR_HOST"] = before
        server.stop()


def first_publication(factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the real release was published as the first there is; tests go on from copies.

    Beside buckets and warehouse it has `log.jsonl`, what the transform wrote.
    """

    def publish(folder: Path) -> None:
        log = io.StringIO()
        with storage(folder / "gcs"), contextlib.redirect_stdout(log):
            world = TransformWorld(folder)
            world.add_run(FIRST, real_tables(), findings=[SKY, LAPS])
            assert world.transform() == 0
        (folder / "log.jsonl").write_text(log.getvalue(), encoding="utf-8")

    return shared_folder(factory, "first-release", publish)


@contextmanager
def going_on(first: Path, folder: Path) -> Iterator[TransformWorld]:
    """Go on in another folder from a copy of what was published; the first stays as it is."""
    shutil.copytree(first, folder, dirs_exist_ok=True)
    with storage(folder / "gcs"):
        yield TransformWorld(folder)


@contextmanager
def run_endpoint(ended: set[str]) -> Iterator[dict[str, str]]:
    """Answer GetExecution, with Google's metadata server beside it; yields the environment that leads there."""
    app = Flask("run")

    @app.get("/v2/<path:name>")
    def get_execution(name: str) -> dict[str, str]:
        is_over = name.rpartition("/")[2] in ended
        return {"name": name, **({"completionTime": "2026-11-01T00:00:00Z"} if is_over else {})}

    metadata = create_app(PROJECT, "europe-west1", "transform@test", TokenSigner(b"a key of this test only"))
    servers = [LocalServer(app), LocalServer(metadata)]
    for server in servers:
        server.start()
    try:
        host = f"127.0.0.1:{servers[1].port}"
        # google.auth reads the name when it is imported, which another test may have done.
        with patch("google.auth.compute_engine._metadata._GCE_METADATA_HOST", host):
            yield {
                "RUN_ENDPOINT": f"http://127.0.0.1:{servers[0].port}",
                "GCE_METADATA_HOST": host,
                "GCE_METADATA_IP": host,
                "GCE_METADATA_ROOT": host,
            }
    finally:
        for server in servers:
            server.stop()


def start_transform(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the job as a process of its own."""
    path = os.pathsep.join([str(ROOT / "dbt"), str(ROOT / "functions")])
    return subprocess.Popen(
        [sys.executable, "-m", "transform"],
        env={**os.environ, **environment, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def signal_at(step: str, process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Let the job go on until it says that a step has begun, and send it a signal there."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith("{") and json.loads(line).get("step") == step:
            process.send_signal(number)
            return
    raise AssertionError("".join(seen))


def outcome_lines(text: str) -> list[dict[str, Any]]:
    """Return the log lines that carry an outcome."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if "outcome" in line]
