"""Copies of the real release with another history: a race inserted, an old result disqualified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

Tables = dict[str, pa.Table]
Row = dict[str, Any]
INSERTED, ABU_DHABI_2020 = 9999, 1035
LOST_POINTS = Decimal(15)


def edited(table: pa.Table, edit: Callable[[Row], None], where: Mapping[str, Any]) -> pa.Table:
    """Return a copy in which the rows with these values are edited; there must be one at least."""
    rows = table.to_pylist()
    found = [row for row in rows if all(row[name] == value for name, value in where.items())]
    assert found, where
    for row in found:
        edit(row)
    return pa.Table.from_pylist(rows, schema=table.schema)


def with_race_inserted(tables: Tables) -> Tables:
    """Return a copy with a race of May 10th, 2026, that was never held: rounds 5 and up move by one."""
    copy = dict(tables)
    for name, table in tables.items():
        if {"year", "round"} <= set(table.column_names):
            rows = table.to_pylist()
            for row in rows:
                if row["year"] == 2026 and row["round"] >= 5:
                    row["round"] += 1
            copy[name] = pa.Table.from_pylist(rows, schema=table.schema)
    [model] = [row for row in copy["races"].to_pylist() if row["year"] == 2026 and row["round"] == 6]
    race = {**model, "id": INSERTED, "round": 5, "date": date(2026, 5, 10), "grandPrixId": "emilia-romagna"}
    copy["races"] = pa.concat_tables([copy["races"], pa.Table.from_pylist([race], schema=copy["races"].schema)])
    return copy


def with_result_disqualified(tables: Tables) -> Tables:
    """Return a copy in which Hamilton has lost his third place in Abu Dhabi 2020, and all that is summed from it."""
    copy = dict(tables)

    def change(name: str, where: Mapping[str, Any], *columns: str) -> None:
        def lose(row: Row) -> None:
            for column in columns:
                row[column] -= 1 if column == "totalPodiums" else LOST_POINTS

        copy[name] = edited(copy[name], lose, where)

    def disqualify(row: Row) -> None:
        row.update(positionNumber=None, positionText="DSQ", points=None)

    hamilton, mercedes = {"driverId": "lewis-hamilton"}, {"constructorId": "mercedes"}
    engine, tyres = {"engineManufacturerId": "mercedes"}, {"tyreManufacturerId": "pirelli"}
    race, season = {"raceId": ABU_DHABI_2020}, {"year": 2020}
    career = ("totalPodiums", "totalPoints", "totalChampionshipPoints")
    copy["races-race-results"] = edited(copy["races-race-results"], disqualify, {**race, **hamilton})
    change("drivers", {"id": "lewis-hamilton"}, *career)
    change("constructors", {"id": "mercedes"}, *career)
    change("engine-manufacturers", {"id": "mercedes"}, *career)
    change("tyre-manufacturers", {"id": "pirelli"}, "totalPodiums")
    change("seasons-drivers", {**season, **hamilton}, "totalPodiums", "totalPoints")
    change("seasons-constructors", {**season, **mercedes}, "totalPodiums", "totalPoints")
    change("seasons-engine-manufacturers", {**season, **engine}, "totalPodiums", "totalPoints")
    change("seasons-tyre-manufacturers", {**season, **tyres}, "totalPodiums")
    change("seasons-driver-standings", {**season, **hamilton}, "points")
    change("seasons-constructor-standings", {**season, **mercedes}, "points")
    change("races-driver-standings", {**race, **hamilton}, "points")
    change("races-constructor-standings", {**race, **mercedes}, "points")
    return copy


def without_rows(tables: Tables, name: str, is_lost: Callable[[Row], bool]) -> Tables:
    """Return a copy in which some rows of a table are gone."""
    table = tables[name]
    kept = [row for row in table.to_pylist() if not is_lost(row)]
    return {**tables, name: pa.Table.from_pylist(kept, schema=table.schema)}
