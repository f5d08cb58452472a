"""Titles, their margins and the races that decided them, and every race won, on the real release."""

from __future__ import annotations

import pytest

from tests.dbt.test_marts import rows
from tests.integration.transform_world import ZIP
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
Real = tuple[DuckDbWarehouse, PrivatePlace]

TITLES = "select year, championship_points, points_total, runner_up_driver_id, margin_points, decided_grand_prix_name"


def told(real: Real, sql: str) -> list[tuple[object, ...]]:
    """Return rows as tuples, their numbers with decimals as F1DB prints them."""
    found = rows(real, sql)
    return [tuple(str(one) if hasattr(one, "as_tuple") else one for one in row.values()) for row in found]


def test_hamiltons_titles_have_their_margins_when_the_release_is_real(real: Real) -> None:
    assert told(
        real,
        "select year, constructors, margin_points, runner_up_name, decided_grand_prix_name, races_left_when_decided, "
        "is_decided_at_last_race, title_number from lewis_hamilton.mart_titles order by year",
    ) == [
        (2008, "McLaren", "1.00", "Felipe Massa", "Brazil", 0, True, 1),
        (2014, "Mercedes", "67.00", "Nico Rosberg", "Abu Dhabi", 0, True, 2),
        (2015, "Mercedes", "59.00", "Nico Rosberg", "United States", 3, False, 3),
        (2017, "Mercedes", "46.00", "Sebastian Vettel", "Mexico", 2, False, 4),
        (2018, "Mercedes", "88.00", "Sebastian Vettel", "Mexico", 2, False, 5),
        (2019, "Mercedes", "87.00", "Valtteri Bottas", "United States", 2, False, 6),
        (2020, "Mercedes", "124.00", "Valtteri Bottas", "Turkey", 3, False, 7),
    ]


def test_margins_are_of_points_that_counted_when_scores_were_dropped(real: Real) -> None:
    # Prost scored 105 points in 1988 and Senna 94: eleven best results made Senna the champion by 3.
    assert told(real, f"{TITLES} from f1db.mart_driver_titles where year in (1964, 1984, 1988) order by year") == [
        (1964, "40.00", "40.00", "graham-hill", "1.00", "Mexico"),
        (1984, "72.00", "72.00", "alain-prost", "0.50", "Portugal"),
        (1988, "90.00", "94.00", "alain-prost", "3.00", "Japan"),
    ]


def test_the_excluded_is_not_beaten_when_he_had_more_points_than_the_runner_up(real: Real) -> None:
    assert told(real, f"{TITLES} from f1db.mart_driver_titles where year = 1997") == [
        (1997, "81.00", "81.00", "heinz-harald-frentzen", "39.00", "Europe"),
    ]
    assert told(
        real,
        "select championship_position, championship_position_text, championship_points from f1db.mart_driver_seasons "
        "where driver_id = 'michael-schumacher' and year = 1997",
    ) == [(None, "DSQ", "78.00")]


def test_a_season_has_one_title_when_it_is_over(real: Real) -> None:
    assert told(
        real,
        "select count(*), count(distinct year), min(year), max(year), count(*) filter (is_countback), "
        "max(races_left_when_decided) from f1db.mart_driver_titles",
    ) == [(76, 76, 1950, 2025, 0, 6)]
    assert told(
        real,
        "select driver_id, decided_grand_prix_name from f1db.mart_driver_titles where year in (2007, 2021, 2023) "
        "order by year",
    ) == [("kimi-raikkonen", "Brazil"), ("max-verstappen", "Abu Dhabi"), ("max-verstappen", "Qatar")]


def test_every_win_is_a_row_with_its_start_when_the_driver_is_hamilton(real: Real) -> None:
    assert told(
        real,
        "select count(*), max(win_number), count(*) filter (is_pole_position), count(*) filter (is_grand_slam), "
        "count(*) filter (is_shared), count(distinct circuit_id) from lewis_hamilton.mart_wins",
    ) == [(106, 106, 61, 6, 0, 31)]
    wins = "select year, grand_prix_name, circuit_name, constructor_name, grid_position_text, second_driver_name"
    assert told(
        real, f"{wins} from lewis_hamilton.mart_wins where win_number in (1, 105, 106) order by win_number"
    ) == [
        (2007, "Canada", "Gilles Villeneuve", "McLaren", "1", "Nick Heidfeld"),
        (2024, "Belgium", "Spa-Francorchamps", "Mercedes", "3", "Oscar Piastri"),
        (2026, "Barcelona-Catalunya", "Catalunya", "Ferrari", "2", "George Russell"),
    ]


def test_a_shared_win_has_its_drivers_own_start_when_he_took_over_a_car(real: Real) -> None:
    # Fangio and Moss had the pole in a car that failed, and won in a team-mate's, which has no place on their grid.
    assert told(
        real,
        "select driver_id, year, grand_prix_name, grid_position_text, is_pole_position, second_driver_name "
        "from f1db.mart_driver_wins where is_shared and grid_position_number = 1 order by year",
    ) == [
        ("juan-manuel-fangio", 1951, "France", "1", True, "Alberto Ascari, José Froilán González"),
        ("juan-manuel-fangio", 1956, "Argentina", "1", True, "Jean Behra"),
        ("stirling-moss", 1957, "Great Britain", "1", True, "Luigi Musso"),
    ]
    assert told(real, "select count(*), count(distinct race_id) from f1db.mart_driver_wins") == [(1163, 1160)]


def test_hamiltons_best_places_are_right_when_counted_by_circuit_constructor_and_grand_prix(real: Real) -> None:
    best = "order by race_wins desc limit 1"
    mart = "race_wins, podiums from lewis_hamilton.mart"

    assert told(real, f"select circuit_name, {mart}_circuits {best}") == [("Silverstone", 9, 16)]
    assert told(real, f"select constructor_name, {mart}_constructors {best}") == [("Mercedes", 84, 153)]
    assert told(real, f"select grand_prix_name, {mart}_grands_prix {best}") == [("Great Britain", 9, 15)]


def test_a_win_is_shared_for_both_when_a_driver_gave_his_car_up(real: Real) -> None:
    # F1DB marks the one who took the car over: Fangio from Fagioli and from Musso, Moss from Brooks.
    assert told(
        real,
        "select race_date::varchar, driver_id, grid_position_text from f1db.mart_driver_wins where is_shared "
        "order by race_date, driver_id",
    ) == [
        ("1951-07-01", "juan-manuel-fangio", "1"),
        ("1951-07-01", "luigi-fagioli", "7"),
        ("1956-01-22", "juan-manuel-fangio", "1"),
        ("1956-01-22", "luigi-musso", "3"),
        ("1957-07-20", "stirling-moss", "1"),
        ("1957-07-20", "tony-brooks", "3"),
    ]
