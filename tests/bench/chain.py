"""The whole chain on a release: trigger to published, its memory, a run that is up to date, ticks and cold starts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.bench.cold_start import measure_cold_start
from tests.bench.commands import Bench
from tests.bench.figures import Figures
from tests.bench.processes import Measured
from tests.bench.release import REAL_ZIP

_MORE = 2  # what takes a second or less is repeated more often


def measure_chain(figures: Figures, place: Path, runs: int) -> None:
    release = str(REAL_ZIP) if REAL_ZIP.exists() else "sample"
    published = _measure_publishing(figures, place, release, runs)
    _measure_peak(figures, place, release, runs)
    figures.tell("make run when up to date")
    again = [published.make("run", RELEASE=release)[1] for _ in range(runs + _MORE)]
    figures.add("up_to_date_s", again, "s", "make run when up to date", 2)
    # The sample is no release that GitHub could have: it has to be asked for by name.
    asked = {} if REAL_ZIP.exists() else {"RELEASE": release}
    published.make("up", **({} if asked else {"GITHUB": _github_with(REAL_ZIP, place)}))
    try:
        figures.tell("ticks that are up to date")
        for _ in range(1 + runs + _MORE):  # the first also tells what the batch was billed for
            published.trigger(**asked)
        ticks = published.up_to_date_s()[-(runs + _MORE) :]
        figures.add("tick_s", ticks, "s", "a tick that is up to date, inside the function", 0.3)
        measure_cold_start(figures, published, runs + _MORE, asked.get("RELEASE"))
    finally:
        published.make("down")


def _github_with(release: Path, place: Path) -> Path:
    folder = place / "github"
    folder.mkdir()
    shutil.copy(release, folder)
    return folder


def _measure_publishing(figures: Figures, place: Path, release: str, runs: int) -> Bench:
    wall: list[float] = []
    stages: dict[str, list[float]] = {}
    figures.tell("make run from nothing, once before it counts: it keeps what dbt has parsed")
    published = Bench(place / "state-warm")
    published.make("run", RELEASE=release)
    for number in range(runs):
        figures.tell(f"make run from nothing, run {number + 1} of {runs}")
        published = Bench(place / f"state-{number}")
        printed, wall_s = published.make("run", RELEASE=release, JSON=1)
        wall.append(wall_s)
        for stage, seconds in json.loads(printed.splitlines()[-1])["seconds"].items():
            stages.setdefault(stage, []).append(seconds)
    figures.add("publish_s", wall, "s", f"make run of {Path(release).name} from nothing, warm machine", 30)
    for stage, seconds in stages.items():
        figures.add(f"stage_{stage}_s", seconds, "s", "of that, from the stage's first line to its last")
    _add_sizes(figures, published.state)
    return published


def _measure_peak(figures: Figures, place: Path, release: str, runs: int) -> None:
    """Watch further runs: to watch costs time, which publish_s must not have in it."""
    watched: list[Measured] = []
    for number in range(runs):
        figures.tell(f"memory of make run from nothing, run {number + 1} of {runs}")
        watched.append(Bench(place / f"watched-{number}").watched("run", RELEASE=release))
    against = "proportional memory of make run and all below it: functions, Java, Spark's Python, dbt"
    figures.add("peak_gib", [run.peak_gib for run in watched], "GiB", against, 2)
    for role in sorted({role for run in watched for role in run.role_peaks_gib}):
        peaks = [run.role_peaks_gib.get(role, 0.0) for run in watched]
        figures.add(f"peak_{role}_gib", peaks, "GiB", "of that, each at a moment of its own")


def _add_sizes(figures: Figures, state: Path) -> None:
    for name, folder in (("landing", "gcs/landing"), ("curated", "gcs/curated"), ("warehouse", "warehouse.duckdb")):
        path = state / folder
        files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
        mib = sum(one.stat().st_size for one in files) / 1024**2
        figures.add(f"size_{name}_mib", [mib], "MiB", f"STATE/{folder} after one release")
