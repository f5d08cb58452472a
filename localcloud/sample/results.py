"""Expands the facts about races into rows of F1DB's race and standings tables."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from localcloud.sample.facts import Car, Facts, Place, Race

Value = str | int | bool | Decimal | None
Row = dict[str, Value]

NOT_STARTED: Final = frozenset({"DNP", "DNPQ", "DNQ", "DNS", "EX"})


def _position(place: Place, prefix: str = "position") -> Row:
    return {f"{prefix}Number": place.number, f"{prefix}Text": place.text}


def _car_columns(race: Race, car: Car) -> Row:
    return {
        "raceId": race.race_id,
        "year": race.year,
        "round": race.round,
        "driverNumber": car.seat.car_number,
        "driverId": car.seat.driver,
        "constructorId": car.seat.constructor,
        "engineManufacturerId": car.seat.engine,
        "tyreManufacturerId": car.seat.tyre,
    }


def _result(race: Race, car: Car, flags: Row) -> Row:
    gained = (
        car.grid.number - car.result.number if car.grid.number is not None and car.result.number is not None else None
    )
    return {
        **_car_columns(race, car),
        **_position(car.result),
        "positionDisplayOrder": car.result.order,
        **_position(car.qualifying, "qualificationPosition"),
        **_position(car.grid, "gridPosition"),
        "positionsGained": gained,
        "sharedCar": False,
        "laps": car.laps,
        "points": car.points,
        "reasonRetired": car.reason_retired,
        **flags,
    }


def race_results(facts: Facts) -> Iterator[Row]:
    """Yield a row for each car; a flag that no car of the race has is unknown, as before 2016 and at Spa in 2021."""
    for race in facts.races:
        given = "".join(car.flags for car in race.cars)
        for car in race.cars:
            flags: Row = {
                "polePosition": "P" in car.flags,
                "fastestLap": "F" in car.flags if "F" in given else None,
                "driverOfTheDay": "D" in car.flags if "D" in given else None,
                "grandSlam": "G" in car.flags,
            }
            yield _result(race, car, flags)


def sprint_race_results(facts: Facts) -> Iterator[Row]:
    """Yield a row for each car of a sprint; F1DB gives no flags there."""
    flags: Row = dict.fromkeys(("polePosition", "fastestLap", "driverOfTheDay", "grandSlam"), False)
    for race in facts.races:
        for car in race.sprint:
            yield _result(race, car, flags)


def qualifying_results(facts: Facts) -> Iterator[Row]:
    """Yield a row for each car whose line in the qualifying list is known; times are not in the facts."""
    for race in facts.races:
        for car in race.cars:
            if car.listed_qualifying.order is not None:
                yield {
                    **_car_columns(race, car),
                    **_position(car.listed_qualifying),
                    "positionDisplayOrder": car.listed_qualifying.order,
                }


def starting_grid_positions(facts: Facts) -> Iterator[Row]:
    """Yield a row for each car whose place on the grid is known."""
    for race in facts.races:
        for car in race.cars:
            if car.grid.order is not None:
                yield {
                    **_car_columns(race, car),
                    **_position(car.grid),
                    "positionDisplayOrder": car.grid.order,
                    **_position(car.qualifying, "qualificationPosition"),
                }


def driver_standings(facts: Facts) -> Iterator[Row]:
    """Yield the seasons' leaders and the driver's own line."""
    for season in facts.seasons:
        for standing in season.standings:
            yield {
                "year": season.year,
                "positionDisplayOrder": standing.position,
                **_position(Place.read(standing.position)),
                "driverId": standing.driver,
                "points": standing.points,
                "championshipWon": standing.is_champion,
            }
