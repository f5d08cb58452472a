"""Streaks and recoveries on the real release: well-known records, and every streak walked again race by race."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.dbt.test_marts import rows
from tests.integration.transform_world import ZIP, real_tables
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
Real = tuple[DuckDbWarehouse, PrivatePlace]
NOT_STARTED = {"DNP", "DNPQ", "DNQ", "DNS", "EX"}
KINDS = (
    "wins", "podiums", "pole_positions", "points_finishes", "points_finishes_with_sprints", "classified_finishes",
)  # fmt: skip
# driver, kind, definition, first race, last race
Run = tuple[str, str, str, int, int]


def longest(real: Real, kind: str, definition: str) -> list[tuple[str, int, str, str]]:
    """Return who has the longest streaks, the four longest, with their dates."""
    found = rows(
        real,
        "select driver_id, length, from_date::varchar as first, to_date::varchar as last from f1db.mart_driver_streaks "
        f"where kind = '{kind}' and definition = '{definition}' order by length desc, from_date limit 4",
    )
    return [(row["driver_id"], row["length"], row["first"], row["last"]) for row in found]


def test_ascari_has_nine_wins_or_seven_when_indianapolis_counts(real: Real) -> None:
    ten = ("max-verstappen", 10, "2023-05-07", "2023-09-03")
    nine = [
        ("sebastian-vettel", 9, "2013-08-25", "2013-11-24"),
        ("max-verstappen", 9, "2023-09-24", "2024-03-09"),
    ]
    ascari = ("alberto-ascari", 9, "1952-06-22", "1953-06-21")

    assert longest(real, "wins", "without_indianapolis") == [ten, ascari, *nine]
    assert longest(real, "wins", "own_starts") == [ten, ascari, *nine]
    # The Indianapolis 500 of 1953, in which he did not take part, ends it.
    assert longest(real, "wins", "all_races") == [ten, *nine, ("alberto-ascari", 7, "1952-06-22", "1953-01-18")]


def test_hamilton_has_the_record_of_48_when_a_race_missed_ends_a_streak(real: Real) -> None:
    for kind in ("points_finishes", "points_finishes_with_sprints", "classified_finishes"):
        assert longest(real, kind, "without_indianapolis")[0] == ("lewis-hamilton", 48, "2018-07-08", "2020-11-29")
    # He missed the next race, and went on until Monaco and Zandvoort in 2021.
    assert longest(real, "points_finishes", "own_starts")[0] == ("lewis-hamilton", 54, "2018-07-08", "2021-05-23")
    assert longest(real, "classified_finishes", "own_starts")[0] == ("lewis-hamilton", 62, "2018-07-08", "2021-09-05")


def test_records_of_podiums_and_poles_are_the_well_known_ones_when_defaults_are_asked_for(real: Real) -> None:
    assert longest(real, "podiums", "without_indianapolis")[:2] == [
        ("michael-schumacher", 19, "2001-09-30", "2002-10-13"),
        ("lewis-hamilton", 16, "2014-09-07", "2015-07-05"),
    ]
    assert longest(real, "pole_positions", "without_indianapolis")[:2] == [
        ("ayrton-senna", 8, "1988-10-02", "1989-06-04"),
        ("max-verstappen", 8, "2023-11-26", "2024-05-19"),
    ]


def test_a_sprint_saves_a_streak_when_it_brought_points_and_the_race_none(real: Real) -> None:
    longest_of_piastri = (
        "select kind, length from f1db.mart_driver_streaks "
        "where driver_id = 'oscar-piastri' and is_default and streak_rank = 1 and kind like 'points%' order by kind"
    )

    assert [tuple(row.values()) for row in rows(real, longest_of_piastri)] == [
        ("points_finishes", 34),
        ("points_finishes_with_sprints", 42),
    ]


def test_hamiltons_open_streaks_are_those_up_to_the_newest_race_when_the_season_is_under_way(real: Real) -> None:
    found = rows(
        real,
        "select kind, length, from_grand_prix_name, to_grand_prix_name, to_date::varchar as last "
        "from lewis_hamilton.mart_streaks where is_open and is_default order by kind",
    )

    assert [tuple(row.values()) for row in found] == [
        ("classified_finishes", 14, "Las Vegas", "Hungary", "2026-07-26"),
        ("points_finishes", 12, "Abu Dhabi", "Hungary", "2026-07-26"),
        ("points_finishes_with_sprints", 12, "Abu Dhabi", "Hungary", "2026-07-26"),
    ]


def outcomes() -> tuple[list[dict[str, Any]], dict[str, dict[int, dict[str, bool]]]]:
    """Return the races with results by date, and what each brought to each driver who entered it."""
    results = real_tables()["races-race-results"].to_pylist()
    held = {row["raceId"] for row in results}
    races = sorted(
        (row for row in real_tables()["races"].to_pylist() if row["id"] in held), key=lambda row: row["date"]
    )
    drivers: dict[str, dict[int, dict[str, bool]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(bool)))
    for row in results:
        found, place, has_points = drivers[row["driverId"]][row["raceId"]], row["positionNumber"], bool(row["points"])
        found["started"] |= row["positionText"] not in NOT_STARTED
        found["wins"] |= place == 1
        found["podiums"] |= place in (1, 2, 3)
        found["classified_finishes"] |= place is not None
        found["pole_positions"] |= bool(row["polePosition"])
        found["points_finishes"] |= has_points
        found["points_finishes_with_sprints"] |= has_points
    for row in real_tables()["races-sprint-race-results"].to_pylist():
        found = drivers[row["driverId"]][row["raceId"]]
        found["started_sprint"] |= row["positionText"] != "DNS"
        found["points_finishes_with_sprints"] |= bool(row["points"])
    return races, drivers


def looked_at(kind: str, definition: str, race: dict[str, Any], outcome: dict[str, bool]) -> bool:
    """Tell whether a race is part of the sequence."""
    if definition == "own_starts":
        return outcome["started"] or (kind == "points_finishes_with_sprints" and outcome["started_sprint"])
    return definition == "all_races" or race["grandPrixId"] != "indianapolis"


def walked(
    races: list[dict[str, Any]], is_part: Callable[[int], bool], is_hit: Callable[[int], bool]
) -> Iterator[list[int]]:
    run: list[int] = []
    for race in races:
        if not is_part(race["id"]):
            continue
        if is_hit(race["id"]):
            run.append(race["id"])
        elif run:
            yield run
            run = []
    if run:
        yield run


def streaks_walked() -> dict[Run, int]:
    races, drivers = outcomes()
    by_id = {race["id"]: race for race in races}
    number = {race["id"]: place for place, race in enumerate(races)}
    found: dict[Run, int] = {}
    for driver, of_races in drivers.items():
        numbers = [number[race_id] for race_id in of_races]
        span = races[min(numbers) : max(numbers) + 2]  # and one on, which ends what is not open
        for kind in KINDS:
            for definition in ("all_races", "without_indianapolis", "own_starts"):
                runs = list(
                    walked(
                        span,
                        lambda one: looked_at(kind, definition, by_id[one], of_races[one]),  # noqa: B023 # used at once
                        lambda one: of_races[one][kind],  # noqa: B023 # used at once
                    )
                )
                top = max(map(len, runs), default=0)
                kept = [run for run in runs if len(run) > 1] if top > 1 else runs[:1]
                found.update({(driver, kind, definition, run[0], run[-1]): len(run) for run in kept})
    return found


def test_every_streak_is_the_same_when_races_are_walked_one_by_one(real: Real) -> None:
    warehouse, place = real
    found = warehouse.rows(place, "select * from f1db.mart_driver_streaks", 100_000)

    expected = streaks_walked()
    assert len(found) == len(expected) == 24_078
    assert {
        (row["driver_id"], row["kind"], row["definition"], row["from_race_id"], row["to_race_id"]): row["length"]
        for row in found
    } == expected


def test_recoveries_are_f1dbs_places_gained_when_they_are_ranked(real: Real) -> None:
    found = rows(
        real,
        "select year, grand_prix_name, grid_position_text, position_number, places_gained, recovery_rank "
        "from lewis_hamilton.mart_recoveries order by recovery_rank, race_date limit 6",
    )
    [counted] = rows(
        real, "select count(*) as races, sum(places_gained)::int as places from f1db.mart_driver_recoveries"
    )

    assert [tuple(row.values()) for row in found] == [
        (2014, "Hungary", "PL", 3, 19, 1),
        (2016, "Belgium", "21", 3, 18, 2),
        (2014, "Germany", "20", 3, 17, 3),
        (2012, "Spain", "24", 8, 16, 4),
        (2017, "Brazil", "PL", 4, 16, 4),
        (2016, "China", "22", 7, 15, 6),
    ]
    gains = [row["positionsGained"] or 0 for row in real_tables()["races-race-results"].to_pylist()]
    gained = [gain for gain in gains if gain > 0]
    assert counted == {"races": len(gained), "places": sum(gained)}
    assert len(gained) == 11_043
