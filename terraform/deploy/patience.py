"""Does again what Google was not ready for: its grants and services take minutes to work."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

from deploy.tools import Reply

TRIES = 3
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
    # What was granted a moment ago to the accounts that build and that run the canary.
    r"does not have storage\.[a-z]+\.[a-z]+ access",
    r"Permission '[a-zA-Z.]+' denied",
    "PERMISSION_DENIED",
)


def patiently(first: Callable[[], Reply], again: Callable[[], Reply] | None = None, *, is_fresh: bool = False) -> Reply:
    """Do something, and up to twice more what is left of it, where its error says that time may mend it.

    After `is_fresh` grants any error may be one of those: not every program tells.
    """
    reply = first()
    for number in range(1, TRIES):
        if reply.is_ok or not (is_fresh or _may_pass(reply)):
            break
        wait(number)
        reply = (again or first)()
    return reply


def wait(number: int) -> None:
    """Say that it goes on in a minute, and wait for that."""
    sys.stdout.write(f"\nGoogle is not ready yet: once more in {_WAIT_S} s ({number} of {TRIES - 1})\n")
    time.sleep(_WAIT_S)


def _may_pass(reply: Reply) -> bool:
    return any(re.search(text, reply.said) for text in _PASSING)
