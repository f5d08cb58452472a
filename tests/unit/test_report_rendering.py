"""The report is one offline page that says the marts' figures, whatever a driver is called and has reached."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from transform.report import DriverMissingError, DuckDBMarts, ReleaseStamp, render_report

STAMP = ReleaseStamp(
    version="2026.11.0",
    run="f1db-2026-11-0-e55e843c-1a2b3c4d-0",
    zip_sha256="e55e843c" * 8,
    published_at_utc="2026-11-23T18:30:00Z",
    is_sample=False,
)
CAREER: dict[str, Any] = {
    "driver_name": "Lewis Hamilton",
    "race_entries": 391,
    "race_starts": 391,
    "race_wins": 106,
    "second_places": 59,
    "third_places": 42,
    "podiums": 207,
    "pole_positions": 104,
    "fastest_laps": 69,
    "championships": 7,
    "points_total": Decimal("5187.50"),
    "points_race": Decimal("5106.50"),
    "points_sprint": Decimal("81.00"),
    "sprint_starts": 28,
    "sprint_wins": 1,
    "sprint_top_threes": 8,
    "grand_slams": 6,
    "race_laps": 22327,
    "best_race_result": 1,
    "first_win_date": date(2007, 6, 10),
    "last_win_date": date(2026, 6, 14),
}
NOTHING = {name: 0 for name, value in CAREER.items() if isinstance(value, int)} | {
    "points_total": Decimal(0),
    "points_race": Decimal(0),
    "points_sprint": Decimal(0),
    "best_race_result": None,
    "first_win_date": None,
    "last_win_date": None,
}
HOSTILE = """<script>alert('x')</script>"><img src=https://hostile.example/x onerror=alert(1)> & {{ 7 * 7 }}"""


def season(year: int, **values: Any) -> dict[str, Any]:
    return {
        "year": year,
        "constructors": "McLaren",
        "race_starts": 17,
        "race_wins": 0,
        "podiums": 0,
        "pole_positions": 0,
        "fastest_laps": 0,
        "points_total": Decimal("0.00"),
        "championship_position": 2,
        "championship_position_text": "2",
        "is_champion": False,
        "is_final": True,
        "races_left": 0,
        **values,
    }


SEASONS = [
    season(2008, race_wins=5, podiums=10, pole_positions=7, is_champion=True, championship_position=1),
    season(2007, race_wins=4, podiums=12, pole_positions=6, points_total=Decimal("109.00")),
    season(2026, race_wins=1, podiums=5, is_final=False, races_left=11, constructors="Ferrari"),
]


@dataclass(frozen=True, slots=True)
class Tables:
    """A warehouse in memory."""

    career: Mapping[str, Any] | None
    seasons: list[dict[str, Any]] = field(default_factory=list)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return {
            "lewis_hamilton.mart_career": [] if self.career is None else [dict(self.career)],
            "lewis_hamilton.mart_seasons": self.seasons,
        }[table]


