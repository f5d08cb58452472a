"""The career by circuit, by Grand Prix and by team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from transform.report.reader import MartReader
from transform.report.typed_rows import dataset_of, read_rows


@dataclass(frozen=True, slots=True)
class Counts:
    """What every breakdown counts."""

    first_year: int
    last_year: int
    race_starts: int
    race_wins: int
    podiums: int
    pole_positions: int
    fastest_laps: int
    best_race_result: int | None


@dataclass(frozen=True, slots=True)
class CircuitCounts(Counts):
    """A row of mart_circuits."""

    circuit_name: str

    @property
    def name(self) -> str:
        return self.circuit_name


@dataclass(frozen=True, slots=True)
class GrandPrixCounts(Counts):
    """A row of mart_grands_prix."""

    grand_prix_name: str

    @property
    def name(self) -> str:
        return self.grand_prix_name


@dataclass(frozen=True, slots=True)
class TeamCounts(Counts):
    """A row of mart_constructors."""

    constructor_name: str

    @property
    def name(self) -> str:
        return self.constructor_name


class Named(Protocol):
    """A breakdown's row, whatever it is about."""

    @property
    def name(self) -> str: ...
    @property
    def first_year(self) -> int: ...
    @property
    def last_year(self) -> int: ...
    @property
    def race_starts(self) -> int: ...
    @property
    def race_wins(self) -> int: ...
    @property
    def podiums(self) -> int: ...
    @property
    def pole_positions(self) -> int: ...
    @property
    def fastest_laps(self) -> int: ...
    @property
    def best_race_result(self) -> int | None: ...


_Row = TypeVar("_Row", bound=Named)


def read_circuits(reader: MartReader, driver_id: str) -> tuple[CircuitCounts, ...]:
    """Read the circuits, the most successful one first."""
    return _by_success(read_rows(reader, f"{dataset_of(driver_id)}.mart_circuits", CircuitCounts))


def read_grands_prix(reader: MartReader, driver_id: str) -> tuple[GrandPrixCounts, ...]:
    """Read the Grands Prix, the most successful one first."""
    return _by_success(read_rows(reader, f"{dataset_of(driver_id)}.mart_grands_prix", GrandPrixCounts))


def read_teams(reader: MartReader, driver_id: str) -> tuple[TeamCounts, ...]:
    """Read the teams, the first one first."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_constructors", TeamCounts)
    return tuple(sorted(rows, key=lambda row: (row.first_year, row.last_year, row.name)))


def _by_success(rows: tuple[_Row, ...]) -> tuple[_Row, ...]:
    def key(row: _Row) -> tuple[int, int, int, int, str]:
        return -row.race_wins, -row.podiums, -row.pole_positions, -row.race_starts, row.name

    return tuple(sorted(rows, key=key))
