"""Published marts in memory: a short career that has a row of everything, and one that has nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from transform.report import MartQuery, ReleaseStamp

Rows = Sequence[Mapping[str, Any]]

STAMP = ReleaseStamp(
    version="2026.11.0",
    run="f1db-2026-11-0-e55e843c-1a2b3c4d-0",
    zip_sha256="e55e843c" * 8,
    published_at_utc="2026-11-23T18:30:00Z",
    is_sample=False,
)
HOSTILE = """<script>alert('x')</script>"><img src=https://hostile.example/x onerror=alert(1)> & {{ 7 * 7 }}"""

CAREER: dict[str, Any] = {
    "driver_name": "Ada Example", "race_entries": 60, "race_starts": 58, "race_wins": 3, "second_places": 2,
    "third_places": 1, "podiums": 6, "pole_positions": 4, "fastest_laps": 5, "championships": 1,
    "points_total": Decimal("512.50"), "points_race": Decimal("500.50"), "points_sprint": Decimal("12.00"),
    "sprint_starts": 8, "sprint_wins": 1, "sprint_top_threes": 2, "grand_slams": 1, "race_laps": 3123,
    "best_championship_position": 1, "best_race_result": 1, "first_win_date": date(2024, 6, 9),
    "last_win_date": date(2026, 6, 14),
}  # fmt: skip
NOTHING: dict[str, Any] = {
    **{name: 0 for name, value in CAREER.items() if isinstance(value, int)},
    **dict.fromkeys(("points_total", "points_race", "points_sprint"), Decimal(0)),
    **dict.fromkeys(("best_championship_position", "best_race_result", "first_win_date", "last_win_date")),
    "driver_name": "Jo Nobody",
}


def season(year: int, **values: Any) -> dict[str, Any]:
    return {
        "year": year, "constructors": "Arrow", "race_starts": 20, "race_wins": 0, "podiums": 0, "pole_positions": 0,
        "fastest_laps": 0, "points_total": Decimal("0.00"), "championship_points": Decimal("0.00"),
        "championship_position": 2, "championship_position_text": "2", "is_champion": False, "is_final": True,
        "races_left": 0, **values,
    }  # fmt: skip


def race(race_id: int, grid: int | None, finish: int | None, **values: Any) -> dict[str, Any]:
    return {
        "race_id": race_id, "year": 2024, "race_date": date(2024, 1, 1 + race_id), "grand_prix_id": "canada",
        "grid_position_number": grid, "grid_position_text": None if grid is None else str(grid),
        "position_number": finish, "position_text": "DNF" if finish is None else str(finish), "is_started": True,
        "is_win": finish == 1, "is_podium": finish is not None and finish <= 3, "is_pole_position": grid == 1,
        "driver_id": "ada-example", **values,
    }  # fmt: skip


def place(**values: Any) -> dict[str, Any]:
    return {
        "first_year": 2024, "last_year": 2026, "race_starts": 3, "race_wins": 2, "podiums": 2, "pole_positions": 1,
        "fastest_laps": 0, "best_race_result": 1, **values,
    }  # fmt: skip


def head_to_head(metric: str, definition: str, ahead: int, behind: int, **values: Any) -> dict[str, Any]:
    met = ahead + behind
    return {
        "team_mate_name": "Ben Beispiel", "constructor_name": "Arrow", "metric": metric, "definition": definition,
        "statistic_id": f"head_to_head_{metric}_{definition}", "is_default": definition == "display_order",
        "first_year": 2024, "last_year": 2025, "meetings": met, "ahead": ahead, "behind": behind,
        "share_ahead": Decimal(ahead) / met if met else None, **values,
    }  # fmt: skip


def streak(kind: str, length: int, **values: Any) -> dict[str, Any]:
    return {
        "kind": kind, "definition": "own_starts", "statistic_id": f"streak_{kind}_own_starts", "is_default": True,
        "streak_rank": 1, "length": length, "from_date": date(2024, 6, 9), "to_date": date(2024, 7, 7),
        "from_grand_prix_name": "Canada", "to_grand_prix_name": "Great Britain", "is_open": False, **values,
    }  # fmt: skip


def record(statistic_id: str, value: Any, rank: int | None, **values: Any) -> dict[str, Any]:
    return {
        "statistic_id": statistic_id, "value": value, "rank": rank, "drivers_ranked": 900, "leader_names": "Cy Leader",
        "leader_value": Decimal("10.0000"), "gap": Decimal("7.0000"), "is_leader": rank == 1, "is_eligible": True,
        "eligibility": "all drivers", "is_higher_better": True, "unit": "races", "category": "career", "detail": None,
        **values,
    }  # fmt: skip


