"""Single races: the driver's rows of every race, wins, titles, and where they happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transform.report.reader import MartReader
from transform.report.typed_rows import dataset_of, read_rows


@dataclass(frozen=True, slots=True)
class RaceResult:
    """A row of fct_race_results: one car of the driver in one race."""

    race_id: int
    year: int
    race_date: date
    grand_prix_id: str
    grid_position_number: int | None
    grid_position_text: str | None
    position_number: int | None
    position_text: str | None
    is_started: bool
    is_win: bool
    is_podium: bool
    is_pole_position: bool


@dataclass(frozen=True, slots=True)
class GrandPrix:
    """A row of dim_grands_prix."""

    grand_prix_id: str
    grand_prix_name: str


@dataclass(frozen=True, slots=True)
class Win:
    """A row of mart_wins."""

    win_number: int
    race_date: date
    grand_prix_name: str
    circuit_name: str
    constructor_name: str
    grid_position_text: str | None
    is_pole_position: bool
    is_fastest_lap: bool
    is_grand_slam: bool
    is_shared: bool
    second_driver_name: str | None


@dataclass(frozen=True, slots=True)
class Title:
    """A row of mart_titles; what only a complete release tells may be missing."""

    year: int
    constructors: str | None
    championship_points: Decimal | None
    runner_up_name: str | None
    runner_up_points: Decimal | None
    margin_points: Decimal | None
    decided_race_date: date | None
    decided_grand_prix_name: str | None
    races_left_when_decided: int | None
    is_decided_at_last_race: bool | None


def read_races(reader: MartReader, driver_id: str) -> tuple[RaceResult, ...]:
    """Read the driver's races in order; a driver of two cars has two rows in one race."""
    rows = read_rows(reader, "f1db.fct_race_results", RaceResult, where={"driver_id": driver_id})
    return tuple(sorted(rows, key=lambda row: (row.race_date, row.race_id, row.position_number or 99)))


def read_grand_prix_names(reader: MartReader) -> dict[str, str]:
    """Read what each Grand Prix is called."""
    return {row.grand_prix_id: row.grand_prix_name for row in read_rows(reader, "f1db.dim_grands_prix", GrandPrix)}


def read_wins(reader: MartReader, driver_id: str) -> tuple[Win, ...]:
    """Read the driver's wins, the first one first."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_wins", Win)
    return tuple(sorted(rows, key=lambda row: row.win_number))


def read_titles(reader: MartReader, driver_id: str) -> tuple[Title, ...]:
    """Read the driver's titles, the first one first."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_titles", Title)
    return tuple(sorted(rows, key=lambda row: row.year))
