"""A real browser shows the report as meant: drawn, styled, operable, and without a request or complaint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.system.browser import CHROMIUM, Browser, browsing
from tests.unit.report_tables import EMPTY, FULL, STAMP, Rows, Tables, hostile_tables
from transform.report import render_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]
WIDTHS = (1280, 390)
# Every chart that is to be seen once all options have been chosen: which drawing, how large, and how much is in it.
CHARTS = """(() => {
  const box = element => element.getBoundingClientRect();
  const seen = element => box(element).width > 0 && box(element).height > 0;
  const found = {};
  const look = () => document.querySelectorAll('figure').forEach(figure => {
    const drawings = [...figure.querySelectorAll('.drawing')].filter(seen);
    if (!drawings.length) return;
    const svg = drawings[0].querySelector('svg');
    found[figure.id] = {
      drawings: drawings.map(drawing => drawing.className), drawn: drawings[0].dataset.drawn || 'static',
      width: box(svg).width, height: box(svg).height, right: box(svg).right,
      marks: [...svg.querySelectorAll('path, text, line')].filter(seen).length,
    };
  });
  const radios = [...document.querySelectorAll('input[type=radio]')];
  const first = radios.filter(radio => radio.checked);
  look();
  radios.forEach(radio => { radio.click(); look(); });
  first.forEach(radio => radio.click());
  return found;
})()"""
SHOWN_OPTIONS = """[...document.querySelectorAll('.choice')].map(choice =>
  [...choice.querySelectorAll('.option')].map(option => getComputedStyle(option).display !== 'none'))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(autouse=True)
def _quiet(request: pytest.FixtureRequest) -> None:
    if "browser" in request.fixturenames:
        started: Browser = request.getfixturevalue("browser")
        started.complaints.clear()
        started.requests.clear()


def written(folder: Path, tables: Mapping[str, Rows]) -> Path:
    page = folder / "report" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(render_report(Tables(tables), "ada-example", STAMP), "utf-8")
    return page


def checked(browser: Browser, page: Path, width: int, colours: str = "light") -> dict[str, dict[str, Any]]:
    """Show a page, hold it to what every report promises, and return its charts."""
    browser.complaints.clear()
    browser.requests.clear()
    browser.show(page, width, colours=colours)
    charts: dict[str, dict[str, Any]] = browser.value(CHARTS)
    assert browser.complaints == []
    assert browser.requests == [page.as_uri()]
    assert browser.value("document.documentElement.scrollWidth") == width, "the page itself never scrolls sideways"
    for name, chart in charts.items():
        assert chart["drawings"] == ["drawing wide" if width == 1280 else "drawing narrow"], name
        assert 300 <= chart["width"] <= width, name
        assert chart["right"] <= width, name
        assert chart["height"] > 20, name
        assert chart["marks"] >= 3, name
    browser.photograph(page.parent / "screenshots" / f"{page.stem}-{width}-{colours}.png")
    return charts


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_chart_is_drawn_when_the_page_is_opened(
    browser: Browser, tmp_path: Path, width: int, colours: str
) -> None:
    charts = checked(browser, written(tmp_path, FULL), width, colours)
    assert set(charts) == {
        "chart-seasons", "chart-circuits", "chart-race-display_order", "chart-race-both_classified",
        "chart-race-either_classified", "chart-qualifying-display_order", "chart-grid", "chart-recoveries",
        "chart-records", "chart-debate",
    }  # fmt: skip
    assert {name for name, chart in charts.items() if chart["drawn"] == "vega"} == {"chart-seasons", "chart-grid"}


@pytest.mark.parametrize("width", WIDTHS)
def test_charts_are_drawn_when_no_script_may_run(browser: Browser, tmp_path: Path, width: int) -> None:
    page = written(tmp_path, FULL)
    browser.run_scripts(does=False)
    try:
        charts = checked(browser, page, width)
    finally:
        browser.run_scripts(does=True)
    assert {chart["drawn"] for chart in charts.values()} == {"static"}
    assert len(charts) == 10


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_names_do_nothing_when_opened(browser: Browser, tmp_path: Path, width: int) -> None:
    checked(browser, written(tmp_path, hostile_tables()), width)
    assert browser.value("document.querySelectorAll('img, [onerror]').length") == 0
    assert browser.value("document.title").startswith("<script>alert")


