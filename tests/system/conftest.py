"""One machine per test: the commands a person types, a directory in GitHub's place, nothing of ours imported."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.shared_folder import shared_folder

ROOT = Path(__file__).resolve().parents[2]
REAL_ZIP = Path(os.environ.get("F1DB_ZIP", ROOT / "../shared/f1db/f1db-csv-2026.11.0.zip"))
RUN_S = 240  # the longest that one command may take on a loaded machine

Edit = Callable[[bytes], bytes]


@dataclass
class Machine:
    """A state directory and the make commands on it."""

    state: Path
    github: Path = field(init=False)

    def __post_init__(self) -> None:
        self.github = self.state.parent / "github"
        self.github.mkdir(parents=True, exist_ok=True)

    def make(self, command: str, **variables: str | int | Path) -> subprocess.CompletedProcess[str]:
        """Run `make command NAME=value …` as a person would, off a terminal."""
        words = [f"{name}={value}" for name, value in {"STATE": self.state, **variables}.items()]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTEST"))}
        environment["PATH"] = "/usr/bin:/bin"
        environment.pop("JAVA_HOME", None)
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            ["make", "-s", command, *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
        )

    def run(self, *, expect: int = 0, **variables: str | int | Path) -> dict[str, Any]:
        """`make run JSON=1`: return the JSON object of its last line, having checked the exit status."""
        done = self.make("run", JSON=1, **variables)
        assert done.returncode == expect, f"exit {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        answer["output"] = done.stdout + done.stderr
        return answer

    def up(self, **variables: str | int | Path) -> dict[str, Any]:
        done = self.make("up", **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.localcloud()

    def localcloud(self) -> dict[str, Any]:
        described: dict[str, Any] = json.loads((self.state / "localcloud.json").read_text())
        return described

    def is_alive(self) -> bool:
        """Say whether localcloud is running, whatever became of it."""
        if not (self.state / "localcloud.json").exists():
            return False
        pid = self.localcloud()["pid"]
        return Path(f"/proc/{pid}/cmdline").exists() and not is_zombie(pid)

    def kill(self) -> None:
        """`kill -9` of localcloud, then wait until the process is gone."""
        os.kill(self.localcloud()["pid"], signal.SIGKILL)
        self.wait_until(lambda: not self.is_alive(), "the process to end")

    def offer(self, version: str, content: bytes) -> None:
        """Make a release appear on the GitHub of this machine, whole at once."""
        new = self.github / f".{version}"
        new.write_bytes(content)
        new.rename(self.github / f"f1db-csv-{version}.zip")

    def objects(self, pattern: str) -> list[Path]:
        return sorted((self.state / "gcs").glob(pattern))

    def pointer(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.state / "gcs/state/published.json").read_text())
        except FileNotFoundError:
            return {"version": None}
        return found

    def outcomes(self) -> dict[str, list[str]]:
        """Every outcome in the state bucket, by version, in the order of the runs' names."""
        found: dict[str, list[str]] = {}
        for path in self.objects("state/runs/*/*/outcome.json"):
            found.setdefault(path.parts[-3], []).append(json.loads(path.read_text())["outcome"])
        return found

    def wait_for_published(self, version: str) -> dict[str, Any]:
        self.wait_until(lambda: self.pointer()["version"] == version, f"{version} to be published")
        return self.pointer()

    def wait_until(self, is_so: Callable[[], bool], what: str, deadline_s: float = RUN_S) -> None:
        end = time.monotonic() + deadline_s
        while not is_so():
            if time.monotonic() > end:
                pytest.fail(f"waited {deadline_s:.0f} s for {what}; state: {self.make('status').stdout}")
            time.sleep(0.05)

    def query(self, sql: str) -> list[list[str]]:
        """`make query`: the rows as text, without the header."""
        done = self.make("query", SQL=sql)
        assert done.returncode == 0, done.stdout + done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()[1:]]

    def logged(self, stage: str, needle: str) -> int:
        """How many lines of a stage's log contain a text."""
        path = self.state / "logs" / f"{stage}.jsonl"
        return sum(needle in line for line in path.read_text().splitlines()) if path.exists() else 0

    def clean_up(self) -> None:
        if (self.state / "localcloud.json").exists():
            self.make("down")


def going_on(machine: Machine, folder: Path) -> Machine:
    """Give a machine the state and the GitHub of one that is down; the other stays as it is."""
    shutil.copytree(folder, machine.state.parent, dirs_exist_ok=True)
    return machine


def is_zombie(pid: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def edited(archive: bytes, **edits: Edit) -> bytes:
    """Return a copy of an F1DB ZIP with tables changed; `races_race_results` names `f1db-races-race-results.csv`."""
    changes = {f"f1db-{name.replace('_', '-')}.csv": edit for name, edit in edits.items()}
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        missing = set(changes) - set(old.namelist())
        assert not missing, f"no such members: {missing}"
        for member in old.infolist():
            content = old.read(member)
            new.writestr(member.filename, changes[member.filename](content) if member.filename in changes else content)
    return made.getvalue()


def without(archive: bytes, table: str) -> bytes:
    """Return a copy of an F1DB ZIP that lacks one table."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != f"f1db-{table}.csv":
                new.writestr(member.filename, old.read(member))
    return made.getvalue()


def another_entrant(number: int) -> Edit:
    """Add an entrant that nobody drives for: another digest, the same story."""
    return lambda content: content + f'"system-test-{number}","System Test {number}"\n'.encode()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "state")
    try:
        yield made
    finally:
        made.clean_up()


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bundled sample's ZIP as `make run RELEASE=sample` lands it: small, sound, Hamilton's real totals."""

    def land(folder: Path) -> None:
        made = Machine(folder / "state")
        made.up()
        try:
            done = made.make("trigger", RELEASE="sample")
            landed = made.objects("landing/releases/sample/*/f1db-csv.zip")
            assert len(landed) == 1, done.stdout + done.stderr
        finally:
            made.make("down")

    folder = shared_folder(tmp_path_factory, "small-release", land)
    [landed] = Machine(folder / "state").objects("landing/releases/sample/*/f1db-csv.zip")
    return landed.read_bytes()


@pytest.fixture(scope="session")
def release(small_release: bytes) -> Callable[[int], bytes]:
    """Small releases that differ: `release(3)` is always the same bytes."""
    return lambda number: edited(small_release, entrants=another_entrant(number))


@pytest.fixture(scope="session")
def first_publication(tmp_path_factory: pytest.TempPathFactory, release: Callable[[int], bytes]) -> Path:
    """The folder of a machine that has published `release(1)` as 2026.10.0, the newest of two, and is down."""

    def publish(folder: Path) -> None:
        made = Machine(folder / "state")
        made.offer("2026.9.1", release(9))
        made.offer("2026.10.0", release(1))
        made.run(GITHUB=made.github)

    return shared_folder(tmp_path_factory, "first-publication", publish)


@pytest.fixture
def machine_with_a_release(machine: Machine, first_publication: Path) -> Machine:
    """A machine of its own that goes on from the first publication."""
    return going_on(machine, first_publication)


@pytest.fixture(scope="session")
def real_zip() -> Path:
    if not REAL_ZIP.exists():
        pytest.skip(f"no real F1DB release at {REAL_ZIP.name}: set F1DB_ZIP to its path")
    return REAL_ZIP
