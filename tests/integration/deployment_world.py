"""A project of Google Cloud as make deploy and make destroy see it: programs that answer as gcloud would."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from deploy import arguments, bootstrap, destruction, patience, saved_queries
from tests.integration.command_lines import CommandLines, command_lines, fails, says
from tests.integration.stand_ins import Asked, Reply, StandIn, json_reply

__all__ = ["command_lines"]

TERRAFORM = [("version -json", says({"terraform_version": "1.11.4"}))]
QUOTAS = [
    {"metric": "CPUS", "limit": 24.0, "usage": 2.0},
    {"metric": "DISKS_TOTAL_GB", "limit": 4096.0, "usage": 0.0},
]
GCLOUD: list[tuple[str, dict[str, Any]]] = [
    ("version", says({"Google Cloud SDK": "528.0.0"})),
    ("auth list", says([{"account": "me@example.com"}])),
    ("application-default print-access-token", {"out": "not-a-token"}),
    ("billing projects describe", says({"billingEnabled": True})),
    ("projects describe", says({"projectNumber": "123456789012", "lifecycleState": "ACTIVE"})),
    ("regions describe", says({"quotas": QUOTAS})),
    ("buckets describe gs://demo-project-f1db-landing", says({"projectNumber": "123456789012"})),
    ("buckets describe", fails("HTTPError 404: The specified bucket does not exist.")),
]
THERE = [
    ("buckets describe gs://demo-project-f1db-tfstate", says({})),
    ("buckets describe gs://gcf-v2-sources-123456789012-europe-west1", says({})),
    ("buckets describe gs://dataproc-temp-europe-west1-123456789012-abcdefgh", says({})),
    (
        "buckets list",
        says([{"name": "dataproc-temp-europe-west1-123456789012-abcdefgh"}, {"name": "somebody-elses-data"}]),
    ),
    ("storage rm", says([])),
]
DIGEST = f"sha256:{'ab' * 32}"
IMAGE = f"europe-west1-docker.pkg.dev/demo-project/f1db-images/transform@{DIGEST}"
ENVIRONMENT = {
    "PROJECT_ID": "demo-project",
    "REGION": "europe-west1",
    "LANDING_BUCKET": "demo-project-f1db-landing",
    "STATE_BUCKET": "demo-project-f1db-state",
    "CURATED_BUCKET": "demo-project-f1db-curated",
    "CODE_URI": f"gs://demo-project-f1db-code/{'c' * 64}",
    "CODE_DIGEST": "c" * 64,
    "TRANSFORM_DIGEST": "d" * 64,
    "TRANSFORM_JOB": "projects/demo-project/locations/europe-west1/jobs/transform",
    "DRIVERS": "lewis-hamilton",
    "WAREHOUSE_URL": "bigquery://demo-project?location=europe-west1",
    "BATCH_SERVICE_ACCOUNT": "f1db-batch@demo-project.iam.gserviceaccount.com",
    "BATCH_PROPERTIES": '{"spark.dynamicAllocation.maxExecutors": "2"}',
    "BATCH_SUBNETWORK": "projects/demo-project/regions/europe-west1/subnetworks/f1db-batch",
    "BATCH_STAGING_BUCKET": "demo-project-f1db-staging",
    "START_BATCH_URL": "https://start-batch.example",
    "START_DBT_URL": "https://start-dbt.example",
}
# What `terraform show -json` says of a plan, as far as it is asked for.
QUERIES = {"errors": {"filter": "severity>=ERROR", "description": "Errors", "link": "https://console.example/logs"}}
PLANNED = {"planned_values": {"outputs": {"log_queries": {"sensitive": False, "value": QUERIES}}}}
TRANSFORM = "f1db-transform@demo-project.iam.gserviceaccount.com"
ON_QUERIES = f"-chdir={saved_queries.QUERIES}"


def service(url: str, environment: dict[str, str]) -> dict[str, Any]:
    """Build what `gcloud run services describe` says."""
    variables = [{"name": name, "value": value} for name, value in environment.items()]
    secret = {"name": "GITHUB_TOKEN", "valueFrom": {"secretKeyRef": {"key": "latest", "name": "token"}}}
    containers = [{"image": "i", "env": [*variables, secret]}]
    return {"spec": {"template": {"spec": {"containers": containers}}}, "status": {"url": url}}


@pytest.fixture
def trigger() -> Iterator[StandIn]:
    stand_in = StandIn(_answer)
    yield stand_in
    stand_in.stop()


def _answer(asked: Asked) -> Reply:
    assert asked.headers["authorization"] == "Bearer a-token"
    return json_reply({"outcome": "dry_run", "dry_run": True, "releases": [], "warnings": []})


@pytest.fixture
def cloud(command_lines: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch) -> CommandLines:
    """A project in which nothing is deployed yet, and programs that make everything work."""
    monkeypatch.setattr(patience, "_WAIT_S", 0)
    monkeypatch.setattr(bootstrap, "_datasets", lambda project: [])
    monkeypatch.setattr(bootstrap, "private_datasets", lambda project: [])
    monkeypatch.setattr(destruction, "private_datasets", lambda project: [])
    monkeypatch.setattr(arguments, "CONFIGURATION", command_lines.folder)  # no variables of whoever runs the tests
    install(command_lines, trigger)
    return command_lines


def install(
    command_lines: CommandLines,
    trigger: StandIn,
    terraform: list[tuple[str, dict[str, Any]]] | None = None,
    gcloud: list[tuple[str, dict[str, Any]]] | None = None,
) -> None:
    shown = ("show -json", says(PLANNED))
    command_lines.install("terraform", [*(terraform or []), shown, *TERRAFORM], otherwise=0)
    replies: list[tuple[str, dict[str, Any]]] = [
        *(gcloud or []),
        ("services enable", says([])),
        ("images describe", fails("NOT_FOUND: Image not found.", once=True)),
        ("images describe", says({"image_summary": {"digest": DIGEST}})),
        ("builds submit", {"out": "built"}),
        ("buckets create", says([])),
        ("buckets update", says([])),
        ("print-identity-token", {"out": "a-token\n"}),
        ("run services describe check-release", says(service(trigger.url, ENVIRONMENT))),
        ("dataproc batches submit pyspark", {"out": "Batch finished."}),
        *((text, reply) for text, reply in GCLOUD if "landing" not in text),
    ]
    command_lines.install("gcloud", replies)


def on_everything(cloud: CommandLines) -> list[list[str]]:
    """Return Terraform's calls on the configuration that makes all but the saved queries."""
    return [call for call in cloud.calls("terraform") if ON_QUERIES not in call]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
