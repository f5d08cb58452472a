"""What `make chaos` has found so far, in one file: a run of a part of the matrix replaces that part only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.chaos.client_faults import Cell
from tests.chaos.crash_points import Point
from tests.chaos.kill_world import Ending

_VARIABLE = "CHAOS_RESULTS"


def read_results(path: Path) -> dict[str, Any]:
    """Return `points` in order, `endings` by point, and `cells` of clients' calls; what has not been run is empty."""
    empty: dict[str, Any] = {"points": [], "endings": {}, "cells": []}
    return {**empty, **json.loads(path.read_text("utf-8"))} if path.exists() else empty


def keep_points(points: Sequence[Point]) -> None:
    """Keep which points there are; endings of points that are no more are forgotten."""
    names = [point.name for point in points]
    found = _read()
    endings = {name: ending for name, ending in found["endings"].items() if name in names}
    _write({**found, "points": names, "endings": endings})


def keep_ending(ending: Ending) -> None:
    found = _read()
    found["endings"][ending.point] = asdict(ending)
    _write(found)


def keep_cells(cells: Iterable[Cell]) -> None:
    _write({**_read(), "cells": [asdict(cell) for cell in cells]})


def _read() -> dict[str, Any]:
    return read_results(Path(os.environ.get(_VARIABLE, os.devnull)))


def _write(found: dict[str, Any]) -> None:
    """Write the file that `make chaos` names; tests that are run by themselves leave nothing."""
    if _VARIABLE in os.environ:
        path = Path(os.environ[_VARIABLE])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
