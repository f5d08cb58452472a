"""What a deployment tells the functions through the environment: validated once, every problem in one error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from pipeline.errors import ErrorCode, PermanentError

_T = TypeVar("_T")
_GIB = 1024**3
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DRIVER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_JOB = re.compile(r"projects/[^/]+/locations/[^/]+/jobs/[^/]+")


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """How a Dataproc Serverless batch is made."""

    runtime_version: str
    service_account: str
    properties: Mapping[str, str]
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
    env = _Environment(environment)
    region = env.text("REGION")
    settings = Settings(
        project_id=env.text("PROJECT_ID"),
        region=region,
        landing_bucket=env.matching("LANDING_BUCKET", _BUCKET, "a bucket's name"),
        state_bucket=env.matching("STATE_BUCKET", _BUCKET, "a bucket's name"),
        curated_bucket=env.matching("CURATED_BUCKET", _BUCKET, "a bucket's name"),
        code_uri=env.parsed("CODE_URI", _gs_uri),
        code_digest=env.matching("CODE_DIGEST", _DIGEST, "64 hex digits"),
        transform_digest=env.matching("TRANSFORM_DIGEST", _DIGEST, "64 hex digits"),
        transform_job=env.matching("TRANSFORM_JOB", _JOB, "projects/…/locations/…/jobs/…"),
        drivers=env.parsed("DRIVERS", _drivers),
        batch=_read_batch(env),
        dataproc_endpoint=env.parsed(
            "DATAPROC_ENDPOINT", _url, f"https://{region or 'region'}-dataproc.googleapis.com"
        ),
        run_endpoint=env.parsed("RUN_ENDPOINT", _url, "https://run.googleapis.com"),
        github_api_url=env.parsed("GITHUB_API_URL", _url, "https://api.github.com"),
        github_url=env.parsed("GITHUB_URL", _url, "https://github.com"),
        github_repository=env.matching("GITHUB_REPOSITORY", _REPOSITORY, "owner/name", "f1db/f1db"),
        github_token=env.optional("GITHUB_TOKEN"),
        start_batch_url=env.parsed("START_BATCH_URL", _url),
        start_dbt_url=env.parsed("START_DBT_URL", _url),
        max_zip_bytes=env.parsed("MAX_ZIP_BYTES", _positive, str(_GIB)),
    )
    env.finish()
    return settings


def _read_batch(env: _Environment) -> BatchSettings:
    return BatchSettings(
        runtime_version=env.text("BATCH_RUNTIME_VERSION", "2.3"),
        service_account=env.text("BATCH_SERVICE_ACCOUNT"),
        properties=env.parsed("BATCH_PROPERTIES", _properties, "{}"),
        ttl_s=env.parsed("BATCH_TTL_S", _positive, "1800"),
        subnetwork=env.optional("BATCH_SUBNETWORK"),
        staging_bucket=env.optional("BATCH_STAGING_BUCKET"),
        container_image=env.optional("BATCH_CONTAINER_IMAGE"),
    )


class _Environment:
    """Reads variables and gathers what is wrong with them, so that one deploy shows everything."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._variables.get(name, "").strip() or None

    def text(self, name: str, default: str | None = None) -> str:
        value = self.optional(name) or default
        if value is None:
            self._problems.append(f"{name} is not set")
        return value or ""

    def matching(self, name: str, pattern: re.Pattern[str], form: str, default: str | None = None) -> str:
        value = self.text(name, default)
        if value and not pattern.fullmatch(value):
            self._problems.append(f"{name} is not {form}")
        return value

    def parsed(self, name: str, parse: Callable[[str], _T], default: str | None = None) -> _T:
        value = self.text(name, default)
        try:
            return parse(value)
        except ValueError as error:
            if value:
                self._problems.append(f"{name} {error}")
            # Never used: finish() raises before anybody sees the settings.
            return None  # type: ignore[return-value]

    def finish(self) -> None:
        if self._problems:
            raise PermanentError(
                ErrorCode.BAD_SETTINGS,
                "the environment is not usable: " + "; ".join(self._problems),
                problems=self._problems,
            )


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no http or https URL")
    return text.rstrip("/")


def _gs_uri(text: str) -> str:
    if not re.fullmatch(r"gs://[a-z0-9._-]+/.+", text):
        raise ValueError("is no gs:// address with a path")
    return text.rstrip("/")


def _drivers(text: str) -> tuple[str, ...]:
    drivers = tuple(driver.strip() for driver in text.split(",") if driver.strip())
    wrong = [driver for driver in drivers if not _DRIVER.fullmatch(driver)]
    if not drivers or wrong:
        raise ValueError("is no comma-separated list of F1DB driver ids like lewis-hamilton")
    if len(set(drivers)) != len(drivers):
        raise ValueError("names a driver twice")
    return drivers


def _positive(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise ValueError("is no whole number above 0")
    return int(text)


def _properties(text: str) -> dict[str, str]:
    try:
        properties = json.loads(text)
    except ValueError as error:
        raise ValueError("is no JSON") from error
    if not isinstance(properties, dict) or not all(isinstance(value, str) for value in properties.values()):
        raise ValueError("is no JSON object of strings")
    return properties
