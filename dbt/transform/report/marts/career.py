"""The driver's career and seasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from transform.report.reader import DriverMissingError, MartReader
from transform.report.typed_rows import dataset_of, read_rows


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
    best_championship_position: int | None
    best_race_result: int | None
    first_win_date: date | None
    last_win_date: date | None


@dataclass(frozen=True, slots=True)
class Season:
    """A row of mart_seasons; the place of a season under way is the place so far."""

    year: int
    constructors: str | None
    race_starts: int
    race_wins: int
    podiums: int
    pole_positions: int
    fastest_laps: int
    points_total: Decimal
    championship_points: Decimal | None
    championship_position: int | None
    championship_position_text: str | None
    is_champion: bool
    is_final: bool
    races_left: int

    @property
    def first_team(self) -> str:
        """The team of the season's first race, whose colour the season has."""
        return (self.constructors or "").partition(",")[0].strip()


@dataclass(frozen=True, slots=True)
class ReleaseHeadline:
    """A row of release_headlines: one number of one release."""

    release: str
    published_at_utc: datetime | None
    metric: str
    value: Decimal
    previous_value: Decimal | None


def read_career(reader: MartReader, driver_id: str) -> Career:
    """Read the driver's career.

    Raises:
        DriverMissingError: the mart has no row.
    """
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_career", Career)
    if not rows:
        raise DriverMissingError(f"mart_career has no row for {driver_id}")
    return rows[0]


def read_seasons(reader: MartReader, driver_id: str) -> tuple[Season, ...]:
    """Read the driver's seasons, the first one first; none is no error."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_seasons", Season)
    return tuple(sorted(rows, key=lambda row: row.year))


def read_release_headlines(reader: MartReader, driver_id: str) -> tuple[ReleaseHeadline, ...]:
    """Read what each release said of the driver."""
    return read_rows(reader, "f1db.release_headlines", ReleaseHeadline, where={"driver_id": driver_id})
