"""Draws a chart twice, for a wide page and for a phone, and hands Vega its specification where hovering pays.

A drawing that is made here needs no script. Where Vega may draw it again, the page has the same specification, so that
both look the same; the page's style sheet paints both.

Charts name their channels (`x2=alt.X2("end:Q")`): for a bare text Altair hashes the schema of every channel there is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from markupsafe import Markup

from transform.made_once import made_once
from transform.report.parts import Drawing

FONT: Final = "system-ui, sans-serif"


@dataclass(frozen=True, slots=True)
class Layout:
    """The room that a chart has, in CSS pixels."""

    width: int
    is_narrow: bool


WIDE: Final = Layout(width=800, is_narrow=False)
NARROW: Final = Layout(width=350, is_narrow=True)


def draw(make: Callable[[Layout], Any], *, is_explorable: bool = False) -> tuple[Drawing, Drawing]:
    """Draw what `make` makes, an Altair chart, for both widths: wide, then narrow."""
    from altair.utils.schemapi import debug_mode

    # Altair would hold each part of each chart against Vega-Lite's schema, again and again: the tests do that.
    with debug_mode(False):
        return _drawn(make(WIDE), is_explorable), _drawn(make(NARROW), is_explorable)


def configured(chart: Any) -> Any:
    """Give a chart the page's font, no frame, and labels that the style sheet paints."""
    import altair as alt

    from transform.report.charts.paint import LINE, MUTED

    return chart.configure(
        font=FONT,
        aria=False,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=12, labelColor=MUTED, titleFontSize=12, titleFontWeight="normal", titleColor=MUTED,
            domainColor=LINE, tickColor=LINE, gridColor=LINE, grid=False, ticks=False, labelPadding=6,
        ),
    )  # fmt: skip


@cache
def vega_bundle() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, from the package that also draws here.

    Raises:
        ValueError: the script could not stand in a page as it is.
    """
    import vl_convert

    def bundle() -> bytes:
        script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=_vega_lite_version())
        return script.encode()

    script = made_once(f"vega-{version('vl-convert-python')}-{_vega_lite_version()}.js", bundle).decode()
    if "</script" in script.lower() or "<!--" in script:
        raise ValueError("the bundle of Vega would end its own script element")
    return script


def _drawn(chart: Any, is_explorable: bool) -> Drawing:
    import vl_convert

    specification = {
        **configured(chart).to_dict(validate=False),
        "background": None,
    }  # Altair's schema wants a colour, Vega knows none
    svg = vl_convert.vegalite_to_svg(specification, vl_version=_vega_lite_version(), allowed_base_urls=[])
    spec = Markup(json_for_script(specification)) if is_explorable else None  # noqa: S704  # escaped by it
    return Drawing(Markup(svg), spec)  # noqa: S704  # Vega escapes the texts in its drawings


def json_for_script(value: Any) -> str:
    """Write JSON that cannot end the script element in which it stands."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _vega_lite_version() -> str:
    import altair as alt

    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
