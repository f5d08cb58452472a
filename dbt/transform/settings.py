"""What a deployment tells the transform through the environment: validated once, every problem in one error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

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

_HOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,200}")


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of the job; docs/architecture.md has the table."""

    project_id: str
    landing_bucket: str
    state_bucket: str
    curated_bucket: str
    code_digest: str
    transform_digest: str
    transform_job: str
    drivers: tuple[str, ...]
    run_endpoint: str
    warehouse_url: str
    holder: str
    lease_ttl_s: int
    task_timeout_s: int


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Raises:
        PermanentError: `bad_settings`, naming every variable that is missing or wrong.
    """
    env = Environment(environment)
    settings = Settings(
        project_id=env.text("PROJECT_ID"),
        landing_bucket=env.matching("LANDING_BUCKET", BUCKET, "a bucket's name"),
        state_bucket=env.matching("STATE_BUCKET", BUCKET, "a bucket's name"),
        curated_bucket=env.matching("CURATED_BUCKET", BUCKET, "a bucket's name"),
        code_digest=env.matching("CODE_DIGEST", DIGEST, "64 hex digits"),
        transform_digest=env.matching("TRANSFORM_DIGEST", DIGEST, "64 hex digits"),
        transform_job=env.matching("TRANSFORM_JOB", JOB, "projects/…/locations/…/jobs/…"),
        drivers=env.parsed("DRIVERS", parse_drivers),
        run_endpoint=env.parsed("RUN_ENDPOINT", parse_url, "https://run.googleapis.com"),
        warehouse_url=env.parsed("WAREHOUSE_URL", parse_warehouse_url),
        holder=env.matching("CLOUD_RUN_EXECUTION", _HOLDER, "an execution's name"),
        lease_ttl_s=env.parsed("LEASE_TTL_S", parse_positive, "1200"),
        task_timeout_s=env.parsed("TASK_TIMEOUT_S", parse_positive, "900"),
    )
    # A task that outlives its lease could not publish: the fence would stop it at the very end of its work.
    env.parsed(
        "LEASE_TTL_S", lambda text: _longer_than(text, settings.task_timeout_s), str(max(settings.lease_ttl_s or 0, 1))
    )
    env.finish()
    return settings


def _longer_than(text: str, task_timeout_s: int | None) -> int:
    if not text.isdigit() or task_timeout_s is None:
        return 0  # each has been reported by itself
    if int(text) <= task_timeout_s:
        raise ValueError("is not longer than TASK_TIMEOUT_S")
    return int(text)
