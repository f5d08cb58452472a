"""Run the measurements, print a Markdown table, and write `.local/bench.json`."""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import tempfile
from pathlib import Path

from tests.bench.chain import measure_chain
from tests.bench.dbt import measure_dbt
from tests.bench.figures import Figures
from tests.bench.spark import measure_spark, measure_spark_scaled
from tests.bench.streaming import measure_streaming

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("streaming", "chain", "spark", "spark-x40", "dbt")
_MORE_PAIRS = 2  # a pair takes seconds, and its ratio is noisy


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--mib", type=int, default=500, help="size of the streamed ZIP in MiB (default: 500)")
    parser.add_argument("--runs", type=int, default=3, help="repetitions of each measurement (default: 3)")
    parser.add_argument("--only", choices=PARTS, help="one part only")
    parser.add_argument("--times", type=int, default=40, help="how large spark-x40 makes the release (default: 40)")
    arguments = parser.parse_args()
    figures = Figures()
    (ROOT / ".bench").mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=ROOT / ".bench"))
    try:
        if arguments.only in (None, "streaming"):
            measure_streaming(figures, place / "streaming", arguments.mib, arguments.runs)
        if arguments.only in (None, "chain"):
            measure_chain(figures, place / "chain", arguments.runs)
        if arguments.only in (None, "spark"):
            measure_spark(figures, place / "spark", arguments.runs + _MORE_PAIRS)
        if arguments.only in (None, "spark-x40"):
            measure_spark_scaled(figures, place / "spark-scaled", arguments.runs, arguments.times)
        if arguments.only in (None, "dbt"):
            measure_dbt(figures, place / "dbt", arguments.runs + _MORE_PAIRS)
        figures.compare("stage_batch_ratio", "stage_batch_s", "spark_empty_s")
        figures.compare("stage_transform_ratio", "stage_transform_s", "dbt_empty_s", "dbt_sql_s")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    target = ROOT / ".local" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(figures.to_json(), indent=2) + "\n")
    print(f"\n{figures.to_markdown()}\nPython {platform.python_version()}, {platform.machine()}; written to {target}")


if __name__ == "__main__":
    main()
