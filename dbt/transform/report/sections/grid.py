"""From the grid to the finish."""

from __future__ import annotations

from collections.abc import Sequence

from transform.report import wording
from transform.report.charts.drawing import draw
from transform.report.charts.grid import OUT, PIT_LANE, Spot, make_grid
from transform.report.charts.paint import ACCENT, BAR, CLASSES, SOFT
from transform.report.marts.races import RaceResult
from transform.report.parts import Block, Cell, Chart, LegendItem, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.story import Story

_NAMED = 4
_BUCKETS = ((1, 1, "Pole, or first on the grid"), (2, 3, "2nd and 3rd"), (4, 6, "4th to 6th"), (7, 10, "7th to 10th"),
            (11, 99, "11th and lower"))  # fmt: skip
_LEGEND = (
    LegendItem("places gained", CLASSES[ACCENT]),
    LegendItem("none gained or lost", CLASSES[SOFT]),
    LegendItem("places lost, or no finish", CLASSES[BAR]),
)


def grid_section(story: Story) -> Section:
    """Show what became of the places on the grid."""
    starts = _starts(story.races)
    blocks: tuple[Block, ...] = (Prose("No race started, so no way from the grid to a finish."),)
    if any(_grid_of(race) for race in starts):
        blocks = (_chart(story, starts), _table(starts))
    return Section("grid", "Grid to finish", _finding(story.races), blocks)


def _starts(races: Sequence[RaceResult]) -> list[RaceResult]:
    """Return one row a race started: the best one where the driver had two cars."""
    best: dict[int, RaceResult] = {}
    for race in races:
        if race.is_started and race.race_id not in best:
            best[race.race_id] = race
    return list(best.values())


def _finding(races: Sequence[RaceResult]) -> str:
    started = [race for race in races if race.is_started]
    if not started:
        return "No start"
    poles = {race.race_id for race in started if race.is_pole_position}
    wins = {race.race_id for race in started if race.is_win}
    if poles:
        said = (
            f"{len(poles & wins)} of {wording.count(len(poles), 'pole')} became wins"
            if len(poles) > 1
            else ("The only pole became a win" if poles & wins else "The only pole did not become a win")
        )
        others = len(wins - poles)
        return f"{said}; {wording.count(others, 'win')} from elsewhere" if others else said
    return f"{wording.count(len(wins), 'win')} without a pole" if wins else "No pole, no win"


def _grid_of(race: RaceResult) -> str | None:
    if race.grid_position_number is not None:
        return str(race.grid_position_number)
    return PIT_LANE if (race.grid_position_text or "").upper() == "PL" else None


def _chart(story: Story, starts: Sequence[RaceResult]) -> Chart:
    spots: dict[tuple[str, str], list[str]] = {}
    for race in starts:
        grid = _grid_of(race)
        if grid is not None:
            finish = OUT if race.position_number is None else str(race.position_number)
            name = story.grand_prix_names.get(race.grand_prix_id, race.grand_prix_id)
            spots.setdefault((grid, finish), []).append(f"{name} {race.year}")
    drawn = [Spot(grid, finish, len(which), _few(which)) for (grid, finish), which in spots.items()]
    wide, narrow = draw(lambda layout: make_grid(drawn, layout), is_explorable=True)
    caption = "Every start: place on the grid and place at the finish; the larger the dot, the more races"
    ways = "; ".join(f"from {one.grid} to {one.finish}: {one.races}" for one in sorted(drawn, key=lambda s: -s.races))
    return Chart("chart-grid", caption, f"{caption}. {ways}.", wide, narrow, _LEGEND)


def _few(races: Sequence[str]) -> str:
    latest = list(reversed(races))
    more = len(latest) - _NAMED
    return ", ".join(latest[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _table(starts: Sequence[RaceResult]) -> Table:
    rows = []
    for low, high, label in _BUCKETS:
        found = [race for race in starts if low <= (race.grid_position_number or 0) <= high]
        if found:
            rows.append(_counted(label, found))
    pit_lane = [race for race in starts if _grid_of(race) == PIT_LANE]
    if pit_lane:
        rows.append(_counted("Pit lane", pit_lane))
    heads = headings("From", "Starts", "Wins", "Won", "Podiums", "On the podium", "No finish")
    caption = "By place on the grid, as F1DB lists it; a credited pole need not be the first place on the grid."
    return Table(caption, heads, tuple(rows))


def _counted(label: str, races: Sequence[RaceResult]) -> tuple[Cell, ...]:
    starts = len(races)
    wins, podiums = sum(race.is_win for race in races), sum(race.is_podium for race in races)
    out = sum(race.position_number is None for race in races)
    return cells(
        label, str(starts), str(wins), wording.percent(wins, starts) or "", str(podiums),
        wording.percent(podiums, starts) or "", str(out),
    )  # fmt: skip
