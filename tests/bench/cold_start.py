"""check_release from no process to its first 200, against a hello world that imports the same storage client.

The 200 is a whole tick: check_release reads its state from the buckets, asks GitHub, and finds itself up to date.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from localcloud.deployment import functions_environment, read_deployment
from localcloud.endpoints import Endpoints
from localcloud.function_process import framework_command, free_port
from localcloud.processes import base_environment
from localcloud.servers import HOST
from tests.bench.commands import ROOT, Bench
from tests.bench.figures import Figures

_DEADLINE_S = 60.0
_POLL_S = 0.002
_CHECK = (ROOT / "functions" / "main.py", "check_release")
_HELLO = (Path(__file__).with_name("hello.py"), "hello")


def measure_cold_start(figures: Figures, running: Bench, pairs: int, release: str | None) -> None:
    """Measure pairs beside a localcloud that runs and is up to date; without a release a tick is asked for."""
    figures.tell(f"cold start of check_release and of a hello world, {pairs} pairs")
    state = running.state.resolve()
    deployment = read_deployment(ROOT, ("lewis-hamilton",))
    own = functions_environment(deployment, Endpoints(**running.described()["urls"]), state, None)
    environment = {**base_environment(state), **own}
    body = json.dumps({"release": release} if release else {}).encode()
    cold, floors = [], []
    for _ in range(1 + pairs):
        cold.append(_first_200_s(*_CHECK, environment, body))
        floors.append(_first_200_s(*_HELLO, environment, body))
    del cold[0], floors[0]  # they have read files into memory and written byte code
    figures.add("cold_start_s", cold, "s", "check_release from no process to its first 200, an up-to-date tick")
    figures.add("hello_world_s", floors, "s", "a hello world that imports google-cloud-storage, to its first 200")
    ratios = [start / floor for start, floor in zip(cold, floors, strict=True)]
    against = f"a hello world that imports google-cloud-storage, {statistics.median(floors):.2f} s; {pairs} pairs"
    figures.add("cold_start_ratio", ratios, "x", against, 1.1)


def _first_200_s(source: Path, target: str, environment: Mapping[str, str], body: bytes) -> float:
    """Start a function's process as localcloud does, call it until it answers, and end it."""
    port = free_port()
    command = framework_command(source, target, "http", port)
    with tempfile.TemporaryDirectory(prefix="bench-") as runtime_dir, tempfile.TemporaryFile() as printed:
        variables = {**environment, "FUNCTION_TARGET": target, "PORT": str(port), "XDG_RUNTIME_DIR": runtime_dir}
        began = time.monotonic()
        process = subprocess.Popen(command, env=variables, stdout=printed, stderr=printed, start_new_session=True)
        try:
            status, answer = _first_answer(port, body, began + _DEADLINE_S)
            seconds = time.monotonic() - began
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if status != 200:
            printed.seek(0)
            raise SystemExit(
                f"{target} answered {status}: {answer!r}\n{printed.read().decode(errors='replace')[-2000:]}"
            )
    return seconds


def _first_answer(port: int, body: bytes, deadline: float) -> tuple[int, bytes]:
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(HOST, port, timeout=_DEADLINE_S)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except ConnectionRefusedError:
            time.sleep(_POLL_S)
        finally:
            connection.close()
    return 0, b"no answer in time"
