"""make deploy and make plan against programs that answer as gcloud and terraform would."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from deploy import bootstrap, smoke
from deploy.__main__ import main
from tests.integration.command_lines import CommandLines, command_lines, fails, says
from tests.integration.deployment_world import (
    DIGEST,
    IMAGE,
    ON_QUERIES,
    PLANNED,
    QUERIES,
    TRANSFORM,
    Terminal,
    cloud,
    install,
    on_everything,
    trigger,
)
from tests.integration.stand_ins import Asked, Reply, StandIn, json_reply

__all__ = ["cloud", "command_lines", "trigger"]
pytestmark = pytest.mark.slow


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
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    assert main(["deploy", "--project=demo-project"]) == 1
    assert [call for call in cloud.calls() if {"enable", "create", "submit", "apply"} & set(call)] == []


def test_deploy_goes_through_its_steps_in_order_when_agreed(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    steps = ("enable", "create", "init", "submit", "plan", "show", "apply", "print-identity-token")
    made = [next(step for step in steps if step in call) for call in cloud.calls() if set(steps) & set(call)]
    assert made == [
        *("enable", "create", "init", "plan", "show", "apply", "submit"),
        *("plan", "show", "init", "plan"),  # the second of each are the saved queries'
        *("apply", "print-identity-token", "submit", "apply"),
    ]
    applies = [call for call in on_everything(cloud) if "apply" in call]
    plans = [call for call in on_everything(cloud) if "plan" in call]
    assert '-target=google_service_account.account["build"]' in plans[0]
    assert not [word for word in plans[1] if word.startswith("-target")]
    assert f"-var=transform_image={IMAGE}" in plans[1]
    # What was planned is what is applied.
    assert [f"-out={apply[-1]}" in plan for plan, apply in zip(plans, applies, strict=True)] == [True, True]
    [build] = cloud.calls("gcloud", "builds", "submit")
    assert (
        "--service-account=projects/demo-project/serviceAccounts/f1db-build@demo-project.iam.gserviceaccount.com"
        in build
    )
    assert json.loads(trigger.asked[0].body) == {"dry_run": True}
    out = capsys.readouterr().out
    assert "USD a release" in out
    assert "make cloud-status PROJECT=demo-project REGION=europe-west1" in out


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
    install(cloud, trigger, terraform=[("apply -input=false … /plan", {"status": 1, "error": slow})])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert len([call for call in on_everything(cloud) if "apply" in call]) == 3  # bootstrap, the plan, once more


def test_bootstrap_takes_nothing_away_when_the_region_is_another(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    code = {"address": 'google_storage_bucket.bucket["code"]', "change": {"actions": ["delete", "create"]}}
    install(cloud, trigger, terraform=[("show -json … /bootstrap", says({**PLANNED, "resource_changes": [code]}))])
    assert main(["deploy", "--project=demo-project", "--region=us-central1", "--yes=1"]) == 1
    said = 'what is deployed would have to go: google_storage_bucket.bucket["code"]. Is it REGION=us-central1'
    assert said in capsys.readouterr().err
    assert [call for call in cloud.calls("terraform") if "apply" in call] == []


NEW = {"address": 'google_service_account.account["build"]', "change": {"actions": ["create"]}}


@pytest.mark.parametrize(("changes", "builds"), [([NEW], 2), ([], 1)])
def test_build_is_tried_again_when_its_account_is_new(
    cloud: CommandLines, trigger: StandIn, changes: list[dict[str, Any]], builds: int
) -> None:
    install(
        cloud,
        trigger,
        terraform=[("show -json … /bootstrap", says({**PLANNED, "resource_changes": changes}))],
        gcloud=[("builds submit", fails("build abc completed with status FAILURE", once=True))],
    )
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == (0 if changes else 1)
    assert len(cloud.calls("gcloud", "builds", "submit")) == builds


def test_trigger_is_tried_again_when_its_right_is_new(
    cloud: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter([403, 403])

    def answer(asked: Asked) -> Reply:
        status = next(refusals, 200)
        return json_reply({"outcome": "dry_run", "releases": []}) if status == 200 else Reply(status, b"Forbidden")

    young = StandIn(answer)
    install(cloud, young)
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert len(young.asked) == 3
    young.stop()


def test_canary_is_tried_again_under_another_name_when_its_rights_are_new(
    cloud: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(100, 200))
    monkeypatch.setattr(smoke, "time", SimpleNamespace(time=lambda: float(next(seconds))))
    denied = fails("Permission 'dataproc.agents.create' denied on resource", once=True)
    install(cloud, trigger, gcloud=[("dataproc batches submit", denied)])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    first, second = cloud.calls("gcloud", "dataproc", "batches", "submit", "pyspark")
    assert {"--batch=f1db-canary-100"} <= set(first)
    assert {"--batch=f1db-canary-101"} <= set(second)


def test_apply_is_not_tried_again_when_it_cannot_help(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    install(
        cloud,
        trigger,
        terraform=[("apply -input=false … /plan", {"status": 1, "error": "╷\n│ Error: Unsupported region\n╵\n"})],
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


def test_private_datasets_are_owned_by_the_new_account_when_an_earlier_destroy_left_them(
    cloud: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = {"role": "OWNER", "userByEmail": TRANSFORM}
    view = {"view": {"projectId": "demo-project", "datasetId": "f1db", "tableId": "dim_drivers"}}
    others = [{"role": "OWNER", "specialGroup": "projectOwners"}, view]
    written: list[list[dict[str, Any]]] = []

    def answer(asked: Asked) -> Reply:
        if asked.method == "PATCH":
            written.append(json.loads(asked.body)["access"])
        access = written[-1] if written else [*others, owner]
        reference = {"projectId": "demo-project", "datasetId": "f1db__fence_7_1"}
        return json_reply({"datasetReference": reference, "etag": "e", "access": access})

    warehouse = StandIn(answer)
    client = bigquery.Client("demo-project", AnonymousCredentials(), client_options={"api_endpoint": warehouse.url})
    monkeypatch.setattr(bootstrap, "_bigquery", lambda project: client)
    monkeypatch.setattr(bootstrap, "private_datasets", lambda project: ["f1db__fence_7_1"])
    landing = ("buckets describe gs://demo-project-f1db-landing", says({"projectNumber": "123456789012"}))
    install(cloud, trigger)
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert written == [], "nothing was taken over"
    install(cloud, trigger, gcloud=[landing])
    assert main(["deploy", "--project=demo-project", "--yes=1"]) == 0
    assert written == [others, [*others, owner]], "an entry that stays would be the old account's"
    assert f"dataset f1db__fence_7_1 is {TRANSFORM}'s again" in capsys.readouterr().out
    warehouse.stop()


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


def test_plan_makes_nothing_when_nothing_is_deployed(cloud: CommandLines, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--project=demo-project"]) == 0
    assert "nothing is deployed to demo-project yet" in capsys.readouterr().out
    assert cloud.calls("terraform") == []
