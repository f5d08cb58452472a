"""Streaks and recoveries."""

from __future__ import annotations

from collections.abc import Sequence

from transform.report import wording
from transform.report.charts.bars import Bar, Stretch
from transform.report.charts.paint import ACCENT, BAR, CLASSES
from transform.report.marts.feats import Recovery, Streak
from transform.report.parts import Block, Cell, Folded, LegendItem, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.sections.charting import bar_chart
from transform.report.sections.naming import statistic_cell
from transform.report.story import Story

_SHOWN = 10
_LISTED = 25
_KINDS = {
    "wins": "Wins",
    "podiums": "Podiums",
    "pole_positions": "Pole positions",
    "points_finishes": "Points finishes",
    "points_finishes_with_sprints": "Points finishes, with sprints",
    "classified_finishes": "Classified finishes",
}


def streaks_section(story: Story) -> Section:
    """Show the longest run of each kind by each definition, and what is still open."""
    kinds = [kind for kind in _KINDS if any(streak.kind == kind for streak in story.streaks)]
    kinds += sorted({streak.kind for streak in story.streaks} - set(_KINDS))
    blocks: list[Block] = []
    if kinds:
        blocks.append(_longest(story, kinds))
        blocks.append(_open(story.streaks))
        blocks.append(Folded("The same runs by the other definitions", (_by_definition(story, kinds),)))
    else:
        blocks.append(Prose("Not one race with a win, a podium, a pole, points or a classified finish: no streak."))
    return Section("streaks", "Streaks", _streak_finding(story.streaks), tuple(blocks))


def _streak_finding(streaks: Sequence[Streak]) -> str:
    for kind, word in (
        ("wins", "win"), ("podiums", "podium"), ("points_finishes", "points finish"), ("classified_finishes", "finish"),
    ):  # fmt: skip
        best = max((one.length for one in streaks if one.kind == kind and one.is_default), default=0)
        if best > 1:
            plural = {"win": "wins", "podium": "podiums"}.get(word, f"{word}es")
            return f"{wording.number(best)} {plural} in a row at the best"
    return "No two races in a row with a result"


def _kind(kind: str) -> str:
    return _KINDS.get(kind, kind.replace("_", " "))


def _span(streak: Streak) -> str:
    first = wording.race(streak.from_grand_prix_name, streak.from_date)
    last = wording.race(streak.to_grand_prix_name, streak.to_date)
    return first if streak.length == 1 else f"{first} to {last}"


def _best(streaks: Sequence[Streak]) -> Streak:
    return min(streaks, key=lambda one: (one.streak_rank, one.from_date))


def _longest(story: Story, kinds: Sequence[str]) -> Table:
    rows = []
    for kind in kinds:
        found = [streak for streak in story.streaks if streak.kind == kind and streak.is_default]
        if found:
            best = _best(found)
            name = Cell(_kind(kind), href=statistic_cell(story, best.statistic_id).href)
            rows.append(cells(name, str(best.length), _span(best), "yes" if best.is_open else "no"))
    heads = headings("Longest run of", "Races", "From and to", "Still open", text=("From and to", "Still open"))
    return Table("By the default definition; equal runs: the earliest", heads, tuple(rows))


def _open(streaks: Sequence[Streak]) -> Prose:
    found = [streak for streak in streaks if streak.is_open and streak.is_default and streak.length > 1]
    if not found:
        return Prose("No run of two races or more is open.")
    said = [
        f"{_kind(one.kind).lower()}: {one.length} since {wording.race(one.from_grand_prix_name, one.from_date)}"
        for one in found
    ]
    return Prose("Open now, to the newest race with results: " + "; ".join(said) + ".")


def _by_definition(story: Story, kinds: Sequence[str]) -> Table:
    rows = []
    for kind in kinds:
        for definition in dict.fromkeys(one.definition for one in story.streaks if one.kind == kind):
            found = [one for one in story.streaks if (one.kind, one.definition) == (kind, definition)]
            best = _best(found)
            name = statistic_cell(story, best.statistic_id, note="default" if best.is_default else "")
            rows.append(cells(name, str(best.length), _span(best), str(len(found))))
    heads = headings("Definition", "Longest", "From and to", "Runs listed", text=("From and to",))
    return Table("The longest run by every definition", heads, tuple(rows))


def recoveries_section(story: Story) -> Section:
    """Show the races with the most places gained between the grid and the finish."""
    found = story.recoveries
    if not found:
        said = Prose("No start that ended with a place better than the one on the grid.")
        return Section("recoveries", "Recoveries", "No place gained in any race", (said,))
    best = found[0]
    where = wording.race(best.grand_prix_name, best.race_date)
    finding = f"{wording.count(best.places_gained, 'place')} made up at the most, {where}"
    caption = f"The {min(_SHOWN, len(found))} largest gains, from the grid (left) to the finish (right)"
    end = max(race.started_from for race in found[:_SHOWN])
    bars = [_bar(race, end) for race in found[:_SHOWN]]
    legend = (LegendItem("to a win or podium", CLASSES[ACCENT]), LegendItem("to another place", CLASSES[BAR]))
    listed = found[:_LISTED]
    summary = f"The {len(listed)} largest of {len(found)} gains" if len(listed) < len(found) else "All gains"
    blocks = (
        bar_chart("chart-recoveries", caption, bars, end - 1, legend),
        Folded(summary, (_recovery_table(listed),)),
    )
    return Section("recoveries", "Recoveries", finding, blocks)


def _bar(race: Recovery, end: int) -> Bar:
    stretch = Stretch(
        end - race.started_from, end - race.position_number, ACCENT if race.is_podium or race.is_win else BAR
    )
    reading = f"{_grid(race)} to {wording.ordinal(race.position_number)}"
    return Bar(wording.race(race.grand_prix_name, race.race_date), (stretch,), reading)


def _grid(race: Recovery) -> str:
    return "pit lane" if race.grid_position_number is None else wording.ordinal(race.grid_position_number)


def _recovery_table(found: Sequence[Recovery]) -> Table:
    rows = tuple(
        cells(
            wording.race(race.grand_prix_name, race.race_date), _grid(race),
            wording.ordinal(race.position_number), str(race.places_gained), str(race.recovery_rank),
        )
        for race in found
    )  # fmt: skip
    return Table(
        "F1DB's positions gained; equal gains share a rank", headings("Race", "Grid", "Finish", "Gained", "Rank"), rows
    )
