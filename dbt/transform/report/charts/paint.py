"""Colours that no page uses: the style sheet repaints them for light and dark (`svg [fill="#010101"]`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

BAR: Final = "#010101"
ACCENT: Final = "#020202"
INK: Final = "#030303"
MUTED: Final = "#040404"
LINE: Final = "#050505"
SOFT: Final = "#060606"
TRACK: Final = "#070707"
TEAMS: Final = ("#0a0a01", "#0a0a02", "#0a0a03", "#0a0a04", "#0a0a05", "#0a0a06")

# The style sheet's class for each paint that a legend shows.
CLASSES: Final = {
    BAR: "paint-bar", ACCENT: "paint-accent", SOFT: "paint-soft", TRACK: "paint-track",
    **{paint: f"paint-team-{number}" for number, paint in enumerate(TEAMS, start=1)},
}  # fmt: skip


def team_paints(teams: Sequence[str], weights: Sequence[int]) -> dict[str, str]:
    """Give the weightiest teams a colour each, in the order in which they are listed; the others share one."""
    by_weight = sorted(range(len(teams)), key=lambda at: -weights[at])[: len(TEAMS)]
    coloured = [teams[at] for at in sorted(by_weight)]
    return {team: TEAMS[coloured.index(team)] if team in coloured else BAR for team in teams}
