"""`make bench-check`: is anything worse than the figures that docs/performance.md keeps, beyond its tolerance?

What was measured last, on this machine, is in `.local/bench.json`. Ratios and memory are compared; seconds are not, for
they are the machine's. Exit statuses: 0, 1 with a line for each figure that got worse or is missing, 2 when nothing
has been measured.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.commands import ROOT

MEASURED = ROOT / ".local" / "bench.json"
PAGE = ROOT / "docs" / "performance.md"
# All that has a goal, and how much more a figure may be than the page's: about twice what repeated runs differ by.
TOLERANCES: Mapping[str, float | None] = {
    "stream_ratio": 0.35,
    "stream_memory_mib": 0.25,
    "cold_start_ratio": 0.15,
    "spark_ratio": 0.15,
    "spark_x40_ratio": 0.15,
    "dbt_ratio": 0.1,
    "publish_s": None,
    "tick_s": None,
    "up_to_date_s": None,
    "peak_gib": 0.2,
}
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<value>[\d.]+) [^|]*\|[^|]*\|[^|]*\| (?:\+(?P<percent>\d+) %|-) \|")


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure of the page; without a tolerance it is shown and not compared."""

    value: float
    tolerance: float | None


def read_measured(path: Path) -> dict[str, Any]:
    """Read what `make bench` has written."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def read_kept(page: str) -> dict[str, Kept]:
    """Read the page's table of results."""
    found = (_ROW.match(line) for line in page.splitlines())
    return {
        row["name"]: Kept(float(row["value"]), int(row["percent"]) / 100 if row["percent"] else None)
        for row in found
        if row
    }


def regressions(kept: Mapping[str, Kept], measured: Mapping[str, Any]) -> list[str]:
    """Say what is worse than it may be, and what the page keeps and nobody measured."""
    values = {row["name"]: (row["value"], row["unit"]) for row in measured["results"]}
    told = []
    for name, figure in kept.items():
        if name not in values:
            told.append(f"{name}: not measured")
        elif figure.tolerance is not None:
            value, unit = values[name]
            allowed = figure.value * (1 + figure.tolerance)
            if value > allowed:
                told.append(f"{name}: {value:g} {unit}, {figure.value:g} are kept and {allowed:.3g} allowed")
    return told


def main(measured: Path, page: Path) -> int:
    """Compare, and print what was found."""
    if not measured.exists():
        print("nothing has been measured: make bench", file=sys.stderr)
        return 2
    kept = read_kept(page.read_text(encoding="utf-8"))
    told = regressions(kept, read_measured(measured))
    print("\n".join(told) or f"{len(kept)} figures, none worse than {page.name} allows")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(MEASURED, PAGE))
