"""dbt's build of the whole project against its SQL run straight in DuckDB plus an empty dbt build of as many nodes."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import zipfile
from pathlib import Path

from f1db_batch.contract import load_contract
from f1db_batch.limits import Limits
from f1db_batch.tables import read_table
from tests.bench.commands import ROOT
from tests.bench.figures import Figures
from tests.bench.processes import measure_process
from tests.bench.release import release_zip
from transform.history.kept import schemas
from transform.raw_tables import snake_case
from transform.warehouses.duckdb import DuckDbWarehouse

_GOAL = 1.5
_WAREHOUSE = "warehouse.duckdb"


def measure_dbt(figures: Figures, place: Path, runs: int) -> None:
    place.mkdir(parents=True)
    filled = _fill(place / "filled")
    _side("record", filled, place / "recorded", place)
    times: dict[str, list[float]] = {side: [] for side in ("build", "sql", "empty")}
    for number in range(runs):
        figures.tell(f"dbt build, its SQL, an empty build: run {number + 1} of {runs}")
        for side, measured in times.items():
            measured.append(_side(side, filled, place / f"{side}-{number}", place))
    ratios = [build / (sql + empty) for build, sql, empty in zip(*times.values(), strict=True)]
    figures.add("dbt_empty_s", times["empty"], "s", "an empty dbt build of as many nodes")
    figures.add("dbt_sql_s", times["sql"], "s", "the compiled SQL, one statement after the other")
    figures.add("dbt_build_s", times["build"], "s", "dbt build of the whole project, tests included")
    floor = statistics.median(times["sql"]) + statistics.median(times["empty"])
    figures.add("dbt_ratio", ratios, "x", f"the same SQL and an empty dbt build, {floor:.1f} s; {runs} runs", _GOAL)


def _fill(folder: Path) -> Path:
    """Load a release's raw tables and an empty history; return the file, which nobody has open."""
    folder.mkdir()
    release = release_zip(folder)
    warehouse = DuckDbWarehouse(folder / _WAREHOUSE)
    private = warehouse.prepare(1, [])
    with zipfile.ZipFile(release) as archive:
        for name, table in load_contract().tables.items():
            data = read_table(archive.read(table.file_name), table, Limits()).data
            renamed = data.rename_columns([snake_case(column) for column in data.column_names])
            warehouse.store(private, "f1db_raw", snake_case(name), renamed)
    for name, schema in schemas().items():
        warehouse.store(private, "f1db_history", name, schema.empty_table())
    return Path(private.environment["DBT_DUCKDB_PATH"])


def _side(side: str, filled: Path, folder: Path, place: Path) -> float:
    """Run one side in a process of its own on a copy of the warehouse; return the wall time in seconds."""
    folder.mkdir()
    shutil.copy(filled, folder / _WAREHOUSE)
    packages = (ROOT, ROOT / "dbt", ROOT / "functions", ROOT / "dataproc_jobs")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": ":".join(map(str, packages)),
        "PYTHONWARNINGS": "ignore",
    }
    command = [sys.executable, "-m", "tests.bench.dbt_sides", side, str(folder / _WAREHOUSE), str(place / "nodes.json")]
    return measure_process(command, environment, f"dbt {side}").wall_s