def mark(**values: Any) -> dict[str, Any]:
    return {
        "statistic_id": "race_wins", "kind": "record", "value": Decimal("3.0000"), "target": Decimal("4.0000"),
        "target_holder_names": "Cy Leader", "gap": Decimal("1.0000"), "unit": "races", "chances_left": 11,
        "is_possible_this_season": True, "next_race_date": date(2026, 8, 23), "next_grand_prix_name": "Netherlands",
        "next_race_effect": "equals", **values,
    }  # fmt: skip


def measure(statistic_id: str, value: Any, rank: int | None, argument: str, **values: Any) -> dict[str, Any]:
    return {
        "statistic_id": statistic_id, "value": value, "rank": rank, "drivers_ranked": 120, "minimum_starts": 50,
        "leader_names": "Cy Leader", "leader_value": Decimal("0.4000"), "is_led": rank == 1, "argument": argument,
        "category": "rate", "unit": "share", **values,
    }  # fmt: skip


def definition(id_: str, name: str, **values: Any) -> dict[str, Any]:
    return {
        "id": id_, "name": name, "definition": f"What {name} means.", "rule": "Count them.",
        "source": "races-race-results", "alternatives": None, "is_default": True, **values,
    }  # fmt: skip


def headline(release: str, metric: str, value: int, previous: int | None) -> dict[str, Any]:
    return {
        "release": release, "published_at_utc": datetime(2026, 11, 23, tzinfo=UTC), "metric": metric,
        "value": Decimal(value), "previous_value": None if previous is None else Decimal(previous),
        "driver_id": "ada-example",
    }  # fmt: skip


def summary(table: str, **values: Any) -> dict[str, Any]:
    return {
        "release": "2026.11.0", "previous_release": "2026.10.0", "table_name": table, "rows_after": 100,
        "rows_added": 0, "rows_removed": 0, "rows_changed": 0, "rows_restated": 0, **values,
    }  # fmt: skip


DEFINITIONS = [
    definition("race_wins", "Race wins"),
    definition("podiums", "Podiums"),
    definition("win_rate", "Win rate"),
    definition("youngest_winner", "Youngest winner"),
    *(
        definition(f"streak_{kind}_{way}", f"{kind} in a row, {way}", alternatives="race_wins|podiums")
        for kind in ("wins", "podiums")
        for way in ("own_starts", "all_races")
    ),
    *(
        definition(f"head_to_head_{name}", f"Head to head, {name}")
        for name in (
            "race_display_order", "race_both_classified", "race_either_classified", "qualifying_display_order",
            "qualifying_grid",
        )
    ),
]  # fmt: skip

