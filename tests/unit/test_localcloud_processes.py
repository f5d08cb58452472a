"""Children end with localcloud, whichever way it ends, and take their own children with them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.processes import MARK, Children, StoppingError, base_environment, kill_survivors

pytestmark = pytest.mark.slow
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = Children(tmp_path)
    yield children
    children.stop_all(0)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_hands_over_every_line_when_a_child_writes_and_ends(children: Children, tmp_path: Path) -> None:
    lines: list[tuple[str, bytes]] = []
    program = "import sys; print('a'); print('b', file=sys.stderr); print('c', end=''); sys.exit(7)"
    child = children.start(
        [sys.executable, "-c", program], base_environment(tmp_path), tmp_path, lambda *line: lines.append(line)
    )
    assert child.wait(20) == 7
    assert sorted(lines) == [("stderr", b"b\n"), ("stdout", b"a\n"), ("stdout", b"c")]


def test_goes_on_reading_when_a_line_cannot_be_kept(children: Children, tmp_path: Path) -> None:
    kept: list[bytes] = []

    def keep(_: str, line: bytes) -> None:
        if len(kept) == 3:
            raise OSError(28, "No space left on device")
        kept.append(line)

    chatty = "for _ in range(3000): print('x' * 100)"  # more than a pipe holds
    child = children.start([sys.executable, "-c", chatty], base_environment(tmp_path), tmp_path, keep)
    assert (child.wait(15), len(kept)) == (0, 3)


def test_ends_the_grandchildren_when_a_child_is_stopped(children: Children, tmp_path: Path) -> None:
    lines: list[bytes] = []
    child = children.start(
        [sys.executable, "-c", FAMILY], base_environment(tmp_path), tmp_path, lambda _, line: lines.append(line)
    )
    wait_for(lambda: bool(lines))
    assert child.stop(grace_s=5) == -signal.SIGTERM
    wait_for(lambda: not is_running(int(lines[0])))


def test_forces_the_end_when_a_child_ignores_the_polite_signal(children: Children, tmp_path: Path) -> None:
    lines: list[bytes] = []
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    )
    child = children.start(
        [sys.executable, "-c", program], base_environment(tmp_path), tmp_path, lambda _, line: lines.append(line)
    )
    wait_for(lambda: bool(lines))
    assert child.stop(grace_s=0.1) == -signal.SIGKILL


SUPERVISOR = f"""
import sys, time
from pathlib import Path
from localcloud.processes import Children, base_environment
state = Path(sys.argv[1])
Children(state).start([sys.executable, "-c", {FAMILY!r}], base_environment(state), state,
                      lambda _, line: print(line.decode(), end="", flush=True))
time.sleep(600)
"""


def test_warden_ends_the_family_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    argv = [sys.executable, "-c", SUPERVISOR, str(tmp_path)]
    with subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        grandchild = int(supervisor.stdout.readline())
        assert is_running(grandchild)
        supervisor.kill()
    wait_for(lambda: not is_running(grandchild))


def test_kills_only_its_own_survivors_when_a_state_directory_is_started_again(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    own = subprocess.Popen(sleep, env={**os.environ, MARK: str(tmp_path)})
    other = subprocess.Popen(sleep, env={**os.environ, MARK: f"{tmp_path}-other"})
    wait_for(lambda: MARK.encode() in Path(f"/proc/{own.pid}/environ").read_bytes())

    assert kill_survivors(tmp_path) == [own.pid]
    assert own.wait(5) == -signal.SIGKILL
    assert other.poll() is None
    other.kill()
    other.wait(5)


def test_keeps_the_users_java_spark_and_cloud_settings_out_when_an_environment_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JAVA_HOME", "SPARK_HOME", "PYTHONPATH", "GOOGLE_APPLICATION_CREDENTIALS", "PYSPARK_PYTHON"):
        monkeypatch.setenv(name, "/users/own")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    environment = base_environment(tmp_path)

    assert "/users/own" not in environment.values()
    assert environment["HTTPS_PROXY"] == "http://proxy:1"
    assert environment["NO_PROXY"] == "127.0.0.1,localhost"
    assert environment["HOME"] == str(tmp_path / "home")


def test_refuses_to_start_when_everything_is_being_ended(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.stop_all(0)
    with pytest.raises(StoppingError, match="localcloud is stopping"):
        children.start([sys.executable, "-c", ""], base_environment(tmp_path), tmp_path, lambda *_: None)


def test_removes_the_runtime_folder_of_a_killed_start_when_started_again(tmp_path: Path) -> None:
    first = Children(tmp_path / "ours")
    killed = first.runtime_dir()
    first.stop_all(0)
    other = Children(tmp_path / "another")
    assert Path(killed.name).is_dir(), "another state directory's folder is left alone"
    ours = Children(tmp_path / "ours")
    assert not Path(killed.name).exists()
    ours.stop_all(0)
    other.stop_all(0)
    killed.cleanup()
