"""The pages of a real release: every kind of career, the same when made again, and whole in a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.browser import CHROMIUM, browsing
from tests.system.conftest import Machine
from tests.system.test_report_in_browser import WIDTHS, checked
from tests.unit.page_reader import Page

pytestmark = pytest.mark.slow

# A long career, shared cars, two podium cars in one race, no start, and no entry at all.
DRIVERS = ("lewis-hamilton", "juan-manuel-fangio", "nino-farina", "giovanna-amati", "alex-palou")
LEADS = (
    "106 wins and 7 world titles from 391 starts. The 2026 season is under way: 11 races to come.",
    "24 wins and 5 world titles from 51 starts.",
    "5 wins and 1 world title from 33 starts.",
    "3 race entries, but no start.",
    "No race entry in this release.",
)


def test_every_career_has_its_page_when_a_release_is_published(machine: Machine, real_zip: Path) -> None:
    machine.run(RELEASE=real_zip, DRIVER=",".join(DRIVERS))
    folder = machine.state / "report"
    pages = [folder / "index.html", *(folder / f"{driver}.html" for driver in DRIVERS[1:])]
    texts = [page.read_text("utf-8") for page in pages]
    assert [next(text for text in Page(html).texts if text in LEADS) for html in texts] == list(LEADS)
    for html in texts:
        assert len(html.encode()) < 3_000_000
        assert Page(html).findings()["quality"] == "98,777 totals compared with F1DB's own: none differs"

    for page in pages:
        page.unlink()
    again = machine.make("report")
    assert again.returncode == 0, again.stderr
    assert [page.read_text("utf-8") for page in pages] == texts

    # What `make docs` calls last; the rest of it would make pages of this checkout again.
    docs = subprocess.run(
        [sys.executable, "-m", "transform.docs", "--pointer", machine.state / "gcs/state/published.json",
         "--warehouse", machine.state / "warehouse.duckdb", "--to", folder / "dbt-docs.html"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert docs.returncode == 0, docs.stderr
    found = (folder / "dbt-docs.html").read_text("utf-8")
    assert "mart_driver_careers" in found
    assert str(machine.state) not in found
    assert str(Path(__file__).resolve().parents[2]) not in found

    if CHROMIUM is None:
        pytest.skip("the rest needs Chromium: apt-get install chromium")
    with browsing(machine.state / "profile") as browser:
        for page in pages:
            charts = [set(checked(browser, page, width)) for width in WIDTHS]
            assert charts[0] == charts[1]
    assert len(list((folder / "screenshots").glob("*.png"))) == 2 * len(DRIVERS)
