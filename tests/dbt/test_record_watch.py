"""What the races left can do to records, milestones and the next driver ahead, on the real release."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

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


def watched(real: Real, where: str) -> list[tuple[Any, ...]]:
    found = rows(
        real,
        "select statistic_id, kind, value, target, target_holder_ids, chances_left, is_possible_this_season, "
        f"next_race_effect from lewis_hamilton.mart_record_watch where {where} order by statistic_id, kind",
    )
    return [tuple(int(one) if isinstance(one, Decimal) else one for one in row.values()) for row in found]


def test_records_are_watched_over_the_races_left_when_a_season_is_under_way(real: Real) -> None:
    titles = "lewis-hamilton, michael-schumacher"

    assert watched(real, "kind = 'record' and statistic_id in ('championships', 'fastest_laps', 'season_wins')") == [
        ("championships", "record", 7, 7, titles, 1, True, None),
        ("fastest_laps", "record", 69, 77, "michael-schumacher", 11, True, None),
        ("season_wins", "record", 1, 19, "max-verstappen", 11, False, None),
    ]
    assert watched(real, "kind = 'milestone' and statistic_id in ('podiums', 'second_places', 'points_total')") == [
        ("podiums", "milestone", 207, 210, None, 11, True, None),
        ("points_total", "milestone", 5187, 5200, None, 11, True, "reaches"),
        ("second_places", "milestone", 59, 60, None, 11, True, "reaches"),
    ]
    # A record that he holds alone is nothing to reach.
    assert watched(real, "statistic_id = 'race_wins' and kind != 'milestone'") == []


def test_sprints_are_watched_apart_when_two_are_left(real: Real) -> None:
    assert watched(real, "statistic_id = 'sprint_wins'") == [
        ("sprint_wins", "milestone", 1, 5, None, 2, False, None),
        ("sprint_wins", "next_driver", 1, 2, "valtteri-bottas", 2, True, "equals"),
        ("sprint_wins", "record", 1, 13, "max-verstappen", 2, False, None),
    ]


def test_the_next_circuits_records_are_watched_when_there_is_a_next_race(real: Real) -> None:
    assert watched(real, "detail = 'Zandvoort' and statistic_id = 'wins_at_one_circuit'") == [
        ("wins_at_one_circuit", "record", 0, 4, "jim-clark", 1, False, None)
    ]
    [race] = rows(
        real,
        "select distinct next_race_date::varchar as on, next_grand_prix_name from lewis_hamilton.mart_record_watch",
    )
    assert tuple(race.values()) == ("2026-08-23", "Netherlands")


def test_only_drivers_of_the_newest_season_are_watched_when_the_watch_is_of_everybody(real: Real) -> None:
    [found] = rows(
        real,
        "select count(distinct driver_id) as watched, count(*) filter (driver_id = 'sebastian-vettel') as retired, "
        "count(distinct next_race_id) as next_races from f1db.mart_driver_record_watch",
    )

    assert found == {"watched": 22, "retired": 0, "next_races": 1}
