"""The debate about the greatest: every measure that either side would bring, led or not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from transform.report import wording
from transform.report.charts.bars import Bar, Stretch
from transform.report.charts.paint import ACCENT, BAR, CLASSES
from transform.report.marts.records import Measure
from transform.report.parts import Block, LegendItem, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.sections.charting import bar_chart
from transform.report.sections.naming import statistic_cell, statistic_name
from transform.report.sections.sample import section_without_field
from transform.report.story import Story

_LEGEND = (LegendItem("leads", CLASSES[ACCENT]), LegendItem("does not lead", CLASSES[BAR]))
_CAPTION = "Each measure by its default definition, as a share of its leader's value, with value and rank"
_SIDES = (
    ("for", "For: measures that speak for this driver"),
    ("against", "Against: measures that speak for others"),
    ("neutral", "Neither: measures that are led with others, or that do not rank this driver"),
)


def debate_section(story: Story) -> Section:
    """Show all measures, those led and those not led, with their leaders and minimum starts."""
    if story.stamp.is_sample:
        return section_without_field("debate", "The greatest?")
    ranked = [measure for measure in story.measures if measure.rank is not None and measure.value]
    blocks: list[Block] = [Prose(
        "No single number settles who is the greatest. These are totals, rates and views that allow for the era, "
        "chosen before looking at who leads them; each names its leader, and the starts that it asks of a driver.",
    )]  # fmt: skip
    if not ranked:
        blocks.append(Prose("This driver is ranked by none of them: too few starts, or nothing to count."))
        return Section("debate", "The greatest?", "Not part of the debate", tuple(blocks))
    blocks.append(_chart(story, [one for one in ranked if story.definitions[one.statistic_id].is_default] or ranked))
    for side, caption in _SIDES:
        found = [measure for measure in story.measures if measure.argument == side]
        if found:
            blocks.append(_table(story, found, caption))
    led = sum(measure.is_led for measure in ranked)
    finding = f"Leads {led or 'none'} of {wording.count(len(story.measures), 'measure')} that people argue with"
    return Section("debate", "The greatest?", finding, tuple(blocks))


def _chart(story: Story, measures: Sequence[Measure]) -> Block:
    bars = []
    for one in measures:
        leader = one.leader_value or Decimal(0)
        part = float(min(Decimal(1), max(Decimal(0), (one.value or Decimal(0)) / leader))) if leader else 0.0
        reading = f"{wording.measure(one.value, one.unit)}, {wording.ordinal(one.rank or 0)}"
        name = statistic_name(story, one.statistic_id)
        bars.append(Bar(name, (Stretch(0, part, ACCENT if one.is_led else BAR),), reading))
    return bar_chart("chart-debate", _CAPTION, bars, 1.0, _LEGEND)


def _table(story: Story, measures: Sequence[Measure], caption: str) -> Table:
    rows = tuple(
        cells(
            statistic_cell(story, one.statistic_id, note=_minimum(one), is_strong=one.is_led),
            wording.measure(one.value, one.unit), _rank(one), wording.few(one.leader_names),
            wording.measure(one.leader_value, one.unit),
        )
        for one in measures
    )  # fmt: skip
    heads = headings("Measure", "Value", "Rank", "Leader", "Leader's", text=("Leader",))
    return Table(caption, heads, rows)


def _minimum(measure: Measure) -> str:
    return f"at least {wording.count(measure.minimum_starts, 'start')}" if measure.minimum_starts else ""


def _rank(measure: Measure) -> str:
    if measure.rank is None:
        return "not ranked"
    return f"{wording.ordinal(measure.rank)} of {wording.number(measure.drivers_ranked or 0)}"
