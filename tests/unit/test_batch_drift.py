"""Copies of the real release that have drifted, one rule each: the findings are literal, and there are no others."""
# ruff: noqa: E501 # a finding stands here as it is printed

import csv
import io
from collections.abc import Callable, Iterable

import pytest

from tests.unit.released_tables import F1DB_ZIP, ReleaseReader, files_of, zip_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not F1DB_ZIP.is_file(), reason=f"needs the real release, {F1DB_ZIP.name} (set F1DB_ZIP)"),
]
Files = dict[str, bytes]
Drift = Callable[[Files], None]
READER = ReleaseReader()


@pytest.fixture(scope="module")
def f1db_files() -> Files:
    return files_of(F1DB_ZIP.read_bytes())


def name_of(table: str) -> str:
    return f"f1db-{table}.csv"


def cells(table: str, column: str, value: str, *lines: int) -> Drift:
    """Set a column in some lines, as an editor numbers them."""

    def drift(files: Files) -> None:
        rows = files[name_of(table)].decode().splitlines(keepends=True)
        place = next(csv.reader([rows[0]])).index(column)
        for line in lines:
            fields = next(csv.reader([rows[line - 1]]))
            fields[place] = value
            rows[line - 1] = _csv([fields])
        files[name_of(table)] = "".join(rows).encode()

    return drift


def line_of(table: str, line: int, change: Callable[[bytes], bytes]) -> Drift:
    """Change one line of a file."""

    def drift(files: Files) -> None:
        rows = files[name_of(table)].splitlines(keepends=True)
        rows[line - 1] = change(rows[line - 1])
        files[name_of(table)] = b"".join(rows)

    return drift


def whole(table: str, change: Callable[[bytes], bytes]) -> Drift:
    """Change a file."""

    def drift(files: Files) -> None:
        files[name_of(table)] = change(files[name_of(table)])

    return drift


def without(*tables: str) -> Drift:
    def drift(files: Files) -> None:
        for table in tables:
            del files[name_of(table)]

    return drift


def columns(table: str, choose: Callable[[list[str]], list[str]]) -> Drift:
    """Leave out or reorder columns; `choose` gets all names and returns those to write."""

    def drift(files: Files) -> None:
        reader = csv.reader(io.StringIO(files[name_of(table)].decode(), newline=""))
        header = next(reader)
        places = [header.index(name) for name in choose(header)]
        files[name_of(table)] = _csv([[row[place] for place in places] for row in (header, *reader)]).encode()

    return drift


def lacking(*names: str) -> Callable[[list[str]], list[str]]:
    return lambda header: [name for name in header if name not in names]


