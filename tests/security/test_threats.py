"""Holds docs/security.md to the tests that there are: an attack that is said to have been tried has its test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TITLE = "## What has been tried"


def rows() -> list[list[str]]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    lines = [line for line in text.partition(TITLE)[2].partition("\n## ")[0].splitlines() if line.startswith("| ")]
    assert lines[0] == "| attack | where it is stopped | test |"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def _tests_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_attack_has_its_tests_when_the_table_is_read() -> None:
    assert len(rows()) >= 20
    found = []
    for attack, stopped, named in rows():
        assert attack
        assert stopped
        tests = re.findall(r"`([\w/]+\.py)::(test_\w+)`", named)
        assert len(tests) == named.count("`") // 2 >= 1, named
        found += [f"{path}::{name}" for path, name in tests if name not in _known(path)]
    assert found == []


@pytest.mark.parametrize("folder", ["fuzz"])
def test_every_fuzzer_stands_in_the_table_when_compared(folder: str) -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition(TITLE)[2]
    modules = sorted((ROOT / "tests" / folder).glob("test_*.py"))
    assert [path.name for path in modules if f"`{folder}/{path.name}::" not in text] == []


def test_modules_that_stop_an_attack_exist_when_named() -> None:
    named = {name for _, stopped, _ in rows() for name in re.findall(r"`([\w/]+\.py)`", stopped)}
    assert len(named) > 8
    folders = [ROOT / folder for folder in ("functions/pipeline", "dataproc_jobs/f1db_batch")]
    assert [name for name in sorted(named) if not any((folder / name).is_file() for folder in folders)] == []


def _known(path: str) -> set[str]:
    file = ROOT / "tests" / path
    return _tests_of(file) if file.is_file() else set()
