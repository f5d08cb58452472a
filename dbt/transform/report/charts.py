"""Draws the report's charts as static SVG: small, offline, sharp in print, and coloured by the page's own style."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from typing import Any, Final

# Colours that no page uses: the page's style sheet repaints them for light and dark (`[fill="#010101"]`).
BAR: Final = "#010101"
TITLE_BAR: Final = "#020202"
INK: Final = "#030303"
MUTED: Final = "#040404"

WIDTH: Final = 344
HEIGHT: Final = 132
FONT: Final = "system-ui, sans-serif"
LABEL_PX: Final = 16


def draw_bars(values: Mapping[int, int], highest: int, title_years: Set[int]) -> str:
    """Draw one bar a year, with its number, and years without a season left open.

    `highest` is the top of the scale, which all charts of a page share. Nothing but numbers enters the drawing.
    """
    import altair as alt

    first, last = min(values), max(values)
    years = range(first, last + 1)
    band = WIDTH / len(years)
    data = {
        "values": [
            {"year": year, "value": int(values[year]), "colour": TITLE_BAR if year in title_years else BAR}
            for year in years
            if year in values
        ]
    }
    step = math.ceil(LABEL_PX / band)
    x = alt.X(
        "year:O",
        scale=alt.Scale(domain=list(years), padding=0),
        axis=alt.Axis(
            title=None,
            values=[year for year in years if (last - year) % step == 0],
            # Two digits fit under a bar of a phone's width; the first and last year in full are in the caption.
            labelExpr="substring(toString(datum.value), 2)",
            labelAngle=0,
            labelPadding=4,
            labelOverlap=False,
            ticks=False,
            domainColor=MUTED,
        ),
    )
    y = alt.Y("value:Q", scale=alt.Scale(domain=[0, max(highest, 1)]), axis=None)
    base = alt.Chart(data).encode(x=x, y=y)
    bars = base.mark_bar(size=min(22.0, band * 0.72)).encode(color=alt.Color("colour:N", scale=None))
    labels = base.mark_text(dy=-6, fontSize=11, color=INK).encode(text="value:Q")
    chart = (
        alt.layer(bars, labels)
        .properties(width=WIDTH, height=HEIGHT, padding={"left": 2, "right": 2, "top": 14, "bottom": 2})
        .configure(
            font=FONT,
            aria=False,
            view=alt.ViewConfig(stroke=None),
            axis=alt.AxisConfig(labelFontSize=11, labelColor=MUTED),
        )
    )
    return _svg({**chart.to_dict(), "background": None})  # Altair's schema wants a colour, Vega knows none


def _svg(spec: dict[str, Any]) -> str:
    import altair as alt
    import vl_convert

    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=version, allowed_base_urls=[])
    return svg
