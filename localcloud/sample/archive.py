"""Packs the expanded facts into a ZIP of F1DB's shape: 47 tables with full headers, the same bytes on every machine."""

import io
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from localcloud.sample import results
from localcloud.sample.facts import Facts, load_facts
from localcloud.sample.reference import reference_tables
from localcloud.sample.results import Row, Value
from localcloud.sample.totals import (
    Rows,
    constructor_totals,
    driver_totals,
    engine_totals,
    season_rows,
    tyre_totals,
)

# Read as a file: what is deployed is not imported here, and the headers have one source.
CONTRACT_PATH: Final = Path(__file__).parents[2] / "dataproc_jobs" / "f1db_batch" / "contract.toml"
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


def load_columns() -> dict[str, list[str]]:
    """Read every table's header from the batch's contract, in the order of F1DB's files."""
    tables = tomllib.loads(CONTRACT_PATH.read_text("utf-8"))["tables"]
    return {name: list(table["columns"]) for name, table in tables.items()}


def build_tables(facts: Facts) -> dict[str, Sequence[Row]]:
    """Expand the facts into the rows of every table that they can fill."""
    races = list(results.race_results(facts))
    sprints = list(results.sprint_race_results(facts))
    grids = list(results.starting_grid_positions(facts))
    standings = list(results.driver_standings(facts))
    rows = Rows(races, sprints, grids, standings)
    return {
        **reference_tables(facts, rows),
        "races-race-results": races,
        "races-sprint-race-results": sprints,
        "races-starting-grid-positions": grids,
        "races-qualifying-results": list(results.qualifying_results(facts)),
        "seasons-driver-standings": standings,
        "seasons-drivers": season_rows(rows, "driverId", driver_totals),
        "seasons-constructors": season_rows(rows, "constructorId", constructor_totals),
        "seasons-engine-manufacturers": season_rows(rows, "engineManufacturerId", engine_totals),
        "seasons-tyre-manufacturers": season_rows(rows, "tyreManufacturerId", tyre_totals),
    }


def _field(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return str(value)


def _csv_lines(table: str, columns: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """Yield lines as F1DB writes them: text quoted, null unquoted and empty, LF."""
    yield ",".join(f'"{column}"' for column in columns) + "\n"
    for row in rows:
        if surplus := row.keys() - set(columns):
            raise ValueError(f"{table} has no columns {sorted(surplus)}")
        yield ",".join(_field(row.get(column)) for column in columns) + "\n"


def build_sample_zip() -> bytes:
    """Build the sample release.

    Members are stored, not deflated: deflate's output differs between builds of zlib, and the sample's digest, which
    names its run, shall be the same everywhere.
    """
    tables = build_tables(load_facts())
    columns = load_columns()
    if unknown := tables.keys() - columns.keys():
        raise ValueError(f"F1DB has no tables {sorted(unknown)}")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for table in sorted(columns):
            member = zipfile.ZipInfo(f"f1db-{table}.csv", ZIP_TIME)
            member.create_system = 3
            member.external_attr = 0o644 << 16
            archive.writestr(member, "".join(_csv_lines(table, columns[table], tables.get(table, ()))))
    return buffer.getvalue()
