"""The career line: wins, podiums and poles season by season, in the colours of the teams."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from transform.report import wording
from transform.report.charts.drawing import Layout
from transform.report.charts.paint import ACCENT, INK, MUTED
from transform.report.marts.career import Season

PANELS: Final = (("Wins", "race_wins"), ("Podiums", "podiums"), ("Pole positions", "pole_positions"))
_TOLD: Final = (
    ("Season", "year"), ("Team", "team"), ("Wins", "race_wins"), ("Podiums", "podiums"), ("Poles", "pole_positions"),
    ("Starts", "starts"), ("Points", "points"), ("Championship", "place"),
)  # fmt: skip
_PANEL_PX: Final = 92
_EDGE_PX: Final = 16
_LABEL_PX: Final = 34  # what a four-digit year needs
_DIGITS_PX: Final = 15  # what a number above a bar needs
_LETTER_PX: Final = 7


def make_seasons(seasons: Sequence[Season], paints: Mapping[str, str], layout: Layout) -> Any:
    """Make one panel a metric on one scale, a row of titles, and the teams' names below their seasons."""
    import altair as alt

    years = list(range(seasons[0].year, seasons[-1].year + 1))
    band = (layout.width - 2 * _EDGE_PX) / len(years)
    hover = alt.selection_point(name="hover", on="pointerover", clear="pointerout", fields=["year"], empty=True)
    panels = [_panel(number, seasons, years, band, hover) for number in range(len(PANELS))]
    rows = [*panels, _title_row(years, band), _team_row(seasons, paints, years, band)]
    with warnings.catch_warnings():
        # Meant so: the panels share one selection, and a season lights up in each of them.
        warnings.filterwarnings("ignore", message="Automatically deduplicated selection parameter")
        whole = alt.vconcat(*[row for row in rows if row is not None], data=_values(seasons, paints))
    return whole.properties(
        spacing=30, bounds="flush", padding={"left": _EDGE_PX, "right": _EDGE_PX, "top": 20, "bottom": 4}
    )


def _x(years: list[int], axis: Any) -> Any:
    import altair as alt

    return alt.X("year:O", scale=alt.Scale(type="band", domain=years, padding=0), axis=axis)


def _heading(text: str) -> Any:
    import altair as alt

    return alt.TitleParams(text, anchor="start", fontSize=13, fontWeight=600, color=INK, offset=2)


def _values(seasons: Sequence[Season], paints: Mapping[str, str]) -> Any:
    import altair as alt

    rows = [
        {
            "year": season.year,
            **{column: int(getattr(season, column)) for _, column in PANELS},
            "paint": paints.get(season.first_team, MUTED),
            "is_champion": season.is_champion,
            "team": season.constructors or wording.NOTHING,
            "starts": season.race_starts,
            "points": wording.number(season.points_total),
            "place": wording.standing(season),
        }
        for season in seasons
    ]
    return alt.InlineData(values=rows)


def _panel(number: int, seasons: Sequence[Season], years: list[int], band: float, hover: Any) -> Any:
    import altair as alt

    heading, column = PANELS[number]
    highest = max(1, *(int(getattr(season, name)) for season in seasons for _, name in PANELS))
    most = max(int(getattr(season, column)) for season in seasons)
    y = alt.Y(f"{column}:Q", scale=alt.Scale(domain=[0, highest * 1.15]), axis=None)
    base = alt.Chart().encode(x=_x(years, None), y=y)
    bars = base.mark_bar(size=min(26.0, band * 0.74)).encode(
        color=alt.Color("paint:N", scale=None),
        opacity=alt.condition(hover, alt.value(1), alt.value(0.45)),
        tooltip=[alt.Tooltip(f"{name}:N", title=title) for title, name in _TOLD],
    )
    shown = f"datum.{column} > 0" if band >= _DIGITS_PX else f"datum.{column} > 0 && datum.{column} == {most}"
    numbers = base.mark_text(dy=-7, fontSize=11, color=INK).encode(text=alt.Text(f"{column}:Q")).transform_filter(shown)
    zero = alt.Chart().mark_rule(color=MUTED, strokeWidth=1).encode(y=alt.YDatum(0, axis=None))
    return alt.layer(zero, bars.add_params(hover), numbers).properties(
        width=band * len(years), height=_PANEL_PX, title=_heading(heading)
    )


def _title_row(years: list[int], band: float) -> Any:
    """Set a mark at each season that ended with the title, above the years."""
    import altair as alt

    step = max(1, math.ceil(_LABEL_PX / band))
    axis = alt.Axis(
        title=None, values=[year for year in years if (years[-1] - year) % step == 0], labelAngle=0,
        labelOverlap=False, domain=False,
    )  # fmt: skip
    return (
        alt.Chart()
        .mark_point(shape="diamond", size=64, filled=True, opacity=1, color=ACCENT)
        .encode(x=_x(years, axis), y=alt.value(8))
        .transform_filter("datum.is_champion")
        .properties(width=band * len(years), height=16, title=_heading("World titles"))
    )


def _team_row(seasons: Sequence[Season], paints: Mapping[str, str], years: list[int], band: float) -> Any | None:
    """Name the teams below their seasons where the names have room; the legend names them all."""
    import altair as alt

    runs = []
    for team, group in groupby(seasons, key=lambda season: season.first_team):
        found = [season.year for season in group]
        middle = (found[0] + found[-1] + 1) / 2 - years[0]
        if team and len(team) * _LETTER_PX <= (found[-1] - found[0] + 1) * band:
            runs.append({"at": middle * band, "team": team, "paint": paints.get(team, MUTED)})
    if not runs:
        return None
    width = band * len(years)
    at = alt.X("at:Q", scale=alt.Scale(domain=[0, width], nice=False, zero=False), axis=None)
    return (
        alt.Chart(alt.InlineData(values=runs))
        .mark_text(fontSize=12, fontWeight=600)
        .encode(x=at, y=alt.value(8), text=alt.Text("team:N"), color=alt.Color("paint:N", scale=None))
        .properties(width=width, height=12)
    )
