"""The command line: everything arrives as text from make, empty where a variable was not given."""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import dataclass

from deploy.tools import CONFIGURATION
from localcloud.cli.arguments import Parser, flag, refuse_contradiction
from localcloud.cli.exits import UsageError

DEFAULT_REGION = "europe-west1"
_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
_PREFIX = re.compile(r'^\s*bucket_prefix\s*=\s*"([^"]+)"', re.MULTILINE)
_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
_REQUEST = ("--release", "--force", "--rollback", "--accept-shrink", "--dry-run")
_COMMANDS: dict[str, tuple[str, ...]] = {
    "doctor": (),
    "plan": (),
    "deploy": ("--yes",),
    "destroy": ("--data", "--confirm", "--leftovers"),
    "cloud-trigger": _REQUEST,
    "cloud-status": ("--json",),
    "cloud-logs": ("--release", "--stage", "--severity"),
}
_FLAGS = {"--yes", "--data", "--leftovers", "--force", "--rollback", "--accept-shrink", "--dry-run", "--json"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: one project and one region."""

    project: str
    region: str
    bucket_prefix: str

    @property
    def state_bucket(self) -> str:
        """The bucket of Terraform's state, which is made before anything else."""
        return f"{self.project}-f1db-tfstate"

    @property
    def images(self) -> str:
        """The repository of the transform's image."""
        return f"{self.region}-docker.pkg.dev/{self.project}/f1db-images"


def parse(argv: list[str]) -> argparse.Namespace:
    """Read a command and its options.

    Raises:
        UsageError: for anything that cannot be meant.
    """
    parser = Parser(prog="deploy", description="The pipeline in Google Cloud.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    for name, options in _COMMANDS.items():
        command = commands.add_parser(name, allow_abbrev=False)
        for option in ("--project", "--region", *options):
            command.add_argument(option, type=flag if option in _FLAGS else str.strip, default="")
    arguments = parser.parse_args(argv)
    refuse_contradiction(arguments)
    return arguments


def read_target(arguments: argparse.Namespace) -> Target:
    """Read PROJECT= and REGION=.

    Raises:
        UsageError: there is no project, or one of them cannot be meant.
    """
    command = f"make {arguments.command}"
    if not arguments.project:
        raise UsageError(
            f"which project? `{command} PROJECT=<project id> [REGION={DEFAULT_REGION}]`. `gcloud projects list` lists "
            "yours, `make doctor PROJECT=…` says what is still missing, and nothing is made before you have agreed"
        )
    if not _PROJECT.fullmatch(arguments.project):
        raise UsageError(f"PROJECT={arguments.project} is no project id: `gcloud projects list` lists yours")
    region = arguments.region or DEFAULT_REGION
    if not _REGION.fullmatch(region):
        raise UsageError(f"REGION={region} is no region such as {DEFAULT_REGION}; multi-regions cannot hold the batch")
    return Target(arguments.project, region, _bucket_prefix() or f"{arguments.project}-f1db")


def _bucket_prefix() -> str:
    """Read the names' beginning where Terraform reads it, as some buckets are looked at before Terraform runs."""
    path = CONFIGURATION / "terraform.tfvars"
    found = _PREFIX.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found[1] if found else os.environ.get("TF_VAR_bucket_prefix", "")  # noqa: SIM112 # Terraform's
