"""Reads the published marts of one driver into typed rows, so that the rest of the report cannot misread a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol


class DriverMissingError(LookupError):
    """The published marts have no career of this driver."""


class MartReader(Protocol):
    """What the report needs of a warehouse."""

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a published table, named `dataset.table`, by column name."""


@dataclass(frozen=True, slots=True)
class DuckDBMarts:
    """Reads a published DuckDB file; never writes to it."""

    path: Path

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a published table."""
        import duckdb

        dataset, name = table.split(".")
        with duckdb.connect(str(self.path), read_only=True) as connection:
            cursor = connection.execute(f'select * from "{dataset}"."{name}"')  # noqa: S608  # names of our own making
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Career:
    """The one row of mart_career."""

    driver_name: str
    race_entries: int
    race_starts: int
    race_wins: int
    second_places: int
    third_places: int
    podiums: int
    pole_positions: int
    fastest_laps: int
    championships: int
    points_total: Decimal
    points_race: Decimal
    points_sprint: Decimal
    sprint_starts: int
    sprint_wins: int
    sprint_top_threes: int
    grand_slams: int
    race_laps: int
    best_race_result: int | None
    first_win_date: date | None
    last_win_date: date | None


@dataclass(frozen=True, slots=True)
class Season:
    """A row of mart_seasons; the place of a season under way is the place so far."""

    year: int
    constructors: str
    race_starts: int
    race_wins: int
    podiums: int
    pole_positions: int
    fastest_laps: int
    points_total: Decimal
    championship_position: int | None
    championship_position_text: str | None
    is_champion: bool
    is_final: bool
    races_left: int


def dataset_of(driver_id: str) -> str:
    """Name the dataset that holds a driver's own marts."""
    return driver_id.replace("-", "_")


def read_career(reader: MartReader, driver_id: str) -> Career:
    """Read the driver's career.

    Raises:
        DriverMissingError: the mart has no row.
    """
    rows = reader.rows(f"{dataset_of(driver_id)}.mart_career")
    if not rows:
        raise DriverMissingError(f"mart_career has no row for {driver_id}")
    row = rows[0]
    return Career(
        driver_name=str(row["driver_name"]),
        points_total=Decimal(row["points_total"]),
        points_race=Decimal(row["points_race"]),
        points_sprint=Decimal(row["points_sprint"]),
        best_race_result=_whole(row, "best_race_result"),
        first_win_date=row["first_win_date"],
        last_win_date=row["last_win_date"],
        **{name: int(row[name]) for name in _CAREER_COUNTS},
    )


def read_seasons(reader: MartReader, driver_id: str) -> tuple[Season, ...]:
    """Read the driver's seasons, the first one first; none is no error."""
    rows = reader.rows(f"{dataset_of(driver_id)}.mart_seasons")
    return tuple(_season(row) for row in sorted(rows, key=lambda row: int(row["year"])))


_CAREER_COUNTS = (
    "race_entries", "race_starts", "race_wins", "second_places", "third_places", "podiums", "pole_positions",
    "fastest_laps", "championships", "sprint_starts", "sprint_wins", "sprint_top_threes", "grand_slams", "race_laps",
)  # fmt: skip
_SEASON_COUNTS = ("year", "race_starts", "race_wins", "podiums", "pole_positions", "fastest_laps", "races_left")


def _season(row: Mapping[str, Any]) -> Season:
    place = row["championship_position_text"]
    return Season(
        constructors=str(row["constructors"] or ""),
        points_total=Decimal(row["points_total"]),
        championship_position=_whole(row, "championship_position"),
        championship_position_text=None if place is None else str(place),
        is_champion=bool(row["is_champion"]),
        is_final=bool(row["is_final"]),
        **{name: int(row[name]) for name in _SEASON_COUNTS},
    )


def _whole(row: Mapping[str, Any], column: str) -> int | None:
    return None if row[column] is None else int(row[column])
