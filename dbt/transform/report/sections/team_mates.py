"""Team-mates head to head, by every definition that people use."""

from __future__ import annotations

from collections.abc import Sequence

from transform.report import wording
from transform.report.charts.bars import Bar, Stretch
from transform.report.charts.paint import ACCENT, BAR, CLASSES
from transform.report.marts.feats import HeadToHead
from transform.report.parts import Block, Choice, Folded, LegendItem, Option, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.sections.charting import bar_chart
from transform.report.sections.naming import statistic_cell
from transform.report.story import Story

_SHOWN = 12
_UNFOLDED = 14
_METRICS = (("race", "Races"), ("qualifying", "Qualifying"))
_LABELS = {
    "display_order": "F1DB's order",
    "both_classified": "both classified",
    "either_classified": "either classified",
    "grid": "starting grid",
}
_LEGEND = (LegendItem("ahead", CLASSES[ACCENT]), LegendItem("behind", CLASSES[BAR]))


def team_mates_section(story: Story) -> Section:
    """Show races and qualifying, each with its definitions to choose from; the default one is shown first."""
    blocks: list[Block] = []
    if not story.head_to_heads:
        blocks.append(Prose("No race with a team-mate of the same team, so there is nobody to compare with."))
    for metric, label in _METRICS:
        rows = [row for row in story.head_to_heads if row.metric == metric]
        if rows:
            blocks.append(_choice(story, metric, label, rows))
    return Section("team-mates", "Team-mates", _finding(story.head_to_heads), tuple(blocks))


def _finding(rows: Sequence[HeadToHead]) -> str:
    races = [row for row in rows if row.metric == "race" and row.is_default and row.meetings]
    if not races:
        return "Nobody to compare with in a race"
    totals: dict[str, tuple[int, int]] = {}
    for row in races:
        ahead, behind = totals.get(row.team_mate_name, (0, 0))
        totals[row.team_mate_name] = ahead + row.ahead, behind + row.behind
    better = sum(ahead > behind for ahead, behind in totals.values())
    level = sum(ahead == behind for ahead, behind in totals.values())
    said = f"Ahead of {better or 'none'} of {wording.count(len(totals), 'team-mate')} in races"
    return f"{said}, level with {level}" if level else said


def _choice(story: Story, metric: str, label: str, rows: Sequence[HeadToHead]) -> Choice:
    found = {row.definition: row for row in rows}
    order = sorted(
        found, key=lambda name: (not found[name].is_default, list(_LABELS).index(name) if name in _LABELS else 9)
    )
    options = tuple(
        Option(
            _LABELS.get(name, name.replace("_", " ")) + (" (default)" if found[name].is_default else ""),
            _blocks(story, f"{metric}-{name}", label, [row for row in rows if row.definition == name]),
        )
        for name in order
    )
    return Choice(f"choice-{metric}", f"{label}, counted by", options)


def _blocks(story: Story, id_: str, label: str, rows: Sequence[HeadToHead]) -> tuple[Block, ...]:
    definition = story.definitions.get(rows[0].statistic_id)
    met = [row for row in rows if row.meetings]
    shown = sorted(sorted(met, key=lambda row: -row.meetings)[:_SHOWN], key=lambda row: (row.first_year, row.last_year))
    blocks: list[Block] = []
    if definition is not None:
        blocks.append(Prose(definition.definition, is_note=True))
    if shown:
        caption = f"{label}: share of meetings ahead"
        if len(shown) < len(met):
            caption += f", the {len(shown)} team-mates met most often"
        blocks.append(bar_chart(f"chart-{id_}", caption, [_bar(row) for row in shown], 1.0, _LEGEND, rule=0.5))
    table = _table(story, rows)
    blocks.append(table if len(rows) <= _UNFOLDED else Folded(f"All {len(rows)} team-mates", (table,)))
    return tuple(blocks)


def _bar(row: HeadToHead) -> Bar:
    compared = row.ahead + row.behind
    share = row.ahead / compared if compared else 0.0
    stretches = (Stretch(0, share, ACCENT), Stretch(share, 1.0 if compared else share, BAR))
    return Bar(f"{row.team_mate_name}, {wording.years(row.first_year, row.last_year)}", stretches, _score(row))


def _score(row: HeadToHead) -> str:
    return f"{row.ahead}\N{EN DASH}{row.behind}"


def _table(story: Story, rows: Sequence[HeadToHead]) -> Table:
    told = tuple(
        cells(
            row.team_mate_name, row.constructor_name, wording.years(row.first_year, row.last_year), str(row.meetings),
            str(row.ahead), str(row.behind), wording.measure(row.share_ahead, "share"),
        )
        for row in rows
    )  # fmt: skip
    total = (sum(row.meetings for row in rows), sum(row.ahead for row in rows), sum(row.behind for row in rows))
    share = wording.percent(total[1], total[1] + total[2]) or wording.NOTHING
    told += (cells("All together", "", "", *(str(number) for number in total), share),)
    heads = headings("Team-mate", "Team", "Years", "Met", "Ahead", "Behind", "Ahead", text=("Team",))
    return Table(f"Definition: {statistic_cell(story, rows[0].statistic_id).text}", heads, told)
