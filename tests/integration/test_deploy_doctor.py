"""make doctor: each missing thing is named with what mends it."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.__main__ import main
from tests.integration.command_lines import CommandLines, command_lines, fails, says
from tests.integration.deployment_world import GCLOUD, QUOTAS, TERRAFORM

__all__ = ["command_lines"]
pytestmark = pytest.mark.slow


def _install(command_lines: CommandLines, **changed: dict[str, Any]) -> None:
    command_lines.install("terraform", TERRAFORM)
    replies = [(text, changed.get(text.replace(" ", "_"), reply)) for text, reply in GCLOUD]
    command_lines.install("gcloud", replies)


def test_everything_is_there_when_it_is(command_lines: CommandLines, capsys: pytest.CaptureFixture[str]) -> None:
    _install(command_lines)
    assert main(["doctor", "--project=demo-project"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1] == "everything is there"
    assert "ok quota CPUS 22 of 24 free, a batch needs 12" in lines
    assert "ok bucket landing demo-project-f1db-landing is ours already" in lines
    assert "ok bucket state demo-project-f1db-state is free" in lines


def test_each_missing_thing_has_its_mend_when_there_is_no_gcloud(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert [line.split()[1] for line in out.splitlines() if line.startswith("MISSING")] == [
        *("terraform", "gcloud", "login", "login", "PROJECT"),
    ]
    for mend in (
        "https://developer.hashicorp.com/terraform/install",
        "https://cloud.google.com/sdk/docs/install",
        "`gcloud auth login`",
        "`gcloud auth application-default login`",
        "`make doctor PROJECT=<project id> [REGION=europe-west1]`",
    ):
        assert mend in out
    assert out.endswith("5 of 5 are missing\n")


def test_logins_are_missed_when_nobody_is_logged_in(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    _install(command_lines, auth_list=says([]), **{"application-default_print-access-token": fails("no credentials")})
    assert main(["doctor", "--project=demo-project"]) == 1
    out = capsys.readouterr().out
    assert "mend: `gcloud auth login`" in out
    assert "mend: `gcloud auth application-default login`" in out
    assert command_lines.calls("gcloud", "projects") == []  # asked for nothing that cannot be known


@pytest.mark.parametrize(
    ("changed", "told", "mend"),
    [
        (
            {"billing_projects_describe": says({"billingEnabled": False})},
            "MISSING billing is off",
            "`gcloud billing projects link demo-project --billing-account=…`",
        ),
        (
            {"projects_describe": fails("PERMISSION_DENIED: no such project")},
            "PERMISSION_DENIED: no such project",
            "`gcloud projects create demo-project`",
        ),
        (
            {"regions_describe": says({"quotas": [{"metric": "CPUS", "limit": 8.0, "usage": 0.0}, QUOTAS[1]]})},
            "8 of 8 free, a batch needs 12",
            "ask for more CPUS in europe-west1",
        ),
        (
            {"buckets_describe": fails("HTTPError 403: me does not have storage.buckets.get access")},
            "demo-project-f1db-state belongs to somebody else",
            "choose another `bucket_prefix`",
        ),
        (
            {"buckets_describe": fails("HTTPError 403: me does not have storage.buckets.get access")},
            "demo-project-f1db-tfstate belongs to somebody else",
            "choose another project",
        ),
        (
            {"buckets_describe": fails("There was a problem refreshing your current auth tokens")},
            "refreshing your current auth tokens",
            "look again once gcloud can tell",
        ),
    ],
)
def test_project_is_looked_through_when_tools_and_logins_are_there(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], told: str, mend: str
) -> None:
    _install(command_lines, **changed)
    assert main(["doctor", "--project=demo-project"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert told in out
    assert mend in out


def test_old_terraform_is_refused_when_it_is_found(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    _install(command_lines)
    command_lines.install("terraform", [("version -json", says({"terraform_version": "1.8.5"}))])
    assert main(["doctor", "--project=demo-project"]) == 1
    assert "MISSING terraform 1.8.5" in " ".join(capsys.readouterr().out.split())


def test_quotas_are_looked_at_later_when_their_service_is_off(
    command_lines: CommandLines, capsys: pytest.CaptureFixture[str]
) -> None:
    _install(command_lines, regions_describe=fails("compute.googleapis.com has not been used in project 1 before"))
    assert main(["doctor", "--project=demo-project"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "later region, quotas compute.googleapis.com is off: `make deploy` switches it on, and looks then" in out
    assert "`gcloud services enable compute.googleapis.com --project=demo-project`" in out
