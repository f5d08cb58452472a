"""Holds docs/faults.md to the tests that there are: a fault that is said to have been tried has its test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def named_tests() -> list[tuple[str, str]]:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    return re.findall(r"`([\w/]+\.py)::(\w+)`", text)


def is_there(path: str, name: str) -> bool:
    file = ROOT / "tests" / path
    return (
        file.is_file() and re.search(rf"^(def )?{name}\b", file.read_text(encoding="utf-8"), re.MULTILINE) is not None
    )


def test_every_fault_has_its_tests_when_the_page_is_read() -> None:
    assert len(named_tests()) >= 30
    assert [f"{path}::{name}" for path, name in named_tests() if not is_there(path, name)] == []


def test_every_row_names_a_test_when_the_table_of_events_is_read() -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").partition("## Events, leases, disks")[2]
    rows = [line for line in text.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    assert len(rows) > 15
    assert [row for row in rows[1:] if "::" not in row.rpartition(" | ")[2]] == []
