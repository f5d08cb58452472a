"""Bars, one below the other, each with its name and what there is to read of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from transform.report.charts.drawing import Layout
from transform.report.charts.paint import INK, MUTED

_NAMES_PX: Final = 250
_READING_PX: Final = 118
_WIDE_STEP_PX: Final = 26
_NARROW_STEP_PX: Final = 40


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a bar, from one value to another."""

    start: float
    end: float
    paint: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `reading` stands behind it."""

    name: str
    stretches: tuple[Stretch, ...]
    reading: str


def make_bars(bars: Sequence[Bar], end: float, layout: Layout, *, rule: float | None = None) -> Any:
    """Make bars on a scale from 0 to `end`; names stand before them on a wide page, above them on a phone.

    `rule` draws a line across all bars, for instance at one half.
    """
    import altair as alt

    left = 0 if layout.is_narrow else _NAMES_PX
    width = layout.width - left - (0 if layout.is_narrow else _READING_PX)
    step = _NARROW_STEP_PX if layout.is_narrow else _WIDE_STEP_PX
    drop = 9 if layout.is_narrow else 0  # bars lie below their names on a phone
    x = alt.Scale(domain=[0, end or 1], range=[0, width], nice=False)
    lines = [at * step + step / 2 + drop for at in range(len(bars))]
    stretches = [
        {"y": lines[at], "start": one.start, "end": one.end, "paint": one.paint}
        for at, bar in enumerate(bars)
        for one in bar.stretches
        if one.end != one.start
    ]
    layers = [
        alt.Chart({"values": stretches})
        .mark_bar(height=13)
        .encode(
            x=alt.X("start:Q", scale=x, axis=None), x2=alt.X2("end:Q"), y=_y(), color=alt.Color("paint:N", scale=None),
        )
    ]  # fmt: skip
    if rule is not None:
        layers.append(
            alt.Chart({"values": [{"at": rule, "y": line - 11, "end": line + 11} for line in lines]})
            .mark_rule(color=INK, strokeWidth=1)
            .encode(x=alt.X("at:Q", scale=x, axis=None), y=_y(), y2=alt.Y2("end:Q"))
        )
    layers += _words(bars, step, width, layout)
    return alt.layer(*layers).properties(
        width=layout.width - left,
        height=step * len(bars),
        padding={"left": left, "right": 0, "top": 2, "bottom": 2},
        autosize=alt.AutoSizeParams(type="none"),
    )


def _y() -> Any:
    import altair as alt

    return alt.Y("y:Q", scale=None, axis=None)


def _words(bars: Sequence[Bar], step: int, width: int, layout: Layout) -> list[Any]:
    """Set names and readings: in three columns on a wide page, above each bar on a phone."""
    import altair as alt

    line = step / 2 - (9 if layout.is_narrow else 0)
    names = [{"y": at * step + line, "text": bar.name} for at, bar in enumerate(bars)]
    readings = [{"y": at * step + line, "text": bar.reading} for at, bar in enumerate(bars)]
    name = alt.Chart({"values": names}).encode(y=_y(), text=alt.Text("text:N"), x=alt.value(0))
    reading = alt.Chart({"values": readings}).encode(y=_y(), text=alt.Text("text:N"), x=alt.value(width))
    if layout.is_narrow:
        return [
            name.mark_text(align="left", baseline="middle", fontSize=12, color=INK, limit=width - 110),
            reading.mark_text(align="right", baseline="middle", fontSize=12, color=MUTED, limit=106),
        ]
    return [
        name.mark_text(align="right", baseline="middle", dx=-10, fontSize=13, color=INK, limit=_NAMES_PX - 14),
        reading.mark_text(align="left", baseline="middle", dx=10, fontSize=12, color=MUTED, limit=_READING_PX - 12),
    ]
