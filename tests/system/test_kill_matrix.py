"""`kill -9` of each process at each step of the chain: the release is published once, whole, with nothing left over."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.crash_points import Point
from tests.chaos.kill_world import Killing
from tests.chaos.page import names_on
from tests.chaos.results import keep_ending, keep_points

PAGE = Path(__file__).resolve().parents[2] / "docs/faults.md"
_RUN = "state/runs/<version>/<run>"
# A share for `make test`: a function, the batch, the transform at the pointer, and everything at once.
SHARE = (
    "storage POST landing/releases/<version>/<zip>/f1db-csv.zip: check_release after",
    f"storage POST {_RUN}/manifest.json: batch before",
    "storage POST state/published.json: transform before",
    f"storage POST {_RUN}/outcome.json: everything after",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def killing(
    tmp_path_factory: pytest.TempPathFactory, first_publication: Path, release: Callable[[int], bytes]
) -> Iterator[Killing]:
    made = Killing(tmp_path_factory.mktemp("kills"), first_publication, release(2))
    yield made
    made.machine.clean_up()


def test_page_of_faults_shows_each_step_of_the_chain_when_one_is_recorded(killing: Killing) -> None:
    steps, _ = names_on(PAGE.read_text("utf-8"))
    assert steps == {point.row for point in killing.points}


@pytest.mark.parametrize("name", SHARE)
def test_release_is_published_once_and_whole_when_a_process_was_killed(killing: Killing, name: str) -> None:
    [point] = [point for point in killing.points if name in (point.name, _as_everything(point))]
    assert killing.play(point).problems == []


@pytest.mark.chaos
@pytest.mark.timeout(4 * 3600)
def test_release_is_published_once_and_whole_wherever_a_process_was_killed(killing: Killing) -> None:
    keep_points(killing.points)
    wanted = [point for point in killing.points if re.search(os.environ.get("ONLY") or "", point.name)]
    problems = []
    for number, point in enumerate(wanted, 1):
        problems += _played(killing, point, f"{number:4} of {len(wanted)}")
    assert problems == []


def _as_everything(point: Point) -> str:
    """Name a point at which everything dies, whichever way's turn it is."""
    return f"{point.row}: everything {point.when}" if point.victim in ("localcloud", "all") else ""


def _played(killing: Killing, point: Point, counted: str) -> list[str]:
    ending = killing.play(point)
    keep_ending(ending)
    how = f"BROKEN: {ending.problems[0]}" if ending.problems else f"published, {ending.ticks} ticks"
    sys.stderr.write(f"{counted}  {ending.seconds:5.1f} s  {point.name}: {how}\n")
    return [f"{point.name}: {problem}" for problem in ending.problems]
