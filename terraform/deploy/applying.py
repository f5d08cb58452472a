"""Applies the plan that was shown, and again what Google was not ready for: its grants and services take minutes."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

from deploy.tools import CONFIGURATION, Reply, terraform
from localcloud.cli.exits import CommandError

_TRIES = 3
_WAIT_S = 60
# What Google says while a grant or a service is too young to work.
_PASSING = (
    "Permission denied while using the Eventarc Service Agent",
    "may take a few minutes",
    "Cannot find metric",  # a log-based metric is a minute old before an alert may name it
    "If you enabled this API recently",
    "has not been used in project",
    "does not have permission to access Artifact Registry",
    "Service account service-",
    r"Error 403: Access denied\.",
    r"SavedQuery\b.{0,200}?Error 403",  # GitHub's right to share them is as young as the deployment
)


def apply(plan_file: Path, variables: list[str], configuration: Path = CONFIGURATION) -> None:
    """Apply a plan; what is left of it is planned anew from the same files and variables, as a plan applies once.

    Raises:
        CommandError: it cannot be applied, or not within three tries.
    """
    reply = terraform("apply", "-input=false", str(plan_file), configuration=configuration)
    for number in range(1, _TRIES):
        if reply.is_ok or not _may_pass(reply):
            break
        sys.stdout.write(f"\nGoogle is not ready yet: once more in {_WAIT_S} s ({number} of {_TRIES - 1})\n")
        time.sleep(_WAIT_S)
        reply = terraform("apply", "-input=false", "-auto-approve", *variables, configuration=configuration)
    if not reply.is_ok:
        raise CommandError(f"terraform apply: {reply.reason}; mend it, then the same command goes on from there")


def _may_pass(reply: Reply) -> bool:
    return any(re.search(text, reply.said) for text in _PASSING)
