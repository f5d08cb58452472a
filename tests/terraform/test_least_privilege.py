"""docs/security.md and the plan name the same rights; each right is needed for something that the table names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.terraform import offline
from tests.terraform.offline import ALL_OPTIONS, ROOT, Binding, Plan

pytestmark = pytest.mark.slow

BASIC_ROLES = {"roles/owner", "roles/editor", "roles/viewer", "roles/browser"}
# Source: https://cloud.google.com/storage/docs/access-control/iam-roles
PERMISSIONS = {
    "roles/storage.objectViewer": {"get", "list"},
    "roles/storage.objectCreator": {"create"},
    "roles/storage.objectUser": {"get", "list", "create", "delete", "update"},
    "roles/storage.legacyBucketReader": {"list"},
}
# What each condition says, by its title; CURATED, LANDING and STATE stand for the names of all objects of that bucket.
CONDITIONS = {
    "gcf-v2-sources only": 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")',
    "history/*": 'resource.name.startsWith("CURATED/history/")',
    "incoming/*": 'resource.name.startsWith("LANDING/incoming/")',
    "lease.json": 'resource.name == "STATE/lease.json"',
    "published.json": 'resource.name == "STATE/published.json"',
    "releases/*": 'resource.name.startsWith("LANDING/releases/")',
    "releases/* or incoming/*": (
        'resource.name.startsWith("LANDING/releases/") || resource.name.startsWith("LANDING/incoming/")'
    ),
    "reports/*": 'resource.name.startsWith("CURATED/reports/")',
    "requests/* or notices/*": (
        'resource.name.startsWith("STATE/requests/") || resource.name.startsWith("STATE/notices/")'
    ),
    "runs/*": 'resource.name.startsWith("CURATED/runs/")',
    "runs/* but manifest.json": (
        'resource.name.startsWith("STATE/runs/") && !resource.name.endsWith("/manifest.json")'
    ),
    "runs/*/manifest.json": 'resource.name.startsWith("STATE/runs/") && resource.name.endsWith("/manifest.json")',
    "runs/*/outcome.json": 'resource.name.startsWith("STATE/runs/") && resource.name.endsWith("/outcome.json")',
}
RUN = "runs/2026.11.0/f1db-2026-11-0-e55e843c-60237fc5-0"


def table() -> dict[Binding, str]:
    """Read the table of docs/security.md: right → what stops working without it."""
    rows = {}
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 5 and cells[1].startswith("`"):
            principal, role, resource, names, without = cells
            rows[Binding(principal, role.strip("`"), resource, names.strip("`"))] = without
    return rows


def differences(wanted: dict[Binding, str], found: list[Binding]) -> list[str]:
    """Say which rights are missing, with what stops working, and which nobody has written down."""
    missing = [
        f"{one.principal} has no {one.role} on {one.resource}: {why}" for one, why in wanted.items() if one not in found
    ]
    unexplained = [f"{one.principal} has {one.role} on {one.resource}: why?" for one in found if one not in wanted]
    return [*missing, *unexplained]


def basic_roles(found: list[Binding]) -> list[str]:
    return [f"{one.principal} has {one.role} on {one.resource}" for one in found if one.role in BASIC_ROLES]


def test_table_equals_the_plan_when_compared(whole_plan: Plan) -> None:
    assert differences(table(), whole_plan.bindings()) == []
    assert all(table().values())


def test_every_condition_says_what_its_title_promises_when_planned(whole_plan: Plan) -> None:
    # The table of docs/security.md knows titles only, which Google does not evaluate.
    assert whole_plan.conditions() == {(title, _whole_names(text)) for title, text in CONDITIONS.items()}


def _whole_names(text: str) -> str:
    return re.sub(
        r"\b(CURATED|LANDING|STATE)\b",
        lambda match: f"projects/_/buckets/demo-project-f1db-{match[1].lower()}/objects",
        text,
    )


def test_every_right_is_missed_by_name_when_it_is_taken_away(whole_plan: Plan) -> None:
    wanted, found = table(), whole_plan.bindings()
    assert len(found) == len(set(found)) == 100
    for one in found:
        [told] = differences(wanted, [other for other in found if other != one])
        assert wanted[one] in told
        assert len(wanted[one]) > 10


def test_no_basic_role_and_nobody_unknown_is_granted_when_planned(whole_plan: Plan) -> None:
    found = whole_plan.bindings()
    assert basic_roles(found) == []
    assert [one for one in found if one.principal in ("allUsers", "allAuthenticatedUsers")] == []
    assert whole_plan.resources("google_service_account_key") == {}


def test_no_file_names_a_basic_role_or_everybody_when_read() -> None:
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted((ROOT / "terraform").rglob("*.tf"))
        for match in re.finditer(r"roles/(?:owner|editor|viewer)\b|allUsers|allAuthenticatedUsers", path.read_text())
    ]
    assert found == []


def test_project_has_only_the_rights_that_the_design_lists_when_planned(whole_plan: Plan) -> None:
    found = {
        (one.principal, one.role)
        for one in whole_plan.bindings()
        if one.resource == "project" and one.principal != "deploy"
    }
    assert found == {
        ("Cloud Storage's agent", "roles/pubsub.publisher"),
        ("batch", "f1dbBatchWorker"),
        ("build", "roles/logging.logWriter"),
        ("build", "roles/storage.objectViewer"),  # by its condition: the platform's bucket of function sources
        ("check-release", "f1dbBatchViewer"),
        ("landing-trigger", "roles/eventarc.eventReceiver"),
        ("start-batch", "f1dbBatchStarter"),
        ("start-dbt", "f1dbBatchViewer"),
        ("state-trigger", "roles/eventarc.eventReceiver"),
        ("transform", "f1dbDatasetCreator"),
        ("transform", "roles/bigquery.jobUser"),
    }


def test_custom_roles_have_no_objects_of_every_bucket_when_planned(whole_plan: Plan) -> None:
    roles = {one["role_id"]: set(one["permissions"]) for one in whole_plan.resources(_ROLE).values()}
    on_project = {one.role for one in whole_plan.bindings() if one.resource == "project"} & set(roles)
    batches = {"f1dbBatchStarter", "f1dbBatchViewer", "f1dbBatchWorker"}
    assert on_project == {*batches, "f1dbDatasetCreator", "f1dbQuerySharer"}
    assert [right for role in on_project for right in roles[role] if right.startswith("storage.")] == []


def test_deployer_keeps_saved_queries_without_a_right_on_logs_when_planned(whole_plan: Plan) -> None:
    roles = {one["role_id"]: set(one["permissions"]) for one in whole_plan.resources(_ROLE).values()}
    # Source: https://cloud.google.com/logging/docs/access-control
    assert roles["f1dbQuerySharer"] == {
        *("logging.queries.share", "logging.queries.getShared", "logging.queries.listShared"),
        *("logging.queries.updateShared", "logging.queries.deleteShared"),
    }


_ROLE = "google_project_iam_custom_role"


@pytest.mark.parametrize(
    ("account", "bucket", "name", "allowed"),
    [
        ("batch", "state", "published.json", set()),
        ("batch", "state", "lease.json", set()),
        ("batch", "state", f"{RUN}/outcome.json", set()),
        ("batch", "state", f"{RUN}/manifest.json", {"get", "create"}),
        ("batch", "landing", "releases/2026.11.0/e55e843c0000/f1db-csv.zip", {"get"}),
        ("batch", "landing", "incoming/2026.11.0/x.zip", set()),
        ("batch", "curated", "history/2026.11.0/x/changes-since-nothing.parquet", set()),
        ("batch", "curated", "runs/f1db-x/1/drivers.parquet", {"get", "list", "create", "delete", "update"}),
        ("check-release", "landing", "releases/2026.11.0/e55e843c0000/f1db-csv.zip", {"get", "list", "create"}),
        ("check-release", "landing", "incoming/2026.11.0/x.zip", {"get", "list", "create", "delete"}),
        ("check-release", "state", "requests/2026.11.0/1.json", {"get", "list", "create"}),
        ("check-release", "state", "published.json", {"get", "list"}),
        ("check-release", "curated", "runs/f1db-x/1/drivers.parquet", set()),
        ("start-batch", "state", f"{RUN}/batch-1.json", {"get", "list", "create"}),
        ("start-batch", "state", f"{RUN}/manifest.json", {"get", "list"}),
        ("start-batch", "landing", "releases/2026.11.0/e55e843c0000/f1db-csv.zip", {"get", "list"}),
        ("start-dbt", "state", f"{RUN}/outcome.json", {"get", "list", "create"}),
        ("start-dbt", "state", f"{RUN}/batch-1.json", {"get", "list"}),
        ("transform", "state", "published.json", {"get", "list", "create", "delete", "update"}),
        ("transform", "state", "lease.json", {"get", "list", "create", "delete", "update"}),
        ("transform", "state", f"{RUN}/transform-1.json", {"get", "list", "create"}),
        ("transform", "state", f"{RUN}/manifest.json", {"get", "list"}),
        ("transform", "curated", "history/2026.11.0/x/headlines-3.parquet", {"get", "list", "create"}),
        ("transform", "curated", "runs/f1db-x/1/drivers.parquet", {"get", "list", "delete"}),
        ("transform", "landing", "releases/2026.11.0/e55e843c0000/f1db-csv.zip", {"get", "list"}),
    ],
)
def test_accounts_may_do_with_an_object_what_their_stage_needs_when_conditions_are_evaluated(
    whole_plan: Plan, account: str, bucket: str, name: str, allowed: set[str]
) -> None:
    assert permissions_of(whole_plan, account, bucket, name) == allowed


def permissions_of(whole_plan: Plan, account: str, bucket: str, name: str) -> set[str]:
    custom = {
        one["role_id"]: {
            right.rpartition(".")[2] for right in one["permissions"] if right.startswith("storage.objects")
        }
        for one in whole_plan.resources(_ROLE).values()
    }
    found: set[str] = set()
    for grant in whole_plan.resources("google_storage_bucket_iam_member").values():
        if grant["member"] != f"serviceAccount:f1db-{account}@demo-project.iam.gserviceaccount.com":
            continue
        if grant["bucket"] == f"demo-project-f1db-{bucket}" and _holds(grant["condition"], grant["bucket"], name):
            role = grant["role"].rpartition("/roles/")[2] if "/roles/" in grant["role"] else grant["role"]
            found |= PERMISSIONS.get(role) or custom[role]
    return found


def _holds(conditions: list[dict[str, Any]], bucket: str, name: str) -> bool:
    """Evaluate a condition, of which only startsWith, endsWith, ==, &&, || and ! are used."""
    if not conditions:
        return True
    text = conditions[0]["expression"]
    assert re.fullmatch(r'(?:resource\.name(?:\.(?:startsWith|endsWith)\("[^"]*"\)| == "[^"]*")|&&|\|\||!| )+', text), (
        text
    )
    text = text.replace("resource.name", "resource").replace("startsWith", "startswith").replace("endsWith", "endswith")
    text = text.replace("&&", "and").replace("||", "or").replace("!", "not ")
    return bool(eval(text, {"resource": f"projects/_/buckets/{bucket}/objects/{name}"}))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy what the configuration reads, to change it."""
    for folder in ("terraform", "functions", "dataproc_jobs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", ".terraform*"))
    return tmp_path


