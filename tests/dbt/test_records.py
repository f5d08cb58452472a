"""Records of everybody, the view of the greatest, and the layers of other drivers, on the real release."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.dbt.test_marts import WITHOUT_TESTS, rows
from tests.integration.transform_world import ZIP
from transform.build import _run_dbt
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
Real = tuple[DuckDbWarehouse, PrivatePlace]
OTHERS = ("michael-schumacher", "juan-manuel-fangio", "nino-farina", "giovanna-amati", "alex-palou")
DRIVER_MARTS = (
    "career", "seasons", "constructors", "circuits", "grands_prix", "wins", "titles", "records", "record_watch",
    "goat_view", "team_mates", "streaks", "recoveries",
)  # fmt: skip


def leader(real: Real, statistic: str) -> tuple[str, str]:
    """Return who has a record, and which it is."""
    [found] = rows(
        real,
        "select distinct leader_driver_ids, leader_value from f1db.mart_records "
        f"where statistic_id = '{statistic}' and leader_value is not null",
    )
    return found["leader_driver_ids"], f"{found['leader_value'].normalize():f}"


def first(real: Real, statistic: str, rank: int) -> list[tuple[Any, ...]]:
    """Return who has a rank down to this one: id, value and detail."""
    found = rows(
        real,
        "select driver_id, value, detail from f1db.mart_records "
        f"where statistic_id = '{statistic}' and rank <= {rank} order by rank, driver_id",
    )
    return [(row["driver_id"], f"{row['value'].normalize():f}", row["detail"]) for row in found]


@pytest.mark.parametrize(
    ("statistic", "holder", "value"),
    [
        ("race_wins", "lewis-hamilton", "106"),
        ("podiums", "lewis-hamilton", "207"),
        ("pole_positions", "lewis-hamilton", "104"),
        ("championships", "lewis-hamilton, michael-schumacher", "7"),
        ("fastest_laps", "michael-schumacher", "77"),
        ("grand_slams", "jim-clark", "8"),
        ("race_starts", "fernando-alonso", "437"),
        ("win_rate", "juan-manuel-fangio", "0.4706"),
        ("win_rate_100_starts", "michael-schumacher", "0.2974"),
        ("title_rate", "juan-manuel-fangio", "0.7143"),
        ("season_wins", "max-verstappen", "19"),
        ("season_podiums", "max-verstappen", "21"),
        ("season_poles", "sebastian-vettel", "15"),
        ("season_win_share", "max-verstappen", "0.8636"),
        ("wins_at_one_circuit", "lewis-hamilton", "9"),
        ("circuits_won_at", "lewis-hamilton", "31"),
        ("wins_for_one_constructor", "lewis-hamilton", "84"),
        ("consecutive_championships", "michael-schumacher", "5"),
        ("consecutive_seasons_with_a_win", "lewis-hamilton, michael-schumacher", "15"),
        ("constructors_champion_with", "juan-manuel-fangio", "4"),
        ("streak_wins_without_indianapolis", "max-verstappen", "10"),
        ("streak_podiums_without_indianapolis", "michael-schumacher", "19"),
        ("streak_points_finishes_without_indianapolis", "lewis-hamilton", "48"),
        ("streak_pole_positions_without_indianapolis", "ayrton-senna, max-verstappen", "8"),
        ("titles_rescored", "alain-prost, lewis-hamilton, michael-schumacher", "7"),
    ],
)
def test_the_well_known_holder_has_the_record_when_the_release_is_real(
    real: Real, statistic: str, holder: str, value: str
) -> None:
    assert leader(real, statistic) == (holder, value)


def test_ages_are_in_days_and_the_smallest_leads_when_the_youngest_is_meant(real: Real) -> None:
    # Vettel was 23 years and 134 days old in Abu Dhabi in 2010, Verstappen 18 years and 228 days in Spain in 2016.
    assert first(real, "youngest_champion", 2) == [("sebastian-vettel", "8535", None), ("lewis-hamilton", "8700", None)]
    assert first(real, "youngest_winner", 1) == [("max-verstappen", "6802", None)]
    # Fagioli was 53 years and 22 days old in France in 1951, in a shared car.
    assert first(real, "oldest_winner", 1) == [("luigi-fagioli", "19379", None)]


def test_equal_values_share_a_rank_when_several_have_them(real: Real) -> None:
    found = rows(
        real,
        "select driver_id, rank from f1db.mart_records where statistic_id = 'championships' and rank <= 6 "
        "order by rank, driver_id",
    )

    assert [(row["driver_id"], row["rank"]) for row in found] == [
        ("lewis-hamilton", 1), ("michael-schumacher", 1), ("juan-manuel-fangio", 3), ("alain-prost", 4),
        ("max-verstappen", 4), ("sebastian-vettel", 4),
    ]  # fmt: skip


def test_bests_say_which_season_or_place_when_they_are_one(real: Real) -> None:
    assert first(real, "season_wins", 1) == [("max-verstappen", "19", "2023")]
    assert first(real, "wins_at_one_circuit", 2) == [
        ("lewis-hamilton", "9", "Silverstone"),
        ("michael-schumacher", "8", "Magny-Cours"),
    ]
    assert first(real, "season_win_share", 2)[1] == ("alberto-ascari", "0.75", "1952")


def test_the_season_under_way_is_in_no_seasons_record_when_it_is_not_over(real: Real) -> None:
    found = rows(
        real,
        "select (select count(*) from f1db.mart_records where category = 'season' and detail like '%2026%') as bests, "
        "(select max(race_wins) from f1db.mart_driver_seasons where year = 2026) > 1 as is_somebody_winning, "
        "value as hamiltons_seasons_with_a_win "
        "from f1db.mart_records where statistic_id = 'seasons_with_a_win' and driver_id = 'lewis-hamilton'",
    )

    # Hamilton has won in 2026, too: a seventeenth season when it is over.
    assert found == [{"bests": 0, "is_somebody_winning": True, "hamiltons_seasons_with_a_win": Decimal(16)}]


def test_a_short_career_has_no_rank_when_the_rate_asks_for_starts(real: Real) -> None:
    found = rows(
        real,
        "select value, rank, gap, eligibility, minimum_starts from f1db.mart_records "
        "where driver_id = 'lee-wallard' and statistic_id = 'win_rate'",
    )

    assert found == [
        {"value": Decimal("0.5"), "rank": None, "gap": None, "eligibility": "at least 50 starts", "minimum_starts": 50}
    ]


def test_every_driver_has_a_row_for_every_statistic_when_records_are_counted(real: Real) -> None:
    [found] = rows(
        real,
        "select count(*) as n, count(distinct driver_id) as drivers, count(distinct statistic_id) as statistics, "
        "count(distinct case when leader_driver_ids is null then statistic_id end) as without_leader "
        "from f1db.mart_records",
    )

    assert found == {"n": 917 * 74, "drivers": 917, "statistics": 74, "without_leader": 0}


def test_the_view_of_the_greatest_says_what_he_does_not_lead_when_it_is_hamilton(real: Real) -> None:
    found = rows(real, "select statistic_id, argument, runner_up_names from lewis_hamilton.mart_goat_view")
    said: dict[str, set[str]] = {"for": set(), "neutral": set(), "against": set()}
    for row in found:
        said[row["argument"]].add(row["statistic_id"])

    assert said["for"] == {
        "race_wins", "podiums", "pole_positions", "rescored_points", "classified_field_beaten_all_starts",
        "points_finish_rate", "seasons_with_a_win",
    }  # fmt: skip
    assert said["neutral"] == {"championships", "titles_rescored"}
    assert {"win_rate", "title_rate", "career_win_share", "head_to_head_race_both_classified"} <= said["against"]
    assert len(found) == len(set().union(*said.values())) == 37
    assert [row["runner_up_names"] for row in found if row["statistic_id"] == "race_wins"] == ["Michael Schumacher"]


def test_rival_definitions_and_minimums_are_named_when_a_rate_is_shown(real: Real) -> None:
    [found] = rows(
        real,
        "select measure, rank, leader_names, eligibility, alternatives from lewis_hamilton.mart_goat_view "
        "where statistic_id = 'win_rate'",
    )

    assert tuple(found.values()) == (
        "Wins per start", 6, "Juan Manuel Fangio", "at least 50 starts",
        "career_win_share|win_rate_100_starts|win_rate_20_starts",
    )  # fmt: skip


@pytest.fixture(scope="module")
def others(real: Real) -> Real:
    """Build the layer of the others beside Hamilton's, each as a deployment would."""
    _, place = real
    for driver in OTHERS:
        variables = {"driver_id": driver, "release": "2026.11.0", "is_sample": False, "dataset_suffix": ""}
        failed = _run_dbt(
            place, ["build", "--select", "path:models/driver", *WITHOUT_TESTS], variables, lambda done, total: None
        )
        assert failed == [], driver
    return real


