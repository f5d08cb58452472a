"""Set-up that cannot work says so in one line with the mend; set-up that is done costs nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud import bootstrap

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "localcloud").mkdir()
    shutil.copy(ROOT / "localcloud" / "bootstrap.py", tmp_path / "localcloud")
    return tmp_path


def _set_up(root: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    return subprocess.run(
        [sys.executable, str(root / "localcloud" / "bootstrap.py"), "run"],
        env={**environment, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _interpreter(folder: Path, body: str) -> str:
    path = folder / "some-python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("version", ["3.10.13", "3.13.0", "2.7.18"])
def test_python_is_refused_when_it_is_too_old_or_too_new(root: Path, version: str) -> None:
    python = _interpreter(root, f"echo {version.replace('.', ' ')}")
    answer = _set_up(root, PYTHON=python)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert f"Python 3.11 or 3.12 is needed ({python} is {version})" in answer.stderr
    assert "PYTHON=" in answer.stderr
    assert not (root / ".venv").exists()


def test_python_is_refused_when_it_is_none(root: Path) -> None:
    answer = _set_up(root, PYTHON=str(root / "nothing"))
    assert answer.returncode == 2
    assert f"{root / 'nothing'} is no Python" in answer.stderr


def test_missing_venv_module_is_told_when_the_environment_cannot_be_made(root: Path) -> None:
    body = 'case "$1" in -c) echo 3 11 2 ;; *) echo "No module named venv"; exit 1 ;; esac'
    answer = _set_up(root, PYTHON=_interpreter(root, body))
    assert answer.returncode == 2
    last = answer.stderr.splitlines()[-1]
    assert "No module named venv" in last
    assert "apt-get install python3-venv" in last
    assert not (root / ".venv").exists()


def test_full_disk_is_told_when_two_gigabytes_are_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(root)._replace(free=1_400_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(bootstrap.SetUpError, match=r"2 GB of free disk are needed and 1\.4 GB are there"):
        bootstrap.set_up(root, "run")


@pytest.mark.slow
def test_unreachable_registry_is_told_in_one_line_when_nothing_answers(root: Path) -> None:
    answer = _set_up(
        root,
        PYTHON=sys.executable,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
        PIP_CONFIG_FILE=os.devnull,
    )
    assert answer.returncode == 2
    last = answer.stderr.splitlines()[-1]
    assert last.startswith("set-up: the package registry does not answer")
    assert "pip config list" in last
    assert not (root / ".venv" / "installed").exists()


def test_set_up_does_nothing_when_the_lock_is_the_installed_one(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    bootstrap.mark(root, root / ".venv" / "installed", "test")
    for layer in ("functions", "run", "test"):
        assert bootstrap.is_current(root, layer)
    bootstrap.set_up(root, "run")
    assert capfd.readouterr() == ("", "")
    (root / "requirements" / "run.txt").write_text("# another lock\n")
    assert not bootstrap.is_current(root, "run")


def test_environment_is_not_trusted_when_it_was_made_elsewhere(root: Path) -> None:
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    bootstrap.mark(root, root / ".venv" / "installed", "run")
    assert bootstrap.has_own_python(root, root / ".venv")
    (root / ".venv" / "installed" / "where").write_text("/somewhere/else\n")
    assert not bootstrap.has_own_python(root, root / ".venv")
    assert not bootstrap.is_current(root, "run")


def test_misleading_variables_are_dropped_when_children_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_TARGET", "PIP_USER", "PIP_CONSTRAINT", "PYTHONPATH"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    environment = bootstrap.clean_environment()
    assert {"PIP_TARGET", "PIP_USER", "PIP_CONSTRAINT", "PYTHONPATH"} & set(environment) == set()
    assert environment["PIP_INDEX_URL"] == "https://mirror.example/simple"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("error: Failed to fetch: `https://x`\n  Caused by: dns error\n", "does not answer (Caused by: dns error)"),
        ("ERROR: No matching distribution found for uv==1\n", "does not answer"),
        ("error: Hash mismatch for `uv==1`\n", "not the one that the lock names"),
        ("OSError: [Errno 28] No space left on device\n", "the disk is full"),
        ("error: Failed to build `pyspark`\n", "could not be installed: error: Failed to build `pyspark`"),
    ],
)
def test_reason_is_told_in_one_line_when_installing_fails(output: str, said: str) -> None:
    reason = bootstrap.why_not_installed(output)
    assert said in reason
    assert "\n" not in reason


def test_set_up_compiles_when_an_old_python_reads_it() -> None:
    source = (ROOT / "localcloud" / "bootstrap.py").read_text(encoding="utf-8")
    compile(source, "bootstrap.py", "exec", dont_inherit=True)
    import ast

    assert ast.parse(source, feature_version=(3, 6))
