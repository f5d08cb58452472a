"""The saved queries of the log: a configuration of their own; the other one says what they ask (decision 43)."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.applying import apply, read_plan
from deploy.arguments import Target
from deploy.bootstrap import initialise
from deploy.tools import CONFIGURATION, terraform
from localcloud.cli.exits import CommandError

QUERIES = CONFIGURATION / "saved_queries"
_PREFIX = "f1db-saved-queries"  # of their state


def plan_saved_queries(target: Target, whole_plan: Path, folder: Path) -> None:
    """Plan them by what the other configuration, once that plan is applied, will put out; both files go into `folder`.

    Raises:
        CommandError: Terraform refuses.
    """
    queries = read_plan(whole_plan)["planned_values"]["outputs"]["log_queries"]["value"]
    _variables_file(folder).write_text(json.dumps({"log_queries": queries}), encoding="utf-8")
    initialise(target, QUERIES, _PREFIX)
    given = [f"-out={_plan_file(folder)}", *_variables(target, folder)]
    reply = terraform("plan", "-input=false", *given, configuration=QUERIES)
    if not reply.is_ok:
        raise CommandError(f"terraform plan of the saved queries: {reply.reason}")


def save_queries(target: Target, folder: Path) -> None:
    """Apply the plan that lies in `folder`.

    Raises:
        CommandError: Google refuses; all the rest is deployed and tried out by then.
    """
    try:
        apply(_plan_file(folder), _variables(target, folder), QUERIES)
    except CommandError as error:
        raise CommandError(f"all is deployed but the saved queries of the log: {error}") from error


def delete_saved_queries(target: Target) -> None:
    """Take them away, if there are any.

    Raises:
        CommandError: Terraform refuses.
    """
    initialise(target, QUERIES, _PREFIX)
    given = [f"-var=project_id={target.project}", "-var=log_queries={}"]
    reply = terraform("destroy", "-input=false", "-auto-approve", *given, configuration=QUERIES)
    if not reply.is_ok:
        raise CommandError(f"terraform destroy of the saved queries: {reply.reason}")


def _variables(target: Target, folder: Path) -> list[str]:
    return [f"-var=project_id={target.project}", f"-var-file={_variables_file(folder)}"]


def _variables_file(folder: Path) -> Path:
    return folder / "queries.tfvars.json"


def _plan_file(folder: Path) -> Path:
    return folder / "queries.plan"