def test_missing_rights_are_told_with_what_stops_when_they_leave_the_configuration(copy: Path) -> None:
    _remove(copy / "terraform" / "buckets.tf", r"    transform-moves-the-pointer .*\n")
    _remove(copy / "terraform" / "roles.tf", r"    landing-trigger-receives .*\n")
    _remove(copy / "terraform" / "functions.tf", r"    scheduler-calls-check-release .*\n")
    _remove(copy / "terraform" / "accounts.tf", r'resource "google_service_account_iam_member"(?:.*\n)+?\}\n')
    found = offline.plan(copy, ALL_OPTIONS, folder=copy / "terraform").bindings()
    told = differences(table(), found)
    assert sorted(text.partition(": ")[2] for text in told) == [
        "Eventarc delivers no landing event",
        "no batch can be started as the batch's account",
        "nothing ticks",
        "the pointer cannot be moved: nothing becomes visible",
    ]


def test_basic_roles_are_found_when_they_enter_the_configuration(copy: Path) -> None:
    with (copy / "terraform" / "accounts.tf").open("a") as stream:
        stream.write(
            'resource "google_project_iam_member" "convenient" {\n'
            '  project = var.project_id\n  role = "roles/editor"\n'
            '  member = google_service_account.account["batch"].member\n}\n'
            'resource "google_storage_bucket_iam_binding" "together" {\n'
            '  bucket = google_storage_bucket.bucket["state"].name\n  role = "roles/viewer"\n'
            '  members = ["user:somebody@example.com"]\n}\n'
        )
    found = offline.plan(copy, ALL_OPTIONS, folder=copy / "terraform").bindings()
    state = "google_storage_bucket_iam_binding google_storage_bucket_iam_binding.together"
    wrong = ["batch has roles/editor on project", f"user:somebody@example.com has roles/viewer on {state}"]
    assert basic_roles(found) == wrong
    assert differences(table(), found) == [f"{one}: why?" for one in wrong]


def _remove(path: Path, pattern: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, "", text)
    assert count == 1, f"{pattern} is there {count} times"
    path.write_text(changed, encoding="utf-8")


def test_views_keep_their_right_when_others_are_granted(whole_plan: Plan) -> None:
    """A dataset_iam_* resource writes the access list anew, without entries that have no role: those of views.

    Source: https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/bigquery_dataset_iam
    """
    resources = whole_plan.document["planned_values"]["root_module"]["resources"]
    assert [one["address"] for one in resources if one["type"].startswith("google_bigquery_dataset_iam_")] == []
    entries = whole_plan.resources("google_bigquery_dataset_access").values()
    opened = [(one["dataset_id"], one["dataset"][0]["dataset"][0]["dataset_id"]) for one in entries if one["dataset"]]
    assert sorted(opened) == [("f1db_control", name) for name in ("f1db", "f1db_raw", "lewis_hamilton")]
