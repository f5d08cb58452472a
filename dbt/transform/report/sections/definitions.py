"""What every number means, where it comes from, and which other honest definitions there are."""

from __future__ import annotations

from transform.report import wording
from transform.report.marts.records import Definition
from transform.report.parts import Block, Cell, Folded, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.sections.naming import DEFINITION_PREFIX
from transform.report.story import Story


def definitions_section(story: Story) -> Section:
    """List all definitions, with their rivals."""
    found = sorted(story.definitions.values(), key=lambda one: (one.name.lower(), one.id))
    if not found:
        said = Prose("This release was published without definitions.")
        return Section("definitions", "Definitions", "No definitions", (said,))
    contested = sum(bool(one.rivals) for one in found)
    said = Prose(
        f"Where honest definitions differ, all of them are listed: {contested} of {len(found)} have others beside "
        "them. The one marked as default is the one that the numbers above use unless they say otherwise."
    )
    rows = tuple(cells(*_cells(story, one)) for one in found)
    heads = headings("Statistic", "Definition", "Rule", "From", "Others", text=("Definition", "Rule", "From", "Others"))
    table = Table(
        "Sorted by name; sources are F1DB's tables", heads, rows, tuple(f"{DEFINITION_PREFIX}{one.id}" for one in found)
    )
    blocks: tuple[Block, ...] = (said, Folded(f"All {len(found)} definitions", (table,)))
    return Section("definitions", "Definitions", f"{len(found)} statistics, each with its definition", blocks)


def _cells(story: Story, one: Definition) -> list[Cell]:
    rivals = [story.definitions[rival].name if rival in story.definitions else rival for rival in one.rivals]
    note = "default" if one.is_default and rivals else ""
    return [
        Cell(one.name, note=note), Cell(one.definition), Cell(one.rule), Cell(one.source),
        Cell("; ".join(rivals) or wording.NOTHING),
    ]  # fmt: skip
