"""Holds README and Makefile together: every command that is shown exists, and every command is explained."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
WANTED = {
    "run",
    "up",
    "down",
    "trigger",
    "status",
    "logs",
    "query",
    "export",
    "report",
    "test",
    "test-fast",
    "lint",
    "security",
    "sbom",
    "fuzz",
    "chaos",
    "bench",
    "bench-check",
    "clean",
    "docs",
    "reset",
    "help",
    "lock",
    "doctor",
    "plan",
    "deploy",
    "destroy",
    "cloud-trigger",
    "cloud-status",
    "cloud-logs",
}


def _targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*## ", text, flags=re.MULTILINE))


def test_makefile_has_every_command_when_read() -> None:
    assert WANTED - _targets() == set()


def test_readme_shows_only_commands_that_exist_when_read() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"(?:^|[`$(|] *)make ([a-z][a-z-]*)", text, flags=re.MULTILINE))
    assert {"run", "test"} <= shown
    assert shown - _targets() == set()


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_docs_show_only_commands_that_exist_when_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = set(re.findall(r"(?:^|[`$(|] *)make ([a-z][a-z-]*)", text, flags=re.MULTILINE))
    assert shown - _targets() == set()


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)
def test_links_between_documents_lead_somewhere_when_read(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_readme_fits_on_three_screens_when_counted() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_help_lists_every_command_when_called() -> None:
    answer = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make ([a-z-]+)", answer.stdout, flags=re.MULTILINE))
    assert listed == _targets()


def test_our_processes_keep_what_they_compile_when_the_shell_says_otherwise(tmp_path: Path) -> None:
    extra = tmp_path / "extra.mk"
    extra.write_text("show-environment:\n\t@env\n", encoding="utf-8")
    command = ["make", "-s", "-f", str(ROOT / "Makefile"), "-f", str(extra), "show-environment"]
    told = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHOME": "/nowhere", "KEPT": "1"}

    shown = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=True).stdout

    names = {line.partition("=")[0] for line in shown.splitlines()}
    assert "KEPT" in names
    assert names & {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME"} == set()