@pytest.mark.parametrize("width", WIDTHS)
def test_page_is_whole_when_there_is_nothing_to_draw(browser: Browser, tmp_path: Path, width: int) -> None:
    assert checked(browser, written(tmp_path, EMPTY), width) == {}


def test_colours_follow_the_theme_when_it_is_dark(browser: Browser, tmp_path: Path) -> None:
    page, found = written(tmp_path, FULL), {}
    for colours in ("light", "dark"):
        browser.show(page, 1280, colours=colours)
        found[colours] = browser.value(
            "['body', '#chart-seasons .wide svg [fill=\"#0a0a01\"]', '#chart-circuits .wide svg [fill=\"#030303\"]']"
            ".map(one => getComputedStyle(document.querySelector(one)))"
            ".map(style => [style.backgroundColor, style.fill])"
        )
    assert [found["light"][0][0], found["light"][1][1], found["light"][2][1]] == [
        "rgb(252, 251, 248)", "rgb(168, 68, 15)", "rgb(22, 25, 29)",
    ]  # fmt: skip
    assert [found["dark"][0][0], found["dark"][1][1], found["dark"][2][1]] == [
        "rgb(20, 23, 26)", "rgb(240, 160, 112)", "rgb(233, 235, 236)",
    ]  # fmt: skip


def test_definition_changes_when_the_arrow_key_is_pressed(browser: Browser, tmp_path: Path) -> None:
    browser.show(written(tmp_path, FULL), 390)
    assert browser.value(SHOWN_OPTIONS) == [[True, False, False], [True, False]]
    browser.value("document.getElementById('choice-race-1').focus()")
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    assert browser.value(SHOWN_OPTIONS) == [[False, True, False], [True, False]]


def test_numbers_are_told_when_a_season_is_pointed_at(browser: Browser, tmp_path: Path) -> None:
    browser.show(written(tmp_path, FULL), 1280)
    spot = browser.value(
        "(() => { const bar = document.querySelector('#chart-seasons .wide svg path[fill=\"#0a0a01\"]');"
        " bar.scrollIntoView({block: 'center', behavior: 'instant'}); const box = bar.getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
    )
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=spot[0], y=spot[1])
    told = browser.value(
        "new Promise(done => { const look = () => { const tip = document.querySelector('#vg-tooltip-element.visible');"
        " tip ? done(tip.innerText) : setTimeout(look, 20); }; look(); })"
    )
    assert re.sub(r"\s+", " ", told) == (
        "Season 2024 Team Arrow Wins 1 Podiums 1 Poles 0 Starts 20 Points 109.5 Championship 2nd"
    )
    assert browser.complaints == []


def test_a_definition_comes_into_view_when_its_statistic_is_followed(browser: Browser, tmp_path: Path) -> None:
    browser.show(written(tmp_path, FULL), 1280)
    browser.value("document.querySelector('a[href=\"#definition-race_wins\"]').click()")
    opened = (
        "new Promise(done => { const row = document.getElementById('definition-race_wins');"
        " const look = () => row.closest('details').open"
        " ? done(true) : setTimeout(look, 20); look(); })"
    )
    assert browser.value(opened) is True


def test_every_definition_is_on_paper_when_printed(browser: Browser, tmp_path: Path) -> None:
    page = written(tmp_path, FULL)
    browser.show(page, 700, media="print")
    assert browser.value(SHOWN_OPTIONS) == [[True, True, True], [True, True]]
    assert browser.value("document.documentElement.scrollWidth") == 700
    assert browser.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.value("document.getElementById('definition-race_wins').getBoundingClientRect().height") > 10
    document = page.with_suffix(".pdf")
    browser.print(document)
    assert document.read_bytes().startswith(b"%PDF")


def test_foreign_code_and_style_are_refused_when_the_page_is_tampered_with(browser: Browser, tmp_path: Path) -> None:
    page = written(tmp_path, FULL)
    html = page.read_text("utf-8")
    page.write_text(
        html.replace("</style>", "/* another */</style>").replace("<main", "<script>1</script><main"), "utf-8"
    )
    browser.show(page, 1280)
    refused = [one for one in browser.complaints if "Content Security Policy" in one]
    assert {word for word in ("inline style", "inline script") if any(word in one for one in refused)} == {
        "inline style", "inline script",
    }  # fmt: skip
