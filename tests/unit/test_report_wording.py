"""Numbers and findings read as a person would say them."""

from datetime import date
from decimal import Decimal

import pytest

from transform.report import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (22327, "22,327"),
        (100, "100"),
        (Decimal("5187.50"), "5,187.5"),
        (Decimal("100.00"), "100"),
        (Decimal("0.00"), "0"),
        (Decimal("0.14"), "0.14"),
    ],
)
def test_numbers_are_short_when_said(value: int | Decimal, text: str) -> None:
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (22, "22nd")],
)
def test_ordinals_have_their_ending_when_said(value: int, text: str) -> None:
    assert wording.ordinal(value) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "no win in any season"),
        ({2007: 0}, "no win in any season"),
        ({2007: 1, 2008: 0}, "1 win at most, in 2007"),
        ({2007: 4, 2008: 4}, "4 wins at most, in 2007 and 2008"),
        ({2014: 11, 2018: 11, 2019: 11, 2020: 11}, "11 wins at most, in 2014, 2018, 2019 and 2020"),
        (dict.fromkeys(range(2000, 2005), 2), "2 wins at most, in 5 seasons"),
    ],
)
def test_peaks_name_their_seasons_when_there_are_few(values: dict[int, int], text: str) -> None:
    assert wording.peak(values, "win", "wins") == text


def test_shares_are_left_out_when_there_is_no_start() -> None:
    assert wording.share(0, 0) == ""
    assert wording.percent(0, 0) is None
    assert wording.share(106, 391) == "27.1% of starts"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("0.2711"), "share", "27.1%"),
        (Decimal("1.0000"), "share", "100.0%"),
        (Decimal("106.0000"), "races", "106"),
        (Decimal("13.2675"), "points", "13.27"),
        (Decimal("8115.0000"), "days", "8,115 days (22 y 85 d)"),
        (Decimal("1.0000"), "days", "1 day"),
        (None, "share", "\N{EN DASH}"),
    ],
)
def test_values_are_said_in_their_unit_when_measured(value: Decimal | None, unit: str, text: str) -> None:
    assert wording.measure(value, unit) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (None, "\N{EN DASH}"),
        ("Ada", "Ada"),
        ("Ada, Ben, Cy", "Ada, Ben and Cy"),
        ("Ada, Ben, Cy, Di", "Ada and 3 others"),
    ],
)
def test_names_are_counted_when_they_are_many(names: str | None, text: str) -> None:
    assert wording.few(names) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Canada", "Canada GP 2007"),
        ("Indianapolis 500", "Indianapolis 500 2007"),
        ("70th Anniversary", "70th Anniversary GP 2007"),
    ],
)
def test_races_are_named_by_their_grand_prix_when_said(name: str, text: str) -> None:
    assert wording.race(name, date(2007, 6, 10)) == text
