"""Reads the seed of statistic definitions, the one place that says what a published number counts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from transform.parsed_project import PROJECT

SEED = PROJECT / "seeds" / "statistic_definitions.csv"
HEADER = ("id", "name", "definition", "rule", "source", "alternatives", "is_default")


@dataclass(frozen=True, slots=True)
class Definition:
    """One statistic; `alternatives` are the ids of rival definitions that are published, too."""

    id: str
    name: str
    definition: str
    rule: str
    source: tuple[str, ...]
    alternatives: tuple[str, ...]
    is_default: bool

    def to_row(self) -> tuple[str, ...]:
        """Write the definition as the seed has it."""
        return (
            self.id, self.name, self.definition, self.rule, ", ".join(self.source), "|".join(self.alternatives),
            str(self.is_default).lower(),
        )  # fmt: skip


def read_definitions(path: Path = SEED) -> dict[str, Definition]:
    """Return every definition by its id, in the order of the file."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    found = [
        Definition(
            id=row["id"],
            name=row["name"],
            definition=row["definition"],
            rule=row["rule"],
            source=tuple(row["source"].split(", ")),
            alternatives=tuple(filter(None, row["alternatives"].split("|"))),
            is_default=row["is_default"] == "true",
        )
        for row in rows
    ]
    return {definition.id: definition for definition in found}
