"""`make doctor`: what is missing before anything can be deployed, each with the command that mends it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deploy.arguments import DEFAULT_REGION, Target, read_target
from deploy.tools import ask, gcloud, is_there
from localcloud.cli.exits import Exit, UsageError

MIN_TERRAFORM = (1, 9)
MIN_GCLOUD = 475  # of 2024: a batch's --ttl and --staging-bucket
# One batch: a driver and two executors of four vCPUs, with disks of 250 GB, the least there is.
NEEDED = {"CPUS": 12, "DISKS_TOTAL_GB": 750}
BUCKETS = ("landing", "curated", "state", "code", "staging")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` is what makes it right, empty when it is.

    What `is_later` cannot be known before `make deploy` has switched Google's services on, and is looked at then.
    """

    what: str
    told: str
    mend: str = ""
    is_later: bool = False

    @property
    def is_ok(self) -> bool:
        return not self.mend


def doctor(arguments: argparse.Namespace) -> Exit:
    """Look at everything and say what is missing; status 1 when something is."""
    target, findings = None, list(look_at_tools())
    try:
        target = read_target(arguments)
        findings.append(Finding("PROJECT", f"{target.project} in {target.region}"))
    except UsageError as error:
        example = f"`make doctor PROJECT=<project id> [REGION={DEFAULT_REGION}]` (`gcloud projects list` lists yours)"
        told = ("wrong", str(error)) if arguments.project else ("not given", example)
        findings.append(Finding("PROJECT", *told))
    if target is not None and all(finding.is_ok for finding in findings):
        findings += look_at_project(target)
    elif is_there("gcloud"):
        findings.append(Finding("project", "not looked at", "mend the above, then `make doctor` again"))
    return show(findings)


def show(findings: list[Finding]) -> Exit:
    """Print the findings and what they come to."""
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        mark = "later  " if finding.is_later else "ok     " if finding.is_ok else "MISSING"
        sys.stdout.write(f"{mark}  {finding.what:<{width}}  {finding.told}\n")
        if not finding.is_ok:
            sys.stdout.write(f"         {'':<{width}}  mend: {finding.mend}\n")
    missing = sum(not finding.is_ok for finding in findings)
    sys.stdout.write(f"\n{missing} of {len(findings)} are missing\n" if missing else "\neverything is there\n")
    return Exit.FAILED if missing else Exit.DONE


def look_at_tools() -> Iterator[Finding]:
    """Look at this machine: programs, their versions, logins."""
    yield _terraform()
    if not is_there("gcloud"):
        yield Finding("gcloud", "not on PATH", "install it: https://cloud.google.com/sdk/docs/install")
        yield Finding("login", "gcloud is missing", "after gcloud: `gcloud auth login`")
        yield Finding(
            "login of Terraform", "gcloud is missing", "after gcloud: `gcloud auth application-default login`"
        )
        return
    version = gcloud("version").json() or {}
    told = str(version.get("Google Cloud SDK", "of an unknown version"))
    is_new = told.partition(".")[0].isdigit() and int(told.partition(".")[0]) >= MIN_GCLOUD
    yield Finding("gcloud", told, "" if is_new else f"`gcloud components update` ({MIN_GCLOUD} or newer)")
    active = gcloud("auth", "list", "--filter=status:ACTIVE").json() or []
    if active:
        yield Finding("login", str(active[0].get("account")))
    else:
        yield Finding("login", "nobody is logged in", "`gcloud auth login`")
    if ask("gcloud", "auth", "application-default", "print-access-token", "--quiet").is_ok:
        yield Finding("login of Terraform", "application default credentials are there")
    else:
        yield Finding(
            "login of Terraform", "no application default credentials", "`gcloud auth application-default login`"
        )


