"""Records that the driver holds, those that are out of reach or near, and what the next race can do."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from transform.report import wording
from transform.report.charts.bars import Bar, Stretch
from transform.report.charts.paint import ACCENT, BAR, CLASSES
from transform.report.marts.records import Record, RecordWatch
from transform.report.parts import Block, Cell, Folded, LegendItem, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.sections.charting import bar_chart
from transform.report.sections.naming import statistic_cell, statistic_name
from transform.report.sections.sample import section_without_field
from transform.report.story import Story

_SHOWN = 14
_NEAREST = 15
_OTHERS = "Records that somebody else holds: this driver's rank, the leader, and the distance to the leader"
_LEGEND = (
    LegendItem("holds the record, alone or with others", CLASSES[ACCENT]),
    LegendItem("somebody else does", CLASSES[BAR]),
)
_EFFECTS = {"equals": "equal it", "breaks": "break it", "reaches": "reach it"}
_EFFECTS_ON_DRIVERS = {"equals": "draw level", "breaks": "go past", "reaches": "draw level"}
_KINDS = {"record": "record", "milestone": "milestone", "next_driver": "next driver ahead"}


def records_section(story: Story) -> Section:
    """Show records held and records not held, each with its leader and the distance to it."""
    if story.stamp.is_sample:
        return section_without_field("records", "Records")
    ranked = [record for record in story.records if record.rank is not None and record.value]
    held = [record for record in ranked if record.is_leader]
    others = [record for record in ranked if not record.is_leader]
    absent = [record for record in story.records if record.rank is None or not record.value]
    blocks: list[Block] = []
    careers = [record for record in ranked if record.category == "career" and record.leader_value]
    if careers:
        blocks.append(_chart(story, careers[:_SHOWN]))
    blocks.append(_held(story, held) if held else Prose("This driver holds none of the records that are counted here."))
    others = sorted(others, key=lambda one: (one.rank or 0, one.statistic_id))
    if others:
        blocks.append(_table(story, others[:_NEAREST], _OTHERS))
    if len(others) > _NEAREST:
        summary = f"{wording.count(len(others) - _NEAREST, 'more record')} held by somebody else"
        blocks.append(Folded(summary, (_table(story, others[_NEAREST:], _OTHERS),)))
    if absent:
        blocks.append(_absent(story, absent))
    if ranked:
        finding = f"Holds {len(held) or 'none'} of {wording.count(len(ranked) + len(absent), 'record')}"
    else:
        finding = "No record, as there is nothing to rank"
    return Section("records", "Records", finding, tuple(blocks))


def _chart(story: Story, records: Sequence[Record]) -> Block:
    bars = []
    for record in sorted(records, key=lambda one: (one.rank or 0, one.statistic_id)):
        part = _share_of_leader(record)
        reading = f"{wording.measure(record.value, record.unit)}, {wording.ordinal(record.rank or 0)}"
        paint = ACCENT if record.is_leader else BAR
        bars.append(Bar(statistic_name(story, record.statistic_id), (Stretch(0, part, paint),), reading))
    caption = "Career totals as a share of the record, with the value and the rank among all drivers"
    return bar_chart("chart-records", caption, bars, 1.0, _LEGEND)


def _share_of_leader(record: Record) -> float:
    value, leader = record.value or Decimal(0), record.leader_value or Decimal(0)
    part = value / leader if record.is_higher_better and leader else leader / value if value else Decimal(0)
    return float(min(max(part, Decimal(0)), Decimal(1)))


def _held(story: Story, records: Sequence[Record]) -> Table:
    rows = tuple(
        cells(
            _name(story, record), wording.measure(record.value, record.unit), record.detail or wording.NOTHING,
            "alone" if record.leader_names == story.career.driver_name else wording.few(record.leader_names),
        )
        for record in records
    )  # fmt: skip
    heads = headings("Record held", "Value", "When or where", "Held", text=("When or where", "Held"))
    return Table("Records that this driver holds, alone or with others", heads, rows)


def _name(story: Story, record: Record) -> Cell:
    note = "" if record.eligibility in (None, "", "all drivers") else str(record.eligibility)
    return statistic_cell(story, record.statistic_id, note=note)


def _table(story: Story, records: Sequence[Record], caption: str) -> Table:
    rows = tuple(
        cells(
            _name(story, record), wording.measure(record.value, record.unit),
            f"{wording.ordinal(record.rank or 0)} of {wording.number(record.drivers_ranked or 0)}",
            wording.few(record.leader_names), wording.measure(record.leader_value, record.unit),
            wording.measure(record.gap, record.unit),
        )
        for record in records
    )  # fmt: skip
    heads = headings("Statistic", "Value", "Rank", "Leader", "Leader's", "Gap", text=("Leader",))
    return Table(caption, heads, rows)


def _absent(story: Story, records: Sequence[Record]) -> Folded:
    rows = tuple(
        cells(
            _name(story, record), wording.measure(record.value, record.unit),
            "nothing to count" if record.is_eligible else f"not eligible: {record.eligibility or 'no value'}",
            wording.few(record.leader_names), wording.measure(record.leader_value, record.unit),
        )
        for record in records
    )  # fmt: skip
    heads = headings(
        "Statistic", "Value", "Why there is no rank", "Leader", "Leader's", text=("Why there is no rank", "Leader")
    )
    summary = f"{wording.count(len(records), 'record')} without a value of this driver to rank"
    return Folded(summary, (Table("Not ranked", heads, rows),))


def watch_section(story: Story) -> Section:
    """Show how far the next marks are, and which of them the next race can bring."""
    if story.stamp.is_sample:
        return section_without_field("watch", "Record watch")
    marks = story.record_watch
    if not marks:
        return Section("watch", "Record watch", "No mark ahead", (Prose(_without_marks(story)),))
    next_race = [mark for mark in marks if mark.next_race_effect]
    possible = [mark for mark in marks if mark.is_possible_this_season]
    finding = "The next race can bring no mark"
    if next_race:
        race = next_race[0]
        where = (
            f" ({wording.race(race.next_grand_prix_name, race.next_race_date)})"
            if (race.next_grand_prix_name and race.next_race_date)
            else ""
        )
        finding = f"The next race{where} can bring {wording.count(len(next_race), 'mark')}"
    elif possible:
        finding = f"{wording.count(len(possible), 'mark')} within reach this season, none at the next race"
    blocks: list[Block] = []
    if next_race:
        blocks.append(_watch_table(story, next_race, "What the next race can bring"))
    rest = [mark for mark in marks if not mark.next_race_effect]
    if rest:
        nearest = rest[:_NEAREST]
        blocks.append(_watch_table(story, nearest, "The nearest other marks, sprints counted apart"))
        if len(rest) > len(nearest):
            table = _watch_table(story, rest[_NEAREST:], "Farther marks")
            blocks.append(Folded(f"{wording.count(len(rest) - len(nearest), 'farther mark')}", (table,)))
    return Section("watch", "Record watch", finding, tuple(blocks))


def _without_marks(story: Story) -> str:
    if story.open_season is None:
        return "This driver has no season under way, so no mark can be reached or broken."
    return "There is no mark ahead in this release."


def _watch_table(story: Story, marks: Sequence[RecordWatch], caption: str) -> Table:
    rows = tuple(
        cells(
            statistic_cell(story, mark.statistic_id, note=_KINDS.get(mark.kind, mark.kind)),
            wording.measure(mark.value, mark.unit), _target(mark), wording.measure(mark.gap, mark.unit),
            wording.NOTHING if mark.chances_left is None else str(mark.chances_left), _chance(mark),
        )
        for mark in marks
    )  # fmt: skip
    heads = headings("Mark", "Now", "Target", "To go", "Chances left", "This season", text=("This season",))
    return Table(caption, heads, rows)


def _target(mark: RecordWatch) -> Cell:
    note = wording.few(mark.target_holder_names) if mark.target_holder_names else ""
    return Cell(wording.measure(mark.target, mark.unit), note=note)


def _chance(mark: RecordWatch) -> str:
    if mark.next_race_effect:
        effects = _EFFECTS_ON_DRIVERS if mark.kind == "next_driver" else _EFFECTS
        return f"next race can {effects.get(mark.next_race_effect, mark.next_race_effect)}"
    return "possible" if mark.is_possible_this_season else "out of reach"
