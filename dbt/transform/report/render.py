"""Puts the report together: marts in, one self-contained HTML text out, the same text for the same input."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from transform.report import wording
from transform.report.charts.drawing import vega_bundle
from transform.report.parts import Figure, Section
from transform.report.reader import MartReader
from transform.report.sections.debate import debate_section
from transform.report.sections.definitions import definitions_section
from transform.report.sections.feats import recoveries_section, streaks_section
from transform.report.sections.grid import grid_section
from transform.report.sections.places import circuits_section
from transform.report.sections.records import records_section, watch_section
from transform.report.sections.releases import moves, previous_release, quality_section, releases_section
from transform.report.sections.seasons import seasons_section
from transform.report.sections.team_mates import team_mates_section
from transform.report.sections.titles import titles_section
from transform.report.story import ReleaseStamp, Story, read_story

_SECTIONS = (
    seasons_section, titles_section, circuits_section, team_mates_section, grid_section, streaks_section,
    recoveries_section, records_section, watch_section, debate_section, releases_section, quality_section,
    definitions_section,
)  # fmt: skip


def render_report(reader: MartReader, driver_id: str, stamp: ReleaseStamp) -> str:
    """Render one driver's report.

    Raises:
        DriverMissingError: the published marts have no career of this driver.
        MartValueError: a published column holds what its model does not allow.
    """
    story = read_story(reader, driver_id, stamp)
    style, script, vega = _text("style.css"), _text("explore.js"), vega_bundle()
    sections: list[Section] = [make(story) for make in _SECTIONS]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            story=story,
            career=story.career,
            stamp=stamp,
            span=_span(story),
            summary=wording.summary(story.career),
            headlines=_headlines(story),
            previous=previous_release(story),
            sections=sections,
            style=Markup(style),  # noqa: S704  # files of this package and of vl-convert
            script=Markup(script),  # noqa: S704
            vega=Markup(vega),  # noqa: S704
            style_hash=_digest(style),
            script_hashes=[_digest(vega), _digest(script)],
        )
    )


def _text(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text("utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, "page"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(moment=wording.moment, count=wording.count)
    return environment


def _span(story: Story) -> str | None:
    return wording.years(story.seasons[0].year, story.seasons[-1].year) if story.seasons else None


def _headlines(story: Story) -> list[Figure]:
    career, number, moved = story.career, wording.number, moves(story)

    def figure(label: str, metric: str, value: int, note: str = "") -> Figure:
        before, now = moved.get(metric, (0, 0))
        step = f"{now - before:+,.0f}".replace("-", "\N{MINUS SIGN}") if now != before else ""
        return Figure(label, number(value), note, step)

    return [
        figure("World titles", "championships", career.championships),
        figure("Wins", "race_wins", career.race_wins, wording.share(career.race_wins, career.race_starts)),
        figure("Podiums", "podiums", career.podiums, wording.share(career.podiums, career.race_starts)),
        figure("Poles", "pole_positions", career.pole_positions),
        figure("Starts", "race_starts", career.race_starts, wording.count(career.race_entries, "entry", "entries")),
    ]
