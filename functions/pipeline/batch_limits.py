"""The batch's limits as a deployment may set them: checked before a batch costs anything, with every problem told.

The batch checks its own arguments, too, but is not deployed with the functions: a test holds the names to the batch's.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

COUNTS = (
    "max-zip-bytes",
    "max-members",
    "max-member-bytes",
    "max-total-bytes",
    "max-ratio",
    "max-lines",
    "max-columns",
    "max-field-bytes",
    "max-findings",
)
SHARES = ("max-reject-share",)
_COUNT = re.compile(r"0*([1-9][0-9]{0,17})")
_SHARE = re.compile(r"[0-9](?:\.[0-9]{1,18})?")
_SHOWN_CHARS = 40


def read_limits(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return limits in the order of their names, each number in one spelling, so that equal limits are equal text.

    Raises:
        ValueError: naming everything that is wrong.
    """
    limits: dict[str, str] = {}
    problems = []
    for name, text in pairs:
        if name in limits:
            problems.append(f"{name} is given twice")
            continue
        limits[name] = ""
        try:
            limits[name] = _value(name, text)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("; ".join(problems))
    return dict(sorted(limits.items()))


def write_limits(limits: Mapping[str, str]) -> str:
    """Write limits as a person types them: `max-lines=2000000,max-reject-share=0.002`."""
    return ",".join(f"{name}={value}" for name, value in limits.items())


def parse_limits(text: str) -> dict[str, str]:
    """Read what `write_limits` writes; nothing is no limits.

    Raises:
        ValueError: naming everything that is wrong.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return read_limits([(name.strip(), value.strip()) for name, _, value in (part.partition("=") for part in parts)])


def _value(name: str, text: str) -> str:
    if name in COUNTS:
        match = _COUNT.fullmatch(text)
        if match is None:
            raise ValueError(f"{name} is no whole number above 0")
        return match[1]
    if name in SHARES:
        if not _SHARE.fullmatch(text) or Decimal(text) > 1:
            raise ValueError(f"{name} is no share between 0 and 1")
        return f"{Decimal(text).normalize():f}"
    near = difflib.get_close_matches(name, (*COUNTS, *SHARES), n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join((*COUNTS, *SHARES))}"
    raise ValueError(f"{name[:_SHOWN_CHARS]!r} is no limit of the batch: {hint}")
