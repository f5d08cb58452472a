"""The page of faults is as complete as what is tried: what is added is missing on it until it has been run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.client_calls import CALLS
from tests.chaos.client_faults import FAULTS
from tests.chaos.page import BEGIN, END, main, names_on, rendered

PAGE = Path(__file__).resolve().parents[2] / "docs/faults.md"


def ending(point: str, when: str, victim: str, problems: list[str]) -> dict[str, Any]:
    row = point.partition(":")[0]
    return {"point": point, "row": row, "when": when, "victim": victim, "ticks": 1, "seconds": 2, "problems": problems}


CELL = {"call": "land", "fault": "503", "answer": "done", "value": "", "seconds": 1, "has_fired": True, "effects": 1,
        "again": "done", "again_seconds": 1, "effects_again": 1}  # fmt: skip
ENDINGS = [
    ending("storage POST a: batch before", "before", "batch", []),
    ending("storage POST a: batch after", "after", "batch", ["doubled"]),
    ending("storage POST a: all after", "after", "all", []),
    ending("transform, build begins: transform during", "during", "transform", []),
]
FOUND = {
    "points": [one["point"] for one in ENDINGS],
    "endings": {one["point"]: one for one in ENDINGS},
    "cells": [CELL],
}


def test_page_of_faults_shows_every_call_and_fault_when_read() -> None:
    page = PAGE.read_text("utf-8")
    assert names_on(page)[1] == set(CALLS)
    [head] = [text for text in page.splitlines() if text.startswith("| call |")]
    assert head == "| call | " + " | ".join(FAULTS) + " |"


def test_tells_what_was_published_and_what_broke_when_everything_was_tried() -> None:
    made = rendered(FOUND)
    assert "**4 crash points: 3 published once, whole, nothing doubled or left (3 with 1 tick, 1 broken).**" in made
    assert "| `storage POST a` | batch: 1 tick | batch: broken | all: 1 tick |  |" in made
    assert "| `transform, build begins` |  |  |  | transform: 1 tick |" in made
    assert names_on(made) == ({"storage POST a", "transform, build begins"}, {"land"})


def test_replaces_what_it_made_and_leaves_the_rest_when_the_page_is_made_again(tmp_path: Path) -> None:
    page, results = tmp_path / "faults.md", tmp_path / "chaos.json"
    page.write_text(f"# Faults\n\n{BEGIN}\nold\n{END}\n\n## Events\n")
    results.write_text(json.dumps(FOUND))
    assert main([str(results), str(page)]) == 0
    assert page.read_text() == f"# Faults\n\n{rendered(FOUND)}\n\n## Events\n"


def test_leaves_the_page_as_it_is_when_a_part_has_not_been_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "faults.md"
    page.write_text(f"# Faults\n\n{BEGIN}\nold\n")
    (tmp_path / "chaos.json").write_text('{"points": ["a: all after"]}')
    assert main([str(tmp_path / "chaos.json"), str(page)]) == 1
    assert page.read_text() == f"# Faults\n\n{BEGIN}\nold\n"
    assert "is left as it is: 1 of 1 points have not been tried" in capsys.readouterr().err
