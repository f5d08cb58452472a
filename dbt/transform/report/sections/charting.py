"""Puts a drawing, its caption and what it says to those who do not see it into one part of the page."""

from __future__ import annotations

from collections.abc import Sequence

from transform.report.charts.bars import Bar, make_bars
from transform.report.charts.drawing import draw
from transform.report.parts import Chart, LegendItem


def bar_chart(
    id_: str, caption: str, bars: Sequence[Bar], end: float, legend: Sequence[LegendItem] = (), *,
    rule: float | None = None,
) -> Chart:  # fmt: skip
    """Draw bars; their names and readings are also what the chart says aloud."""
    wide, narrow = draw(lambda layout: make_bars(bars, end, layout, rule=rule))
    alt = f"{caption}: " + "; ".join(f"{bar.name}, {bar.reading}" for bar in bars) + "."
    return Chart(id_, caption, alt, wide, narrow, tuple(legend))
