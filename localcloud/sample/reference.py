"""Expands the sample's reference arrays into rows of F1DB's tables of people, teams and places, with their totals."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from localcloud.sample.facts import Facts, Race
from localcloud.sample.results import Row, Value
from localcloud.sample.totals import (
    Rows,
    championship_totals,
    constructor_totals,
    driver_totals,
    engine_totals,
    group,
    tyre_totals,
)

# The order of the facts' arrays.
DRIVER = (
    "abbreviation id dateOfBirth firstName lastName fullName name permanentNumber gender placeOfBirth "
    "countryOfBirthCountryId nationalityCountryId secondNationalityCountryId"
)
CONSTRUCTOR = "countryId id name fullName"
MANUFACTURER = "countryId id name"
GRAND_PRIX = "abbreviation id countryId name fullName shortName"
LAYOUT = "circuitId id turns length effective"
CIRCUIT = "countryId id name fullName placeName type direction latitude longitude turns length"
COUNTRY = "continentId id alpha3Code alpha2Code name"
CONTINENT = "demonym id code name"


def _rows(facts: Facts, name: str, columns: str) -> Iterator[Row]:
    for values in facts.references[name]:
        yield dict(zip(columns.split(), values, strict=True))


def _with_totals(
    entities: Iterator[Row], rows: Rows, key: str, compute: Callable[[Rows], Row], *, has_titles: bool = True
) -> list[Row]:
    """Add the totals of a career to each entity; one without any row gets zeros."""
    subjects = group(rows, (key,))
    decided: set[Value] = {row["year"] for row in rows.standings if row["championshipWon"]}
    found = []
    for entity in entities:
        own = subjects.get((entity["id"],), Rows())
        titles = championship_totals(own.standings, decided) if has_titles else {}
        found.append({**entity, **compute(own), **titles})
    return found


def _held(facts: Facts, attribute: Callable[[Race], str]) -> Counter[Value]:
    return Counter(attribute(race) for race in facts.races if race.cars)


def reference_tables(facts: Facts, rows: Rows) -> dict[str, Sequence[Row]]:
    """Build the tables that other tables refer to."""
    layouts = list(_rows(facts, "layouts", LAYOUT))
    circuit_of = {str(layout["id"]): str(layout["circuitId"]) for layout in layouts}
    circuits_held = _held(facts, lambda race: circuit_of[race.layout])
    grands_prix_held = _held(facts, lambda race: race.grand_prix)
    constructors = _rows(facts, "constructors", CONSTRUCTOR)
    engines = _rows(facts, "engines", MANUFACTURER)
    tyres = _rows(facts, "tyres", MANUFACTURER)
    return {
        "continents": list(_rows(facts, "continents", CONTINENT)),
        "countries": list(_rows(facts, "countries", COUNTRY)),
        "circuits-layouts": layouts,
        "circuits": [{**row, "totalRacesHeld": circuits_held[row["id"]]} for row in _rows(facts, "circuits", CIRCUIT)],
        "grands-prix": [
            {**row, "totalRacesHeld": grands_prix_held[row["id"]]} for row in _rows(facts, "grands_prix", GRAND_PRIX)
        ],
        "drivers": _with_totals(_rows(facts, "drivers", DRIVER), rows, "driverId", driver_totals),
        "constructors": _with_totals(constructors, rows, "constructorId", constructor_totals),
        "engine-manufacturers": _with_totals(engines, rows, "engineManufacturerId", engine_totals),
        "tyre-manufacturers": _with_totals(tyres, rows, "tyreManufacturerId", tyre_totals, has_titles=False),
        "seasons": [{"year": season.year} for season in facts.seasons],
        "races": list(_races(facts, circuit_of)),
    }


def _races(facts: Facts, circuit_of: dict[str, str]) -> Iterator[Row]:
    """Yield the calendar, races to come included; the official name is ours (F1DB's carry sponsors)."""
    layouts = {row["id"]: row for row in _rows(facts, "layouts", LAYOUT)}
    circuits = {row["id"]: row for row in _rows(facts, "circuits", CIRCUIT)}
    names = {row["id"]: row["fullName"] for row in _rows(facts, "grands_prix", GRAND_PRIX)}
    for race in facts.races:
        layout, circuit = layouts[race.layout], circuits[circuit_of[race.layout]]
        length, turns = race.extras.get("course", (layout["length"], layout["turns"]))
        scheduled_laps, scheduled_distance = race.extras.get("scheduled", (None, None))
        decides = race.extras.get("decides", "")
        yield {
            "id": race.race_id,
            "year": race.year,
            "round": race.round,
            "date": race.date,
            "grandPrixId": race.grand_prix,
            "officialName": f"{race.year} {names[race.grand_prix]}",
            "qualifyingFormat": race.extras.get("qualifying", "KNOCKOUT"),
            "sprintQualifyingFormat": race.extras.get("sprint_qualifying"),
            "circuitId": circuit["id"],
            "circuitLayoutId": race.layout,
            "circuitType": circuit["type"],
            "direction": circuit["direction"],
            "courseLength": length,
            "turns": turns,
            "laps": race.laps,
            "distance": race.distance,
            "scheduledLaps": scheduled_laps,
            "scheduledDistance": scheduled_distance,
            "driversChampionshipDecider": "D" in decides,
            "constructorsChampionshipDecider": "C" in decides,
        }
