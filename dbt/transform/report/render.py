"""Puts the report together: marts in, one self-contained HTML text out, the same text for the same input."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from transform.report import charts, wording
from transform.report.marts import Career, MartReader, Season, read_career, read_seasons


@dataclass(frozen=True, slots=True)
class ReleaseStamp:
    """Where the figures come from; the same words as in the pointer."""

    version: str
    run: str
    zip_sha256: str
    published_at_utc: str
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, big on the page."""

    label: str
    value: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing and what it says; `alt` carries every number of it."""

    label: str
    finding: str
    alt: str
    svg: Markup


METRICS: Final[tuple[tuple[str, str, str, Callable[[Season], int]], ...]] = (
    ("Wins", "win", "wins", lambda season: season.race_wins),
    ("Podiums", "podium", "podiums", lambda season: season.podiums),
    ("Pole positions", "pole", "poles", lambda season: season.pole_positions),
)


def render_report(reader: MartReader, driver_id: str, stamp: ReleaseStamp) -> str:
    """Render one driver's report.

    Raises:
        DriverMissingError: the published marts have no career of this driver.
    """
    career, seasons = read_career(reader, driver_id), read_seasons(reader, driver_id)
    style = _text("style.css")
    return (
        _environment()
        .from_string(_text("page.html.j2"))
        .render(
            career=career,
            seasons=seasons,
            span=_span(seasons),
            summary=wording.summary(career),
            headlines=_headlines(career),
            details=_details(career),
            charts=_charts(seasons),
            has_titles=any(season.is_champion for season in seasons),
            open_season=next((season for season in reversed(seasons) if not season.is_final), None),
            stamp=stamp,
            style=Markup(style),  # noqa: S704  # a file of this package
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(
        number=wording.number, standing=wording.standing, moment=wording.moment, count=wording.count
    )
    return environment


def _span(seasons: Sequence[Season]) -> str | None:
    if not seasons:
        return None
    first, last = seasons[0].year, seasons[-1].year
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def _headlines(career: Career) -> list[Figure]:
    number = wording.number
    return [
        Figure("World titles", number(career.championships)),
        Figure("Wins", number(career.race_wins), wording.share(career.race_wins, career.race_starts)),
        Figure("Podiums", number(career.podiums), wording.share(career.podiums, career.race_starts)),
        Figure("Pole positions", number(career.pole_positions)),
        Figure("Starts", number(career.race_starts), wording.count(career.race_entries, "entry", "entries")),
    ]


def _details(career: Career) -> list[Figure]:
    number = wording.number
    sprints = f"{number(career.sprint_starts)}, {wording.count(career.sprint_wins, 'win')}"
    return [
        Figure("Second places", number(career.second_places)),
        Figure("Third places", number(career.third_places)),
        Figure("Fastest laps", number(career.fastest_laps)),
        Figure("Grand slams", number(career.grand_slams), "pole, win, fastest lap, every lap led"),
        Figure("Points", number(career.points_total), "as scored, before dropped scores"),
        Figure("… in races", number(career.points_race)),
        Figure("… in sprints", number(career.points_sprint)),
        Figure("Sprint starts", sprints, f"{number(career.sprint_top_threes)} in the top three"),
        Figure("Race laps", number(career.race_laps)),
        Figure("First win", wording.day(career.first_win_date) if career.first_win_date else wording.NOTHING),
        Figure("Latest win", wording.day(career.last_win_date) if career.last_win_date else wording.NOTHING),
    ]


def _charts(seasons: Sequence[Season]) -> list[Chart]:
    """Draw the charts on one scale; a driver without a season has none."""
    if not seasons:
        return []
    champion_years = {season.year for season in seasons if season.is_champion}
    highest = max(value(season) for _, _, _, value in METRICS for season in seasons)
    drawn = []
    for label, singular, plural, value in METRICS:
        values = {season.year: value(season) for season in seasons}
        alt = f"{label} per season: " + ", ".join(f"{year} {many}" for year, many in values.items()) + "."
        svg = charts.draw_bars(values, highest, champion_years)
        drawn.append(Chart(label, wording.peak(values, singular, plural), alt, Markup(svg)))  # noqa: S704  # numbers only
    return drawn
