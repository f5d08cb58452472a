"""Computes the totals that F1DB keeps beside its results, from the sample's own rows.

The rules are F1DB's (each reconciles with a real release); the rows are the sample's. So every total agrees with the
rows beside it, and the totals of the sample's own driver are the real ones, while those of others cover only the races
of which the sample has a row.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from localcloud.sample.results import NOT_STARTED, Row, Value


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that count towards one subject: a driver, a constructor, a driver's season."""

    races: list[Row] = field(default_factory=list)
    sprints: list[Row] = field(default_factory=list)
    grids: list[Row] = field(default_factory=list)
    standings: list[Row] = field(default_factory=list)


def group(rows: Rows, key: Sequence[str]) -> dict[tuple[Value, ...], Rows]:
    """Sort the rows by subject; a table without the key's columns has no say."""
    found: dict[tuple[Value, ...], Rows] = {}
    for name in ("races", "sprints", "grids", "standings"):
        for row in getattr(rows, name):
            if all(column in row for column in key):
                subject = found.setdefault(tuple(row[column] for column in key), Rows())
                getattr(subject, name).append(row)
    return found


def _position(row: Row) -> int:
    number = row["positionNumber"]
    return number if isinstance(number, int) else 0


def _distinct(rows: Iterable[Row], *columns: str) -> int:
    return len({tuple(row[column] for column in columns) for row in rows})


def _sum(rows: Iterable[Row], column: str) -> Value:
    return sum(row[column] or 0 for row in rows)  # type: ignore[misc]  # the column is numeric in every row


def _best(rows: Iterable[Row]) -> int | None:
    return min((_position(row) for row in rows if _position(row)), default=None)


def _flagged(rows: Iterable[Row], column: str) -> int:
    return sum(row[column] is True for row in rows)


def _shared_totals(rows: Rows) -> Row:
    started = [row for row in rows.races if row["positionText"] not in NOT_STARTED]
    return {
        "bestStartingGridPosition": _best(rows.grids),
        "bestRaceResult": _best(rows.races),
        "bestSprintRaceResult": _best(rows.sprints),
        "totalRaceEntries": _distinct(rows.races, "raceId"),
        "totalRaceStarts": _distinct(started, "raceId"),
        "totalRaceWins": _distinct([row for row in rows.races if _position(row) == 1], "raceId"),
        "totalRaceLaps": _sum(rows.races, "laps"),
        "totalPoints": _sum([*rows.races, *rows.sprints], "points"),
        "totalPolePositions": _flagged(rows.races, "polePosition"),
        "totalFastestLaps": _flagged(rows.races, "fastestLap"),
        "totalSprintRaceWins": sum(_position(row) == 1 for row in rows.sprints),
    }


def driver_totals(rows: Rows) -> Row:
    """Compute a driver's totals, of a career or a season."""
    podiums = [row for row in rows.races if 1 <= _position(row) <= 3]
    return {
        **_shared_totals(rows),
        "totalPodiums": _distinct(podiums, "raceId"),
        "totalSprintRaceStarts": sum(row["positionText"] != "DNS" for row in rows.sprints),
        "totalDriverOfTheDay": _flagged(rows.races, "driverOfTheDay"),
        "totalGrandSlams": _flagged(rows.races, "grandSlam"),
    }


def tyre_totals(rows: Rows) -> Row:
    """Compute a tyre manufacturer's totals; it has no points."""
    podiums = [row for row in rows.races if 1 <= _position(row) <= 3]
    totals = {
        **_shared_totals(rows),
        "totalPodiums": _distinct(podiums, "raceId", "positionNumber"),
        "totalPodiumRaces": _distinct(podiums, "raceId"),
        "totalSprintRaceStarts": _distinct(rows.sprints, "raceId"),
    }
    del totals["totalPoints"]
    return totals


def engine_totals(rows: Rows) -> Row:
    """Compute an engine manufacturer's totals; points count for all years here, since none is before 1958."""
    return {**tyre_totals(rows), "totalPoints": _sum([*rows.races, *rows.sprints], "points")}


def constructor_totals(rows: Rows) -> Row:
    """Compute a constructor's totals."""
    firsts = {row["raceId"] for row in rows.races if _position(row) == 1}
    seconds = {row["raceId"] for row in rows.races if _position(row) == 2}
    return {**engine_totals(rows), "total1And2Finishes": len(firsts & seconds)}


def championship_totals(standings: Sequence[Row], decided_years: set[Value]) -> Row:
    """Compute what standings say of a career; a season under way has points but no position yet."""
    return {
        "bestChampionshipPosition": _best(row for row in standings if row["year"] in decided_years),
        "totalChampionshipWins": _flagged(standings, "championshipWon"),
        "totalChampionshipPoints": _sum(standings, "points"),
    }


def season_rows(rows: Rows, key: str, compute: Callable[[Rows], Row]) -> list[Row]:
    """Compute one row for each year and subject, with the position of the season's standings where it is known."""
    found: list[Row] = []
    for (year, subject), own in sorted(group(rows, ("year", key)).items(), key=str):
        place: Row = (
            {name: own.standings[0][name] for name in ("positionNumber", "positionText")} if own.standings else {}
        )
        found.append({"year": year, key: subject, **place, **compute(own)})
    return found
