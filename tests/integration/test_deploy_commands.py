"""make deploy and make destroy against programs that answer as gcloud and terraform would."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import applying, arguments, bootstrap, destruction, saved_queries
from deploy.__main__ import main
from tests.integration.command_lines import CommandLines, command_lines, fails, says
from tests.integration.stand_ins import Asked, Reply, StandIn, json_reply
from tests.integration.test_deploy_doctor import GCLOUD, TERRAFORM

__all__ = ["command_lines"]
pytestmark = pytest.mark.slow

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
    monkeypatch.setattr(applying, "_WAIT_S", 0)
    monkeypatch.setattr(bootstrap, "_datasets", lambda project: [])
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


def test_deploy_explains_itself_when_no_project_is_named(
    cloud: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy"]) == 2
    assert capsys.readouterr().err == (
        "deploy: which project? `make deploy PROJECT=<project id> [REGION=europe-west1]`. `gcloud projects list` lists "
        "yours, `make doctor PROJECT=…` says what is still missing, and nothing is made before you have agreed\n"
    )
    assert cloud.calls() == []


def test_deploy_makes_nothing_when_nobody_agrees(
    cloud: CommandLines, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy", "--project=demo-project"]) == 2
    assert "YES=1 does it beforehand" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", _Terminal("n\n"))
    assert main(["deploy", "--project=demo-project"]) == 1
    assert [call for call in cloud.calls() if {"enable", "create", "submit", "apply"} & set(call)] == []


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_deploy_goes_through_its_steps_in_order_when_agreed(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    steps = ("enable", "create", "init", "submit", "plan", "show", "apply", "print-identity-token")
    made = [next(step for step in steps if step in call) for call in cloud.calls() if set(steps) & set(call)]
    assert made == [
        *("enable", "create", "init", "apply", "submit"),
        *("plan", "show", "init", "plan"),  # the second of each are the saved queries'
        *("apply", "print-identity-token", "submit", "apply"),
    ]
    [bootstrap_apply, apply] = [call for call in on_everything(cloud) if "apply" in call]
    assert '-target=google_service_account.account["build"]' in bootstrap_apply
    assert not [word for word in apply if word.startswith("-target")]
    [plan] = [call for call in on_everything(cloud) if "plan" in call]
    assert f"-var=transform_image={IMAGE}" in plan
    assert f"-out={apply[-1]}" in plan  # what was shown is what is applied
    [build] = cloud.calls("gcloud", "builds", "submit")
    assert (
        "--service-account=projects/demo-project/serviceAccounts/f1db-build@demo-project.iam.gserviceaccount.com"
        in build
    )
    assert json.loads(trigger.asked[0].body) == {"dry_run": True}
    out = capsys.readouterr().out
    assert "USD a release" in out
    assert "make cloud-status PROJECT=demo-project REGION=europe-west1" in out


def on_everything(cloud: CommandLines) -> list[list[str]]:
    """Return Terraform's calls on the configuration that makes all but the saved queries."""
    return [call for call in cloud.calls("terraform") if ON_QUERIES not in call]


def test_queries_are_saved_as_the_plan_says_them_when_deployed(cloud: CommandLines, trigger: StandIn) -> None:
    kept = cloud.folder / "kept.json"
    install(cloud, trigger, terraform=[(f"{ON_QUERIES} plan", {"copy": ["-var-file=", str(kept)]})])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert json.loads(kept.read_text()) == {"log_queries": QUERIES}
    init, plan, apply = cloud.calls("terraform", ON_QUERIES)
    assert init[2:] == [
        *("init", "-input=false", "-reconfigure"),
        *("-backend-config=bucket=demo-project-f1db-tfstate", "-backend-config=prefix=f1db-saved-queries"),
    ]
    assert "-var=project_id=demo-project" in plan
    assert f"-out={apply[-1]}" in plan  # what was shown is what is applied


