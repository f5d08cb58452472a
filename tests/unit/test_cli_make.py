"""The Makefile: exit statuses that GNU make alone would flatten, values that arrive as they were typed."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Stands in for .venv/bin/python: tells its arguments, and ends as localcloud does.
STUB = """#!/bin/sh
printf '<%s>\\n' "$@"
echo "MAKEFLAGS=$MAKEFLAGS"
case "$WANTED" in
  1) touch "$EXIT_1" ;;
  wait) trap 'echo ended >&2; exit 130' INT TERM; echo ready; while :; do sleep 0.02; done ;;
  *) exit "$WANTED" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose set-up is done, with a stub for its Python, in a place whose name has a space."""
    root = tmp_path / "a place"
    root.mkdir()
    shutil.copy(ROOT / "Makefile", root)
    shutil.copytree(ROOT / "requirements", root / "requirements")
    python = root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(STUB)
    python.chmod(0o755)
    shutil.copytree(ROOT / "requirements", root / ".venv" / "installed")
    (root / ".venv" / "installed" / "where").write_text(f"{root}\n")
    return root


def _environment(wanted: str) -> dict[str, str]:
    # `make test` runs these tests: its own flags and variables are not theirs.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return {**kept, "WANTED": wanted}


def _make(checkout: Path, *words: str, wanted: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *words],
        cwd=checkout,
        env=_environment(wanted),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(("wanted", "status"), [("0", 0), ("1", 1), ("2", 2)])
@pytest.mark.parametrize(
    "command",
    [
        *("run", "up", "down", "trigger", "status", "logs", "query", "export", "report", "reset"),
        *("doctor", "plan", "deploy", "destroy", "cloud-trigger", "cloud-status", "cloud-logs"),
    ],
)
def test_make_ends_with_the_commands_status_when_it_ends(
    checkout: Path, command: str, wanted: str, status: int
) -> None:
    assert _make(checkout, command, wanted=wanted).returncode == status
    assert list((checkout / ".venv").glob("exit-1-*")) == []


def test_values_arrive_as_typed_when_they_hold_signs(checkout: Path) -> None:
    answer = _make(checkout, "query", """SQL=select '$1', "a b" || $$x$$ from t where c like '%' -- `id` #""")
    assert """<--sql=select '$1', "a b" || $$x$$ from t where c like '%' -- `id` #>""" in answer.stdout.splitlines()
    answer = _make(checkout, "run", "RELEASE=/a dir/f1db $x's.zip", "FORCE=1")
    assert "<--release=/a dir/f1db $x's.zip>" in answer.stdout.splitlines()
    assert "<--force=1>" in answer.stdout.splitlines()


def test_values_are_empty_when_they_are_not_given(checkout: Path) -> None:
    lines = _make(checkout, "run").stdout.splitlines()
    assert lines[:3] == ["<-m>", "<localcloud>", "<run>"]
    assert {"<--release=>", "<--force=>", "<--driver=>", "<--state=.local>"} <= set(lines)
    assert "MAKEFLAGS=" in lines


def test_cloud_commands_get_project_and_region_when_they_are_given(checkout: Path) -> None:
    lines = _make(
        checkout, "cloud-trigger", "PROJECT=demo-project", "RELEASE=2026.11.0", "DRY_RUN=1"
    ).stdout.splitlines()
    assert lines[:3] == ["<-m>", "<deploy>", "<cloud-trigger>"]
    assert {"<--project=demo-project>", "<--region=>", "<--release=2026.11.0>", "<--dry-run=1>"} <= set(lines)


def test_state_moves_when_it_is_named(checkout: Path) -> None:
    assert "<--state=/some where/else>" in _make(checkout, "status", "STATE=/some where/else").stdout.splitlines()


def test_nothing_runs_when_a_command_is_mixed_with_a_chore(checkout: Path) -> None:
    answer = _make(checkout, "clean", "run")
    assert answer.returncode == 2
    assert "type two commands" in answer.stderr
    assert (checkout / ".venv").exists()


@pytest.mark.parametrize("spoil", ["lock", "place", "python"])
def test_set_up_is_done_again_when_something_has_changed(checkout: Path, spoil: str) -> None:
    if spoil == "lock":
        with (checkout / "requirements" / "run.txt").open("a") as stream:
            stream.write("# another\n")
    elif spoil == "place":
        (checkout / ".venv" / "installed" / "where").write_text("/elsewhere\n")
    else:
        (checkout / ".venv" / "bin" / "python").unlink()
    interpreter = checkout / "python-of-mine"
    interpreter.write_text('#!/bin/sh\necho "set up with $@" >&2\nexit 2\n')
    interpreter.chmod(0o755)
    answer = _make(checkout, "run", f"PYTHON={interpreter}")
    assert answer.returncode == 2
    assert "set up with localcloud/bootstrap.py run" in answer.stderr
    assert "<run>" not in answer.stdout


def test_missing_python_is_told_with_its_mend_when_there_is_none(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    tools = checkout / "tools"
    tools.mkdir()
    for tool in ("sh", "make", "cmp", "cat", "test", "rm"):
        found = shutil.which(tool)
        assert found is not None
        (tools / tool).symlink_to(found)
    answer = subprocess.run(
        [str(tools / "make"), "run"],
        cwd=checkout,
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert answer.returncode == 2
    assert "install Python 3.11 or 3.12" in answer.stderr.splitlines()[0]


@pytest.fixture
def hears_interrupts() -> Iterator[None]:
    """Have what is started here hear SIGINT, which all that a script starts in its background is deaf to."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_is_ended_when_make_is_interrupted(
    checkout: Path, number: signal.Signals, hears_interrupts: None
) -> None:
    process = subprocess.Popen(
        ["make", "run"],
        cwd=checkout,
        env=_environment("wait"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    while process.stdout.readline() != "ready\n":
        assert process.poll() is None
    if number is signal.SIGINT:  # as a terminal does: everybody in the group
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert "ended" in errors
    assert process.returncode != 0
    deadline = time.monotonic() + 5
    while _group_lives(process.pid):
        assert time.monotonic() < deadline


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