def test_every_mart_is_built_when_a_driver_never_started_won_or_entered(others: Real) -> None:
    counts = {
        driver: tuple(
            rows(others, f"select count(*) as n from {driver.replace('-', '_')}.mart_{mart}")[0]["n"]
            for mart in ("career", "seasons", "wins", "titles", "record_watch", "goat_view")
        )
        for driver in OTHERS
    }

    assert counts == {
        "michael-schumacher": (1, 19, 91, 7, 0, 37),
        "juan-manuel-fangio": (1, 8, 24, 5, 0, 37),
        "nino-farina": (1, 6, 5, 1, 0, 37),
        "giovanna-amati": (1, 1, 0, 0, 0, 37),
        "alex-palou": (1, 0, 0, 0, 0, 37),
    }


def test_no_other_driver_is_in_a_layer_when_it_is_ones_own(others: Real) -> None:
    for driver in OTHERS:
        for mart in DRIVER_MARTS:
            found = rows(others, f"select distinct driver_id from {driver.replace('-', '_')}.mart_{mart}")
            assert found in ([], [{"driver_id": driver}]), mart


def test_nobody_leads_with_nothing_when_a_driver_never_entered(others: Real) -> None:
    [found] = rows(
        others,
        "select count(*) as measures, count(*) filter (is_led) as led, count(*) filter (argument = 'for') as arguments "
        "from alex_palou.mart_goat_view",
    )
    [records] = rows(
        others,
        "select count(*) as records, count(rank) as ranked, max(value) as most, count(*) filter (is_leader) as led "
        "from giovanna_amati.mart_records where statistic_id not like '%entries%'",
    )

    assert found == {"measures": 37, "led": 0, "arguments": 0}
    assert records == {"records": 73, "ranked": 34, "most": Decimal(0), "led": 0}
