"""Asks a person before anything is made that costs, or deleted."""

from __future__ import annotations

import sys

from localcloud.cli.exits import UsageError


def agrees(question: str, *, is_agreed: bool, otherwise: str = "YES=1") -> bool:
    """Ask a yes-or-no question unless it has been answered beforehand; `otherwise` is what does that.

    Raises:
        UsageError: nobody is there to ask.
    """
    if is_agreed:
        return True
    return answer_to(f"{question} [y/N] ", otherwise=otherwise).lower() in ("y", "yes")


def answer_to(question: str, *, otherwise: str) -> str:
    """Ask for one line.

    Raises:
        UsageError: nobody is there to ask.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"nobody is there to answer «{question.strip()}»: {otherwise} does it beforehand")
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().strip()
