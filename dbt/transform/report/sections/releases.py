"""What each release said, what moved since the last one, and how the data were checked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pipeline.releases import InvalidVersionError, Version, parse_version
from transform.report import wording
from transform.report.marts.quality import Restatement, TableSummary
from transform.report.parts import Block, Folded, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.story import Story

METRICS: Final = (
    ("championships", "Titles"), ("race_wins", "Wins"), ("podiums", "Podiums"), ("pole_positions", "Poles"),
    ("fastest_laps", "Fastest laps"), ("race_starts", "Starts"), ("points_total", "Points"),
)  # fmt: skip
_ENTITIES = (
    ("driver", "drivers"), ("constructor", "constructors"), ("engine_manufacturer", "engine manufacturers"),
    ("tyre_manufacturer", "tyre manufacturers"), ("circuit", "circuits"), ("grand_prix", "Grands Prix"),
)  # fmt: skip
_RELEASES_SHOWN = 30
_RESTATEMENTS_SHOWN = 40


def moves(story: Story) -> dict[str, tuple[Decimal, Decimal]]:
    """Return the metrics that differ from the release before, as (before, now)."""
    return {
        one.metric: (one.previous_value, one.value)
        for one in story.headlines
        if one.release == story.stamp.version and one.previous_value is not None and one.previous_value != one.value
    }


def previous_release(story: Story) -> str | None:
    """Name the release before the published one, as far as numbers of it are remembered."""
    compared = [one for one in story.headlines if one.release == story.stamp.version and one.previous_value is not None]
    earlier = [one for one in {one.release for one in story.headlines} if _order(one) < _order(story.stamp.version)]
    return max(earlier, key=_order) if compared and earlier else None


def _order(release: str) -> Version:
    try:
        return parse_version(release)
    except InvalidVersionError:
        return Version(())


def releases_section(story: Story) -> Section:
    """Show the headline numbers as of each release."""
    releases = sorted({one.release for one in story.headlines}, key=_order, reverse=True)
    if not releases:
        why = "the sample is not part of the history" if story.stamp.is_sample else "its numbers are kept from now on"
        said = Prose(f"No release is remembered yet: {why}.")
        return Section("releases", "As of each release", "No release to look back on", (said,))
    found = {(one.release, one.metric): one for one in story.headlines}
    rows = []
    for release in releases:
        numbers = [found.get((release, metric)) for metric, _ in METRICS]
        rows.append(cells(release, *(wording.NOTHING if one is None else wording.number(one.value) for one in numbers)))
    heads = headings("Release", *(label for _, label in METRICS))
    shown = Table("Numbers as that release had them, the newest first", heads, tuple(rows[:_RELEASES_SHOWN]))
    blocks: list[Block] = [shown]
    if len(rows) > _RELEASES_SHOWN:
        rest = Table("Older releases", heads, tuple(rows[_RELEASES_SHOWN:]))
        blocks.append(Folded(f"{len(rows) - _RELEASES_SHOWN} older releases", (rest,)))
    return Section("releases", "As of each release", _finding(story, releases), tuple(blocks))


def _finding(story: Story, releases: Sequence[str]) -> str:
    if len(releases) == 1:
        return "The first release that is remembered here"
    moved = moves(story)
    labels = [f"{label.lower()} {_signed(now - before)}" for metric, label in METRICS if metric in moved
              for before, now in (moved[metric],)]  # fmt: skip
    before = previous_release(story)
    return f"Since {before}: {wording.listing(labels)}" if labels else f"Nothing has moved since {before}"


def _signed(value: Decimal) -> str:
    sign = "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{wording.number(abs(value))}"


def quality_section(story: Story) -> Section:
    """Show the comparison with F1DB's own totals, the batch's findings, and what the release restated."""
    cells_compared = sum(row.tally for row in story.reconciled)
    differences = sum(row.tally for row in story.reconciled if row.difference != 0)
    blocks: list[Block] = []
    if cells_compared:
        blocks.append(_reconciliation(story))
        word = f"{wording.number(differences)} differ" if differences else "none differs"
        finding = f"{wording.number(cells_compared)} totals compared with F1DB's own: {word}"
    else:
        blocks.append(Prose("This release carries no totals to compare with."))
        finding = "No totals to compare with"
    blocks += [*_findings(story), *_changes(story)]
    return Section("quality", "Data quality", finding, tuple(blocks))


def _reconciliation(story: Story) -> Table:
    known = dict(_ENTITIES)
    names = [*known, *sorted({row.entity for row in story.reconciled} - set(known))]
    rows = []
    for entity in names:
        found = [row for row in story.reconciled if row.entity == entity]
        if found:
            wrong = sum(row.tally for row in found if row.difference != 0)
            rows.append(cells(
                wording.sentence(known.get(entity, entity)), wording.number(sum(row.tally for row in found)),
                wording.number(wrong),
            ))  # fmt: skip
    caption = "Each total and best that F1DB carries, against ours, which are computed from results and standings only"
    return Table(caption, headings("Totals of", "Compared", "Different"), tuple(rows))


def _findings(story: Story) -> list[Block]:
    findings = story.findings
    if not findings and story.stamp.is_sample:
        return [Prose("What the batch finds in the sample is not part of the history.")]
    if not findings:
        return [Prose("The batch that read this release found nothing wrong with its files.")]
    rows = tuple(cells(finding.severity, finding.message) for finding in findings)
    table = Table(
        "What the batch found in the release's files", headings("Severity", "Finding", text=("Finding",)), rows
    )
    return [Folded(f"{wording.count(len(findings), 'finding')} of the batch", (table,))]


def _changes(story: Story) -> list[Block]:
    before = next((one.previous_release for one in story.summaries if one.previous_release), None)
    if before is None:
        return [Prose("There is no earlier release to compare this one with.")]
    changed = [one for one in story.summaries if one.rows_added or one.rows_removed or one.rows_changed]
    if not changed:
        return [Prose(f"No row differs from {before}.")]
    restated = sum(one.rows_restated for one in changed)
    rows_word = wording.count(restated, "row") + " about races that had their results already"
    said = f"Compared with {before}, {wording.count(len(changed), 'table')} differ; " + (
        f"{rows_word} were told differently." if restated else "nothing about races that had their results already."
    )
    blocks: list[Block] = [Prose(said), Folded("Changed rows by table", (_summary(changed),))]
    if story.restatements:
        shown = story.restatements[:_RESTATEMENTS_SHOWN]
        more = f", the first {len(shown)}" if len(shown) < len(story.restatements) else ""
        summary = f"{wording.count(len(story.restatements), 'restated value')} about this driver{more}"
        blocks.append(Folded(summary, (_restatements(shown),)))
    else:
        blocks.append(Prose(f"Nothing that {before} said about this driver's races has been restated."))
    return blocks


def _summary(changed: Sequence[TableSummary]) -> Table:
    rows = tuple(
        cells(one.table_name, *(wording.number(value) for value in (
            one.rows_after, one.rows_added, one.rows_removed, one.rows_changed, one.rows_restated,
        )))
        for one in changed
    )  # fmt: skip
    heads = headings("Table", "Rows", "Added", "Removed", "Changed", "Restated")
    return Table("Restated rows are about races that had their results in the release before", heads, rows)


def _restatements(found: Sequence[Restatement]) -> Table:
    rows = tuple(
        cells(
            one.table_name, one.key, one.column_name or f"row {one.change}", one.old_value or wording.NOTHING,
            one.new_value or wording.NOTHING,
        )
        for one in found
    )  # fmt: skip
    heads = headings("Table", "Row", "Column", "Before", "Now", text=("Row", "Column", "Before", "Now"))
    return Table("What was known already and is told differently", heads, rows)
