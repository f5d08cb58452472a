"""Team-mates, streaks and recoveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transform.report.reader import MartReader
from transform.report.typed_rows import dataset_of, read_rows


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """A row of mart_team_mates: one team-mate in one team, by one definition."""

    team_mate_name: str
    constructor_name: str
    metric: str
    definition: str
    statistic_id: str
    is_default: bool
    first_year: int
    last_year: int
    meetings: int
    ahead: int
    behind: int
    share_ahead: Decimal | None


@dataclass(frozen=True, slots=True)
class Streak:
    """A row of mart_streaks; `streak_rank` 1 is the longest of its kind and definition."""

    kind: str
    definition: str
    statistic_id: str
    is_default: bool
    streak_rank: int
    length: int
    from_date: date
    to_date: date
    from_grand_prix_name: str
    to_grand_prix_name: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Recovery:
    """A row of mart_recoveries; a start from the pit lane has no number on the grid."""

    race_date: date
    grand_prix_name: str
    grid_position_number: int | None
    position_number: int
    places_gained: int
    recovery_rank: int
    is_win: bool
    is_podium: bool

    @property
    def started_from(self) -> int:
        """The place from which the gain is counted."""
        return self.position_number + self.places_gained


def read_head_to_heads(reader: MartReader, driver_id: str) -> tuple[HeadToHead, ...]:
    """Read all head-to-heads, the first team-mate first."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_team_mates", HeadToHead)
    return tuple(
        sorted(rows, key=lambda row: (row.first_year, row.last_year, row.constructor_name, row.team_mate_name))
    )


def read_streaks(reader: MartReader, driver_id: str) -> tuple[Streak, ...]:
    """Read all streaks, the longest of each kind first."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_streaks", Streak)
    return tuple(sorted(rows, key=lambda row: (row.kind, row.definition, row.streak_rank, row.from_date)))


def read_recoveries(reader: MartReader, driver_id: str) -> tuple[Recovery, ...]:
    """Read the races with places gained, the most places first."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_recoveries", Recovery)
    return tuple(sorted(rows, key=lambda row: (row.recovery_rank, row.position_number, row.race_date)))
