"""The batch against an empty Spark session of its configuration, and its growth to forty releases in one.

At forty times the rows it is compared with a DuckDB script that does the same work.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.commands import ROOT
from tests.bench.figures import Figures
from tests.bench.processes import Measured, measure_process
from tests.bench.release import release_zip
from tests.bench.scaling import LIMITS, Scaled, write_scaled_zip
from tests.bench.spark_cloud import running_cloud

_GOAL = 1.6
_SCALED_GOAL, _SCALED_TIMES = 1.1, 40
GROWTH = (1, 4, 10, _SCALED_TIMES)


def measure_spark(figures: Figures, place: Path, pairs: int) -> None:
    place.mkdir(parents=True)
    release = release_zip(place)
    empty, batches = [], []
    with running_cloud(place / "cloud") as cloud:
        cloud.empty_s("warm-empty"), cloud.batch(release.read_bytes(), "warm-batch")
        for pair in range(pairs):
            figures.tell(f"an empty Spark session and the batch, pair {pair + 1} of {pairs}")
            empty.append(cloud.empty_s(f"empty-{pair}"))
            batches.append(cloud.batch(release.read_bytes(), f"batch-{pair}").wall_s)
    ratios = [batch / floor for batch, floor in zip(batches, empty, strict=True)]
    figures.add("spark_empty_s", empty, "s", "an empty Spark session of the same configuration")
    figures.add("spark_batch_s", batches, "s", f"the batch on {release.name}, contract and keys on")
    against = f"an empty Spark session, {statistics.median(empty):.1f} s; {pairs} pairs"
    figures.add("spark_ratio", ratios, "x", against, _GOAL)


def measure_growth(figures: Figures, place: Path, runs: int, every_times: Sequence[int]) -> None:
    """Measure the batch on releases so many times as large; memory and time, of driver and workers."""
    place.mkdir(parents=True)
    release = release_zip(place)
    medians: dict[int, float] = {}
    for times in every_times:
        figures.tell(f"a release of {times} times the rows is written")
        scaled = write_scaled_zip(release, times, place / f"x{times}.zip")
        medians[times] = _measure_scaled(figures, place / f"x{times}", scaled, runs, times)
        scaled.path.unlink()
    if {1, _SCALED_TIMES} <= medians.keys():
        growth = medians[_SCALED_TIMES] / medians[1] / _SCALED_TIMES
        figures.add("spark_growth", [growth], "x", f"growth in proportion, from x1 to x{_SCALED_TIMES}")


def _measure_scaled(figures: Figures, place: Path, scaled: Scaled, runs: int, times: int) -> float:
    """Return the batch's median time; at the largest size a DuckDB script runs before each batch."""
    place.mkdir()
    x, is_compared = f"x{times}", times == _SCALED_TIMES
    floors, batches = [], []
    with running_cloud(place / "cloud", LIMITS) as cloud:
        for run in range(runs):
            figures.tell(f"the batch on {scaled.rows:,} rows, run {run + 1} of {runs}")
            if is_compared:
                floors.append(_duckdb(scaled.path, place / f"duckdb-{run}"))
            batches.append(cloud.batch(scaled.path.read_bytes(), f"batch-{run}", is_watched=True))
    what = f"{scaled.rows:,} rows, {scaled.bytes / 1024**2:,.0f} MiB of CSV"
    figures.add(f"spark_{x}_s", [batch.wall_s for batch in batches], "s", f"the batch on {what}")
    figures.add(f"spark_{x}_cpu_s", [batch.cpu_s for batch in batches], "s", "its processor time, Java's included")
    _add_memory(figures, x, scaled, batches)
    if is_compared:
        _compare(figures, x, batches, floors)
    return statistics.median(batch.wall_s for batch in batches)


def _add_memory(figures: Figures, x: str, scaled: Scaled, batches: Sequence[Measured]) -> None:
    largest = scaled.largest_bytes / 1024**2
    peaks = [batch.peak_gib for batch in batches]
    figures.add(f"spark_{x}_peak_gib", peaks, "GiB", "driver, Java and workers together")
    for role, what in (
        ("java", "Java: driver and executor in one"),
        ("driver", "the driver's Python"),
        ("workers", f"the Python workers, two at once; the largest table has {largest:,.0f} MiB"),
    ):
        figures.add(f"spark_{x}_{role}_gib", [batch.role_peaks_gib.get(role, 0.0) for batch in batches], "GiB", what)


def _compare(figures: Figures, x: str, batches: Sequence[Measured], floors: Sequence[Measured]) -> None:
    figures.add(f"duckdb_{x}_s", [floor.wall_s for floor in floors], "s", "a DuckDB script on these rows")
    figures.add(f"duckdb_{x}_cpu_s", [floor.cpu_s for floor in floors], "s", "its processor time")
    cpu_ratios = [batch.cpu_s / floor.cpu_s for batch, floor in zip(batches, floors, strict=True)]
    figures.add(f"spark_{x}_cpu_ratio", cpu_ratios, "x", "the script's processor time")
    ratios = [batch.wall_s / floor.wall_s for batch, floor in zip(batches, floors, strict=True)]
    against = f"a DuckDB script, {statistics.median(floor.wall_s for floor in floors):.1f} s; {len(ratios)} pairs"
    figures.add(f"spark_{x}_ratio", ratios, "x", against, _SCALED_GOAL)


def _duckdb(release: Path, folder: Path) -> Measured:
    folder.mkdir()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'dataproc_jobs'}"}
    command = [sys.executable, "-m", "tests.bench.duckdb_batch", str(release), str(folder)]
    return measure_process(command, environment, "the DuckDB script", is_watched=True)