def _csv(rows: Iterable[list[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def header_of(raw: bytes) -> bytes:
    return raw.partition(b"\n")[0] + b"\n"


CASES: list[tuple[str, list[Drift], list[tuple[str, str, str]]]] = [
    (
        "a required table is missing",
        [without("circuits")],
        [("error", "missing_table", "circuits: f1db-circuits.csv is missing, and it is required")],
    ),
    (
        "a table is missing",
        [without("chassis")],
        [("warning", "missing_table", "chassis: f1db-chassis.csv is missing, it stays empty")],
    ),
    (
        "a required column is missing",
        [columns("drivers", lacking("abbreviation"))],
        [("error", "missing_column", "drivers: columns required and missing: abbreviation")],
    ),
    (
        "a column is missing",
        [columns("drivers", lacking("gender"))],
        [("warning", "missing_column", "drivers: columns missing, empty here: gender")],
    ),
    (
        "required and other columns are missing",
        [columns("races-race-results", lacking("polePosition", "gap", "points"))],
        [
            (
                "error",
                "missing_column",
                "races-race-results: columns required and missing: points, polePosition; missing, empty here: gap",
            )
        ],
    ),
    (
        "a key is missing",
        [columns("races-free-practice-1-results", lacking("driverId"))],
        [("warning", "missing_column", "races-free-practice-1-results: columns missing, empty here: driverId")],
    ),
    (
        "an id is missing",
        [columns("chassis", lacking("id"))],
        [("warning", "missing_column", "chassis: columns missing, empty here: id")],
    ),
    (
        "columns are unknown",
        [whole("chassis", lambda raw: raw.replace(b'"name"', b'"nickname"', 1))],
        [
            ("warning", "missing_column", "chassis: columns missing, empty here: name"),
            ("warning", "unknown_column", "chassis: columns unknown, kept as text: nickname"),
        ],
    ),
    (
        "a table is unknown",
        [lambda files: files.update({"f1db-weather.csv": b'"raceId","sky"\n1,"blue"\n'})],
        [("warning", "unknown_table", "weather: an unknown table, kept as text")],
    ),
    (
        "a whole number is a fraction",
        [cells("races", "laps", "70.0", 2)],
        [("error", "bad_value", "races line 2: laps '70.0' is no whole number")],
    ),
    (
        "a required column has another type in more lines than are shown",
        [cells("races", "distance", "long", *range(2, 24))],
        [
            *(
                ("error", "bad_value", f"races line {line}: distance 'long' is no exact decimal(6,3)")
                for line in range(2, 22)
            )
        ],
    ),
    (
        "a decimal is longer than it may be",
        [cells("races-race-results", "points", "9.125", 2)],
        [("error", "bad_value", "races-race-results line 2: points '9.125' is no exact decimal(8,2)")],
    ),
    (
        "a date is short",
        [cells("races", "date", "1950-5-13", 2)],
        [("error", "bad_value", "races line 2: date '1950-5-13' is no date (YYYY-MM-DD)")],
    ),
    (
        "a date is none",
        [cells("drivers", "dateOfBirth", "1990-02-30", 2)],
        [("error", "bad_value", "drivers line 2: dateOfBirth '1990-02-30' is no date (YYYY-MM-DD)")],
    ),
    (
        "a time is none",
        [cells("races", "time", "25:00", 2)],
        [("warning", "bad_value", "races line 2: time '25:00' is no time (HH:MM)")],
    ),
    (
        "a boolean is in capitals",
        [cells("races-race-results", "polePosition", "TRUE", 2)],
        [("error", "bad_value", "races-race-results line 2: polePosition 'TRUE' is neither true nor false")],
    ),
    (
        "an array has a gap",
        [cells("seasons-entrants-drivers", "rounds", "1;;2", 2)],
        [("error", "bad_value", "seasons-entrants-drivers line 2: rounds '1;;2' is no list of texts joined by ';'")],
    ),
    (
        "a required value is empty",
        [cells("drivers", "name", "", 2)],
        [("error", "bad_value", "drivers line 2: name is empty, and must not be")],
    ),
    (
        "a key is empty",
        [cells("races-free-practice-1-results", "driverId", "", 2)],
        [("warning", "bad_value", "races-free-practice-1-results line 2: driverId is empty, and must not be")],
    ),
    (
        "a value is none of those known",
        [cells("circuits", "type", "OVAL", 2, 4)],
        [("warning", "bad_value", "circuits line 2: type 'OVAL' is none of the values known so far")],
    ),
    (
        "a raw value is long",
        [cells("drivers", "dateOfBirth", "x" * 81, 2)],
        [
            (
                "error",
                "bad_value",
                "drivers line 2: dateOfBirth 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…' is no date (YYYY-MM-DD)",
            )
        ],
    ),
    (
        "a text has a NUL byte",
        [line_of("chassis", 2, lambda line: line.replace(b"Adams", b"Ad\0ms", 1))],
        [("warning", "bad_value", "chassis line 2: name 'Ad\\x00ms' has a line break or a NUL byte")],
    ),
    (
        "a key is twice",
        [line_of("races-race-results", 3, lambda line: line + line)],
        [
            (
                "error",
                "duplicate_key",
                "races-race-results line 4: raceId + driverId + driverNumber '1, luigi-fagioli, 3' is in 2 rows, the first in line 3",
            )
        ],
    ),
    (
        "a key is twice where it has many parts",
        [line_of("seasons-entrants-drivers", 2, lambda line: line * 3)],
        [
            (
                "error",
                "duplicate_key",
                "seasons-entrants-drivers line 4: year + entrantId + constructorId + engineManufacturerId + driverId '1950, alfa-romeo-spa, alfa-romeo, alfa-romeo, juan-manuel-fangio' is in 3 rows, the first in line 2",
            )
        ],
    ),
    (
        "a foreign key names no row",
        [cells("races-pit-stops", "driverId", "erik-coma", 2, 5)],
        [
            (
                "error",
                "duplicate_key",
                "races-pit-stops line 5: raceId + driverId + stop '550, erik-coma, 1' is in 2 rows, the first in line 2",
            ),
            ("error", "missing_key", "races-pit-stops line 2: driverId 'erik-coma' is not in drivers (2 rows)"),
        ],
    ),
    (
        "a foreign key of a required table names no row",
        [cells("races", "circuitId", "silverston", 2)],
        [("error", "missing_key", "races line 2: circuitId 'silverston' is not in circuits")],
    ),
    (
        "a row is ragged in a required table",
        [line_of("drivers", 3, lambda line: line.replace(b",", b",,", 1))],
        [
            ("error", "missing_key", "races-qualifying-results line 476: driverId 'adolf-brudes' is not in drivers"),
            ("error", "missing_key", "races-race-results line 495: driverId 'adolf-brudes' is not in drivers"),
            (
                "error",
                "missing_key",
                "races-starting-grid-positions line 474: driverId 'adolf-brudes' is not in drivers",
            ),
            ("error", "missing_key", "seasons-drivers line 168: driverId 'adolf-brudes' is not in drivers"),
            ("error", "missing_key", "seasons-entrants-drivers line 186: driverId 'adolf-brudes' is not in drivers"),
            ("error", "ragged_row", "drivers line 3: 33 fields, not 32"),
        ],
    ),
    (
        "a row is ragged",
        [line_of("races-free-practice-1-results", 3, lambda line: line.replace(b",", b"", 1))],
        [("warning", "ragged_row", "races-free-practice-1-results line 3: 17 fields, not 18")],
    ),
    (
        "the header is twice",
        [whole("chassis", lambda raw: header_of(raw) + raw)],
        [("warning", "bad_value", "chassis line 2: the header again")],
    ),
    (
        "a thousandth of the rows cannot be read",
        [cells("races-free-practice-1-results", "laps", "x", *range(2, 18))],
        [
            *(
                ("warning", "bad_value", f"races-free-practice-1-results line {line}: laps 'x' is no whole number")
                for line in range(2, 18)
            )
        ],
    ),
    (
        "more than a thousandth of the rows cannot be read",
        [cells("races-free-practice-1-results", "laps", "x", *range(2, 19))],
        [
            ("error", "bad_value", "races-free-practice-1-results: 17 of 16,076 rows cannot be read, more than 0.1%"),
            *(
                ("warning", "bad_value", f"races-free-practice-1-results line {line}: laps 'x' is no whole number")
                for line in range(2, 19)
            ),
        ],
    ),
    (
        "a required file is empty",
        [whole("races", lambda raw: b"")],
        [("error", "missing_table", "races: f1db-races.csv is empty, and it is required")],
    ),
    (
        "a required file has a header only",
        [whole("races", header_of)],
        [("error", "missing_table", "races: f1db-races.csv has a header and no rows, and it is required")],
    ),
    (
        "a file has a header only",
        [whole("races-free-practice-1-results", header_of)],
        [],
    ),
    (
        "a file that others refer to has a header only",
        [whole("chassis", header_of)],
        [("error", "missing_key", "seasons-entrants-chassis: chassisId names rows of chassis, which has none")],
    ),
    (
        "a file is UTF-16",
        [whole("drivers", lambda raw: raw.decode().encode("utf-16"))],
        [("error", "bad_value", "drivers: f1db-drivers.csv is UTF-16, not UTF-8")],
    ),
    (
        "a file is Latin-1",
        [whole("drivers", lambda raw: raw.decode().encode("latin-1", "replace"))],
        [("error", "bad_value", "drivers: f1db-drivers.csv is not UTF-8: byte 0xdf in line 3")],
    ),
    (
        "a file is HTML",
        [whole("seasons", lambda raw: b"<html>Unicorn!</html>")],
        [
            (
                "error",
                "bad_value",
                "seasons: f1db-seasons.csv has none of its columns, its header is '<html>Unicorn!</html>'",
            )
        ],
    ),
    (
        "a quote is not closed",
        [line_of("chassis", 1100, lambda line: line.replace(b'",', b",", 1))],
        [
            (
                "error",
                "missing_key",
                "seasons-entrants-chassis line 1815: chassisId 'williams-fw13b' is not in chassis",
            ),
            ("warning", "ragged_row", "chassis line 1100: 3 fields, not 4"),
        ],
    ),
    (
        "only the form is odd",
        [
            lambda files: files.update(
                {name: b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n") for name, raw in files.items()}
            )
        ],
        [],
    ),
]


@pytest.mark.parametrize(("drifts", "findings"), [pytest.param(case[1], case[2], id=case[0]) for case in CASES])
def test_findings_are_these_and_no_others_when_a_release_has_drifted(
    f1db_files: Files, drifts: list[Drift], findings: list[tuple[str, str, str]]
) -> None:
    files = dict(f1db_files)
    for drift in drifts:
        drift(files)

    assert READER.told(zip_of(files)) == findings


def older(files: Files) -> None:
    """Make what a release of 2024 is like: no tables of sessions, no flags, other names."""
    without("races-sprint-starting-grid-positions", "races-warming-up-results", "seasons-drivers", "chassis")(files)
    columns("races-race-results", lacking("polePosition", "grandSlam", "sharedCar", "gapLaps"))(files)
    columns("seasons-driver-standings", lacking("championshipWon"))(files)
    columns("seasons-constructor-standings", lacking("championshipWon"))(files)
    columns("drivers", lacking("totalGrandSlams", "totalDriverOfTheDay", "totalSprintRaceStarts"))(files)
    columns("races", lacking("direction", "turns"))(files)
    whole("circuits", lambda raw: raw.replace(b'"fullName"', b'"title"', 1))(files)
    files["f1db-engine-types.csv"] = b'"id"\n"v6"\n'


def test_all_that_is_lacking_is_told_in_one_go_when_a_release_is_old(f1db_files: Files) -> None:
    files = dict(f1db_files)
    older(files)

    assert READER.told(zip_of(files)) == [
        ("error", "missing_table", "seasons-drivers: f1db-seasons-drivers.csv is missing, and it is required"),
        ("error", "missing_column", "circuits: columns required and missing: fullName"),
        (
            "error",
            "missing_column",
            "drivers: columns required and missing: totalSprintRaceStarts, totalDriverOfTheDay, totalGrandSlams",
        ),
        (
            "error",
            "missing_column",
            "races-race-results: columns required and missing: sharedCar, polePosition, grandSlam; missing, empty here: gapLaps",
        ),
        ("error", "missing_column", "seasons-constructor-standings: columns required and missing: championshipWon"),
        ("error", "missing_column", "seasons-driver-standings: columns required and missing: championshipWon"),
        ("warning", "missing_table", "chassis: f1db-chassis.csv is missing, it stays empty"),
        (
            "warning",
            "missing_table",
            "races-sprint-starting-grid-positions: f1db-races-sprint-starting-grid-positions.csv is missing, it stays empty",
        ),
        (
            "warning",
            "missing_table",
            "races-warming-up-results: f1db-races-warming-up-results.csv is missing, it stays empty",
        ),
        ("warning", "missing_column", "races: columns missing, empty here: direction, turns"),
        ("warning", "unknown_table", "engine-types: an unknown table, kept as text"),
        ("warning", "unknown_column", "circuits: columns unknown, kept as text: title"),
    ]
