"""The tables of docs/faults.md: `python -m tests.chaos.page <results> <page>` writes what `make chaos` has found."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.chaos.client_faults import FAULTS, Cell, table
from tests.chaos.results import read_results
from tests.made_sections import section, with_section

BEGIN, END = "<!-- made by `make chaos` -->", "<!-- end of what `make chaos` makes -->"
_ENDED = ("0 ticks", "1 tick", "2 ticks")
_COLUMNS = ("its caller, before", "its caller, after", "everything, after", "the process, silent")


def rendered(found: dict[str, Any]) -> str:
    """Write both tables with their figures. Raises: ValueError, when a part has not been run."""
    missing = [name for name in found["points"] if name not in found["endings"]]
    if missing or not found["points"]:
        raise ValueError(f"{len(missing)} of {len(found['points'])} points have not been tried: {missing[:3]}")
    if not found["cells"]:
        raise ValueError("the clients' calls have not been tried")
    endings = [found["endings"][name] for name in found["points"]]
    cells = [Cell(**cell) for cell in found["cells"]]
    return section((BEGIN, END), "\n".join([*_of_kills(endings), "", *_of_calls(cells)]))


def figure(endings: list[dict[str, Any]]) -> str:
    """Say the whole matrix in one line."""
    counts = Counter(_ended(ending) for ending in endings)
    parts = [f"{counts[ended]} with {ended}" for ended in _ENDED if counts[ended]]
    parts += [f"{counts['broken']} broken"] if counts["broken"] else []
    whole = len(endings) - counts["broken"]
    return f"{len(endings)} crash points: {whole} published once, whole, nothing doubled or left ({', '.join(parts)})"


def names_on(page: str) -> tuple[set[str], set[str]]:
    """Return the rows of the two tables of a page: steps, and clients' calls."""
    kills, _, calls = page.partition(BEGIN)[2].partition(END)[0].partition("### Each client call")
    rows = r"^\| `?([^|`]+?)`? \|"
    steps = set(re.findall(rows, kills, re.MULTILINE)) - {"step"}
    return steps, set(re.findall(rows, calls, re.MULTILINE)) - {"call"}


def _of_kills(endings: list[dict[str, Any]]) -> list[str]:
    rows: dict[str, dict[str, str]] = {}
    for ending in endings:
        row = rows.setdefault(ending["row"], {})
        column = _COLUMNS[3] if ending["when"] == "during" else _column(ending, row)
        row[column] = f"{ending['victim']}: {_ended(ending)}"
    lines = [f"**{figure(endings)}.**", "", "| step | " + " | ".join(_COLUMNS) + " |", "|---|" + "---|" * len(_COLUMNS)]
    lines += [f"| `{name}` | " + " | ".join(row.get(one, "") for one in _COLUMNS) + " |" for name, row in rows.items()]
    return lines


def _column(ending: dict[str, Any], row: dict[str, str]) -> str:
    if ending["when"] == "before":
        return _COLUMNS[0]
    return _COLUMNS[2] if _COLUMNS[1] in row else _COLUMNS[1]


def _ended(ending: dict[str, Any]) -> str:
    return "broken" if ending["problems"] else _ENDED[ending["ticks"]]


def _of_calls(cells: list[Cell]) -> list[str]:
    done = sum(cell.answer == "done" for cell in cells)
    sound = sum(cell.effects in (None, 0, 1) and cell.again == "done" for cell in cells)
    calls = len({cell.call for cell in cells})
    told = f"{calls} calls, {len(FAULTS)} faults, {len(cells)} cells: {done} done in spite of it, the others one error"
    sure = f"{sound} had their effect at most once, and were done when made again"
    return ["### Each client call", "", f"**{told}; {sure}.**", "", table(cells)]


def main(arguments: list[str]) -> int:
    results, page = Path(arguments[0]), Path(arguments[1])
    found = read_results(results)
    endings = list(found["endings"].values())
    sys.stdout.write(f"{figure(endings)}\n")
    for ending in endings:
        for problem in ending["problems"]:
            sys.stdout.write(f"{ending['point']}: {problem}\n")
    try:
        made = with_section(page.read_text("utf-8"), (BEGIN, END), rendered(found))
    except ValueError as error:
        sys.stderr.write(f"{page} is left as it is: {error}\n")
        return 1
    page.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
