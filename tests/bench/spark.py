"""The batch against an empty Spark session of its configuration, and on forty releases in one against plain DuckDB."""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

from localcloud.sample.archive import build_sample_zip
from tests.bench.chain import REAL_ZIP
from tests.bench.commands import ROOT
from tests.bench.figures import Figures
from tests.bench.processes import measure_process
from tests.bench.scaling import LIMITS, write_scaled_zip
from tests.bench.spark_cloud import running_cloud

_GOAL, _SCALED_GOAL = 1.6, 1.1


def measure_spark(figures: Figures, place: Path, pairs: int) -> None:
    release = REAL_ZIP.read_bytes() if REAL_ZIP.exists() else build_sample_zip()
    what = REAL_ZIP.name if REAL_ZIP.exists() else "the sample"
    empty, batches = [], []
    with running_cloud(place) as cloud:
        cloud.empty_s("warm-empty"), cloud.batch(release, "warm-batch")
        for pair in range(pairs):
            empty.append(cloud.empty_s(f"empty-{pair}"))
            batches.append(cloud.batch(release, f"batch-{pair}")[0])
    ratios = [batch / floor for batch, floor in zip(batches, empty, strict=True)]
    figures.add("spark_empty_s", empty, "s", "an empty Spark session of the same configuration")
    figures.add("spark_batch_s", batches, "s", f"the batch on {what}, contract and keys on")
    against = f"an empty Spark session, {statistics.median(empty):.1f} s; {pairs} pairs"
    figures.add("spark_ratio", ratios, "x", against, _GOAL)


def measure_spark_scaled(figures: Figures, place: Path, pairs: int, times: int) -> None:
    """Measure the batch on a release `times` as large, in pairs with a DuckDB script on the same cores."""
    place.mkdir(parents=True)
    release = REAL_ZIP
    if not REAL_ZIP.exists():
        release = place / "sample.zip"
        release.write_bytes(build_sample_zip())
    scaled = place / f"x{times}.zip"
    rows = write_scaled_zip(release, times, scaled)
    floors, batches, peaks = [], [], []
    with running_cloud(place / "cloud", LIMITS) as cloud:
        for pair in range(pairs):
            floors.append(_duckdb_s(scaled, place / f"duckdb-{pair}"))
            wall_s, peak_gib = cloud.batch(scaled.read_bytes(), f"batch-{pair}", is_watched=True)
            batches.append(wall_s)
            peaks.append(peak_gib)
    ratios = [batch / floor for batch, floor in zip(batches, floors, strict=True)]
    figures.add(f"duckdb_x{times}_s", floors, "s", f"a DuckDB script on {rows:,} rows")
    figures.add(f"spark_x{times}_s", batches, "s", f"the batch on {rows:,} rows, limits raised")
    figures.add(f"spark_x{times}_peak_gib", peaks, "GiB", "memory of driver, Java and workers together")
    against = f"a DuckDB script, {statistics.median(floors):.1f} s; {pairs} pairs"
    goal = _SCALED_GOAL if times == 40 else None
    figures.add(f"spark_x{times}_ratio", ratios, "x", against, goal)


def _duckdb_s(release: Path, folder: Path) -> float:
    folder.mkdir()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'dataproc_jobs'}"}
    command = [sys.executable, "-m", "tests.bench.duckdb_batch", str(release), str(folder)]
    return measure_process(command, environment, "the DuckDB script", is_watched=True)[0]
