"""Reads the sample's compact facts into named things; the arrays' meaning is fixed here and nowhere else.

The facts are derived from F1DB (https://github.com/f1db/f1db, CC BY 4.0) by `derive.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

FACTS_PATH: Final = Path(__file__).with_name("facts.json")
Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a list: `number` when it counts, else only a text such as DNF or PL, and the line it stands on."""

    number: int | None
    text: str | None
    order: int | None

    @classmethod
    def read(cls, value: int | str | None) -> "Place":
        """Unfold 3, "DNF/18", "PL" or None."""
        if value is None or isinstance(value, int):
            return cls(value, None if value is None else str(value), value)
        text, _, order = value.partition("/")
        return cls(None, text, int(order) if order else None)


@dataclass(frozen=True, slots=True)
class Seat:
    driver: str
    car_number: str
    constructor: str
    engine: str
    tyre: str


@dataclass(frozen=True, slots=True)
class Car:
    """One car in one race: [seat, qualifying, grid, result, points, laps, flags?, reason retired?].

    `listed_qualifying` is the line in the list of qualifying; where a sprint set the grid, `qualifying` differs.
    """

    seat: Seat
    qualifying: Place
    listed_qualifying: Place
    grid: Place
    result: Place
    points: Number | None
    laps: int | None
    flags: str
    reason_retired: str | None

    @classmethod
    def read(cls, value: Sequence[Any], seats: dict[str, Seat], listed: dict[str, int | str | None]) -> "Car":
        """Unfold one car; a shorter array means no flags and no reason."""
        seat, qualifying, grid, result, points, laps, *more = value
        flags, reason = (more + ["", None][len(more) :])[:2]
        return cls(
            seat=seats[seat],
            qualifying=Place.read(qualifying),
            listed_qualifying=Place.read(listed.get(seat, qualifying)),
            grid=Place.read(grid),
            result=Place.read(result),
            points=points,
            laps=laps,
            flags=flags,
            reason_retired=reason,
        )


@dataclass(frozen=True, slots=True)
class Race:
    """One race: [date, grand prix, layout, laps, distance, cars, extras?]; its id and round follow from its place."""

    race_id: int
    year: int
    round: int
    date: str
    grand_prix: str
    layout: str
    laps: int
    distance: Number
    cars: tuple[Car, ...]
    sprint: tuple[Car, ...]
    extras: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    driver: str
    position: int
    points: Number
    is_champion: bool


@dataclass(frozen=True, slots=True)
class Season:
    year: int
    standings: tuple[Standing, ...]
    races: tuple[Race, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All seasons, and the reference arrays by name (their columns are `reference.py`'s)."""

    about: dict[str, str]
    driver_id: str
    references: dict[str, list[list[Any]]]
    seasons: tuple[Season, ...]

    @property
    def races(self) -> tuple[Race, ...]:
        """All races in the order of their dates."""
        return tuple(race for season in self.seasons for race in season.races)


def _read_race(value: Sequence[Any], season: dict[str, Any], index: int, seats: dict[str, Seat]) -> Race:
    date, grand_prix, layout, laps, distance, cars, *more = value
    extras = more[0] if more else {}
    listed = extras.get("qualified", {})
    return Race(
        race_id=season["first_race_id"] + index,
        year=season["year"],
        round=index + 1,
        date=date,
        grand_prix=grand_prix,
        layout=layout,
        laps=laps,
        distance=distance,
        cars=tuple(Car.read(car, seats, listed) for car in cars),
        sprint=tuple(Car.read(car, seats, {}) for car in extras.get("sprint", ())),
        extras=extras,
    )


def _read_season(value: dict[str, Any], driver_ids: dict[str, str]) -> Season:
    seats = {
        name: Seat(driver_ids[letters], car_number, constructor, engine, value["tyre"])
        for name, letters, car_number, constructor, engine in value["seats"]
    }
    return Season(
        year=value["year"],
        standings=tuple(Standing(driver_ids[letters], *rest) for letters, *rest in value["standings"]),
        races=tuple(_read_race(race, value, index, seats) for index, race in enumerate(value["races"])),
    )


def load_facts(path: Path = FACTS_PATH) -> Facts:
    """Read the facts; decimals stay exact."""
    document = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    # Seats name a driver by the three letters, or by the id where two drivers share them.
    driver_ids = {name: driver_id for letters, driver_id, *_ in document["drivers"] for name in (letters, driver_id)}
    references = {name: rows for name, rows in document.items() if name not in {"about", "driver", "seasons"}}
    seasons = tuple(_read_season(season, driver_ids) for season in document["seasons"])
    return Facts(document["about"], document["driver"], references, seasons)
