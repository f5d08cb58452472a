"""The local Terraform: buckets, digests, uploaded code and the environment of every stage.

The digests are SHA-256 over lines of text, so that Terraform can compute the same ones: `<path> <SHA-256 of the file>`
for each file in the order of the paths, then one line for each further input.
"""

import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.endpoints import Endpoints
from localcloud.storage import Conditions, ObjectStore
from localcloud.storage.errors import StorageError

PROJECT = "localcloud"
REGION = "europe-west1"
BUCKETS = ("landing", "curated", "state", "code")
ACCOUNT_DOMAIN = f"{PROJECT}.iam.localcloud.invalid"
TRANSFORM_JOB = f"projects/{PROJECT}/locations/{REGION}/jobs/transform"
TRANSFORM_COMMAND = (sys.executable, "-m", "transform")
RUNTIME_VERSION = "2.3"
BATCH_TTL_S = 1800
TASK_TIMEOUT_S = 900
BATCH_PROPERTIES = {
    "spark.dataproc.driver.disk.size": "250g",
    "spark.dataproc.executor.disk.size": "250g",
    "spark.dynamicAllocation.initialExecutors": "2",
    "spark.dynamicAllocation.maxExecutors": "2",
    "spark.sql.shuffle.partitions": "4",
}
_BATCH_PACKAGE = "f1db_batch"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = frozenset(("__pycache__", "target", "logs", "dbt_packages"))


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is deployed: the files as they are now, for these drivers, with these limits of the batch."""

    root: Path
    drivers: tuple[str, ...]
    limits: Mapping[str, str]
    code_digest: str
    transform_digest: str
    functions_digest: str

    @property
    def code_uri(self) -> str:
        return f"gs://code/{self.code_digest}"


def read_deployment(root: Path, drivers: tuple[str, ...], limits: Mapping[str, str] | None = None) -> Deployment:
    """Compute the digests of the working tree; limits decide what is rejected, so other limits are other code."""
    further = [f"runtime {RUNTIME_VERSION}", f"properties {_compact(BATCH_PROPERTIES)}"]
    further += [f"limits {_compact(limits)}"] if limits else []
    image = [root / "dbt", root / "functions" / "pipeline", root / "requirements" / "run.txt"]
    return Deployment(
        root=root,
        drivers=drivers,
        limits=dict(limits or {}),
        code_digest=_digest(root, [root / "dataproc_jobs"], further),
        transform_digest=_digest(root, image, [f"drivers {','.join(drivers)}"]),
        functions_digest=_digest(root, [root / "functions"], []),
    )


def create_buckets(store: ObjectStore) -> None:
    """Create the buckets that are missing."""
    for bucket in BUCKETS:
        try:
            store.create_bucket(bucket, REGION)
        except StorageError as error:
            if error.status != 409:
                raise


def upload_code(deployment: Deployment, store: ObjectStore) -> None:
    """Upload what the batch executes, create-only: the same digest is the same content."""
    jobs = deployment.root / "dataproc_jobs"
    contents = {path.name: path.read_bytes() for path in _files(jobs) if path.parent == jobs}
    contents[f"{_BATCH_PACKAGE}.zip"] = _zip_package(jobs / _BATCH_PACKAGE)
    for name, content in contents.items():
        try:
            only_once = Conditions(generation_match=0)
            store.put_bytes("code", f"{deployment.code_digest}/{name}", content, conditions=only_once)
        except StorageError as error:
            if error.status != 412:
                raise


def google_environment(storage_url: str, metadata_url: str) -> dict[str, str]:
    """Build what Google's clients read themselves."""
    metadata_host = metadata_url.removeprefix("http://")
    return {
        "STORAGE_EMULATOR_HOST": storage_url,
        "CLOUD_STORAGE_EMULATOR_ENDPOINT": storage_url,
        "GCE_METADATA_HOST": metadata_host,
        "GCE_METADATA_ROOT": metadata_host,
        "GCE_METADATA_IP": metadata_host,
        "GOOGLE_CLOUD_PROJECT": PROJECT,
    }


def _shared_environment(deployment: Deployment, endpoints: Endpoints) -> dict[str, str]:
    return {
        **google_environment(endpoints.storage, endpoints.metadata),
        "PROJECT_ID": PROJECT,
        "REGION": REGION,
        "LANDING_BUCKET": "landing",
        "STATE_BUCKET": "state",
        "CURATED_BUCKET": "curated",
        "CODE_DIGEST": deployment.code_digest,
        "TRANSFORM_DIGEST": deployment.transform_digest,
        "TRANSFORM_JOB": TRANSFORM_JOB,
        "DRIVERS": ",".join(deployment.drivers),
        "RUN_ENDPOINT": endpoints.run,
    }


def warehouse_url(state_dir: Path) -> str:
    return f"duckdb://{state_dir.absolute() / 'warehouse.duckdb'}"


def functions_environment(
    deployment: Deployment, endpoints: Endpoints, state_dir: Path, github_token: str | None
) -> dict[str, str]:
    """Build the environment of the three functions."""
    token = {"GITHUB_TOKEN": github_token} if github_token else {}
    return {
        **_shared_environment(deployment, endpoints),
        **token,
        "WAREHOUSE_URL": warehouse_url(state_dir),
        "CODE_URI": deployment.code_uri,
        "BATCH_RUNTIME_VERSION": RUNTIME_VERSION,
        "BATCH_SERVICE_ACCOUNT": f"f1db-batch@{PROJECT}.iam.gserviceaccount.com",
        "BATCH_PROPERTIES": _compact(BATCH_PROPERTIES),
        "BATCH_LIMITS": _compact(deployment.limits),
        "BATCH_TTL_S": str(BATCH_TTL_S),
        "DATAPROC_ENDPOINT": endpoints.dataproc,
        "GITHUB_API_URL": endpoints.github,
        "GITHUB_URL": endpoints.github,
        "GITHUB_REPOSITORY": "f1db/f1db",
        "START_BATCH_URL": endpoints.start_batch,
        "START_DBT_URL": endpoints.start_dbt,
    }


def transform_environment(deployment: Deployment, endpoints: Endpoints, state_dir: Path) -> dict[str, str]:
    """Build the environment of the Cloud Run job."""
    packages = f"{deployment.root / 'dbt'}:{deployment.root / 'functions'}"
    return {
        **_shared_environment(deployment, endpoints),
        "PYTHONPATH": packages,
        "WAREHOUSE_URL": warehouse_url(state_dir),
        "LEASE_TTL_S": str(TASK_TIMEOUT_S + 300),
        "TASK_TIMEOUT_S": str(TASK_TIMEOUT_S),
    }


def _compact(settings: Mapping[str, str]) -> str:
    return json.dumps(dict(settings), sort_keys=True, separators=(",", ":"))


def _digest(root: Path, inputs: list[Path], further: list[str]) -> str:
    files = [found for path in inputs for found in ([path] if path.is_file() else _files(path))]
    names = {path.relative_to(root).as_posix(): path for path in files}
    lines = [f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for name, path in sorted(names.items())]
    return hashlib.sha256("".join(f"{line}\n" for line in [*lines, *further]).encode()).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Walk a source folder without what tools leave in it."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_hidden = any(part.startswith(".") or part in _LEFT_OUT for part in parts)
        if path.is_file() and not is_hidden and path.suffix != ".pyc":
            yield path


def _zip_package(package: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(package):
            entry = zipfile.ZipInfo(path.relative_to(package.parent).as_posix(), _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
