"""The README's commands are run as they stand there, and print what stands there; a line `…` stands for any lines."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.system.conftest import ROOT, Machine

pytestmark = pytest.mark.slow

# What differs from run to run: times, ports, process ids, the code's digest, and how wide a number is.
VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?"), "TIME"),
    (re.compile(r"\s*\b\d+\.\d s\b"), " SECONDS"),
    (re.compile(r"127\.0\.0\.1:\d+"), "ADDRESS"),
    (re.compile(r"\bpid \d+"), "pid N"),
    (re.compile(r"(-[0-9a-f]{8}-)[0-9a-f]{8}(-\d+)\b"), r"\1CODE\2"),
)


def transcript() -> list[tuple[str, list[str]]]:
    """Return the README's commands from `make run RELEASE=` on, each with the lines shown below it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return [(command, shown) for command, shown in found if shown]


def settled(line: str, state: Path) -> str:
    line = line.replace(str(state), ".local").rstrip()
    for pattern, word in VOLATILE:
        line = pattern.sub(word, line)
    return line.strip()


def matches(shown: list[str], printed: list[str]) -> bool:
    """Say whether the printed lines are the shown ones; `…` within a line stands for anything, alone for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "…" else ".*".join(re.escape(part) for part in line.split("…")) + r"\n"
        for line in shown
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def test_commands_print_what_the_readme_shows_when_they_are_run(machine: Machine, real_zip: Path) -> None:
    archive = ROOT / real_zip.name
    is_ours = not archive.exists()
    if is_ours:
        shutil.copyfile(real_zip, archive)
    try:
        commands = transcript()
        assert len(commands) == 7
        for command, shown in commands:
            make, name, *variables = shlex.split(command)
            assert make == "make"
            done = machine.make(name, **dict(variable.split("=", 1) for variable in variables))
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            printed = [settled(line, machine.state) for line in done.stdout.splitlines()]
            wanted = [settled(line, machine.state) for line in shown]
            assert matches(wanted, printed), f"$ {command}\n" + "\n".join(printed)
    finally:
        if is_ours:
            archive.unlink()


@pytest.mark.parametrize(
    ("shown", "printed", "is_match"),
    [
        (["a", "…", "c"], ["a", "b", "b", "c"], True),
        (["a", "…", "c"], ["a", "c"], True),
        (["a 1 …"], ["a 1 and more"], True),
        (["a"], ["a", "b"], False),
        (["a", "c"], ["a", "b"], False),
    ],
)
def test_transcript_is_compared_line_by_line_when_matched(shown: list[str], printed: list[str], is_match: bool) -> None:
    assert matches(shown, printed) is is_match
