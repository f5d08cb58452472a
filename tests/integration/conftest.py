"""The three functions as functions-framework serves them, with stand-ins of everything around them, over sockets."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import functions_framework
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.cloud.storage import Client
from werkzeug.serving import make_server

from localcloud.storage import StorageServer
from tests.integration.stand_ins import DataprocStandIn, GitHubStandIn, Reply, RunStandIn, StandIn, json_reply

ROOT = Path(__file__).parents[2]
CODE_DIGEST = "c" * 64
TRANSFORM_DIGEST = "d" * 64
FINALIZED = "google.cloud.storage.object.v1.finalized"


class Functions:
    """What a test drives: requests and events in; objects, batches, executions, log lines and wake-ups out."""

    def __init__(self, project: str, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.warehouse = folder / "warehouse.duckdb"
        self.github = GitHubStandIn()
        self.dataproc = DataprocStandIn()
        self.run = RunStandIn()
        self.urls: dict[str, str] = {}
        self.woken: list[tuple[str, str]] = []
        self.capture = capture
        client = Client(project=project)
        self.buckets = {kind: client.bucket(f"{project}-{kind}") for kind in ("landing", "state", "curated")}
        for bucket in self.buckets.values():
            bucket.create()

    def check(self, body: dict[str, Any] | None = None, **headers: str) -> requests.Response:
        return requests.post(self.urls["check_release"], json=body, headers=headers, timeout=60)

    def send(
        self, stage: str, bucket: str, name: str, generation: int = 1, at: str = "2026-11-01T00:00:00Z"
    ) -> requests.Response:
        """Deliver an event in Eventarc's shape."""
        full = self.buckets[bucket].name
        headers = {
            "ce-id": "1",
            "ce-type": FINALIZED,
            "ce-specversion": "1.0",
            "ce-source": f"//storage.googleapis.com/projects/_/buckets/{full}",
            "ce-subject": f"objects/{name}",
            "ce-time": at,
            "content-type": "application/json",
        }
        body = {"bucket": full, "name": name, "generation": str(generation)}
        return requests.post(self.urls[stage], data=json.dumps(body), headers=headers, timeout=60)

    def names(self, bucket: str, prefix: str = "") -> list[str]:
        return [blob.name for blob in self.buckets[bucket].list_blobs(prefix=prefix)]

    def read(self, name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.buckets["state"].blob(name).download_as_bytes())
        return document

    def write(self, name: str, document: dict[str, Any]) -> None:
        self.buckets["state"].blob(name).upload_from_string(json.dumps(document), content_type="application/json")

    def land(self, version: str, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        name = f"releases/{version}/{digest[:12]}/f1db-csv.zip"
        blob = self.buckets["landing"].blob(name)
        blob.metadata = {"sha256": digest, "version": version, "source": "test", "published_at": ""}
        blob.upload_from_string(content, content_type="application/zip")
        return name

    def run_name(self, version: str, content: bytes, request: int = 0) -> str:
        slug = version.replace(".", "-")
        return f"f1db-{slug}-{hashlib.sha256(content).hexdigest()[:8]}-{CODE_DIGEST[:8]}-{request}"

    def publish(
        self, version: str, content: bytes, *, hold_above: str | None = None, digest: str = TRANSFORM_DIGEST
    ) -> None:
        """Bring about what a finished chain leaves: ZIP, manifest, outcome and pointer."""
        self.land(version, content)
        self.process(version, content)
        self.show(version, content, hold_above=hold_above, digest=digest)

    def show(
        self, version: str, content: bytes, *, hold_above: str | None = None, digest: str = TRANSFORM_DIGEST
    ) -> None:
        """Bring about what the transform leaves of a release that is processed."""
        run = self.run_name(version, content)
        end = {"format": 1, "version": version, "run": run, "attempt": 1, "fence": 1, "hold_above": hold_above}
        at = "2026-11-01T00:00:00Z"
        outcome = {**end, "outcome": "published", "reason": "", "at_utc": at}
        self.write(f"runs/{version}/{run}/outcome.json", outcome)
        pointer = {
            **end,
            "zip_sha256": hashlib.sha256(content).hexdigest(),
            "is_sample": version == "sample",
            "transform_digest": digest,
            "drivers": ["lewis-hamilton"],
            "published_at_utc": at,
            "manifest": "m",
            "report": "r",
            "warehouse": "w",
            "datasets": [],
            "headlines": {},
        }
        self.write("published.json", pointer)
        self.warehouse.touch()
        self.warehouse.with_name("warehouse.duckdb.control.json").write_text('{"fence": 1, "published_fence": 1}')

    def process(
        self, version: str, content: bytes, *, status: str = "processed", findings: Any = (), request: int = 0
    ) -> str:
        """Write the manifest that a batch leaves, and return its name."""
        run = self.run_name(version, content, request)
        name = f"runs/{version}/{run}/manifest.json"
        self.write(
            name,
            {
                "format": 1,
                "status": status,
                "version": version,
                "run": run,
                "attempt": 1,
                "batch_id": f"{run}-1",
                "request": request,
                "zip": {"uri": "gs://l/z", "generation": 1, "sha256": hashlib.sha256(content).hexdigest(), "bytes": 1},
                "code_digest": CODE_DIGEST,
                "runtime": {},
                "tables": [],
                "findings": list(findings),
                "finding_counts": {"error": len(findings), "warning": 0},
                "started_at_utc": "2026-11-01T00:00:00Z",
                "finished_at_utc": "2026-11-01T00:00:01Z",
                "duration_s": 1.0,
            },
        )
        return name

    def lines(self) -> list[dict[str, Any]]:
        """Return the structured log lines since the last call."""
        return [json.loads(line) for line in self.capture.readouterr().out.splitlines() if line.startswith("{")]

    def outcomes(self, stage: str) -> list[dict[str, Any]]:
        """Return the outcome lines of a stage since the last call of lines() or outcomes()."""
        return [line for line in self.lines() if line["stage"] == stage and "outcome" in line]


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    server = StorageServer(tmp_path_factory.mktemp("gcs"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A service account's file whose token server is ours: google.auth needs no network and no metadata server."""

    def unsigned(claims: dict[str, Any]) -> str:
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({}, claims)]
        return ".".join([*parts, ""])

    def reply(_: Any) -> Reply:
        token = unsigned({"exp": 4102444800, "email": "check-release@test"})
        return json_reply({"access_token": "t", "id_token": token, "expires_in": 3600, "token_type": "Bearer"})

    tokens = StandIn(reply)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    document = {
        "type": "service_account",
        "project_id": "test",
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_email": "test@test.iam.gserviceaccount.com",
        "token_uri": f"{tokens.url}/token",
    }
    path = tmp_path_factory.mktemp("credentials") / "account.json"
    path.write_text(json.dumps(document))
    yield path
    tokens.stop()


@pytest.fixture
def functions(
    storage: StorageServer,
    credentials: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Functions]:
    project = f"test-{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", storage.url)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(credentials))
    chain = Functions(project, tmp_path, capsys)
    with ExitStack() as stack:
        stack.callback(chain.github.stop)
        stack.callback(chain.dataproc.server.stop)
        stack.callback(chain.run.server.stop)
        for target in ("check_release", "start_batch", "start_dbt"):
            source = str(ROOT / "functions" / "main.py")
            app = functions_framework.create_app(target, source)  # type: ignore[no-untyped-call]
            chain.urls[target] = stack.enter_context(_served(_Recorded(app, target, chain.woken)))
        for name, value in _environment(chain, project).items():
            monkeypatch.setenv(name, value)
        yield chain


