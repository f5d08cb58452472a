"""Put what was measured last into docs/performance.md: `python -m tests.bench.page`; the text around it stays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.kept import MEASURED, PAGE, TOLERANCES, read_measured
from tests.made_sections import Marks, section, with_section

_RESULTS = ("<!-- results: python -m tests.bench.page -->", "<!-- end of results -->")
_GROWTH = ("<!-- growth: python -m tests.bench.page -->", "<!-- end of growth -->")
_OBSERVATIONS = ("<!-- observations: python -m tests.bench.page -->", "<!-- end of observations -->")
_GROWN = re.compile(r"spark_x(?P<times>\d+)_(?P<what>s|cpu_s|java_gib|driver_gib|workers_gib|peak_gib)")
_GROWN_COLUMNS = ("s", "cpu_s", "java_gib", "driver_gib", "workers_gib", "peak_gib")
Row = Mapping[str, Any]


def with_figures(page: str, measured: Mapping[str, Any]) -> str:
    """Return the page with its three tables made anew.

    Raises:
        SystemExit: a figure with a goal is missing, for then the page would keep less than before.
        ValueError: the page lacks a mark.
    """
    results = {row["name"]: row for row in measured["results"]}
    missing = sorted(TOLERANCES.keys() - results.keys())
    if missing:
        raise SystemExit(f"not measured: {', '.join(missing)}")
    page = _with_table(page, _RESULTS, results_table([results[name] for name in TOLERANCES]))
    page = _with_table(page, _GROWTH, growth_table(measured["observations"]))
    others = [row for row in measured["observations"] if not _GROWN.fullmatch(row["name"])]
    return _with_table(page, _OBSERVATIONS, observations_table(others))


def results_table(rows: Sequence[Row]) -> str:
    """Write what has a goal."""
    lines = ["| name | median | min - max | goal | kept within | against |", "|---|---|---|---|---|---|"]
    for row in rows:
        tolerance = TOLERANCES[row["name"]]
        kept = "-" if tolerance is None else f"+{tolerance:.0%}".replace("%", " %")
        goal = f"{row['goal']:g}" if row["value"] <= row["goal"] else f"**{row['goal']:g}, missed**"
        lines.append(f"| `{row['name']}` | {_median(row)} | {_spread(row)} | {goal} | {kept} | {row['against']} |")
    return "\n".join(lines)


def growth_table(rows: Sequence[Row]) -> str:
    """Write the batch's time and memory by the size of the release."""
    sizes: dict[int, dict[str, Row]] = {}
    for row in rows:
        if found := _GROWN.fullmatch(row["name"]):
            sizes.setdefault(int(found["times"]), {})[found["what"]] = row
    lines = [
        "| release | wall, s | min - max | processor, s | Java, GiB | driver, GiB | workers, GiB | at once | what |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for times, by_what in sorted(sizes.items()):
        wall, *others = (by_what[what] for what in _GROWN_COLUMNS)
        cells = " | ".join(f"{row['value']:.2f}" for row in others)
        lines.append(f"| x{times} | {wall['value']:.1f} | {_spread(wall)} | {cells} | {wall['against']} |")
    return "\n".join(lines)


def observations_table(rows: Sequence[Row]) -> str:
    """Write what has none."""
    lines = ["| name | median | min - max | what |", "|---|---|---|---|"]
    lines += [f"| `{row['name']}` | {_median(row)} | {_spread(row)} | {row['against']} |" for row in rows]
    return "\n".join(lines)


def _median(row: Row) -> str:
    return f"{row['value']:.2f} {row['unit']}"


def _spread(row: Row) -> str:
    return f"{min(row['runs']):.2f} - {max(row['runs']):.2f} of {len(row['runs'])}"


def _with_table(page: str, marks: Marks, table: str) -> str:
    return with_section(page, marks, section(marks, table))


if __name__ == "__main__":
    PAGE.write_text(with_figures(PAGE.read_text(encoding="utf-8"), read_measured(MEASURED)), encoding="utf-8")