# One row or more of every published table that the report reads.
FULL: dict[str, Rows] = {
    "ada_example.mart_career": [CAREER],
    "ada_example.mart_seasons": [
        season(2025, race_wins=2, podiums=4, pole_positions=3, is_champion=True, championship_position=1),
        season(2024, race_wins=1, podiums=1, points_total=Decimal("109.50"), championship_points=Decimal("99.50")),
        season(2026, podiums=1, pole_positions=1, is_final=False, races_left=11, constructors="Bolt, Arrow"),
    ],
    "f1db.release_headlines": [
        headline("2026.11.0", "race_wins", 3, 2), headline("2026.11.0", "championships", 1, 1),
        headline("2026.10.0", "race_wins", 2, None), headline("2026.10.0", "championships", 1, None),
    ],
    "f1db.fct_race_results": [
        race(1, 1, 1), race(2, 3, 1), race(3, 1, 2), race(4, None, 8, grid_position_text="PL"), race(5, 2, None),
        race(6, None, None, is_started=False, position_text="DNS"), race(7, 1, 1, driver_id="cy-leader"),
    ],
    "f1db.dim_grands_prix": [{"grand_prix_id": "canada", "grand_prix_name": "Canada"}],
    "ada_example.mart_wins": [
        {
            "win_number": number, "race_date": day, "grand_prix_name": "Canada", "circuit_name": "Montreal",
            "constructor_name": "Arrow", "grid_position_text": "1", "is_pole_position": True, "is_fastest_lap": False,
            "is_grand_slam": False, "is_shared": number == 1, "second_driver_name": "Cy Leader",
        }
        for number, day in enumerate((date(2024, 6, 9), date(2025, 6, 15), date(2025, 6, 22)), start=1)
    ],
    "ada_example.mart_titles": [
        {
            "year": 2025, "constructors": "Arrow", "championship_points": Decimal("98.00"),
            "runner_up_name": "Cy Leader", "runner_up_points": Decimal("97.00"), "margin_points": Decimal("1.00"),
            "decided_race_date": date(2025, 11, 2), "decided_grand_prix_name": "Brazil", "races_left_when_decided": 0,
            "is_decided_at_last_race": True,
        }
    ],
    "ada_example.mart_circuits": [
        place(circuit_name="Montreal"), place(circuit_name="Spa", race_wins=1),
        place(circuit_name="Imola", race_wins=0),
    ],
    "ada_example.mart_grands_prix": [place(grand_prix_name="Canada")],
    "ada_example.mart_constructors": [place(constructor_name="Arrow"), place(constructor_name="Bolt", race_wins=0)],
    "ada_example.mart_team_mates": [
        head_to_head("race", "display_order", 12, 8), head_to_head("race", "both_classified", 9, 8),
        head_to_head("race", "either_classified", 11, 8), head_to_head("qualifying", "display_order", 5, 15),
        head_to_head("qualifying", "grid", 0, 0),
    ],
    "ada_example.mart_streaks": [
        streak("wins", 2), streak("podiums", 3, is_open=True),
        streak("wins", 1, definition="all_races", statistic_id="streak_wins_all_races", is_default=False),
    ],
    "ada_example.mart_recoveries": [
        {
            "race_date": date(2024, 6, 9), "grand_prix_name": "Canada", "grid_position_number": 14,
            "position_number": 1, "places_gained": 13, "recovery_rank": 1, "is_win": True, "is_podium": True,
        },
        {
            "race_date": date(2024, 7, 7), "grand_prix_name": "Great Britain", "grid_position_number": None,
            "position_number": 8, "places_gained": 12, "recovery_rank": 2, "is_win": False, "is_podium": False,
        },
    ],
    "ada_example.mart_records": [
        record("race_wins", Decimal("3.0000"), 42),
        record("podiums", Decimal(6), 1, leader_names="Ada Example", leader_value=Decimal(6), gap=Decimal(0)),
        record("win_rate", None, None, is_eligible=False, eligibility="at least 100 starts", unit="share"),
        record("youngest_winner", Decimal("7000.0000"), 9, is_higher_better=False, unit="days", category="place"),
    ],
    "ada_example.mart_record_watch": [
        mark(), mark(statistic_id="podiums", kind="milestone", target_holder_names=None, next_race_effect=None),
    ],
    "ada_example.mart_goat_view": [
        measure("win_rate", Decimal("0.0517"), 31, "against"),
        measure("podiums", Decimal(6), 1, "for", unit="races"),
    ],
    "f1db.statistic_definitions": DEFINITIONS,
    "f1db.reconciliation": [
        *({"entity": "driver", "difference": Decimal(0)} for _ in range(3)),
        {"entity": "circuit", "difference": Decimal(0)},
    ],
    "f1db.release_findings": [
        {"release": release, "position": 1, "severity": "warning", "message": f"drivers: a flaw of {release}"}
        for release in ("2026.10.0", "2026.11.0")
    ],
    "f1db.release_summaries": [
        summary("races_race_results", rows_added=20, rows_changed=2, rows_restated=2), summary("circuits"),
        summary("drivers", release="2026.10.0", rows_added=7),
    ],
    "f1db.release_changes": [
        {
            "release": "2026.11.0", "driver_id": "ada-example", "is_restatement": True,
            "table_name": "races_race_results", "change": "changed", "key": "raceId=5, driverId=ada-example",
            "column_name": "laps", "old_value": "57",
            "new_value": "58", "race_date": date(2024, 1, 6),
        }
    ],
}  # fmt: skip
# The same tables for somebody of whom nothing is known but the name.
EMPTY: dict[str, Rows] = {
    **{name: [] for name in FULL},
    "ada_example.mart_career": [NOTHING],
    "f1db.statistic_definitions": DEFINITIONS,
}


@dataclass(frozen=True, slots=True)
class Tables:
    """A warehouse in memory; a table that is not there is an error, as in a real one."""

    tables: Mapping[str, Rows]

    def rows(self, query: MartQuery) -> list[dict[str, Any]]:
        found = [
            {name: row[name] for name in query.columns}
            for row in self.tables[query.table]
            if all(row[name] == value for name, value in query.where.items())
        ]
        if not query.is_tally:
            return found
        tally = Counter(tuple(row.values()) for row in found)
        return [{**dict(zip(query.columns, values, strict=True)), "tally": many} for values, many in tally.items()]


def hostile_tables() -> dict[str, Rows]:
    """Return the full tables with every text replaced that no model keeps to known words."""
    kept = {
        "driver_id", "statistic_id", "id", "alternatives", "release", "previous_release", "metric", "kind",
        "argument", "entity", "unit", "category", "grand_prix_id",
    }  # fmt: skip

    def spoilt(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        known = kept | ({"definition"} if table.endswith(("team_mates", "streaks")) else set())
        return {name: HOSTILE if isinstance(value, str) and name not in known else value for name, value in row.items()}

    return {name: [spoilt(name, row) for row in rows] for name, rows in FULL.items()}
