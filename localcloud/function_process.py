"""One functions-framework process: started when the first request needs it, again when it died or its code changed."""

import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from localcloud.processes import Child, Children, StoppingError
from localcloud.servers import HOST
from localcloud.stage_logs import StageLog

START_DEADLINE_S = 60.0


class StartError(Exception):
    """The function's process did not come up; its log says why."""


@dataclass(frozen=True, slots=True)
class Function:
    """What is deployed as one Cloud Run function."""

    name: str
    target: str
    signature: str
    source: Path
    timeout_s: float


class FunctionProcess:
    """Keeps one instance of a function running; not scaled: its threads serve concurrent requests."""

    def __init__(
        self, function: Function, children: Children, log: StageLog, environment: Callable[[], dict[str, str]]
    ):
        self._function = function
        self._children = children
        self._log = log
        self._environment = environment
        self._child: Child | None = None
        self._port = 0
        self._lock = threading.Lock()

    def ensure(self) -> int:
        """Return the port of a process that listens, starting one when there is none.

        Raises:
            StartError: it ended or did not listen in time.
        """
        with self._lock:
            if self._child is None or not self._child.is_alive():
                self._start()
            return self._port

    def retire(self) -> None:
        """Let the running process finish its requests and end; the next request starts a new one."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            threading.Thread(target=child.stop, args=(self._function.timeout_s,), daemon=True).start()

    def kill(self) -> None:
        """End the process at once: nothing here needs a polite end, and idle workers take a second for it."""
        with self._lock:
            if self._child is not None:
                self._child.stop(0)

    def _start(self) -> None:
        self._port = free_port()
        argv = framework_command(self._function.source, self._function.target, self._function.signature, self._port)
        runtime_dir = self._children.runtime_dir()  # gunicorn puts a control socket there
        environment = {
            **self._environment(),
            "K_SERVICE": self._function.name,
            "K_REVISION": f"{self._function.name}-{self._port}",
            "K_CONFIGURATION": self._function.name,
            "FUNCTION_TARGET": self._function.target,
            "PORT": str(self._port),
            "XDG_RUNTIME_DIR": runtime_dir.name,
        }
        try:
            folder = self._function.source.parent
            child = self._children.start(argv, environment, folder, self._log.take_line, self._function.name)
        except StoppingError as error:
            runtime_dir.cleanup()
            raise StartError(str(error)) from error
        self._child = child

        def clean_up() -> None:
            child.wait()
            runtime_dir.cleanup()

        threading.Thread(target=clean_up, daemon=True).start()
        self._await_listening(child)

    def _await_listening(self, child: Child) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < deadline:
            if not child.is_alive():
                raise StartError(f"{self._function.name} ended with status {child.wait()} while starting")
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self._port)) == 0:
                    return
            time.sleep(0.01)
        child.stop(0)
        raise StartError(f"{self._function.name} did not listen within {START_DEADLINE_S:.0f} s")


def framework_command(source: Path, target: str, signature: str, port: int) -> list[str]:
    """Build the command line that serves a function, as Cloud Run's build pack does."""
    command = [sys.executable, "-m", "functions_framework", "--source", str(source), "--target", target]
    return [*command, "--signature-type", signature, "--host", HOST, "--port", str(port)]


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
