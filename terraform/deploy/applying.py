"""Applies the plan that was shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deploy.patience import patiently
from deploy.tools import CONFIGURATION, ask, terraform
from localcloud.cli.exits import CommandError


def apply(plan_file: Path, variables: list[str], configuration: Path = CONFIGURATION) -> None:
    """Apply a plan; what is left of it is planned anew from the same files and variables, as a plan applies once.

    Raises:
        CommandError: it cannot be applied, or not within three tries.
    """
    reply = patiently(
        lambda: terraform("apply", "-input=false", str(plan_file), configuration=configuration),
        lambda: terraform("apply", "-input=false", "-auto-approve", *variables, configuration=configuration),
    )
    if not reply.is_ok:
        raise CommandError(f"terraform apply: {reply.reason}; mend it, then the same command goes on from there")


def read_plan(plan_file: Path) -> dict[str, Any]:
    """Read a plan of the configuration as Terraform tells it.

    Raises:
        CommandError: Terraform refuses.
    """
    shown = ask("terraform", f"-chdir={CONFIGURATION}", "show", "-json", str(plan_file))
    if not shown.is_ok:
        raise CommandError(f"terraform show: {shown.reason}")
    return dict(shown.json())
