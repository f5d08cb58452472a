"""Derives the sample's compact facts from a real F1DB release, so that they can be checked and made again.

    python -m localcloud.sample.derive f1db-csv-2026.11.0.zip [facts.json]

Kept are the seasons of one driver: for each race the cars of the driver, the team-mate, the podium, and whoever set
pole position, fastest lap or was driver of the day. No line of F1DB's files is copied: tables are joined, cut and
folded into arrays of our own.
"""

import csv
import io
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from localcloud.sample.folding import Record, Seats, car, is_of_interest, number, place, render, unique_letters
from localcloud.sample.reference import (
    CIRCUIT,
    CONSTRUCTOR,
    CONTINENT,
    COUNTRY,
    DRIVER,
    GRAND_PRIX,
    LAYOUT,
    MANUFACTURER,
)

DRIVER_ID: Final = "lewis-hamilton"
FACTS_PATH: Final = Path(__file__).with_name("facts.json")
ATTRIBUTION: Final = {
    "licence": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    "changes": "Selected, joined and rearranged: the seasons of one driver, a few cars a race.",
}


class Release:
    """The tables of one release, read on demand; an empty field is an empty text."""

    def __init__(self, zip_path: Path) -> None:
        self._archive = zipfile.ZipFile(zip_path)

    def table(self, name: str) -> list[Record]:
        with self._archive.open(f"f1db-{name}.csv") as raw:
            return list(csv.DictReader(io.TextIOWrapper(raw, "utf-8", newline="")))

    def by_race(self, name: str) -> dict[str, list[Record]]:
        races: dict[str, list[Record]] = defaultdict(list)
        for row in self.table(name):
            races[row["raceId"]].append(row)
        return races


class Derivation:
    """Walks the driver's seasons and remembers which reference rows they need."""

    def __init__(self, release: Release, driver_id: str) -> None:
        self.release, self.driver_id = release, driver_id
        self.results = release.by_race("races-race-results")
        self.sprints = release.by_race("races-sprint-race-results")
        self.grids = release.by_race("races-starting-grid-positions")
        self.qualifyings = release.by_race("races-qualifying-results")
        self.layouts = {row["id"]: row for row in release.table("circuits-layouts")}
        self.drivers: set[str] = set()
        self.kept: dict[str, set[str]] = {}
        self.years = {row["year"] for rows in self.results.values() for row in rows if row["driverId"] == driver_id}
        # The letters can be told apart only when it is known whose cars are kept: a first walk finds out.
        self.letters = {row["id"]: row["id"] for row in release.table("drivers")}
        self.seasons()
        self.letters = unique_letters(release.table("drivers"), self.drivers)

    def cars(self, race_id: str, rows: list[Record], seats: Seats, *, is_sprint: bool) -> list[list[Any]]:
        own = [row for row in rows if row["driverId"] == self.driver_id]
        team = (own[0]["constructorId"], own[0]["engineManufacturerId"]) if own else None
        kept = [row for row in rows if is_of_interest(row, team)]
        self.drivers.update(row["driverId"] for row in kept)
        if not is_sprint:
            self.kept[race_id] = {row["driverId"] for row in kept}
        found = []
        for row in sorted(kept, key=lambda row: (row["driverId"] != self.driver_id, int(row["positionDisplayOrder"]))):
            qualified = None if is_sprint else self.find(self.qualifyings[race_id], row["driverId"])
            lined_up = None if is_sprint else self.find(self.grids[race_id], row["driverId"])
            found.append(car(seats.name(row), row, qualified, lined_up))
        return found

    @staticmethod
    def find(rows: Iterable[Record], driver_id: str) -> Record | None:
        return next((row for row in rows if row["driverId"] == driver_id), None)

    def qualified_otherwise(self, race_id: str, seats: Seats) -> dict[str, int | str | None]:
        """Find where the list of qualifying and the result's position differ: sprint weekends of 2021 and 2022."""
        listed = {row["driverId"]: row for row in self.qualifyings[race_id]}
        differing = {}
        for row in self.results.get(race_id, []):
            line = listed.get(row["driverId"])
            if (
                row["driverId"] in self.kept[race_id]
                and line
                and line["positionText"] != row["qualificationPositionText"]
            ):
                differing[seats.name(row)] = place(line, line["positionText"])
        return differing

    def race(self, row: Record, seats: Seats) -> list[Any]:
        layout = self.layouts[row["circuitLayoutId"]]
        cars = self.cars(row["id"], self.results.get(row["id"], []), seats, is_sprint=False)
        extras: dict[str, Any] = {}
        if (row["courseLength"], row["turns"]) != (layout["length"], layout["turns"]):
            extras["course"] = [number(row["courseLength"]), int(row["turns"])]
        if row["scheduledLaps"]:
            extras["scheduled"] = [int(row["scheduledLaps"]), number(row["scheduledDistance"])]
        decided = [row["driversChampionshipDecider"] == "true", row["constructorsChampionshipDecider"] == "true"]
        if any(decided):
            extras["decides"] = "".join(letter for letter, is_decided in zip("DC", decided, strict=True) if is_decided)
        if row["qualifyingFormat"] != "KNOCKOUT":
            extras["qualifying"] = row["qualifyingFormat"]
        if row["sprintQualifyingFormat"]:
            extras["sprint_qualifying"] = row["sprintQualifyingFormat"]
        if qualified := self.qualified_otherwise(row["id"], seats):
            extras["qualified"] = qualified
        if row["id"] in self.sprints:
            extras["sprint"] = self.cars(row["id"], self.sprints[row["id"]], seats, is_sprint=True)
        facts = [row["date"], row["grandPrixId"], row["circuitLayoutId"], int(row["laps"]), number(row["distance"])]
        return [*facts, cars, extras] if extras else [*facts, cars]

    def season(self, year: str, races: list[Record], standings: list[Record]) -> dict[str, Any]:
        seats = Seats(self.letters)
        race_facts = [self.race(row, seats) for row in races]
        tyres = {row["tyreManufacturerId"] for race in races for row in self.results.get(race["id"], [])}
        if len(tyres) != 1:
            raise SystemExit(
                f"{year} has several tyre manufacturers {sorted(tyres)}: the sample's form knows one a season"
            )
        kept = [row for row in standings if row["driverId"] == self.driver_id or row["positionNumber"] == "1"]
        self.drivers.update(row["driverId"] for row in kept)
        return {
            "year": int(year),
            "first_race_id": int(races[0]["id"]),
            "tyre": tyres.pop(),
            "standings": [
                [
                    self.letters[row["driverId"]],
                    int(row["positionNumber"]),
                    number(row["points"]),
                    row["championshipWon"] == "true",
                ]
                for row in kept
            ],
            "seats": seats.facts(),
            "races": race_facts,
        }

    def seasons(self) -> list[dict[str, Any]]:
        races = sorted(self.release.table("races"), key=lambda row: (int(row["year"]), int(row["round"])))
        standings = self.release.table("seasons-driver-standings")
        return [
            self.season(
                year,
                [row for row in races if row["year"] == year],
                [row for row in standings if row["year"] == year],
            )
            for year in sorted(self.years)
        ]


