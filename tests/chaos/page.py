"""The tables of docs/faults.md: `python -m tests.chaos.page <results> <page>` writes what `make chaos` has found."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.chaos.client_calls import NOT_TRIED, OVERWRITES, TWICE, UNNOTICED
from tests.chaos.client_faults import ANSWERED, FAULTS, Cell, table
from tests.chaos.results import read_results
from tests.made_sections import section, with_section

BEGIN, END = "<!-- made by `make chaos` -->", "<!-- end of what `make chaos` makes -->"
_Key = TypeVar("_Key")
_CALLS = "### Each client call"
_ENDED = ("0 ticks", "1 tick", "2 ticks")
_COLUMNS = ("its caller, before", "its caller, after", "everything, after", "the process, silent")


def rendered(found: dict[str, Any], page: str = "") -> str:
    """Write both tables with their figures; one of which nothing was tried stays as it is on the page.

    Raises: ValueError, when a part has been tried partly, or is not on the page either.
    """
    kills, calls = _parts(page)
    missing = [name for name in found["points"] if name not in found["endings"]]
    if found["points"] and not missing:
        kills = "\n".join(_of_kills([found["endings"][name] for name in found["points"]]))
    elif found["points"] or not kills:
        raise ValueError(f"{len(missing)} of {len(found['points'])} points have not been tried: {missing[:3]}")
    if found["cells"]:
        calls = "\n".join(_of_calls([Cell(**cell) for cell in found["cells"]]))
    elif not calls:
        raise ValueError("the clients' calls have not been tried")
    return section((BEGIN, END), f"{kills}\n\n{_CALLS}\n\n{calls}")


def figure(endings: list[dict[str, Any]]) -> str:
    """Say the whole matrix in one line."""
    counts = Counter(_ended(ending) for ending in endings)
    parts = [f"{counts[ended]} with {ended}" for ended in _ENDED if counts[ended]]
    parts += [f"{counts['broken']} broken"] if counts["broken"] else []
    whole = len(endings) - counts["broken"]
    return f"{len(endings)} crash points: {whole} published once, whole, nothing doubled or left ({', '.join(parts)})"


def names_on(page: str) -> tuple[set[str], set[str]]:
    """Return the rows of the two tables of a page: steps, and clients' calls."""
    kills, calls = _parts(page)
    rows = r"^\| `?([^|`]+?)`? \|"
    steps = set(re.findall(rows, kills, re.MULTILINE)) - {"step"}
    return steps, set(re.findall(rows, calls, re.MULTILINE)) - {"call"}


def _parts(page: str) -> tuple[str, str]:
    kills, _, calls = page.partition(BEGIN)[2].partition(END)[0].partition(_CALLS)
    return kills.strip(), calls.strip()


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
    answers = Counter(cell.answer for cell in cells)
    failed = len(cells) - sum(answers[one] for one in ANSWERED)
    sound = sum(is_sound(cell) for cell in cells)
    calls = len({cell.call for cell in cells})
    tried = f"{calls} calls, {len(FAULTS)} faults, {len(cells)} cells of {len(cells) + len(NOT_TRIED)} tried"
    told = f"{', '.join(f'{answers[one]} {one}' for one in ANSWERED)}, {failed} one error"
    sure = f"{sound} had their effect at most once, or as is told below, and were done when made again"
    unnoticed = [cell for cell in cells if cell.answer in ANSWERED and cell.answer != "done"]
    return [
        f"**{tried}: {told}; {sure}.**",
        "",
        "`done` is the answer and the effect of the undisturbed call; `less` lacks something of the answer, "
        "`passed on` returned what the disturbed server said, `lost` returned without an effect:",
        "",
        *(f"- {cell.call}, {cell.fault}, is {cell.answer}: {_finder(cell)}." for cell in unnoticed),
        "",
        table(cells),
        "",
        "After the second, undisturbed call whatever changes something has had its effect exactly once, but for these, "
        "which have it with each call that is made "
        f"({', '.join(sorted(OVERWRITES))} also with each repetition within one):",
        "",
        *(f"- {'; '.join(names)}: {reason}." for reason, names in _by_reason(TWICE)),
        "",
        "Not tried is what would only wait out a library's own patience:",
        "",
        *(f"- {_listed(keys)}: {reason}." for reason, keys in _by_reason(NOT_TRIED)),
    ]


def is_sound(cell: Cell) -> bool:
    """Say whether a call had its effect at most once, and, made again, exactly once: or as often as is declared."""
    if cell.effects is None or cell.effects_again is None:
        return cell.again == "done"
    wanted = cell.effects + 1 if cell.call in TWICE else 1
    most = 2 if cell.call in OVERWRITES else 1
    return cell.effects <= most and cell.again == "done" and cell.effects_again == wanted


def _finder(cell: Cell) -> str:
    return UNNOTICED.get((cell.call, cell.fault), ("", "nobody is known to find it out"))[1]


def _by_reason(declared: Mapping[_Key, str]) -> list[tuple[str, list[_Key]]]:
    reasons: dict[str, list[_Key]] = {}
    for key, reason in declared.items():
        reasons.setdefault(reason, []).append(key)
    return list(reasons.items())


def _listed(cells: list[tuple[str, str]]) -> str:
    faults: dict[str, list[str]] = {}
    for call, fault in cells:
        faults.setdefault(fault, []).append(call)
    calls: dict[str, list[str]] = {}
    for fault, names in faults.items():
        calls.setdefault(", ".join(names), []).append(fault)
    return "; ".join(f"{' and '.join(found)} of {names}" for names, found in calls.items())


def main(arguments: list[str]) -> int:
    results, page = Path(arguments[0]), Path(arguments[1])
    found = read_results(results)
    endings = list(found["endings"].values())
    if endings:
        sys.stdout.write(f"{figure(endings)}\n")
    for ending in endings:
        for problem in ending["problems"]:
            sys.stdout.write(f"{ending['point']}: {problem}\n")
    try:
        text = page.read_text("utf-8")
        made = with_section(text, (BEGIN, END), rendered(found, text))
    except ValueError as error:
        sys.stderr.write(f"{page} is left as it is: {error}\n")
        return 1
    page.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
