"""Run the measurements, print a Markdown table, and write `.local/bench.json`."""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import tempfile
from pathlib import Path

from tests.bench.chain import measure_chain
from tests.bench.commands import ROOT
from tests.bench.dbt import measure_dbt
from tests.bench.figures import Figures, merged
from tests.bench.kept import MEASURED, read_measured
from tests.bench.spark import GROWTH, measure_growth, measure_spark
from tests.bench.streaming import measure_streaming

PARTS = ("streaming", "chain", "spark", "growth", "dbt")
_MORE_PAIRS = 2  # a pair takes seconds, and its ratio is noisy


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--mib", type=int, default=500, help="size of the streamed ZIP in MiB (default: 500)")
    parser.add_argument("--runs", type=int, default=3, help="repetitions of each measurement (default: 3)")
    parser.add_argument("--only", choices=PARTS, help="one part only; the other parts' figures stay in bench.json")
    parser.add_argument("--times", type=int, nargs="+", default=GROWTH, help="how large growth makes the release")
    arguments = parser.parse_args()
    figures = Figures()
    (ROOT / ".bench").mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=ROOT / ".bench"))
    try:
        _measure(figures, place, arguments)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    document = figures.to_json()
    if arguments.only and MEASURED.exists():
        document = merged(read_measured(MEASURED), document)
    MEASURED.parent.mkdir(exist_ok=True)
    MEASURED.write_text(json.dumps(document, indent=2) + "\n")
    print(f"\n{figures.to_markdown()}\nPython {platform.python_version()}, {platform.machine()}; written to {MEASURED}")


def _measure(figures: Figures, place: Path, arguments: argparse.Namespace) -> None:
    runs, pairs = arguments.runs, arguments.runs + _MORE_PAIRS
    if arguments.only in (None, "streaming"):
        measure_streaming(figures, place / "streaming", arguments.mib, pairs)
    if arguments.only in (None, "chain"):
        measure_chain(figures, place / "chain", runs)
    if arguments.only in (None, "spark"):
        measure_spark(figures, place / "spark", pairs)
    if arguments.only in (None, "growth"):
        measure_growth(figures, place / "growth", runs, arguments.times)
    if arguments.only in (None, "dbt"):
        measure_dbt(figures, place / "dbt", pairs)
    figures.compare("stage_batch_ratio", "stage_batch_s", "spark_empty_s")
    figures.compare("stage_transform_ratio", "stage_transform_s", "dbt_empty_s", "dbt_sql_s")


if __name__ == "__main__":
    main()
