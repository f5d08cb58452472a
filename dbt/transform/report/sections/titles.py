"""Titles with their margins, and every win."""

from __future__ import annotations

from decimal import Decimal

from transform.report import wording
from transform.report.charts.bars import Bar, Stretch
from transform.report.charts.paint import ACCENT
from transform.report.marts.races import Title, Win
from transform.report.parts import Block, Cell, Folded, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.sections.charting import bar_chart
from transform.report.story import Story


def titles_section(story: Story) -> Section:
    """Show by how much each title was won, and when it was decided."""
    blocks: list[Block] = []
    margins = [title for title in story.titles if title.margin_points is not None]
    if len(margins) > 1:
        blocks.append(bar_chart("chart-titles", "Margin of each title, in points", *_bars(margins)))
    if story.titles:
        blocks.append(_table(story.titles))
    else:
        blocks.append(Prose(_without_title(story)))
    blocks.append(_wins(story.wins))
    return Section("titles", "Titles and wins", _finding(story), tuple(blocks))


def _finding(story: Story) -> str:
    titles = story.titles
    if not titles:
        wins = len(story.wins)
        return f"No world title, {wording.count(wins, 'win')}" if wins else "No world title, no win"
    said = wording.count(len(titles), "world title")
    margins = [title.margin_points for title in titles if title.margin_points is not None]
    if margins:
        low, high = min(margins), max(margins)
        said += (
            f", by {wording.number(low)} to {wording.count(high, 'point')}"
            if low != high
            else (f", by {wording.count(high, 'point')}")
        )
    late = sum(title.is_decided_at_last_race is True for title in titles)
    return f"{said}; {late or 'none'} decided at the last race" if margins else said


def _without_title(story: Story) -> str:
    best = story.career.best_championship_position
    if best is None:
        return "No title, and no place in the standings of a season that is over."
    return f"No title yet: {wording.ordinal(best)} is the best place in a championship that is over."


def _bars(titles: list[Title]) -> tuple[list[Bar], float]:
    bars = []
    for title in titles:
        margin = title.margin_points or Decimal(0)
        reading = f"{wording.count(margin, 'point')} clear"
        rival = f" over {title.runner_up_name}" if title.runner_up_name else ""
        bars.append(Bar(f"{title.year}{rival}", (Stretch(0, float(margin), ACCENT),), reading))
    return bars, max(float(title.margin_points or 0) for title in titles)


def _table(titles: tuple[Title, ...]) -> Table:
    def points(value: Decimal | None) -> str:
        return wording.NOTHING if value is None else wording.number(value)

    rows = tuple(
        cells(
            str(title.year), title.constructors or wording.NOTHING, points(title.championship_points),
            title.runner_up_name or wording.NOTHING, points(title.runner_up_points), points(title.margin_points),
            _decided(title),
        )
        for title in titles
    )  # fmt: skip
    heads = headings(
        "Season", "Team", "Points", "Runner-up", "Points", "Margin", "Decided at",
        text=("Team", "Runner-up", "Decided at"),
    )  # fmt: skip
    return Table("Points, rivals and margins as the final standings have them, dropped scores left out.", heads, rows)


def _decided(title: Title) -> Cell:
    if title.decided_grand_prix_name is None:
        return Cell(wording.NOTHING)
    left = title.races_left_when_decided
    note = "" if left is None else "last race" if left == 0 else f"{wording.count(left, 'race')} left"
    return Cell(wording.grand_prix(title.decided_grand_prix_name), note=note)


def _wins(wins: tuple[Win, ...]) -> Block:
    if not wins:
        return Prose("No race win in this release.")
    rows = tuple(
        cells(
            str(win.win_number), wording.race(win.grand_prix_name, win.race_date), win.circuit_name,
            win.constructor_name, win.grid_position_text or wording.NOTHING, win.second_driver_name or wording.NOTHING,
            ", ".join(_feats(win)) or wording.NOTHING,
        )
        for win in reversed(wins)
    )  # fmt: skip
    heads = headings(
        "No.", "Race", "Circuit", "Team", "Grid", "Second", "With", text=("Race", "Circuit", "Team", "Second", "With"),
    )  # fmt: skip
    summary = f"All {len(wins)} wins" if len(wins) > 1 else "The win"
    return Folded(summary, (Table("Race wins, the latest first", heads, rows),))


def _feats(win: Win) -> list[str]:
    if win.is_grand_slam:
        return ["grand slam", *(["shared car"] if win.is_shared else [])]
    named = (("pole", win.is_pole_position), ("fastest lap", win.is_fastest_lap), ("shared car", win.is_shared))
    return [name for name, is_so in named if is_so]
