"""Runs the real Terraform over the offline stand-in for its providers, and reads what a plan would make."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIGURATION = ROOT / "terraform"
PROJECT = "demo-project"
IMAGE = f"europe-west1-docker.pkg.dev/{PROJECT}/f1db-images/transform@sha256:{'0123456789abcdef' * 4}"
# Everything that is optional, so that a plan has every binding that there can be.
ALL_OPTIONS = {
    "readers": '["user:reader@example.com"]',
    "invokers": '["user:invoker@example.com"]',
    "github_token_secret": "f1db-github-token",
    "github_repository": "someone/pipeline",
    "alert_email": "alerts@example.com",
    "billing_account": "AAAAAA-BBBBBB-CCCCCC",
}
_ACCOUNT = re.compile(r"serviceAccount:f1db-([a-z-]+)@demo-project\.iam\.gserviceaccount\.com")
_KEY = re.compile(r"\[\"(.+)\"\]")
# Source: https://cloud.google.com/bigquery/docs/access-control-basic-roles
_DATASET_ROLES = {"WRITER": "roles/bigquery.dataEditor", "READER": "roles/bigquery.dataViewer"}
_OTHERS = {
    "user:reader@example.com": "each of `readers`",
    "user:invoker@example.com": "each of `invokers`",
}


def stand_in() -> Path:
    """Return the stand-in's command, or skip: nothing passes because a tool is missing."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    command = Path(os.environ.get("TERRAFORM_OFFLINE") or ROOT / "../shared/tools/terraform-offline/terraform-offline")
    if not command.is_file():
        pytest.skip(f"the terraform stand-in is not at {command.name} (TERRAFORM_OFFLINE names it)")
    return command.resolve()


def run(*arguments: str, folder: Path = CONFIGURATION, program: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run one command of Terraform in a folder, by the stand-in or by a wider one."""
    environment = {**os.environ, "TF_IN_AUTOMATION": "1", "TF_CLI_ARGS": ""}
    command = [str(program or stand_in()), f"-chdir={folder}", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)


def plan(at: Path, options: dict[str, str] | None = None, *, folder: Path = CONFIGURATION) -> Plan:
    """Plan a configuration from nothing; `at` is a folder for the plan's file."""
    variables = {"project_id": PROJECT, "transform_image": IMAGE, **(options or {})}
    given = [part for name, value in variables.items() for part in ("-var", f"{name}={value}")]
    made = run("plan", "-input=false", "-no-color", f"-out={at / 'plan'}", *given, folder=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    shown = run("show", "-json", str(at / "plan"), folder=folder)
    assert shown.returncode == 0, shown.stderr
    return Plan(json.loads(shown.stdout))


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """One right: who has which role on what, and on which names there."""

    principal: str
    role: str
    resource: str
    names: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What `terraform show -json` tells of a plan."""

    document: dict[str, Any]

    def resources(self, type_: str) -> dict[str, dict[str, Any]]:
        """Return the planned values of a type's resources, by address."""
        found = self.document["planned_values"]["root_module"]["resources"]
        return {entry["address"]: entry["values"] for entry in found if entry["type"] == type_}

    def data(self, address: str) -> dict[str, Any]:
        """Return what a data source has read."""
        found = self.document["prior_state"]["values"]["root_module"]["resources"]
        return next(dict(entry["values"]) for entry in found if entry["address"] == address)

    def output(self, name: str) -> Any:
        """Return what an output will say, where that is known before anything is made."""
        return self.document["planned_values"]["outputs"][name]["value"]

    def bindings(self) -> list[Binding]:
        """Return every grant of the plan, sorted."""
        entries = self.document["planned_values"]["root_module"]["resources"]
        return sorted(_binding(entry) for entry in entries if _is_grant(entry))

    def conditions(self) -> set[tuple[str, str]]:
        """Return title and expression of every grant that has a condition."""
        entries = self.document["planned_values"]["root_module"]["resources"]
        grants = [entry["values"] for entry in entries if _is_grant(entry)]
        return {(one["title"], one["expression"]) for values in grants for one in values.get("condition") or []}


def _is_grant(entry: dict[str, Any]) -> bool:
    """Tell a right of somebody; an entry of a dataset without a role is about its views."""
    is_entry_of_dataset = entry["type"] == "google_bigquery_dataset_access" and bool(entry["values"].get("role"))
    return is_entry_of_dataset or bool(re.search(r"_iam_(member|binding|policy)$", entry["type"]))


def _binding(entry: dict[str, Any]) -> Binding:
    values = entry["values"]
    conditions = values.get("condition") or []
    role = values.get("role") or "a whole policy"
    return Binding(
        principal=_principal(entry["address"], values.get("member") or _of_dataset(values) or _together(values)),
        role=_DATASET_ROLES.get(role, role).removeprefix(f"projects/{PROJECT}/roles/"),
        resource=_resource(entry["type"], entry["address"], values),
        names=conditions[0]["title"] if conditions else "",
    )


def _of_dataset(values: dict[str, Any]) -> str | None:
    """Return whom an entry of a dataset's access list is about, in the words of IAM."""
    email, group = values.get("user_by_email"), values.get("group_by_email")
    if email:
        return f"{'serviceAccount' if email.endswith('.gserviceaccount.com') else 'user'}:{email}"
    return f"group:{group}" if group else values.get("special_group") or values.get("domain")


def _together(values: dict[str, Any]) -> str | None:
    """Return the members of a binding that is authoritative, which none of ours is."""
    return ", ".join(values["members"]) if values.get("members") else None


def _principal(address: str, member: str | None) -> str:
    if member is None:  # known after apply: the agent's number
        agent = "google_project_iam_member.storage_agent_publishes"
        return "Cloud Storage's agent" if address == agent else f"somebody ({address})"
    if member.startswith("principalSet://") and member.endswith("/attribute.repository/someone/pipeline"):
        return "GitHub's main branch"
    account = _ACCOUNT.fullmatch(member)
    return account[1] if account else _OTHERS.get(member, member)


def _resource(type_: str, address: str, values: dict[str, Any]) -> str:
    key = _KEY.search(address)
    key_text = key[1] if key else ""
    named = {
        "google_project_iam_member": lambda: "project",
        "google_storage_bucket_iam_member": lambda: f"bucket {values['bucket'].removeprefix(f'{PROJECT}-f1db-')}",
        "google_bigquery_dataset_access": lambda: f"dataset {values['dataset_id']}",
        "google_cloud_run_v2_service_iam_member": lambda: f"function {values['name']}",
        "google_cloud_run_v2_job_iam_member": lambda: f"job {values['name']}",
        "google_secret_manager_secret_iam_member": lambda: "the token's secret",
        "google_artifact_registry_repository_iam_member": lambda: f"repository {key_text}",
        # Known after apply: the address tells which account it is about.
        "google_service_account_iam_member": lambda: (
            f"account {key_text or ('batch' if 'start_batch' in address else 'deploy')}"
        ),
    }
    return named[type_]() if type_ in named else f"{type_} {address}"
