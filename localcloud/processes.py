"""Child processes that never outlive localcloud, however it ends, and none of whose output is lost.

Every child leads a session of its own, so a whole tree can be ended at once. A small warden process holds the other end
of a pipe: when localcloud disappears (`kill -9`), the pipe closes and the warden kills every tree that is left.
(PR_SET_PDEATHSIG would not do: it fires when the *thread* that started the child ends, and spares grandchildren.)
What even the warden missed is found at the next start by a mark in its environment, where /proc exists.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

MARK = "LOCALCLOUD_CHILD_OF"
_WARDEN = """
import os, signal, sys
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""
_KEPT_VARIABLES = (
    "LANG",
    "LC_ALL",
    "TZ",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)
OnLine = Callable[[str, bytes], None]


class StoppingError(RuntimeError):
    """Everything is being ended, so nothing new is started."""


class Child:
    """A running process with its descendants."""

    def __init__(
        self, process: subprocess.Popen[bytes], pumps: list[threading.Thread], on_end: Callable[[], None], role: str
    ):
        self.pid = process.pid
        self.role = role
        self._process = process
        self._pumps = pumps
        self._on_end = on_end
        self._lock = threading.Lock()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for the end and the last line of output; None when the time was too short."""
        try:
            status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        with self._lock:
            kill_group(self.pid)
            for pump in self._pumps:
                pump.join(5)
            self._on_end()
        return status

    def stop(self, grace_s: float) -> int | None:
        """End the process politely, after the grace period by force, and whatever it had started."""
        if self.is_alive():
            kill_group(self.pid, signal.SIGTERM)
            if grace_s > 0 and (status := self.wait(grace_s)) is not None:
                return status
            kill_group(self.pid)
        return self.wait(5)


class Children:
    """Starts the processes of one state directory."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._alive: dict[int, Child] = {}
        self._lock = threading.Lock()
        self._is_stopping = False
        kill_survivors(state_dir)
        for leftover in Path(tempfile.gettempdir()).glob(f"{self._prefix}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        self._warden = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WARDEN],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    @property
    def _prefix(self) -> str:
        return f"localcloud-{hashlib.sha256(str(self._state_dir.resolve()).encode()).hexdigest()[:12]}-"

    def runtime_dir(self) -> tempfile.TemporaryDirectory[str]:
        """Make a folder for sockets: a state directory's path may be too long for one. A killed start's are removed."""
        return tempfile.TemporaryDirectory(prefix=self._prefix, ignore_cleanup_errors=True)

    def start(self, argv: list[str], environment: dict[str, str], cwd: Path, on_line: OnLine, role: str = "") -> Child:
        """Start a process; each line of its output goes to `on_line(stream, line)`, and kill() finds it by its role.

        Raises:
            StoppingError: when everything is being ended; nothing has been started then.
        """
        with self._lock:  # so that stop_all sees it, or it is not started
            if self._is_stopping:
                raise StoppingError(f"{argv[0]} is not started: localcloud is stopping")
            process = subprocess.Popen(
                argv,
                env={**environment, MARK: str(self._state_dir)},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            self._tell_warden(f"+{process.pid}")
            pumps = [
                threading.Thread(target=_pump, args=(name, stream, on_line), daemon=True)
                for name, stream in (("stdout", process.stdout), ("stderr", process.stderr))
            ]
            child = Child(process, pumps, lambda: self._forget(process.pid), role)
            self._alive[process.pid] = child
        for pump in pumps:
            pump.start()
        return child

    def kill(self, role: str) -> int:
        """Kill the processes of a role, or `all`, with their descendants, and tell how many: nobody can tidy up."""
        with self._lock:
            doomed = [child for child in self._alive.values() if role in ("all", child.role) and child.is_alive()]
        for child in doomed:
            kill_group(child.pid)
        for child in doomed:
            child.wait(5)
        return len(doomed)

    def stop_all(self, grace_s: float = 2) -> None:
        """End every child, then the warden."""
        with self._lock:
            self._is_stopping = True
            children = list(self._alive.values())
        stoppers = [threading.Thread(target=child.stop, args=(grace_s,)) for child in children]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()
        if self._warden.stdin is not None:
            self._warden.stdin.close()
        self._warden.wait(5)

    def _forget(self, pid: int) -> None:
        with self._lock:
            if self._alive.pop(pid, None) is not None:
                self._tell_warden(f"-{pid}")

    def _tell_warden(self, line: str) -> None:
        if self._warden.stdin is not None and not self._warden.stdin.closed:
            self._warden.stdin.write(f"{line}\n")
            self._warden.stdin.flush()


def base_environment(state_dir: Path) -> dict[str, str]:
    """Build what every child gets: nothing of the user's own Java, Spark, Python or cloud settings."""
    home, temporary = state_dir / "home", state_dir / "tmp"
    for folder in (home, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        **{name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
    }


def kill_group(group: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Signal a process group that may be gone already."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # macOS answers EPERM for a group of zombies: there is nobody left to kill.
        return


def kill_survivors(state_dir: Path, deadline_s: float = 5) -> list[int]:
    """Kill what an earlier localcloud of this state directory left behind, and wait until it is gone."""
    mark = f"{MARK}={state_dir}".encode()
    deadline = time.monotonic() + deadline_s
    killed: dict[int, None] = {}  # one that is still dying is found again
    while (pids := _marked(mark)) and time.monotonic() < deadline:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed[pid] = None
        time.sleep(0.02)
    return list(killed)


def _marked(mark: bytes) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = entry.read_bytes().split(b"\0")
        except OSError:
            # Gone meanwhile, or another user's: neither is ours.
            continue
        if mark in variables and int(entry.parent.name) != os.getpid():
            found.append(int(entry.parent.name))
    return found


def _pump(name: str, stream: object, on_line: OnLine) -> None:
    with stream:  # type: ignore[attr-defined]
        for line in stream:  # type: ignore[attr-defined]
            with contextlib.suppress(OSError):  # a full disk: the line is lost, and the program goes on
                on_line(name, line)
