"""What a deployment tells the functions through the environment: validated once, every problem in one error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.batch_limits import read_limits
from pipeline.environment import (
    BUCKET,
    DIGEST,
    JOB,
    Environment,
    parse_drivers,
    parse_positive,
    parse_url,
    parse_warehouse_url,
)

_GIB = 1024**3
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """How a Dataproc Serverless batch is made; `limits` are the batch's own options without their dashes."""

    runtime_version: str
    service_account: str
    properties: Mapping[str, str]
    limits: Mapping[str, str]
    ttl_s: int
    subnetwork: str | None
    staging_bucket: str | None
    container_image: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of all three functions; docs/architecture.md has the table."""

    project_id: str
    region: str
    landing_bucket: str
    state_bucket: str
    curated_bucket: str
    code_uri: str
    code_digest: str
    transform_digest: str
    transform_job: str
    drivers: tuple[str, ...]
    warehouse_url: str
    batch: BatchSettings
    dataproc_endpoint: str
    run_endpoint: str
    github_api_url: str
    github_url: str
    github_repository: str
    github_token: str | None = field(repr=False)
    start_batch_url: str
    start_dbt_url: str
    max_zip_bytes: int


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        PermanentError: `bad_settings`, naming every variable that is missing or wrong and never showing a value.
    """
    env = Environment(environment)
    region = env.text("REGION")
    settings = Settings(
        project_id=env.text("PROJECT_ID"),
        region=region,
        landing_bucket=env.matching("LANDING_BUCKET", BUCKET, "a bucket's name"),
        state_bucket=env.matching("STATE_BUCKET", BUCKET, "a bucket's name"),
        curated_bucket=env.matching("CURATED_BUCKET", BUCKET, "a bucket's name"),
        code_uri=env.parsed("CODE_URI", _gs_uri),
        code_digest=env.matching("CODE_DIGEST", DIGEST, "64 hex digits"),
        transform_digest=env.matching("TRANSFORM_DIGEST", DIGEST, "64 hex digits"),
        transform_job=env.matching("TRANSFORM_JOB", JOB, "projects/…/locations/…/jobs/…"),
        drivers=env.parsed("DRIVERS", parse_drivers),
        warehouse_url=env.parsed("WAREHOUSE_URL", parse_warehouse_url),
        batch=_read_batch(env),
        dataproc_endpoint=env.parsed(
            "DATAPROC_ENDPOINT", parse_url, f"https://{region or 'region'}-dataproc.googleapis.com"
        ),
        run_endpoint=env.parsed("RUN_ENDPOINT", parse_url, "https://run.googleapis.com"),
        github_api_url=env.parsed("GITHUB_API_URL", parse_url, "https://api.github.com"),
        github_url=env.parsed("GITHUB_URL", parse_url, "https://github.com"),
        github_repository=env.matching("GITHUB_REPOSITORY", _REPOSITORY, "owner/name", "f1db/f1db"),
        github_token=env.optional("GITHUB_TOKEN"),
        start_batch_url=env.parsed("START_BATCH_URL", parse_url),
        start_dbt_url=env.parsed("START_DBT_URL", parse_url),
        max_zip_bytes=env.parsed("MAX_ZIP_BYTES", parse_positive, str(_GIB)),
    )
    env.finish()
    return settings


def _read_batch(env: Environment) -> BatchSettings:
    return BatchSettings(
        runtime_version=env.text("BATCH_RUNTIME_VERSION", "2.3"),
        service_account=env.text("BATCH_SERVICE_ACCOUNT"),
        properties=env.parsed("BATCH_PROPERTIES", _properties, "{}"),
        limits=env.parsed("BATCH_LIMITS", _limits, "{}"),
        ttl_s=env.parsed("BATCH_TTL_S", parse_positive, "1800"),
        subnetwork=env.optional("BATCH_SUBNETWORK"),
        staging_bucket=env.optional("BATCH_STAGING_BUCKET"),
        container_image=env.optional("BATCH_CONTAINER_IMAGE"),
    )


def _gs_uri(text: str) -> str:
    if not re.fullmatch(r"gs://[a-z0-9._-]+/.+", text):
        raise ValueError("is no gs:// address with a path")
    return text.rstrip("/")


def _limits(text: str) -> dict[str, str]:
    try:
        return read_limits(_properties(text).items())
    except ValueError as error:
        told = str(error)
        raise ValueError(told if told.startswith("is no JSON") else f"is not usable: {told}") from error


def _properties(text: str) -> dict[str, str]:
    try:
        properties = json.loads(text)
    except ValueError as error:
        raise ValueError("is no JSON") from error
    if not isinstance(properties, dict) or not all(isinstance(value, str) for value in properties.values()):
        raise ValueError("is no JSON object of strings")
    return properties
