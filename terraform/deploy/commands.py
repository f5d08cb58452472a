"""`make plan` and `make deploy`: look, ask, bootstrap, build, plan with its cost, ask, apply, and try it out."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from deploy import cost, doctor, smoke
from deploy.applying import apply
from deploy.arguments import Target, read_target
from deploy.asking import agrees
from deploy.bootstrap import adopt, bootstrap, has_state, initialise, own_again
from deploy.image import ensure_image, find_image
from deploy.saved_queries import plan_saved_queries, save_queries
from deploy.tools import terraform
from localcloud.cli.exits import CommandError, Exit

_NEXT = """
Done. What comes next:
  the tick comes by itself every six hours; now: make cloud-trigger PROJECT={project} REGION={region}
  where it stands:                               make cloud-status PROJECT={project} REGION={region}
  the logs:                                      make cloud-logs PROJECT={project} REGION={region}
  addresses, dashboard, report, queries:         terraform -chdir=terraform output
"""


def plan(arguments: argparse.Namespace) -> Exit:
    """Show what a deployment would change, and what it costs; makes nothing."""
    target = read_target(arguments)
    if not has_state(target):
        sys.stdout.write(f"nothing is deployed to {target.project} yet: `make deploy` makes the state's bucket first\n")
        sys.stdout.write(f"{cost.estimate()}\n")
        return Exit.DONE
    initialise(target)
    image = find_image(target)
    if image is None:
        sys.stdout.write("the image of this checkout is not built yet: the plan shows sha256:000… in its place\n")
        image = f"{target.images}/transform@sha256:{'0' * 64}"
    with tempfile.TemporaryDirectory() as folder:
        _plan(target, image, Path(folder))
    return Exit.DONE


def deploy(arguments: argparse.Namespace) -> Exit:
    """Bring this checkout into the cloud; the same command goes on from wherever it was stopped."""
    target = read_target(arguments)
    findings = [*doctor.look_at_tools()]
    if all(finding.is_ok for finding in findings):
        findings += doctor.look_at_project(target)
    if doctor.show(findings) is not Exit.DONE:
        return Exit.FAILED
    first = f"Switch on Google's services in {target.project} and make state bucket, repositories and build account?"
    if not agrees(first, is_agreed=arguments.yes):
        return _nothing_done()
    is_fresh = bootstrap(target)
    if any(finding.is_later for finding in findings) and doctor.show(doctor.look_at_quota(target)) is not Exit.DONE:
        return Exit.FAILED
    image = ensure_image(target, is_fresh=is_fresh)
    is_taken_over = adopt(target, image)
    with tempfile.TemporaryDirectory() as folder:
        plan_file = _plan(target, image, Path(folder))
        if not agrees("Make it so?", is_agreed=arguments.yes):
            return _nothing_done()
        apply(plan_file, variables(target, image))
        if is_taken_over:
            own_again(target)
        smoke.try_out(target)
        save_queries(target, Path(folder))
    sys.stdout.write(_NEXT.format(project=target.project, region=target.region))
    return Exit.DONE


def variables(target: Target, image: str | None) -> list[str]:
    """Build Terraform's variables; all others are terraform/terraform.tfvars' own."""
    given = {"project_id": target.project, "region": target.region}
    if image is not None:
        given["transform_image"] = image
    return [f"-var={name}={value}" for name, value in given.items()]


def _plan(target: Target, image: str, folder: Path) -> Path:
    """Show both plans and what it all costs; return the plan's file."""
    plan_file = folder / "plan"
    reply = terraform("plan", "-input=false", f"-out={plan_file}", *variables(target, image))
    if not reply.is_ok:
        raise CommandError(f"terraform plan: {reply.reason}")
    plan_saved_queries(target, plan_file, folder)
    sys.stdout.write(f"\n{cost.estimate()}\n\n")
    return plan_file


def _nothing_done() -> Exit:
    sys.stdout.write("nothing more was done\n")
    return Exit.FAILED
