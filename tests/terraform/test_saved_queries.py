"""The saved queries of the log: a configuration of their own, fed by the output of the other.

The stand-in for the providers knows `google_logging_saved_query` by name only. Here it is widened: a copy of it gets
what the provider's public source and documentation say of the type, in the form in which it has the others.
Source: resource_logging_saved_query.go and logging_saved_query.html.markdown in
https://github.com/hashicorp/terraform-provider-google
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from deploy.saved_queries import QUERIES
from tests.terraform import offline
from tests.terraform.offline import Plan

pytestmark = pytest.mark.slow
_TYPE = "google_logging_saved_query"
_FACTS = Path(__file__).parent / f"{_TYPE}.json"


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in that knows the type: as it is once it does, until then a copy with the type's facts."""
    program = offline.stand_in()
    schema = json.loads((program.parent / "google.json").read_text(encoding="utf-8"))
    if _TYPE in schema["resource_schemas"]:
        return program
    folder = tmp_path_factory.mktemp("wider-stand-in")
    for source in program.parent.iterdir():
        if source.is_file():
            Path(shutil.copy(source, folder)).chmod(0o755)
    schema["other_resource_schemas"].remove(_TYPE)
    schema["resource_schemas"][_TYPE] = json.loads(_FACTS.read_text(encoding="utf-8"))
    (folder / "google.json").write_text(json.dumps(schema), encoding="utf-8")
    return folder / program.name


def test_configuration_is_valid_when_terraform_reads_it(wider: Path) -> None:
    answer = offline.run("validate", "-json", folder=QUERIES, program=wider)
    assert json.loads(answer.stdout)["diagnostics"] == []
    assert answer.returncode == 0


def test_queries_are_shared_as_the_other_configuration_says_them_when_planned(
    wider: Path, whole_plan: Plan, tmp_path: Path
) -> None:
    said = whole_plan.output("log_queries")
    planned = plan_of(wider, tmp_path, said)
    assert sorted(planned) == [f"f1db-{name}" for name in sorted(said)]
    places = {(one["parent"], one["location"], one["visibility"]) for one in planned.values()}
    assert places == {("projects/demo-project", "global", "SHARED")}
    asked = {name.removeprefix("f1db-"): one["logging_query"][0] for name, one in planned.items()}
    assert {name: one["filter"] for name, one in asked.items()} == {name: one["filter"] for name, one in said.items()}
    shown = {tuple(field["field"] for field in one["summary_fields"]) for one in asked.values()}
    assert shown == {("jsonPayload.stage", "jsonPayload.release", "jsonPayload.outcome")}


def test_a_destroy_can_be_planned_when_it_names_no_queries(wider: Path) -> None:
    given = ["-input=false", "-no-color", "-var=project_id=demo-project", "-var=log_queries={}"]
    made = offline.run("plan", "-destroy", *given, folder=QUERIES, program=wider)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "No changes" in made.stdout  # the stand-in keeps no state


def test_a_name_that_no_query_can_have_is_refused_when_planned(wider: Path, tmp_path: Path) -> None:
    queries = {"every thing": {"filter": "severity>=ERROR", "description": "All"}}
    refused = offline.run("plan", *variables(tmp_path, queries), folder=QUERIES, program=wider)
    assert refused.returncode == 1
    assert "31 lower-case letters" in refused.stderr


def test_schema_refuses_what_the_provider_would_when_a_query_is_wrong(wider: Path, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'terraform {\n  required_providers {\n    google = { source = "hashicorp/google" }\n  }\n}\n'
        f'resource "{_TYPE}" "wrong" {{\n'
        '  name = "wrong"\n  display_name = "Wrong"\n  parent = "projects/demo-project"\n  location = "global"\n'
        '  visibility = "PUBLIC"\n  create_time = "now"\n  logging_query { filter = "severity=ERROR" }\n'
        '  ops_analytics_query { sql_query_text = "SELECT 1" }\n}\n'
    )
    answer = offline.run("validate", "-json", folder=tmp_path, program=wider)
    assert sorted(one["summary"] for one in json.loads(answer.stdout)["diagnostics"]) == [
        "Invalid combination of arguments",
        "Value for unconfigurable attribute",
        'expected visibility to be one of ["SHARED" "PRIVATE"], got PUBLIC',
    ]


def plan_of(program: Path, at: Path, queries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Plan the queries from nothing, as `make deploy` does; the planned values by the queries' names."""
    out = at / "plan"
    made = offline.run("plan", "-no-color", f"-out={out}", *variables(at, queries), folder=QUERIES, program=program)
    assert made.returncode == 0, made.stdout + made.stderr
    document = json.loads(offline.run("show", "-json", str(out), folder=QUERIES, program=program).stdout)
    found = document["planned_values"]["root_module"].get("resources", [])
    assert {entry["type"] for entry in found} <= {_TYPE}
    return {entry["values"]["name"]: entry["values"] for entry in found}


def variables(at: Path, queries: dict[str, Any]) -> list[str]:
    file = at / "queries.tfvars.json"
    file.write_text(json.dumps({"log_queries": queries}), encoding="utf-8")
    return ["-input=false", "-var=project_id=demo-project", f"-var-file={file}"]
