"""The whole chain on a release: trigger to published, a run that is up to date, and a tick inside the function."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.bench.commands import ROOT, Bench
from tests.bench.figures import Figures

REAL_ZIP = Path(os.environ.get("F1DB_ZIP", ROOT / "../shared/f1db/f1db-csv-2026.11.0.zip"))


def measure_chain(figures: Figures, place: Path, runs: int) -> None:
    release = str(REAL_ZIP) if REAL_ZIP.exists() else "sample"
    published, warm = [], Bench(place)
    stages: dict[str, list[float]] = {}
    for number in range(runs):
        warm = Bench(place / f"state-{number}")
        printed, wall_s = warm.make("run", RELEASE=release, JSON=1)
        published.append(wall_s)
        for stage, seconds in json.loads(printed.splitlines()[-1])["seconds"].items():
            stages.setdefault(stage, []).append(seconds)
    figures.add("publish_s", published, "s", f"make run of {Path(release).name} from nothing, warm machine", 30)
    for stage, seconds in stages.items():
        figures.add(f"stage_{stage}_s", seconds, "s", "of that, from the stage's first line to its last")
    again = [warm.make("run", RELEASE=release)[1] for _ in range(runs + 2)]
    figures.add("up_to_date_s", again, "s", "make run when up to date", 2)
    warm.make("up")
    try:
        for _ in range(runs + 2):
            warm.trigger(RELEASE="sample" if release == "sample" else "2026.11.0")
    finally:
        warm.make("down")
    figures.add("tick_s", _tick_seconds(warm)[-(runs + 2) :], "s", "up to date, inside the function", 0.3)


def _tick_seconds(bench: Bench) -> list[float]:
    lines = (bench.state / "logs/check_release.jsonl").read_text().splitlines()
    answered = [json.loads(line) for line in lines if '"outcome"' in line]
    return [line["duration_ms"] / 1000 for line in answered if line.get("outcome") == "up_to_date"]
