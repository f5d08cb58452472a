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
from tests.bench.processes import Measured, measure_process
from tests.bench.scaling import LIMITS, write_scaled_zip
from tests.bench.spark_cloud import running_cloud

_GOAL = 1.6
_SCALED_GOAL, _SCALED_TIMES = 1.1, 40


def measure_spark(figures: Figures, place: Path, pairs: int) -> None:
    release = REAL_ZIP.read_bytes() if REAL_ZIP.exists() else build_sample_zip()
    what = REAL_ZIP.name if REAL_ZIP.exists() else "the sample"
    empty, batches = [], []
    with running_cloud(place) as cloud:
        cloud.empty_s("warm-empty"), cloud.batch(release, "warm-batch")
        for pair in range(pairs):
            empty.append(cloud.empty_s(f"empty-{pair}"))
            batches.append(cloud.batch(release, f"batch-{pair}").wall_s)
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
    floors, batches = [], []
    with running_cloud(place / "cloud", LIMITS) as cloud:
        for pair in range(pairs):
            floors.append(_duckdb(scaled, place / f"duckdb-{pair}"))
            batches.append(cloud.batch(scaled.read_bytes(), f"batch-{pair}", is_watched=True))
    x = f"x{times}"
    figures.add(f"duckdb_{x}_s", [floor.wall_s for floor in floors], "s", f"a DuckDB script on {rows:,} rows")
    figures.add(f"duckdb_{x}_cpu_s", [floor.cpu_s for floor in floors], "s", "its processor time")
    figures.add(f"spark_{x}_s", [batch.wall_s for batch in batches], "s", "the batch on these rows, limits raised")
    figures.add(f"spark_{x}_cpu_s", [batch.cpu_s for batch in batches], "s", "its processor time, Java's included")
    figures.add(
        f"spark_{x}_peak_gib", [batch.peak_gib for batch in batches], "GiB", "driver, Java and workers together"
    )
    cpu_ratios = [batch.cpu_s / floor.cpu_s for batch, floor in zip(batches, floors, strict=True)]
    figures.add(f"spark_{x}_cpu_ratio", cpu_ratios, "x", "the script's processor time")
    ratios = [batch.wall_s / floor.wall_s for batch, floor in zip(batches, floors, strict=True)]
    against = f"a DuckDB script, {statistics.median(floor.wall_s for floor in floors):.1f} s; {pairs} pairs"
    figures.add(f"spark_{x}_ratio", ratios, "x", against, _SCALED_GOAL if times == _SCALED_TIMES else None)


def _duckdb(release: Path, folder: Path) -> Measured:
    folder.mkdir()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'dataproc_jobs'}"}
    command = [sys.executable, "-m", "tests.bench.duckdb_batch", str(release), str(folder)]
    return measure_process(command, environment, "the DuckDB script", is_watched=True)
