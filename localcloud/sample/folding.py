"""Folds rows of F1DB into the sample's compact arrays, one car at a time, and writes them one array a line."""

import json
from collections import Counter
from typing import Any, Final

FLAGS: Final = (("P", "polePosition"), ("F", "fastestLap"), ("D", "driverOfTheDay"), ("G", "grandSlam"))

Record = dict[str, str]


def number(text: str) -> int | float | None:
    """Read a number as JSON shows it, None when the field is empty."""
    if not text:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def place(row: Record | None, text: str) -> int | str | None:
    """Fold a position into one value: 3, "DNF/18" (its place in the list), "PL" (not in the list) or None."""
    if not text:
        return None
    if text.isdigit():
        return int(text)
    return f"{text}/{row['positionDisplayOrder']}" if row and row["positionText"] == text else text


def unique_letters(drivers: list[Record], ids: set[str]) -> dict[str, str]:
    """Name each driver by the three letters, or by the id where two share them (both Schumachers are MSC)."""
    shared = Counter(row["abbreviation"] for row in drivers if row["id"] in ids)
    return {
        row["id"]: row["abbreviation"] if shared[row["abbreviation"]] == 1 else row["id"]
        for row in drivers
        if row["id"] in ids
    }


def is_of_interest(row: Record, team: tuple[str, str] | None) -> bool:
    on_podium = row["positionNumber"] in {"1", "2", "3"}
    in_team = (row["constructorId"], row["engineManufacturerId"]) == team
    return in_team or on_podium or any(row[column] == "true" for _, column in FLAGS[:3])


class Seats:
    """Names a driver's seat in a season by the driver's three letters, with a digit when the seat changes."""

    def __init__(self, letters: dict[str, str]) -> None:
        self._letters = letters
        self._names: dict[tuple[str, ...], str] = {}

    def name(self, row: Record) -> str:
        seat = (row["driverId"], row["driverNumber"], row["constructorId"], row["engineManufacturerId"])
        if seat not in self._names:
            nth = 1 + sum(known[0] == row["driverId"] for known in self._names)
            self._names[seat] = self._letters[row["driverId"]] + (str(nth) if nth > 1 else "")
        return self._names[seat]

    def facts(self) -> list[list[Any]]:
        return [
            [name, self._letters[driver], car_number, constructor, engine]
            for (driver, car_number, constructor, engine), name in self._names.items()
        ]


def car(seat: str, row: Record, qualified: Record | None, lined_up: Record | None) -> list[Any]:
    flags = "".join(letter for letter, column in FLAGS if row[column] == "true")
    facts = [
        seat,
        place(qualified, row["qualificationPositionText"]),
        place(lined_up, row["gridPositionText"]),
        place(row, row["positionText"]),
        number(row["points"]),
        number(row["laps"]),
    ]
    if flags or row["reasonRetired"]:
        facts.append(flags)
    if row["reasonRetired"]:
        facts.append(row["reasonRetired"])
    return facts


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def lines(values: list[Any], indent: str) -> str:
    return "[\n" + ",\n".join(indent + compact(value) for value in values) + "]"


def render(facts: dict[str, Any]) -> str:
    """Write the facts one array a line, so that a change of one race is a change of one line."""
    parts = []
    for name, value in facts.items():
        if name == "seasons":
            seasons = [
                "{"
                + ",\n".join(
                    f'"{key}":{lines(part, "  ") if key in {"seats", "races"} else compact(part)}'
                    for key, part in season.items()
                )
                + "}"
                for season in value
            ]
            parts.append('"seasons":[\n' + ",\n".join(seasons) + "]")
        else:
            parts.append(f'"{name}":{lines(value, " ") if isinstance(value, list) else compact(value)}')
    return "{" + ",\n".join(parts) + "}\n"