class Page(HTMLParser):
    """What a browser would make of the text: tags with attributes, and the texts between them."""

    VOID = frozenset({"meta", "img", "link", "br", "hr", "input"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style" and data.strip():
            self.texts.append(" ".join(data.split()))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def rendered(career: Mapping[str, Any], seasons: list[dict[str, Any]], stamp: ReleaseStamp = STAMP) -> str:
    return render_report(Tables(career, seasons), "lewis-hamilton", stamp)


def test_figures_are_those_of_the_marts_when_rendered() -> None:
    html = rendered(CAREER, SEASONS)
    texts = Page(html).texts
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", html))
    assert figures["World titles"] == "7"
    assert figures["Wins"] == "106"
    assert figures["Podiums"] == "207"
    assert figures["Pole positions"] == "104"
    assert figures["Starts"] == "391"
    assert figures["Points"] == "5,187.5"
    assert figures["Sprint starts"] == "28, 1 win"
    assert figures["Race laps"] == "22,327"
    assert figures["First win"] == "10 June 2007"
    assert figures["Latest win"] == "14 June 2026"
    assert "106 wins and 7 world titles from 391 starts." in texts
    assert "The 2026 season is under way: 11 races to come." in texts


def test_seasons_are_listed_in_order_when_the_mart_is_not() -> None:
    texts = Page(rendered(CAREER, SEASONS)).texts
    start = texts.index("Championship") + 1
    assert texts[start : start + 27] == [
        "2007", "McLaren", "17", "4", "12", "6", "0", "109", "2nd",
        "2008", "McLaren", "17", "5", "10", "7", "0", "0", "Champion",
        "2026", "Ferrari", "17", "1", "5", "0", "0", "0", "2nd so far",
    ]  # fmt: skip


def test_charts_state_their_finding_and_every_number_when_read_aloud() -> None:
    page = Page(rendered(CAREER, SEASONS))
    labels = [attributes["aria-label"] for attributes in page.named("div") if attributes.get("role") == "img"]
    assert labels == [
        "5 wins at most, in 2008. Wins per season: 2007 4, 2008 5, 2026 1.",
        "12 podiums at most, in 2007. Podiums per season: 2007 12, 2008 10, 2026 5.",
        "7 poles at most, in 2008. Pole positions per season: 2007 6, 2008 7, 2026 0.",
    ]
    assert len(page.named("svg")) == 3


def test_bars_keep_years_apart_when_a_driver_paused() -> None:
    html = rendered(CAREER, SEASONS)
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert len(re.findall(r'<path[^>]*fill="#010101"', drawing)) == 2
    assert len(re.findall(r'<path[^>]*fill="#020202"', drawing)) == 1  # the champion's season
    assert [text for text in re.findall(r">(\d+)</text>", drawing) if len(text) == 2] == [
        f"{year % 100:02}" for year in range(2007, 2027)
    ]


def test_nothing_is_fetched_or_executed_when_opened() -> None:
    page = Page(rendered(CAREER, SEASONS))
    assert {tag for tag, _ in page.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
    } == set()
    addresses = [
        (name, value)
        for _, attributes in page.tags
        for name, value in attributes.items()
        if value and "//" in value and not name.startswith("xmlns")
    ]
    assert addresses == [
        ("href", "https://github.com/f1db/f1db"),
        ("href", "https://creativecommons.org/licenses/by/4.0/"),
    ]
    assert all(not name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert all("style" not in attributes for _, attributes in page.tags)


def test_policy_allows_only_the_own_style_when_read_by_a_browser() -> None:
    html = rendered(CAREER, SEASONS)
    policies = [
        tag["content"] for tag in Page(html).named("meta") if tag.get("http-equiv") == "Content-Security-Policy"
    ]
    style = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert "url(" not in style
    assert "@import" not in style


def test_stamp_and_attribution_are_shown_when_rendered() -> None:
    html = rendered(CAREER, SEASONS)
    texts = Page(html).texts
    for text in ("2026.11.0", "f1db-2026-11-0-e55e843c-1a2b3c4d-0", "e55e843c" * 8, "23 November 2026, 18:30 UTC"):
        assert text in texts
    assert '<time datetime="2026-11-23T18:30:00Z">' in html
    assert {"F1DB", "CC BY 4.0"} <= set(texts)
    assert "Sample" not in html


def test_a_banner_says_so_when_the_data_is_a_sample() -> None:
    html = rendered(CAREER, SEASONS, replace(STAMP, version="sample", is_sample=True))
    page = Page(html)
    text = " ".join(page.texts)
    assert "Sample data, not a release" in page.texts
    assert "Figures that need the full field are not shown." in text
    assert "Sample: Lewis Hamilton in Formula 1" in page.texts
    assert html.index("Sample data") < html.index("<h1>")


def test_names_stay_text_when_they_are_hostile() -> None:
    hostile_stamp = replace(STAMP, version=HOSTILE, run=HOSTILE, zip_sha256=HOSTILE)
    seasons = [season(2008, constructors=HOSTILE, championship_position=None, championship_position_text=HOSTILE)]
    page = Page(rendered({**CAREER, "driver_name": HOSTILE}, seasons, hostile_stamp))
    assert page.texts.count(HOSTILE) == 6  # heading, team, place, and three in the stamp
    assert {tag for tag, _ in page.tags} & {"script", "img"} == set()


@pytest.mark.parametrize(
    ("career", "seasons", "summary"),
    [
        ({}, [], "No race entry in this release."),
        ({"race_entries": 2}, [season(1962, race_starts=0)], "2 race entries, but no start."),
        (
            {"race_entries": 13, "race_starts": 12, "best_race_result": 4},
            [season(1962, championship_position=None, championship_position_text=None)],
            "No win in 12 starts; best result 4th.",
        ),
        (
            {"race_entries": 1, "race_starts": 1, "race_wins": 1, "first_win_date": date(1950, 5, 30)},
            [season(1950, race_wins=1)],
            "1 win from 1 start.",
        ),
    ],
)
def test_report_is_whole_when_the_career_is_small(
    career: dict[str, Any], seasons: list[dict[str, Any]], summary: str
) -> None:
    page = Page(rendered({"driver_name": "Jo Nobody", **NOTHING, **career}, seasons))
    assert summary in page.texts
    assert len(page.named("svg")) == (3 if seasons else 0)
    assert page.open == []


def test_report_stays_small_when_a_career_is_long() -> None:
    seasons = [season(year, race_wins=22, podiums=24, pole_positions=24) for year in range(1990, 2027)]
    html = rendered(CAREER, seasons)
    assert len(html.encode()) < 200_000
    drawing = html[html.index("<svg") : html.index("</svg>")]
    years = [text for text in re.findall(r">(\d\d)</text>", drawing) if text not in {"22", "24"}]
    assert "26" in years  # the latest is always named, others only as they fit
    assert len(years) < 37 / 2


def test_rendering_is_the_same_when_repeated() -> None:
    assert rendered(CAREER, SEASONS) == rendered(CAREER, SEASONS)


def test_a_missing_driver_is_an_error_when_the_mart_is_empty() -> None:
    with pytest.raises(DriverMissingError, match="mart_career has no row for lewis-hamilton"):
        render_report(Tables(None), "lewis-hamilton", STAMP)


def test_marts_are_read_when_they_are_in_a_duckdb_file(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema max_verstappen")
        connection.execute("create table max_verstappen.mart_seasons as select 2016 as year, true as is_final")
    assert DuckDBMarts(path).rows("max_verstappen.mart_seasons") == [{"year": 2016, "is_final": True}]
    with pytest.raises(duckdb.CatalogException):
        DuckDBMarts(path).rows("max_verstappen.mart_career")
