"""Head-to-heads on the real release: well-known tallies, and every row counted again race by race."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.test_marts import copied, rows
from tests.integration.transform_world import ZIP, real_tables
from transform.build import _run_dbt
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
Real = tuple[DuckDbWarehouse, PrivatePlace]
NOT_STARTED = {"DNP", "DNPQ", "DNQ", "DNS", "EX"}
# driver, team-mate, constructor, metric and definition
Pair = tuple[str, str, str, str, str]


def tally(real: Real, team_mate_id: str) -> dict[tuple[str, str], tuple[int, int, int]]:
    found = rows(
        real,
        "select metric, definition, meetings, ahead, behind from lewis_hamilton.mart_team_mates "
        f"where team_mate_id = '{team_mate_id}'",
    )
    return {(row["metric"], row["definition"]): (row["meetings"], row["ahead"], row["behind"]) for row in found}


def test_hamilton_and_rosberg_have_the_well_known_tallies_when_both_were_at_mercedes(real: Real) -> None:
    assert tally(real, "nico-rosberg") == {
        ("race", "display_order"): (78, 45, 33),
        ("race", "either_classified"): (77, 44, 33),
        ("race", "both_classified"): (66, 39, 27),
        ("qualifying", "display_order"): (78, 42, 36),
        # Without Hungary 2014 (Hamilton) and Singapore 2014 (Rosberg), which they started from the pit lane.
        ("qualifying", "grid"): (76, 41, 35),
    }


def test_a_definition_matters_when_a_penalty_follows_qualifying(real: Real) -> None:
    # Fastest in Spain in 2012, and excluded from qualifying: the order of qualifying has him last.
    assert tally(real, "jenson-button")["qualifying", "display_order"] == (58, 43, 15)
    assert tally(real, "jenson-button")["qualifying", "grid"] == (58, 40, 18)
    assert tally(real, "jenson-button")["race", "both_classified"] == (41, 26, 15)
    assert tally(real, "fernando-alonso")["qualifying", "display_order"] == (17, 9, 8)


def test_hamilton_has_his_seven_team_mates_when_defaults_are_asked_for(real: Real) -> None:
    found = rows(
        real,
        "select team_mate_name, constructor_name, first_year, last_year, meetings, ahead, share_ahead::varchar "
        "from lewis_hamilton.mart_team_mates where is_default and metric = 'race' order by first_year",
    )

    assert [tuple(row.values()) for row in found] == [
        ("Fernando Alonso", "McLaren", 2007, 2007, 17, 7, "0.4118"),
        ("Heikki Kovalainen", "McLaren", 2008, 2009, 35, 23, "0.6571"),
        ("Jenson Button", "McLaren", 2010, 2012, 58, 32, "0.5517"),
        ("Nico Rosberg", "Mercedes", 2013, 2016, 78, 45, "0.5769"),
        ("Valtteri Bottas", "Mercedes", 2017, 2021, 100, 75, "0.7500"),
        ("George Russell", "Mercedes", 2022, 2024, 68, 34, "0.5000"),
        ("Charles Leclerc", "Ferrari", 2025, 2026, 35, 10, "0.2857"),
    ]


def entrants_by_round() -> dict[tuple[Any, ...], set[str]]:
    entrants: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for entry in real_tables()["seasons-entrants-drivers"].to_pylist():
        for round_ in entry["rounds"] or ():
            entrants[entry["year"], int(round_), *seat(entry)].add(entry["entrantId"])
    return entrants


def qualifying_orders() -> dict[tuple[Any, ...], int]:
    qualified: dict[tuple[Any, ...], int] = {}
    for row in real_tables()["races-qualifying-results"].to_pylist():
        key = (row["raceId"], row["driverId"], row["constructorId"])
        qualified[key] = min(row["positionDisplayOrder"], qualified.get(key, 999))
    return qualified


def seat(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["driverId"], row["constructorId"], row["engineManufacturerId"]


def own_starts() -> Iterator[list[dict[str, Any]]]:
    """Yield the starters of each race who had a car of their own from start to finish."""
    races: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in real_tables()["races-race-results"].to_pylist():
        races[row["raceId"]].append(row)
    for results in races.values():
        shared = {row["driverNumber"] for row in results if row["sharedCar"]}
        sharers = {row["driverId"] for row in results if row["driverNumber"] in shared}
        yield [row for row in results if row["positionText"] not in NOT_STARTED and row["driverId"] not in sharers]


def counted_again() -> dict[Pair, list[int]]:
    """Count ahead and behind of every pair from F1DB's tables, race by race."""
    entrants, qualified = entrants_by_round(), qualifying_orders()
    tallies: dict[Pair, list[int]] = defaultdict(lambda: [0, 0])
    for starters in own_starts():
        for own, mate in permutations(starters, 2):
            if own["driverId"] == mate["driverId"] or own["constructorId"] != mate["constructorId"]:
                continue
            first, second = (entrants[row["year"], row["round"], *seat(row)] for row in (own, mate))
            if first & second:
                orders = [qualified.get((row["raceId"], row["driverId"], row["constructorId"])) for row in (own, mate)]
                for definition, is_ahead in compared(own, mate, orders):
                    pair = (own["driverId"], mate["driverId"], own["constructorId"], *definition)
                    tallies[pair][0 if is_ahead else 1] += 1
    return tallies


