"""Workflows and shell scripts: of their schema, with pinned actions, without a mistake that shellcheck knows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import LONGEST_FIRST, TESTS

ROOT = Path(__file__).resolve().parent.parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = [ROOT / ".ci" / "run"]


def test_workflows_have_githubs_schema_when_checked() -> None:
    assert [path.name for path in WORKFLOWS] == ["deploy.yml", "tests.yml"]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    answer = subprocess.run([*command, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_when_read(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_rights_are_the_least_when_read() -> None:
    rights = {path.name: _load(path)["permissions"] for path in WORKFLOWS}
    assert rights == {
        "deploy.yml": {"contents": "read", "id-token": "write"},
        "tests.yml": {"contents": "read"},
    }


def test_deployment_is_by_hand_from_main_and_without_a_key_when_read() -> None:
    document = _load(WORKFLOWS[0])
    assert document[True] == {"workflow_dispatch": None}  # YAML 1.1 reads `on` as a truth value
    assert document["jobs"]["deploy"]["if"] == "github.ref == 'refs/heads/main'"
    assert "secrets." not in WORKFLOWS[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_have_no_mistake_that_shellcheck_knows_when_checked(path: Path) -> None:
    shellcheck = Path(sys.executable).parent / "shellcheck"
    answer = subprocess.run([str(shellcheck), str(path)], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_files_that_are_begun_first_are_there_when_named() -> None:
    named = [TESTS / f"{name}.py" for name in LONGEST_FIRST]
    assert [path for path in named if not path.is_file()] == []
    assert len(set(named)) == len(named)


def _load(path: Path) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document
