"""A process measured from outside: its wall time, and the memory of all that descends from it."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_SAMPLE_S = 0.25
_GIB_KIB = 1024 * 1024


def measure_process(
    command: Sequence[str], environment: Mapping[str, str], name: str, *, is_watched: bool = False
) -> tuple[float, float]:
    """Run a command to its end; return its wall time in seconds and, if watched, its tree's peak memory in GiB.

    Memory is proportional: what processes share is counted once. To watch costs a few percent of a core.

    Raises:
        SystemExit: with its last words, if it fails.
    """
    began = time.monotonic()
    with subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        watcher = TreeMemory(process.pid) if is_watched else None
        printed, _ = process.communicate()
        wall_s = time.monotonic() - began
        peak_gib = watcher.stop() if watcher else 0.0
    if process.returncode != 0:
        raise SystemExit(f"{name} failed:\n{printed[-4000:]}")
    return wall_s, peak_gib


class TreeMemory:
    """Samples the proportional memory of a process and its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_kib = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Return the peak in GiB."""
        self._is_over.set()
        self._thread.join()
        return self._peak_kib / _GIB_KIB

    def _watch(self) -> None:
        while not self._is_over.wait(_SAMPLE_S):
            self._peak_kib = max(self._peak_kib, sum(map(_pss_kib, descendants(self._pid))))


def descendants(root: int) -> list[int]:
    """Return a process and all that descends from it, as far as it still lives."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        children.setdefault(_field(entry / "status", "PPid:"), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def _pss_kib(pid: int) -> int:
    return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _field(path: Path, name: str) -> int:
    """Read a number of a /proc file; 0 when the process has gone."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
