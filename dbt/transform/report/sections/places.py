"""Where the driver won: circuits and Grands Prix."""

from __future__ import annotations

from collections.abc import Sequence

from transform.report import wording
from transform.report.charts.bars import Bar, Stretch
from transform.report.charts.paint import ACCENT, BAR, CLASSES, TRACK
from transform.report.marts.breakdowns import CircuitCounts, Named
from transform.report.parts import Block, Folded, LegendItem, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.sections.charting import bar_chart
from transform.report.story import Story

_SHOWN = 12
_LEGEND = (
    LegendItem("wins", CLASSES[ACCENT]),
    LegendItem("other podiums", CLASSES[BAR]),
    LegendItem("other starts", CLASSES[TRACK]),
)


def circuits_section(story: Story) -> Section:
    """Show the circuits with the most success."""
    blocks: list[Block] = []
    raced = [circuit for circuit in story.circuits if circuit.race_starts]
    if raced:
        shown = raced[:_SHOWN]
        caption = f"The {len(shown)} circuits with the most wins and podiums" if len(raced) > len(shown) else "Circuits"
        blocks.append(bar_chart("chart-circuits", caption, *_bars(shown), _LEGEND))
    if story.circuits:
        blocks += [
            Folded(f"All {len(story.circuits)} circuits", (_table("Circuit", story.circuits),)),
            Folded(f"All {len(story.grands_prix)} Grands Prix", (_table("Grand Prix", story.grands_prix),)),
        ]
    else:
        blocks.append(Prose("No race entry, so no circuit."))
    return Section("circuits", "Circuits", _finding(raced), tuple(blocks))


def _finding(raced: Sequence[CircuitCounts]) -> str:
    if not raced:
        return "No start at any circuit"
    won = [circuit for circuit in raced if circuit.race_wins]
    if not won:
        return f"No win at {wording.count(len(raced), 'circuit')}"
    most = max(circuit.race_wins for circuit in won)
    best = [circuit.name for circuit in won if circuit.race_wins == most]
    said = f"Wins at {len(won)} of {wording.count(len(raced), 'circuit')}"
    return f"{said}; most often at {wording.listing(best)}, {most} times" if len(best) <= 3 and most > 1 else said


def _bars(circuits: Sequence[CircuitCounts]) -> tuple[list[Bar], float]:
    bars = [
        Bar(
            circuit.name,
            (
                Stretch(0, circuit.race_wins, ACCENT),
                Stretch(circuit.race_wins, circuit.podiums, BAR),
                Stretch(circuit.podiums, circuit.race_starts, TRACK),
            ),
            f"{wording.count(circuit.race_wins, 'win')} of {circuit.race_starts}",
        )
        for circuit in circuits
    ]
    return bars, max(circuit.race_starts for circuit in circuits)


def _table(what: str, places: Sequence[Named]) -> Table:
    rows = tuple(
        cells(
            place.name, wording.years(place.first_year, place.last_year), str(place.race_starts),
            str(place.race_wins), str(place.podiums), str(place.pole_positions), str(place.fastest_laps),
            wording.NOTHING if place.best_race_result is None else wording.ordinal(place.best_race_result),
        )
        for place in places
    )  # fmt: skip
    heads = headings(what, "Years", "Starts", "Wins", "Podiums", "Poles", "Fastest laps", "Best")
    return Table("Sorted by wins, podiums, poles and starts", heads, rows)
