"""Names statistics as their definitions do, with a way to the definition."""

from __future__ import annotations

from typing import Final

from transform.report.parts import Cell
from transform.report.story import Story

DEFINITION_PREFIX: Final = "definition-"


class UndefinedStatisticError(LookupError):
    """A published row points to a statistic that statistic_definitions does not have."""


def statistic_name(story: Story, statistic_id: str) -> str:
    """Return a statistic's name.

    Raises:
        UndefinedStatisticError: nobody has defined it.
    """
    if statistic_id not in story.definitions:
        raise UndefinedStatisticError(f"statistic_definitions has no {statistic_id}")
    return story.definitions[statistic_id].name


def statistic_cell(story: Story, statistic_id: str, note: str = "", *, is_strong: bool = False) -> Cell:
    """Name a statistic in a table, as a link to its definition."""
    name = statistic_name(story, statistic_id)
    return Cell(name, note=note, href=f"#{DEFINITION_PREFIX}{statistic_id}", is_strong=is_strong)