class _Recorded:
    """Notes which stage was woken with which object, in front of the real function."""

    def __init__(self, app: Any, target: str, woken: list[tuple[str, str]]) -> None:
        self._app, self._target, self._woken = app, target, woken

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("HTTP_CE_ID", "").startswith("replay-"):
            assert environ["HTTP_AUTHORIZATION"].startswith("Bearer e30.")
            self._woken.append((self._target, environ["HTTP_CE_SUBJECT"].removeprefix("objects/")))
        return self._app(environ, start_response)


class _served:  # noqa: N801 - used as a function
    def __init__(self, app: Any) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _environment(chain: Functions, project: str) -> dict[str, str]:
    return {
        "PROJECT_ID": project,
        "REGION": "europe-west1",
        "LANDING_BUCKET": f"{project}-landing",
        "STATE_BUCKET": f"{project}-state",
        "CURATED_BUCKET": f"{project}-curated",
        "CODE_URI": f"gs://{project}-code/{CODE_DIGEST}",
        "CODE_DIGEST": CODE_DIGEST,
        "TRANSFORM_DIGEST": TRANSFORM_DIGEST,
        "TRANSFORM_JOB": f"projects/{project}/locations/europe-west1/jobs/transform",
        "DRIVERS": "lewis-hamilton",
        "WAREHOUSE_URL": f"duckdb://{chain.warehouse}",
        "BATCH_SERVICE_ACCOUNT": "batch@test.iam.gserviceaccount.com",
        "BATCH_LIMITS": '{"max-reject-share": "0.002"}',
        "BATCH_PROPERTIES": '{"spark.dynamicAllocation.maxExecutors": "2"}',
        "DATAPROC_ENDPOINT": chain.dataproc.server.url,
        "RUN_ENDPOINT": chain.run.server.url,
        "GITHUB_API_URL": chain.github.api.url,
        "GITHUB_URL": chain.github.api.url,
        "START_BATCH_URL": chain.urls["start_batch"],
        "START_DBT_URL": chain.urls["start_dbt"],
        "MAX_ZIP_BYTES": "50000000",
    }
