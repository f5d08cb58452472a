"""From the grid to the finish: how often which place on the grid became which place in the race."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from transform.report.charts.drawing import Layout
from transform.report.charts.paint import ACCENT, BAR, LINE, SOFT

OUT: Final = "out"
PIT_LANE: Final = "pit"


@dataclass(frozen=True, slots=True)
class Spot:
    """So many races from one place on the grid to one place at the finish; `which` names a few of them."""

    grid: str
    finish: str
    races: int
    which: str

    @property
    def paint(self) -> str:
        """Places gained, kept, or lost; a start without a place at the end is lost."""
        if self.finish == OUT or self.grid == PIT_LANE:
            return BAR if self.finish == OUT else ACCENT
        gained = int(self.grid) - int(self.finish)
        return ACCENT if gained > 0 else SOFT if gained == 0 else BAR


def make_grid(spots: Sequence[Spot], layout: Layout) -> Any:
    """Make a field of dots, grid from left to right, finish from top to bottom, with the line of no change."""
    import altair as alt

    places = max((int(place) for spot in spots for place in (spot.grid, spot.finish) if place.isdigit()), default=1)
    ladder = [str(place) for place in range(1, places + 1)]
    xs = [*ladder, PIT_LANE] if any(spot.grid == PIT_LANE for spot in spots) else ladder
    ys = [*ladder, OUT] if any(spot.finish == OUT for spot in spots) else ladder
    step = layout.width / (len(xs) + 2)
    shown = ladder if step >= 18 else [place for place in ladder if int(place) % 5 == 0 or place == "1"]
    row = 15 if layout.is_narrow else 22
    largest = (min(step, row) * 1.5) ** 2
    across, down = _axis("Place on the grid", [*shown, *xs[places:]]), _axis("Finish", [*shown, *ys[places:]])
    down.titleAngle, down.titleAlign, down.titleX, down.titleY = 0, "left", -28, -14
    x = alt.X("grid:O", scale=alt.Scale(domain=xs), axis=across)
    y = alt.Y("finish:O", scale=alt.Scale(domain=ys), axis=down)
    most = max((spot.races for spot in spots), default=1)
    data = {
        "values": [
            {"grid": one.grid, "finish": one.finish, "races": one.races, "which": one.which, "paint": one.paint}
            for one in sorted(spots, key=lambda spot: -spot.races)
        ]
    }
    level = [{"grid": place, "finish": place} for place in ladder]
    line = alt.Chart({"values": level}).mark_line(color=LINE, strokeWidth=1.5).encode(x=x, y=y)
    dots = (
        alt.Chart(data)
        .mark_circle(opacity=0.92)
        .encode(
            x=x, y=y, color=alt.Color("paint:N", scale=None),
            size=alt.Size("races:Q", scale=alt.Scale(domain=[0, most], range=[0, largest]), legend=None),
            tooltip=[
                alt.Tooltip("grid:N", title="Grid"), alt.Tooltip("finish:N", title="Finish"),
                alt.Tooltip("races:Q", title="Races"), alt.Tooltip("which:N", title="Which"),
            ],
        )
    )  # fmt: skip
    return alt.layer(line, dots).properties(
        width=layout.width,
        height=len(ys) * row + 60,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        padding={"left": 2, "right": 6, "top": 24, "bottom": 2},
    )


def _axis(title: str, values: Sequence[str]) -> Any:
    import altair as alt

    return alt.Axis(title=title, values=list(values), labelAngle=0, labelOverlap=False, labelPadding=12, domain=False)
