"""Charts are what Vega-Lite allows, draw what they are given, and cannot break out of the page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from altair.utils.schemapi import debug_mode

from tests.unit.report_tables import FULL, HOSTILE, Tables
from transform.report.charts import drawing
from transform.report.charts.bars import Bar, Stretch, make_bars
from transform.report.charts.drawing import NARROW, WIDE, Layout, configured, draw, json_for_script
from transform.report.charts.grid import Spot, make_grid
from transform.report.charts.paint import ACCENT, BAR, TEAMS, TRACK, team_paints
from transform.report.charts.seasons import make_seasons
from transform.report.marts.career import Season, read_seasons

SEASONS = read_seasons(Tables(FULL), "ada-example")
PAINTS = {"Arrow": TEAMS[0], "Bolt": TEAMS[1]}
BARS = [Bar("Spa", (Stretch(0, 3, ACCENT), Stretch(3, 5, BAR)), "3 wins of 5"), Bar(HOSTILE, (), "none")]
SPOTS = [Spot("1", "1", 3, "Canada 2024"), Spot("pit", "8", 1, HOSTILE), Spot("4", "out", 2, "Spain 2025")]


def chart(name: str, layout: Layout) -> Any:
    if name == "seasons":
        return make_seasons(SEASONS, PAINTS, layout)
    return make_bars(BARS, 5, layout, rule=2) if name == "bars" else make_grid(SPOTS, layout)


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", ["seasons", "bars", "grid"])
def test_specifications_are_valid_when_held_against_the_schema(name: str, layout: Layout) -> None:
    with debug_mode(True):
        assert "vega-lite" in configured(chart(name, layout)).to_dict(validate=True)["$schema"]


@pytest.mark.parametrize("name", ["seasons", "bars", "grid"])
def test_drawings_fit_their_width_when_drawn(name: str) -> None:
    for made, layout in zip(draw(lambda layout: chart(name, layout)), (WIDE, NARROW), strict=True):
        [width] = re.findall(r'<svg[^>]* width="(\d+)"', made.svg)
        assert layout.width - 2 <= int(width) <= layout.width + 2


def test_seasons_have_their_team_and_number_when_drawn() -> None:
    wide, _ = draw(lambda layout: make_seasons(SEASONS, PAINTS, layout))
    assert len(re.findall(rf'<path[^>]*fill="{TEAMS[0]}"', wide.svg)) == 6  # two seasons in three panels
    assert len(re.findall(rf'<path[^>]*fill="{TEAMS[1]}"', wide.svg)) == 3
    assert texts(wide.svg) == [
        "1", "2", "Wins", "1", "4", "1", "Podiums", "3", "1", "Pole positions",
        "2024", "2025", "2026", "World titles", "Arrow", "Bolt",
    ]  # fmt: skip


def test_years_without_a_season_stay_open_when_a_driver_paused() -> None:
    paused = [season for season in SEASONS if season.year != 2025]
    _, narrow = draw(lambda layout: make_seasons(paused, PAINTS, layout))
    assert {"2024", "2025", "2026"} <= set(texts(narrow.svg))


def test_numbers_make_room_when_a_career_is_long_on_a_phone() -> None:
    template = SEASONS[1]
    values = {name: getattr(template, name) for name in Season.__dataclass_fields__}
    long = [Season(**{**values, "year": year, "race_wins": year - 1989}) for year in range(1990, 2027)]
    wide, narrow = draw(lambda layout: make_seasons(long, PAINTS, layout))
    assert {"1", "36", "37"} <= set(texts(wide.svg))
    assert "37" in texts(narrow.svg)
    assert "36" not in texts(narrow.svg)
    years = [text for text in texts(narrow.svg) if len(text) == 4 and text.isdigit()]
    assert years[-1] == "2026"
    assert len(years) == 10


def test_bars_are_as_long_as_their_values_when_drawn() -> None:
    wide, _ = draw(lambda layout: make_bars(BARS[:1], 5, layout))
    lengths = [float(length) for length in re.findall(r'd="M[\d.]+,[\d.]+h([\d.]+)v', wide.svg) if float(length) < 500]
    assert lengths == pytest.approx([432 * 3 / 5, 432 * 2 / 5])
    assert texts(wide.svg) == ["Spa", "3 wins of 5"]


def test_dots_are_painted_by_what_was_gained_when_drawn() -> None:
    assert [spot.paint for spot in (*SPOTS, Spot("9", "2", 1, ""), Spot("2", "9", 1, ""))] == [
        "#060606", ACCENT, BAR, ACCENT, BAR,
    ]  # fmt: skip
    wide, _ = draw(lambda layout: make_grid(SPOTS, layout))
    assert {"pit", "out", "Finish", "Place on the grid"} <= set(texts(wide.svg))


def test_names_stay_text_when_they_are_hostile() -> None:
    wide, narrow = draw(lambda layout: make_bars(BARS, 5, layout))
    for made in (wide, narrow):
        assert "<script" not in made.svg
        assert "<img" not in made.svg


def test_specifications_cannot_end_their_element_when_they_hold_hostile_names() -> None:
    wide, narrow = draw(lambda layout: make_grid(SPOTS, layout), is_explorable=True)
    for made in (wide, narrow):
        assert made.spec is not None
        assert not set("<>&") & set(made.spec)
        assert HOSTILE in json.dumps(json.loads(made.spec), ensure_ascii=False).replace('\\"', '"')
    assert json.loads(json_for_script({"a": "</script>&"})) == {"a": "</script>&"}


def test_drawings_have_no_specification_when_nothing_is_to_explore() -> None:
    assert [made.spec for made in draw(lambda layout: make_bars(BARS, 5, layout))] == [None, None]


def test_the_bundle_can_stand_in_a_page_when_it_is_read() -> None:
    script = drawing.vega_bundle()
    assert 500_000 < len(script) < 1_200_000
    assert "vegaEmbed" in script


def test_the_weightiest_teams_have_colours_when_there_are_many() -> None:
    teams = [f"team {number}" for number in range(8)]
    painted = team_paints(teams, [1, 9, 9, 9, 9, 9, 9, 2])
    assert [painted[team] for team in teams] == [BAR, *TEAMS, BAR]
    assert TRACK not in painted.values()
