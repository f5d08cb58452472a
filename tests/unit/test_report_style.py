"""The page's colours can be told from its paper by everybody: contrast is computed from the style sheet itself."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations

import pytest

from transform.report.charts import paint

STYLE = files("transform.report").joinpath("page", "style.css").read_text("utf-8")
# WCAG 2.2: 1.4.3 for text, 1.4.11 for the parts of a drawing that have to be seen.
TEXTS = ("ink", "muted", "accent", *(f"team-{number}" for number in range(1, 7)))
MARKS = ("bar", "soft")


def themes() -> dict[str, dict[str, str]]:
    """Return each theme's colours; the first block is the light theme, the others replace parts of it."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, flags=re.DOTALL)
    light, dark, paper = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": light | dark, "print": light | paper}


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard_when_computed() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_texts_stand_out_from_paper_when_read(theme: str) -> None:
    colours = themes()[theme]
    found = {
        (name, ground): round(contrast(colours[name], colours[ground]), 2)
        for name in TEXTS
        for ground in ("paper", "raised")
    }
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}
    assert contrast(colours["alarm"], colours["alarm-paper"]) >= 4.5
    assert contrast(colours["paper"], colours["accent"]) >= 4.5  # a chosen option


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_marks_stand_out_from_paper_and_from_each_other_when_seen(theme: str) -> None:
    colours = themes()[theme]
    assert {name for name in MARKS if contrast(colours[name], colours["paper"]) < 3} == set()
    shown = [colours[name] for name in ("accent", "bar", "soft")]
    assert all(one != other for one, other in combinations(shown, 2))


def test_themes_name_the_same_colours_when_compared() -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, flags=re.DOTALL)
    light, dark, paper = ({*re.findall(r"--([\w-]+): #", block)} for block in blocks)
    assert light == dark == paper


def test_every_paint_has_a_colour_when_a_chart_uses_it() -> None:
    paints = (paint.BAR, paint.ACCENT, paint.INK, paint.MUTED, paint.SOFT, paint.TRACK, *paint.TEAMS)
    assert [one for one in paints if f'svg [fill="{one}"] {{ fill: var(--' not in STYLE] == []
    assert [one for one in (paint.INK, paint.MUTED, paint.LINE) if f'svg [stroke="{one}"]' not in STYLE] == []
    assert [name for name in paint.CLASSES.values() if f".{name} {{" not in STYLE] == []


def test_sizes_are_those_of_one_scale_when_listed() -> None:
    sizes = set(re.findall(r"font-size: ([^;]+);", STYLE)) | set(re.findall(r"font: (?:\d+ )?([^/;]+)/", STYLE))
    assert {size for size in sizes if not size.startswith("var(--")} == {"9pt"}  # paper only
    steps = [float(size) for size in re.findall(r"--(?:small|body|lead|title|big|large|huge): ([\d.]+)rem", STYLE)]
    assert steps == [0.8, 1.0, 1.25, 1.563, 1.953, 2.441, 3.052]
    assert steps == pytest.approx([1.25**power for power in (-1, 0, 1, 2, 3, 4, 5)], abs=0.001)