@pytest.mark.parametrize(
    "refused",
    [
        "Error: Error creating SavedQuery: googleapi: Error 403: The caller does not have permission",
        'Error: Error when reading or editing LoggingSavedQuery "projects/p": googleapi:\n│ Error 403: denied',
    ],
)
def test_saving_queries_is_tried_again_when_the_right_to_is_too_young(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str], refused: str
) -> None:
    young = f"╷\n│ {refused}\n╵\n"
    install(cloud, trigger, terraform=[(f"{ON_QUERIES} apply -input=false /", {"status": 1, "error": young})])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert "Google is not ready yet: once more" in capsys.readouterr().out
    again = cloud.calls("terraform", ON_QUERIES)[-1]
    assert {"-auto-approve", "-var=project_id=demo-project"} <= set(again)
    assert [word for word in again if word.startswith("-var-file=")] != []


def test_deploy_says_what_is_wrong_when_the_queries_cannot_be_planned(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"status": 1, "error": "╷\n│ Error: Failed to query available provider packages\n╵\n"}
    install(cloud, trigger, terraform=[(f"{ON_QUERIES} plan", refused)])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 1
    said = "terraform plan of the saved queries: Error: Failed to query available provider packages"
    assert said in capsys.readouterr().err
    assert len([call for call in cloud.calls("terraform") if "apply" in call]) == 1  # the bootstrap's


def test_deploy_tries_itself_out_first_when_the_queries_cannot_be_saved(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"status": 1, "error": "╷\n│ Error: Error creating SavedQuery: googleapi: Error 409: it exists\n╵\n"}
    install(cloud, trigger, terraform=[(f"{ON_QUERIES} apply", refused)])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 1
    said = capsys.readouterr()
    assert "all is deployed but the saved queries of the log: terraform apply: Error: Error creating" in said.err
    assert "What comes next" not in said.out
    assert len(cloud.calls("gcloud", "dataproc", "batches", "submit", "pyspark")) == 1
    assert len([call for call in cloud.calls("terraform", ON_QUERIES) if "apply" in call]) == 1