def pick(rows: list[Record], ids: set[str], columns: str) -> list[list[Any]]:
    """Keep the named columns of the named rows, in our order."""
    return [[typed(column, row[column]) for column in columns.split()] for row in rows if row["id"] in ids]


def typed(column: str, text: str) -> Any:
    """Read a field as JSON shows it; permanent numbers are text in F1DB."""
    if column in {"latitude", "longitude", "length", "turns"}:
        return number(text)
    return text == "true" if column == "effective" else text or None


def references(release: Release, seasons: list[dict[str, Any]], drivers: set[str]) -> dict[str, Any]:
    """Cut the reference tables to what the seasons name; the order of columns is `reference.py`'s."""
    races = [race for season in seasons for race in season["races"]]
    seats = [seat for season in seasons for seat in season["seats"]]
    wanted = {
        "drivers": ("drivers", DRIVER, drivers),
        "constructors": ("constructors", CONSTRUCTOR, {seat[3] for seat in seats}),
        "engines": ("engine-manufacturers", MANUFACTURER, {seat[4] for seat in seats}),
        "tyres": ("tyre-manufacturers", MANUFACTURER, {season["tyre"] for season in seasons}),
        "grands_prix": ("grands-prix", GRAND_PRIX, {race[1] for race in races}),
        "layouts": ("circuits-layouts", LAYOUT, {race[2] for race in races}),
    }
    found = {name: pick(release.table(table), ids, columns) for name, (table, columns, ids) in wanted.items()}
    found["circuits"] = pick(release.table("circuits"), {layout[0] for layout in found["layouts"]}, CIRCUIT)
    countries = {row[0] for name in ("constructors", "engines", "tyres", "circuits") for row in found[name]}
    countries |= {row[2] for row in found["grands_prix"]} | {place for row in found["drivers"] for place in row[10:13]}
    found["countries"] = pick(release.table("countries"), countries, COUNTRY)
    continents = {row[0] for row in found["countries"]}
    found["continents"] = pick(release.table("continents"), continents, CONTINENT)
    return found


def derive(zip_path: Path) -> dict[str, Any]:
    """Read a release, named f1db-csv-<version>.zip, and answer the sample's facts as one JSON-able document."""
    version = zip_path.stem.removeprefix("f1db-csv-")
    about = {"source": f"F1DB, https://github.com/f1db/f1db, release v{version}", **ATTRIBUTION}
    release = Release(zip_path)
    derivation = Derivation(release, DRIVER_ID)
    seasons = derivation.seasons()
    return {
        "about": about,
        "driver": DRIVER_ID,
        **references(release, seasons, derivation.drivers),
        "seasons": seasons,
    }


def main(arguments: list[str]) -> None:
    if len(arguments) not in {1, 2}:
        raise SystemExit("usage: python -m localcloud.sample.derive f1db-csv-<version>.zip [facts.json]")
    target = Path(arguments[1]) if arguments[1:] else FACTS_PATH
    target.write_text(render(derive(Path(arguments[0]))), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