def look_at_project(target: Target) -> list[Finding]:
    """Look at the project: is it there, who pays, is there room, are the names free?"""
    project = gcloud("projects", "describe", target.project)
    if not project.is_ok:
        mend = f"`gcloud projects create {target.project}`, or ask for access to it"
        return [Finding("project", project.reason, mend)]
    found = project.json()
    if found.get("lifecycleState") != "ACTIVE":
        mend = f"`gcloud projects undelete {target.project}`"
        return [Finding("project", f"is {found.get('lifecycleState')}", mend)]
    number = str(found["projectNumber"])
    looks: tuple[Callable[[], list[Finding]], ...] = (
        lambda: [_billing(target)],
        lambda: look_at_quota(target),
        lambda: [_bucket(part, f"{target.bucket_prefix}-{part}", number) for part in BUCKETS],
        lambda: [_bucket("of Terraform", target.state_bucket, number)],
    )
    return [Finding("project", f"{target.project}, number {number}"), *(one for look in looks for one in look())]


def _terraform() -> Finding:
    install = "install Terraform 1.9 or newer: https://developer.hashicorp.com/terraform/install"
    if not is_there("terraform"):
        return Finding("terraform", "not on PATH", install)
    told = ask("terraform", "version", "-json")
    try:
        version = str(json.loads(told.out)["terraform_version"])
    except (ValueError, KeyError):
        return Finding("terraform", f"does not tell its version: {told.reason}", install)
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    return Finding("terraform", version) if numbers >= MIN_TERRAFORM else Finding("terraform", version, install)


def _billing(target: Target) -> Finding:
    billing = gcloud("billing", "projects", "describe", target.project)
    mend = f"`gcloud billing projects link {target.project} --billing-account=…` (`gcloud billing accounts list`)"
    if not billing.is_ok:
        return Finding("billing", billing.reason, mend)
    if not billing.json().get("billingEnabled"):
        return Finding("billing", "is off", mend)
    return Finding("billing", "is on")


def look_at_quota(target: Target) -> list[Finding]:
    """Look whether the region is there and has room for one batch."""
    region = gcloud("compute", "regions", "describe", target.region, f"--project={target.project}")
    if not region.is_ok:
        if "compute.googleapis.com" in region.error:
            enable = f"`gcloud services enable compute.googleapis.com --project={target.project}`"
            told = f"compute.googleapis.com is off: `make deploy` switches it on, and looks then ({enable} does it now)"
            return [Finding("region, quotas", told, is_later=True)]
        mend = f"choose one of `gcloud compute regions list --project={target.project}`"
        return [Finding("region", region.reason, mend)]
    quotas = {quota["metric"]: quota for quota in region.json().get("quotas", [])}
    findings = [Finding("region", f"{target.region} is there")]
    for metric, needed in NEEDED.items():
        quota = quotas.get(metric, {"limit": 0, "usage": 0})
        free = int(quota["limit"] - quota["usage"])
        told = f"{free} of {int(quota['limit'])} free, a batch needs {needed}"
        mend = (
            "" if free >= needed else f"ask for more {metric} in {target.region}: IAM & Admin → Quotas in the console"
        )
        findings.append(Finding(f"quota {metric}", told, mend))
    return findings


def _bucket(part: str, name: str, number: str) -> Finding:
    found = gcloud("storage", "buckets", "describe", f"gs://{name}", "--raw")
    if found.is_ok:
        if str(found.json().get("projectNumber", number)) == number:
            return Finding(f"bucket {part}", f"{name} is ours already")
    elif found.is_of_nothing:
        return Finding(f"bucket {part}", f"{name} is free")
    elif "403" not in found.error and "does not have" not in found.error:
        return Finding(f"bucket {part}", f"{name}: {found.reason}", "look again once gcloud can tell")
    is_of_terraform = part == "of Terraform"  # named after the project alone: nobody else should have it
    mend = "another project" if is_of_terraform else "another `bucket_prefix` in terraform/terraform.tfvars"
    return Finding(f"bucket {part}", f"{name} belongs to somebody else", f"choose {mend}")
