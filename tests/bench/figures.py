"""What was measured: medians with their spread, against a goal where there is one."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    runs: tuple[float, ...]
    unit: str
    against: str
    goal: float | None

    @property
    def value(self) -> float:
        return statistics.median(self.runs)


@dataclass(slots=True)
class Figures:
    """Figures in the order in which they were measured; each is printed as soon as it is known."""

    measured: list[Figure] = field(default_factory=list)

    def add(self, name: str, runs: list[float], unit: str, against: str = "-", goal: float | None = None) -> None:
        figure = Figure(name, tuple(round(run, 3) for run in runs), unit, against, goal)
        self.measured.append(figure)
        print(f"{name}: {figure.value:.3f} {unit} (of {', '.join(f'{run:.3f}' for run in figure.runs)})", flush=True)

    def tell(self, what: str) -> None:
        """Say what is being measured now."""
        print(f"… {what}", flush=True)

    def compare(self, name: str, stage: str, *floors: str) -> None:
        """Add a stage's median against the sum of its floors' medians, where all of them were measured."""
        values = {figure.name: figure.value for figure in self.measured}
        if {stage, *floors} <= values.keys():
            self.add(name, [values[stage] / sum(values[floor] for floor in floors)], "x", " + ".join(floors))

    def to_json(self) -> dict[str, Any]:
        """Return what has a goal as results, the rest as observations."""
        results: list[dict[str, Any]] = []
        observations: list[dict[str, Any]] = []
        for figure in self.measured:
            row = {"name": figure.name, "value": figure.value, "unit": figure.unit, "against": figure.against}
            if figure.goal is None:
                observations.append({**row, "runs": list(figure.runs)})
            else:
                results.append({**row, "goal": figure.goal, "runs": list(figure.runs)})
        return {"results": results, "observations": observations}

    def to_markdown(self) -> str:
        lines = ["| name | median | min - max | goal | against |", "|---|---|---|---|---|"]
        for figure in self.measured:
            goal = "-" if figure.goal is None else f"{figure.goal:g}"
            spread = f"{min(figure.runs):.2f} - {max(figure.runs):.2f}"
            lines.append(
                f"| `{figure.name}` | {figure.value:.2f} {figure.unit} | {spread} | {goal} | {figure.against} |"
            )
        return "\n".join(lines) + "\n"


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Put what was measured now into what was measured before; each figure stays in its place."""
    measured = {row["name"] for rows in new.values() for row in rows}
    document: dict[str, Any] = {}
    for kind, rows in new.items():
        own = {row["name"]: row for row in rows}
        kept = {row["name"]: row for row in old[kind] if row["name"] in own or row["name"] not in measured}
        document[kind] = list((kept | own).values())
    return document
