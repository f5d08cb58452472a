"""The sample's facts come from a real release by the script that is kept here, are small, and copy no line of it."""

import csv
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.sample import UNFILLED, build_sample_zip
from localcloud.sample.derive import derive
from localcloud.sample.facts import FACTS_PATH, Place, load_facts
from localcloud.sample.folding import Seats, place, render

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / os.environ.get("F1DB_ZIP", "../shared/f1db/f1db-csv-2026.11.0.zip")
needs_release = pytest.mark.skipif(not RELEASE.exists(), reason="no real F1DB release here: set F1DB_ZIP")

# Written by the sample itself: sums over its own rows, and names that F1DB gives with sponsors.
OWN_COLUMNS = {"officialName", "bestChampionshipPosition"}


def rows_of(archive: zipfile.ZipFile, member: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(archive.read(member).decode()))


def is_compared(table: str, column: str) -> bool:
    is_total = column.startswith(("total", "best"))
    if (table, column) == ("races-starting-grid-positions", "positionDisplayOrder"):
        return False  # the line is the position; F1DB's grid of Spa 2022 leaves 13 out, so that its 15 is on line 14
    if table == "seasons-drivers" and column.startswith("position"):
        return False  # the sample knows only the leaders' places and its own driver's
    return not is_total and column not in OWN_COLUMNS and column not in UNFILLED.get(table, ())


@needs_release
def test_facts_are_those_of_the_repository_when_derived_again() -> None:
    assert render(derive(RELEASE)) == FACTS_PATH.read_text("utf-8")


@needs_release
def test_no_line_is_copied_when_compared_with_the_release() -> None:
    with zipfile.ZipFile(RELEASE) as archive:
        copied_from = {
            line.replace('"', "")
            for name in archive.namelist()
            for line in archive.read(name).decode().splitlines()
            if line.count(",") >= 2
        }
    ours = [line.strip(" [],{}") for line in FACTS_PATH.read_text("utf-8").splitlines()]
    assert not copied_from.intersection(line.replace('"', "") for line in ours)


@needs_release
def test_filled_columns_have_the_real_values_when_compared_with_the_release() -> None:
    with zipfile.ZipFile(io.BytesIO(build_sample_zip())) as sample, zipfile.ZipFile(RELEASE) as release:
        compared = 0
        for member in sample.namelist():
            table = member.removeprefix("f1db-").removesuffix(".csv")
            rows = list(rows_of(sample, member))
            columns = [column for column in rows[0] if is_compared(table, column)] if rows else []
            # Gained places of a start from the pit lane count from a line that the facts do not have.
            real = {project(row, columns) for row in rows_of(release, member)} if rows else set()
            assert [row for row in rows if project(row, columns) not in real] == [], table
            compared += len(rows)
    assert compared == 6761


def project(row: dict[str, str], columns: list[str]) -> tuple[str | float, ...]:
    starts_in_pit_lane = row.get("gridPositionText") == "PL"
    return tuple("" if column == "positionsGained" and starts_in_pit_lane else plain(row[column]) for column in columns)


def plain(text: str) -> str | float:
    """Compare 309.050 and 309.05 as what they are."""
    try:
        return float(text)
    except ValueError:
        return text


def test_facts_stay_small_when_weighed() -> None:
    text = FACTS_PATH.read_text("utf-8")
    assert len(text.encode()) < 120_000
    assert max(len(line) for line in text.splitlines()) < 600


def test_facts_name_their_source_when_read() -> None:
    about = load_facts().about
    assert about["source"] == "F1DB, https://github.com/f1db/f1db, release v2026.11.0"
    assert about["licence"] == "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("folded", "unfolded"),
    [
        (3, Place(3, "3", 3)),
        ("DNF/18", Place(None, "DNF", 18)),
        ("PL", Place(None, "PL", None)),
        (None, Place(None, None, None)),
    ],
)
def test_places_unfold_when_read(folded: int | str | None, unfolded: Place) -> None:
    assert Place.read(folded) == unfolded


@pytest.mark.parametrize(
    ("row", "text", "folded"),
    [
        ({"positionText": "3", "positionDisplayOrder": "3"}, "3", 3),
        ({"positionText": "DNF", "positionDisplayOrder": "18"}, "DNF", "DNF/18"),
        ({"positionText": "2", "positionDisplayOrder": "2"}, "PL", "PL"),
        (None, "EX", "EX"),
        (None, "", None),
    ],
)
def test_places_fold_when_derived(row: dict[str, str] | None, text: str, folded: int | str | None) -> None:
    assert place(row, text) == folded


def test_a_seat_gets_a_name_of_its_own_when_a_driver_changes_teams() -> None:
    seats = Seats({"pierre-gasly": "GAS"})
    car = {"driverId": "pierre-gasly", "driverNumber": "10", "engineManufacturerId": "honda"}
    names = [seats.name({**car, "constructorId": team}) for team in ("red-bull", "toro-rosso", "red-bull")]
    assert names == ["GAS", "GAS2", "GAS"]
    assert seats.facts()[1] == ["GAS2", "GAS", "10", "toro-rosso", "honda"]
