"""What the bundled sample cannot tell: it has few drivers, and a rank among them would be a wrong number."""

from __future__ import annotations

from transform.report.parts import Prose, Section


def section_without_field(id_: str, topic: str) -> Section:
    """Say that a theme needs everybody's results."""
    said = Prose("This needs the results of the full field, and the sample has those of a few drivers only.")
    return Section(id_, topic, "Not told by the sample", (said,))