def compared(
    own: dict[str, Any], mate: dict[str, Any], qualified: list[int | None]
) -> list[tuple[tuple[str, str], bool]]:
    """Tell under which definitions the two met, and whether the first was ahead."""
    is_ahead = own["positionDisplayOrder"] < mate["positionDisplayOrder"]
    found = [(("race", "display_order"), is_ahead)]
    classified = [row["positionNumber"] is not None for row in (own, mate)]
    if any(classified):
        found.append((("race", "either_classified"), is_ahead))
    if all(classified):
        found.append((("race", "both_classified"), is_ahead))
    first, second = qualified
    if first is not None and second is not None:
        found.append((("qualifying", "display_order"), first < second))
    grid = [row["gridPositionNumber"] for row in (own, mate)]
    if None not in grid:
        found.append((("qualifying", "grid"), grid[0] < grid[1]))
    return found


def test_every_tally_is_the_same_when_races_are_counted_one_by_one(real: Real) -> None:
    warehouse, place = real
    found = warehouse.rows(place, "select * from f1db.mart_head_to_heads order by driver_id, team_mate_id", 100_000)

    expected = counted_again()
    assert len(found) == len(expected) == 13_138
    assert {
        (row["driver_id"], row["team_mate_id"], row["constructor_id"], row["metric"], row["definition"]): [
            row["ahead"],
            row["behind"],
        ]
        for row in found
    } == expected
    assert {row["level"] for row in found} == {0}


def test_indianapolis_and_customers_give_few_team_mates_when_the_entrant_counts(real: Real) -> None:
    warehouse, place = real
    found = warehouse.rows(place, "select driver_id, team_mate_id from f1db.mart_head_to_heads", 100_000)
    team_mates = Counter(driver for driver, _ in {(row["driver_id"], row["team_mate_id"]) for row in found})

    assert team_mates["juan-manuel-fangio"] == 28
    # In 1953 thirty men started at Indianapolis in a Kurtis Kraft; the winner's team had entered him alone.
    assert team_mates["bill-vukovich"] == 0
    assert max(team_mates.values()) == team_mates["jean-behra"] == 34


def test_a_race_counts_for_neither_when_its_car_was_shared(real: Real) -> None:
    [found] = rows(
        real,
        "select meetings, ahead, behind, first_year, last_year from f1db.mart_head_to_heads "
        "where driver_id = 'juan-manuel-fangio' and team_mate_id = 'peter-collins' and constructor_id = 'ferrari' "
        "and statistic_id = 'head_to_head_race_display_order'",
    )

    # Of seven races together in 1956, one of the two had a share in somebody else's car in all but Belgium and France:
    # Fangio in Argentina, Monaco and Italy, Collins in Britain and Germany.
    assert tuple(found.values()) == (2, 0, 2, 1956, 1956)


def test_default_definitions_are_the_seeds_when_marts_name_them(real: Real) -> None:
    found = rows(
        real,
        "select 'mart' as says, statistic_id, is_default from f1db.mart_head_to_heads union "
        "select 'mart', statistic_id, is_default from f1db.mart_driver_streaks union "
        "select 'seed', id, is_default from f1db.statistic_definitions "
        "where id like 'head_to_head%' or id like 'streak%'",
    )
    marts, seed = (
        {row["statistic_id"]: row["is_default"] for row in found if row["says"] == who} for who in ("mart", "seed")
    )

    assert marts == seed
    assert (len(seed), sum(seed.values())) == (5 + 18, 2 + 6)


def test_marts_that_contradict_themselves_are_refused_when_rows_are_missing_or_changed(
    real: Real, tmp_path: Path
) -> None:
    warehouse, place = real[0], copied(real[1], tmp_path)
    of_hamilton = "where driver_id = 'lewis-hamilton' and"
    damages = [
        "delete from f1db.mart_head_to_heads where driver_id = 'nico-rosberg' and team_mate_id = 'lewis-hamilton' "
        "and definition = 'grid'",
        "update f1db.mart_head_to_heads set meetings = 59, ahead = 44 "
        f"{of_hamilton} team_mate_id = 'jenson-button' and definition = 'both_classified'",
        "update f1db.mart_driver_streaks set length = 8 where driver_id = 'alberto-ascari' "
        "and statistic_id = 'streak_wins_without_indianapolis' and streak_rank = 1",
        "delete from f1db.mart_driver_streaks where driver_id = 'pastor-maldonado' and kind = 'wins'",
        f"update f1db.mart_driver_recoveries set recovery_rank = 5 {of_hamilton} places_gained = 16 and year = 2017",
    ]
    with duckdb.connect(place.environment["DBT_DUCKDB_PATH"]) as connection:
        for damage in damages:
            assert connection.execute(damage).fetchone() == ((3,) if "maldonado" in damage else (1,))
    variables = {"driver_id": "lewis-hamilton", "release": "x", "is_sample": False, "dataset_suffix": ""}
    tests = ["head_to_heads_mirror_each_other", "streaks_are_unbroken", "recoveries_are_ranked_by_places_gained"]

    failed = _run_dbt(place, ["test", "--select", *tests], variables, lambda done, total: None)

    told = {node.name: warehouse.rows(place, str(node.sql), 20) for node in failed}
    assert set(told) == set(tests)
    mirrors, streaks, recoveries = (told[test] for test in tests)
    assert sorted((row["driver_id"], row["team_mate_id"], row["broken_rule"]) for row in mirrors) == [
        ("jenson-button", "lewis-hamilton", "no mirror row"),
        ("lewis-hamilton", "jenson-button", "more meetings than races"),
        ("lewis-hamilton", "jenson-button", "no mirror row"),
        ("lewis-hamilton", "nico-rosberg", "no mirror row"),
    ]
    assert sorted((row["driver_id"], row["statistic_id"]) for row in streaks) == [
        ("alberto-ascari", "streak_wins_without_indianapolis"),
        ("pastor-maldonado", "streak_wins_all_races"),
    ]
    assert [(row["driver_id"], row["recovery_rank"], row["better_ones"]) for row in recoveries] == [
        ("lewis-hamilton", 5, 3)
    ]
