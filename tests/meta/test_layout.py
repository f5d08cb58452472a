"""Holds the checkout to its layout: what lies where, how long it is, and that no machine shows through."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOP_LEVEL = {
    ".ci",
    ".github",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "dataproc_jobs",
    "dbt",
    "docs",
    "functions",
    "localcloud",
    "looker",
    "pyproject.toml",
    "requirements",
    "terraform",
    "tests",
}
SOURCES = ("functions", "dataproc_jobs", "dbt", "localcloud", "terraform/deploy")
VAGUE_NAMES = {"utils.py", "util.py", "helpers.py", "common.py", "manager.py", "misc.py"}
# Written in two parts, so that this file is not what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.$}<])/(?:work|root|home/" + r"[a-z]+)/[\w.-]+|/tmp/" + r"bash_jobs")


def _checkout() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a Git checkout: what belongs to it cannot be told")
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def _modules() -> list[Path]:
    return [path for folder in SOURCES for path in sorted((ROOT / folder).rglob("*.py")) if "target" not in path.parts]


def test_top_level_holds_only_what_the_layout_names_when_listed() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in _checkout()}
    assert found - TOP_LEVEL == set()


def test_no_module_has_a_vague_name_when_listed() -> None:
    assert [str(path.relative_to(ROOT)) for path in _modules() if path.name in VAGUE_NAMES] == []


def test_no_file_names_this_machine_when_read() -> None:
    found = []
    for path in _checkout():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINE_PATH.finditer(text)]
    assert found == []


def test_modules_are_short_and_say_why_they_exist_when_parsed() -> None:
    found = []
    for path in _modules():
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        if text.count("\n") > 300:
            found.append(f"{name} has {text.count(chr(10))} lines")
        if text.strip() and not ast.get_docstring(ast.parse(text)):
            found.append(f"{name} has no docstring")
    assert found == []


def test_functions_fit_on_a_screen_when_parsed() -> None:
    found = []
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 50:
                    found.append(f"{path.relative_to(ROOT)}: {node.name} has {lines} lines")
    assert found == []


def test_ci_calls_make_test_when_it_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111 == 0o111
    assert "make test" in script.read_text(encoding="utf-8")
