"""The report is one offline page that says the marts' figures, whatever a driver is called and has reached."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.page_reader import Page
from tests.unit.report_tables import EMPTY, FULL, HOSTILE, STAMP, Rows, Tables, hostile_tables, season
from transform.report import DriverMissingError, ReleaseStamp, render_report

PROJECT = Path(__file__).resolve().parents[2] / "dbt"
ALLOWED_ADDRESSES = {"https://github.com/f1db/f1db", "https://creativecommons.org/licenses/by/4.0/"}
DANGEROUS = {"link", "img", "iframe", "object", "embed", "base", "form", "image", "foreignobject", "use"}


@cache
def full_page() -> str:
    return render_report(Tables(FULL), "ada-example", STAMP)


def rendered(changes: Mapping[str, Rows], stamp: ReleaseStamp = STAMP, tables: Mapping[str, Rows] = EMPTY) -> str:
    return render_report(Tables({**tables, **changes}), "ada-example", stamp)


def test_figures_are_those_of_the_marts_when_rendered() -> None:
    html = full_page()
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+?) ?<", html))
    assert figures["World titles"] == "1"
    assert figures["Wins"] == "3"
    assert figures["Podiums"] == "6"
    assert figures["Poles"] == "4"
    assert figures["Starts"] == "58"
    assert figures["Points"] == "512.5"
    assert figures["Sprint starts"] == "8, 1 win"
    assert figures["Race laps"] == "3,123"
    assert figures["First win"] == "9 June 2024"
    assert figures["Latest win"] == "14 June 2026"
    lead = "3 wins and 1 world title from 58 starts. The 2026 season is under way: 11 races to come."
    assert lead in Page(html).texts


def test_findings_head_every_section_when_rendered() -> None:
    assert Page(full_page()).findings() == {
        "seasons": "Wins in 2 of 3 seasons",
        "titles": "1 world title, by 1 point; 1 decided at the last race",
        "circuits": "Wins at 2 of 3 circuits; most often at Montreal, 2 times",
        "team-mates": "Ahead of 1 of 1 team-mate in races",
        "grid": "1 of 2 poles became wins; 1 win from elsewhere",
        "streaks": "2 wins in a row at the best",
        "recoveries": "13 places made up at the most, Canada GP 2024",
        "records": "Holds 1 of 4 records",
        "watch": "The next race (Netherlands GP 2026) can bring 1 mark",
        "debate": "Leads 1 of 2 measures that people argue with",
        "releases": "Since 2026.10.0: wins +1",
        "quality": "4 totals compared with F1DB's own: none differs",
        "definitions": "13 statistics, each with its definition",
    }


def test_empty_things_are_said_in_words_when_there_is_nothing() -> None:
    html = rendered({})
    page = Page(html)
    assert page.findings() == {
        "seasons": "No season with a start",
        "titles": "No world title, no win",
        "circuits": "No start at any circuit",
        "team-mates": "Nobody to compare with in a race",
        "grid": "No start",
        "streaks": "No two races in a row with a result",
        "recoveries": "No place gained in any race",
        "records": "No record, as there is nothing to rank",
        "watch": "No mark ahead",
        "debate": "Not part of the debate",
        "releases": "No release to look back on",
        "quality": "No totals to compare with",
        "definitions": "13 statistics, each with its definition",
    }
    assert "No race entry in this release." in page.texts
    assert "No race win in this release." in page.texts
    assert page.named("svg") == []
    assert page.open == []


def test_nobody_elses_name_is_left_when_the_driver_is_another() -> None:
    for html in (full_page(), rendered({})):
        own = html[: html.index("<script>")] + html[html.rindex("</script>") :]
        assert re.findall("hamilton|mercedes|lewis", own, flags=re.IGNORECASE) == []


def test_seasons_are_listed_in_order_when_the_mart_is_not() -> None:
    texts = Page(full_page()).texts
    start = texts.index("Championship") + 1
    assert texts[start : start + 30] == [
        "2024", "Arrow", "20", "1", "1", "0", "0", "109.5", "99.5", "2nd",
        "2025", "Arrow", "20", "2", "4", "3", "0", "0", "0", "Champion",
        "2026", "Bolt, Arrow", "20", "0", "1", "1", "0", "0", "0", "2nd so far",
    ]  # fmt: skip


def test_what_moved_is_said_when_a_release_came_before() -> None:
    page = Page(full_page())
    assert "+1" in page.texts
    assert any(text.endswith("Small numbers: what has moved since 2026.10.0.") for text in page.texts)
    unmoved = [dict(row, previous_value=row["value"]) if row["previous_value"] is not None else row
               for row in FULL["f1db.release_headlines"]]  # fmt: skip
    page = Page(rendered({"f1db.release_headlines": unmoved}))
    assert "+1" not in page.texts
    assert any(text.endswith("None of these has moved since 2026.10.0.") for text in page.texts)
    assert page.findings()["releases"] == "Nothing has moved since 2026.10.0"


def test_nothing_is_fetched_when_opened() -> None:
    page = Page(full_page())
    assert {tag for tag, _ in page.tags} & DANGEROUS == set()
    addresses = {
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if value and "//" in value and not name.startswith("xmlns")
    }
    assert addresses == ALLOWED_ADDRESSES
    assert [name for _, attributes in page.tags for name in attributes if name.startswith("on")] == []
    assert all("style" not in attributes for _, attributes in page.tags)
    assert all("src" not in attributes for attributes in page.named("script"))


def test_policy_allows_only_the_own_style_and_scripts_when_read_by_a_browser() -> None:
    html = full_page()
    [policy] = [
        tag["content"] for tag in Page(html).named("meta") if tag.get("http-equiv") == "Content-Security-Policy"
    ]
    texts = re.findall(r"<style>(.*?)</style>|<script>(.*?)</script>", html, flags=re.DOTALL)
    style, vega, script = (one or other for one, other in texts)

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert policy == (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(vega)} {digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style
    assert "@import" not in style


def test_links_lead_somewhere_when_they_stay_in_the_page() -> None:
    page = Page(full_page())
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {str(attributes["href"])[1:] for attributes in page.named("a") if str(attributes["href"]).startswith("#")}
    assert "definition-race_wins" in wanted
    assert wanted - set(ids) == set()


def test_choices_have_labels_and_one_choice_made_when_operated_by_keyboard() -> None:
    page = Page(full_page())
    radios = [attributes for attributes in page.named("input") if attributes["type"] == "radio"]
    assert [radio["id"] for radio in radios if "checked" in radio] == ["choice-race-1", "choice-qualifying-1"]
    assert {radio["id"] for radio in radios} == {label["for"] for label in page.named("label")}
    assert [radio["name"] for radio in radios] == ["choice-race"] * 3 + ["choice-qualifying"] * 2


def test_every_chart_says_its_numbers_when_read_aloud() -> None:
    page = Page(full_page())
    said = [str(attributes["aria-label"]) for attributes in page.named("div") if attributes.get("role") == "img"]
    assert len(said) * 2 == len(page.named("svg"))
    assert "Wins per season: 2024 1, 2025 2, 2026 0." in said[0]
    assert "World titles: 2025." in said[0]
    assert any("Ben Beispiel, 2024\N{EN DASH}2025, 12\N{EN DASH}8" in text for text in said)
    assert any("Canada GP 2024, 14th to 1st; Great Britain GP 2024, pit lane to 8th." in text for text in said)


def test_stamp_and_attribution_are_shown_when_rendered() -> None:
    html = full_page()
    texts = Page(html).texts
    for text in ("2026.11.0", "f1db-2026-11-0-e55e843c-1a2b3c4d-0", "e55e843c" * 8, "23 November 2026, 18:30 UTC"):
        assert text in texts
    assert '<time datetime="2026-11-23T18:30:00Z">' in html
    assert {"F1DB", "CC BY 4.0"} <= set(texts)
    assert "Sample data" not in html


def test_a_banner_says_so_when_the_data_is_a_sample() -> None:
    html = rendered({}, replace(STAMP, version="sample", is_sample=True))
    page = Page(html)
    assert "Sample data, not a release" in page.texts
    assert "Sample: Jo Nobody in Formula 1" in page.texts
    assert html.index("Sample data") < html.index("<h1>")


def test_nobody_is_ranked_among_a_few_when_the_data_is_a_sample() -> None:
    page = Page(rendered({}, replace(STAMP, version="sample", is_sample=True), FULL))
    untold = {id_ for id_, finding in page.findings().items() if finding == "Not told by the sample"}
    assert untold == {"records", "watch", "debate"}


def test_findings_of_the_batch_are_listed_when_the_release_has_some() -> None:
    texts = Page(full_page()).texts
    assert "1 finding of the batch" in texts
    assert "drivers: a flaw of 2026.11.0" in texts
    assert "drivers: a flaw of 2026.10.0" not in texts
    assert "The batch that read this release found nothing wrong with its files." in Page(rendered({})).texts


def test_names_stay_text_when_they_are_hostile() -> None:
    stamp = replace(STAMP, run=HOSTILE, zip_sha256=HOSTILE)
    html = rendered({}, stamp, hostile_tables())
    page = Page(html)
    assert page.texts.count(HOSTILE) > 40
    assert {tag for tag, _ in page.tags} & DANGEROUS == set()
    assert "onerror" not in {name for _, attributes in page.tags for name in attributes}
    scripts = page.named("script")
    assert [script.get("type") for script in scripts] == ["application/json"] * 4 + [None, None]
    assert page.open == []


@pytest.mark.parametrize(
    ("career", "seasons", "summary", "drawings"),
    [
        ({"race_entries": 2}, [season(1962, race_starts=0)], "2 race entries, but no start.", 0),
        (
            {"race_entries": 13, "race_starts": 12, "best_race_result": 4},
            [season(1962, championship_position=None, championship_position_text=None, constructors=None)],
            "No win in 12 starts; best result 4th.",
            0,
        ),
        (
            {"race_entries": 1, "race_starts": 1, "race_wins": 1, "first_win_date": date(1950, 5, 30)},
            [season(1950, race_wins=1)],
            "1 win from 1 start.",
            2,
        ),
    ],
)
def test_report_is_whole_when_the_career_is_small(
    career: dict[str, Any], seasons: list[dict[str, Any]], summary: str, drawings: int
) -> None:
    [nobody] = EMPTY["ada_example.mart_career"]
    html = rendered({"ada_example.mart_career": [{**nobody, **career}], "ada_example.mart_seasons": seasons})
    page = Page(html)
    assert summary in page.texts
    assert len(page.named("svg")) == drawings
    assert page.open == []


def test_report_stays_small_when_a_career_is_long() -> None:
    seasons = [season(year, race_wins=22, podiums=24, pole_positions=24) for year in range(1990, 2027)]
    html = rendered({"ada_example.mart_seasons": seasons}, tables=FULL)
    assert 800_000 < len(html.encode()) < 1_500_000


def test_rendering_is_the_same_when_repeated() -> None:
    assert full_page() == render_report(Tables(FULL), "ada-example", STAMP)


def test_a_missing_driver_is_an_error_when_the_mart_is_empty() -> None:
    with pytest.raises(DriverMissingError, match="mart_career has no row for ada-example"):
        rendered({"ada_example.mart_career": []})


@pytest.mark.parametrize("table", sorted(FULL))
def test_a_missing_table_is_an_error_when_it_should_be_published(table: str) -> None:
    with pytest.raises(KeyError, match=table.split(".")[1]):
        render_report(Tables({name: rows for name, rows in FULL.items() if name != table}), "ada-example", STAMP)


def test_exposure_names_what_is_read_when_compared() -> None:
    exposures = yaml.safe_load((PROJECT / "models" / "exposures.yml").read_text("utf-8"))["exposures"]
    [report] = [exposure for exposure in exposures if exposure["name"] == "report"]
    assert report["depends_on"] == [f"ref('{name}')" for name in sorted(table.split(".")[1] for table in FULL)]