def test_plan_shows_the_queries_too_when_something_is_deployed(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ("buckets describe gs://demo-project-f1db-tfstate", says({"versioning_enabled": True}))
    install(cloud, trigger, gcloud=[state])
    assert main(["plan", "--project=demo-project"]) == 0
    assert "USD a release" in capsys.readouterr().out
    assert [call[2] for call in cloud.calls("terraform")] == ["init", "plan", "show", "init", "plan"]
    assert [call[1] == ON_QUERIES for call in cloud.calls("terraform")] == [False, False, False, True, True]


def test_canary_runs_as_the_batch_does_when_deployed(cloud: CommandLines) -> None:
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    [canary] = cloud.calls("gcloud", "dataproc", "batches", "submit", "pyspark")
    assert Path(canary[5]).name == "canary.py"
    assert {
        "--version=2.3",
        "--service-account=f1db-batch@demo-project.iam.gserviceaccount.com",
        "--subnet=projects/demo-project/regions/europe-west1/subnetworks/f1db-batch",
        "--deps-bucket=gs://demo-project-f1db-staging",
        "--staging-bucket=demo-project-f1db-staging",
        f"--py-files=gs://demo-project-f1db-code/{'c' * 64}/f1db_batch.zip",
        "--properties=^;^spark.dynamicAllocation.maxExecutors=2",
        f"--read=demo-project-f1db-code/{'c' * 64}/process_release.py",
    } <= set(canary)


def test_image_is_not_built_again_when_its_sources_are_the_same(cloud: CommandLines, trigger: StandIn) -> None:
    install(cloud, trigger, gcloud=[("images describe", says({"image_summary": {"digest": DIGEST}}))])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert cloud.calls("gcloud", "builds", "submit") == []


def test_apply_is_tried_again_when_google_is_not_ready(cloud: CommandLines, trigger: StandIn) -> None:
    # As Terraform prints it where no terminal is: coloured, framed, broken.
    slow = (
        "\x1b[31m╷\x1b[0m\n\x1b[31m│\x1b[0m \x1b[1mError: Error creating function\x1b[0m\n│\n"
        "│ Permission denied while using the\n│ Eventarc Service Agent.\n\x1b[31m╵\x1b[0m\n"
    )
    install(cloud, trigger, terraform=[("apply -input=false /", {"status": 1, "error": slow})])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert len([call for call in on_everything(cloud) if "apply" in call]) == 3  # bootstrap, the plan, once more


def test_apply_is_not_tried_again_when_it_cannot_help(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    install(
        cloud,
        trigger,
        terraform=[("apply -input=false /", {"status": 1, "error": "╷\n│ Error: Unsupported region\n╵\n"})],
    )
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 1
    assert "Error: Unsupported region" in capsys.readouterr().err
    assert len([call for call in cloud.calls("terraform") if "apply" in call]) == 2
    assert cloud.calls("gcloud", "dataproc") == []


def test_kept_buckets_are_taken_over_when_an_earlier_destroy_left_them(cloud: CommandLines, trigger: StandIn) -> None:
    install(
        cloud,
        trigger,
        gcloud=[("buckets describe gs://demo-project-f1db-landing", says({"projectNumber": "123456789012"}))],
    )
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    [imported] = [call for call in cloud.calls("terraform") if "import" in call]
    assert imported[-2:] == ['google_storage_bucket.bucket["landing"]', "demo-project/demo-project-f1db-landing"]


def test_deploy_fails_when_the_canary_does(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = fails("Batch job is FAILED. Permission 'dataproc.agents.create' denied")
    install(cloud, trigger, gcloud=[("dataproc batches submit", refused)])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 1
    assert "dataproc.agents.create" in capsys.readouterr().err


def test_bootstrap_goes_on_when_the_first_try_broke_off_before_versioning(
    cloud: CommandLines, trigger: StandIn
) -> None:
    state = "buckets describe gs://demo-project-f1db-tfstate"
    install(cloud, trigger, gcloud=[(state, says({"name": "demo-project-f1db-tfstate"}))])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert cloud.calls("gcloud", "storage", "buckets", "create") == []
    assert len(cloud.calls("gcloud", "storage", "buckets", "update")) == 1
    install(cloud, trigger, gcloud=[(state, says({"versioning_enabled": True}))])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert len(cloud.calls("gcloud", "storage", "buckets", "update")) == 1


def test_buckets_have_their_own_prefix_when_a_variable_names_one(cloud: CommandLines, trigger: StandIn) -> None:
    (cloud.folder / "terraform.tfvars").write_text('drivers = ["x"]\nbucket_prefix = "elsewhere"\n')
    install(cloud, trigger, gcloud=[("buckets describe gs://demo-project-f1db-landing", fails("403 no access"))])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    [build] = cloud.calls("gcloud", "builds", "submit")
    assert "--gcs-source-staging-dir=gs://elsewhere-code/source" in build


def test_dataset_of_a_former_driver_stays_when_it_is_not_configured(
    cloud: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "_datasets", lambda project: ["max_verstappen"])
    error = "╷\n│ Error: Configuration for import target does not exist\n╵\n"
    install(cloud, trigger, terraform=[("import", {"status": 1, "error": error})])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert "max_verstappen is not in the configuration, and stays as it is" in capsys.readouterr().out


def test_token_is_asked_for_as_the_account_when_the_login_is_a_federation(
    cloud: CommandLines, trigger: StandIn
) -> None:
    account = "f1db-deploy@demo-project.iam.gserviceaccount.com"
    refused = fails("No identity token can be obtained from the current credentials.", once=True)
    install(
        cloud,
        trigger,
        gcloud=[
            ("print-identity-token", refused),
            ("print-identity-token", refused),
            ("auth list", says([{"account": account}])),
        ],
    )
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    asked = cloud.calls("gcloud", "auth", "print-identity-token")
    assert asked[-1][-2:] == [f"--impersonate-service-account={account}", "--include-email"]


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
STATE = """\
google_storage_bucket.bucket["landing"]
google_storage_bucket.bucket["code"]
google_bigquery_dataset.dataset["f1db"]
"""


def test_destroy_does_nothing_when_another_name_is_typed(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cloud, trigger, gcloud=THERE)
    assert main(["destroy", "--project=demo-project", "--confirm=demo-projekt"]) == 1
    assert "demo-projekt is not demo-project: nothing was deleted" in capsys.readouterr().out
    assert cloud.calls("terraform") == []


def test_destroy_keeps_the_data_and_deletes_leftovers_by_name_when_confirmed(
    cloud: CommandLines, trigger: StandIn
) -> None:
    install(cloud, trigger, terraform=[("state list", {"out": STATE})], gcloud=THERE)
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project"]) == 0
    [removed] = [call for call in cloud.calls("terraform") if "rm" in call]
    assert removed[-2:] == ['google_storage_bucket.bucket["landing"]', 'google_bigquery_dataset.dataset["f1db"]']
    [destroyed] = [call for call in on_everything(cloud) if "destroy" in call]
    assert "-var=delete_data=true" not in destroyed
    deleted = [call[3] for call in cloud.calls("gcloud", "storage", "rm")]
    assert deleted == [
        "gs://gcf-v2-sources-123456789012-europe-west1",
        "gs://dataproc-temp-europe-west1-123456789012-abcdefgh",
    ]


def test_destroy_deletes_the_data_and_the_state_when_asked(cloud: CommandLines, trigger: StandIn) -> None:
    install(cloud, trigger, terraform=[("state list", {"out": STATE})], gcloud=THERE)
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project", "--data=1"]) == 0
    assert [call for call in cloud.calls("terraform") if "rm" in call] == []
    destroyed = [call[1] for call in cloud.calls("terraform") if "destroy" in call]
    assert destroyed[0] == ON_QUERIES != destroyed[1]  # what uses the deployer's right goes before the right
    changed = [call for call in cloud.calls("terraform") if "-var=delete_data=true" in call]
    assert [call[2] for call in changed] == ["apply", "destroy"]
    assert "gs://demo-project-f1db-tfstate" in [call[3] for call in cloud.calls("gcloud", "storage", "rm")]


def test_destroy_goes_on_when_the_saved_queries_stay(
    cloud: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deleted: list[tuple[str, str]] = []
    monkeypatch.setattr(destruction, "private_datasets", lambda project: ["f1db__fence_7_1"])
    monkeypatch.setattr(destruction, "delete_dataset", lambda *given: deleted.append(given))
    refused = {"status": 1, "error": "╷\n│ Error: Error deleting SavedQuery: googleapi: Error 403: denied\n╵\n"}
    install(cloud, trigger, terraform=[(f"{ON_QUERIES} destroy", refused)], gcloud=THERE)
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project", "--data=1"]) == 1
    said = "the saved queries of the log stay, going on without them: terraform destroy of the saved queries: Error:"
    assert said in capsys.readouterr().out
    assert len([call for call in on_everything(cloud) if "destroy" in call]) == 1
    assert deleted == [("demo-project", "f1db__fence_7_1")]
    removed = [call[3] for call in cloud.calls("gcloud", "storage", "rm")]
    assert "gs://gcf-v2-sources-123456789012-europe-west1" in removed
    assert "gs://demo-project-f1db-tfstate" not in removed, "it says which queries there are"


def test_plan_makes_nothing_when_nothing_is_deployed(cloud: CommandLines, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--project=demo-project"]) == 0
    assert "nothing is deployed to demo-project yet" in capsys.readouterr().out
    assert cloud.calls("terraform") == []


def test_destroy_takes_over_what_an_earlier_one_kept_when_the_data_goes_too(
    cloud: CommandLines, trigger: StandIn
) -> None:
    landing = ("buckets describe gs://demo-project-f1db-landing", says({"projectNumber": "123456789012"}))
    install(cloud, trigger, gcloud=[landing, *THERE])
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project", "--data=1"]) == 0
    steps = [call[2] for call in on_everything(cloud) if call[2] in ("import", "apply", "destroy")]
    assert steps == ["import", "apply", "destroy"]


def test_private_datasets_go_with_the_data_only_when_destroyed(
    cloud: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deleted: list[tuple[str, str]] = []
    monkeypatch.setattr(destruction, "private_datasets", lambda project: ["f1db__fence_7_1"])
    monkeypatch.setattr(destruction, "delete_dataset", lambda *given: deleted.append(given))
    install(cloud, trigger, gcloud=THERE)
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project"]) == 0
    assert deleted == []
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project", "--data=1"]) == 0
    assert deleted == [("demo-project", "f1db__fence_7_1")]
    assert "can be had back" in capsys.readouterr().out


def test_destroy_stops_when_gcloud_cannot_tell_whether_something_is_there(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    expired = ("buckets describe", fails("There was a problem refreshing your current auth tokens"))
    install(cloud, trigger, gcloud=[expired])
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project"]) == 1
    assert "refreshing your current auth tokens" in capsys.readouterr().err
    assert cloud.calls("terraform") == []
