"""Each call of a client against each fault: `python -m tests.chaos.client_faults` prints what came of it.

A cell is one call, disturbed once (or for ever), then the same call again, undisturbed, as the next delivery would make
it. It is measured: the answer against that of an undisturbed call, or the error's code; how long it took; what came
about after the first and the second.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.chaos.client_calls import CALLS, LESS, NOT_TRIED, WAREHOUSE, Call
from tests.chaos.client_world import World, with_world

STALL_S = 3.0
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"do": {"status": 429}},
    "500": {"do": {"status": 500}},
    "503": {"do": {"status": 503}},
    "408": {"do": {"status": 408}},
    "reset before": {"do": {"reset": True}},
    "reset after": {"when": "after", "do": {"reset": True}},
    "lost acknowledgement": {"when": "after", "do": {"status": 503}},
    "truncated": {"do": {"truncate": True}},
    "stall": {"do": {"stall_s": STALL_S}},
    "stall after": {"when": "after", "do": {"stall_s": STALL_S}},
    "HTML with 200": {"do": {"status": 200, "headers": {"Content-Type": "text/html"}, "body": "<html>oops</html>"}},
    "503 for ever": {"times": None, "do": {"status": 503}},
}
QUICK = ("503", "reset after")
ANSWERED = ("done", LESS, "passed on", "lost")


@dataclass(frozen=True)
class Cell:
    """`answer` is `done`, `less`, `passed on`, `lost`, or an error's code (its class's name where it has none).

    `done` has the value and the effect of the undisturbed call, `less` a value that lacks something, `passed on`
    another one, `lost` no effect. Counts are after each call.
    """

    call: str
    fault: str
    answer: str
    value: str
    seconds: float
    has_fired: bool
    effects: int | None
    again: str
    again_seconds: float
    effects_again: int | None


def cells(world: World, calls: list[str], faults: list[str]) -> Iterator[Cell]:
    """Try each call undisturbed, and then against each fault, but for those that are declared as not tried."""
    number = 0
    for name in calls:
        number += 1
        undisturbed = _undisturbed(world, CALLS[name], f"cell-{number}")
        for fault in faults:
            if (name, fault) not in NOT_TRIED:
                number += 1
                yield _cell(world, CALLS[name], fault, f"cell-{number}", undisturbed)


def _undisturbed(world: World, call: Call, key: str) -> str:
    """Return the value of a call. Raises: ValueError, when it has no effect, which the cells could not tell then."""
    call.prepare(world, key)
    value = call.make(world, key)
    if call.effect is not None and (effects := call.effect(world, key)) != 1:
        raise ValueError(f"{call.name} has its effect {effects} times undisturbed")
    return _without(key, value)


def _cell(world: World, call: Call, fault: str, key: str, undisturbed: str) -> Cell:
    call.prepare(world, key)
    rule = {**json.loads(json.dumps(call.rule).replace("KEY", key)), **FAULTS[fault]}
    before = world.firings()
    world.arm(rule, f"{call.name} {fault}")
    started = time.monotonic()
    answer, value = _answer(world, call, key)
    seconds = time.monotonic() - started
    world.arm(None, "")
    if fault.startswith("stall"):
        time.sleep(max(0.0, started + STALL_S + 0.3 - time.monotonic()))  # what is late comes about, too
    effects = None if call.effect is None else call.effect(world, key)
    if answer == "done" and effects == 0:
        answer = "lost"
    elif answer == "done" and value != undisturbed:
        answer = LESS if value.startswith(f"{LESS}:") else "passed on"
    started_again = time.monotonic()
    again, _ = _answer(world, call, key)
    again_seconds = round(time.monotonic() - started_again, 2)
    effects_again = None if call.effect is None else call.effect(world, key)
    has_fired = world.firings() > before
    took = round(seconds, 2)
    return Cell(call.name, fault, answer, value[:300], took, has_fired, effects, again, again_seconds, effects_again)


def _answer(world: World, call: Call, key: str) -> tuple[str, str]:
    try:
        value = call.make(world, key)
    except Exception as error:  # every error is a finding here
        return _code(call, error), f"{type(error).__name__}: {error}"
    return "done", _without(key, value)


def _without(key: str, value: object) -> str:
    return str(value).replace(key, "KEY")


def _code(call: Call, error: Exception) -> str:
    from pipeline.errors import PipelineError
    from transform.errors import FaultError
    from transform.warehouses.bigquery_client import error_code

    if isinstance(error, PipelineError | FaultError):
        return str(error.code)
    # The transform names what BigQuery's client lets through; the batch fails with what its storage lets through.
    named = error_code(error) if call in WAREHOUSE else None
    return named or type(error).__name__


def table(found: list[Cell]) -> str:
    """Write the cells as a Markdown table: a call a line, a fault a column."""
    by_call: dict[str, dict[str, Cell]] = {}
    for cell in found:
        by_call.setdefault(cell.call, {})[cell.fault] = cell
    faults = [fault for fault in FAULTS if any(cell.fault == fault for cell in found)]
    lines = ["| call | " + " | ".join(faults) + " |", "|---|" + "---|" * len(faults)]
    for name, row in by_call.items():
        lines.append(f"| {name} | " + " | ".join(_shown(name, fault, row.get(fault)) for fault in faults) + " |")
    return "\n".join(lines)


def _shown(call: str, fault: str, cell: Cell | None) -> str:
    if cell is None:
        return "not tried" if (call, fault) in NOT_TRIED else ""
    return cell.answer if cell.answer in ANSWERED else f"`{cell.answer}`"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", default=",".join(FAULTS), help="a list of columns")
    parser.add_argument("--calls", default=";".join(CALLS), help="a list of rows, with ; between them")
    parser.add_argument("--json", action="store_true", help="one JSON object a cell")
    chosen = parser.parse_args(arguments)

    def run(world: World) -> int:
        found = []
        for cell in cells(world, chosen.calls.split(";"), chosen.faults.split(",")):
            found.append(cell)
            if chosen.json:
                sys.stdout.write(json.dumps(asdict(cell)) + "\n")
                sys.stdout.flush()
        if not chosen.json:
            sys.stdout.write(f"{table(found)}\n")
        return 0

    with tempfile.TemporaryDirectory() as folder:
        return with_world(Path(folder), run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
