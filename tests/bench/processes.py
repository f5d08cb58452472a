"""A process measured from outside: its wall time, and the processor time and memory of all that descends from it."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SAMPLE_S = 0.25
_GIB_KIB = 1024 * 1024
# The first that a command line holds; Java's names the script that it runs, too.
_ROLES = {
    "/bin/java ": "java",
    "pyspark.daemon": "workers",
    "process_release.py": "driver",
    "functions_framework": "functions",
    "-m transform": "transform",
}
_OTHER = "localcloud"


@dataclass(frozen=True, slots=True)
class Measured:
    """`cpu_s` and the peaks are of the whole tree, as samples saw them; 0 where nobody watched.

    Each role has had its peak at a moment of its own, so that their sum is more than `peak_gib`.
    """

    wall_s: float
    cpu_s: float = 0.0
    peak_gib: float = 0.0
    role_peaks_gib: Mapping[str, float] = field(default_factory=dict)


def measure_process(
    command: Sequence[str], environment: Mapping[str, str], name: str, *, is_watched: bool = False
) -> Measured:
    """Run a command to its end; to watch it costs a few percent of a core.

    Memory is proportional: what processes share is counted once.

    Raises:
        SystemExit: with its last words, if it fails.
    """
    began = time.monotonic()
    with subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        watcher = _Watcher(process.pid) if is_watched else None
        printed, _ = process.communicate()
        wall_s = time.monotonic() - began
        measured = watcher.stop(wall_s) if watcher else Measured(wall_s)
    if process.returncode != 0:
        raise SystemExit(f"{name} failed:\n{printed[-4000:]}")
    return measured


class _Watcher:
    """Samples the processes of a tree until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_kib = 0
        self._role_peaks_kib: Counter[str] = Counter()
        self._ticks: dict[int, int] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self, wall_s: float) -> Measured:
        self._is_over.set()
        self._thread.join()
        cpu_s = sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")
        role_peaks_gib = {role: peak / _GIB_KIB for role, peak in self._role_peaks_kib.items()}
        return Measured(wall_s, cpu_s, self._peak_kib / _GIB_KIB, role_peaks_gib)

    def _watch(self) -> None:
        while not self._is_over.wait(_SAMPLE_S):
            pids = descendants(self._pid)
            self._ticks.update({pid: ticks for pid in pids if (ticks := _cpu_ticks(pid))})
            by_role: Counter[str] = Counter()
            for pid in pids:
                by_role[role_of(named(pid))] += _pss_kib(pid)
            self._peak_kib = max(self._peak_kib, by_role.total())
            self._role_peaks_kib |= by_role  # the greater of both


def descendants(root: int) -> list[int]:
    """Return a process and all that descends from it, as far as it still lives."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        children.setdefault(_field(entry / "status", "PPid:"), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def role_of(command_line: str) -> str:
    """Tell what a process below `make run` is for."""
    return next((role for mark, role in _ROLES.items() if mark in command_line), _OTHER)


def named(pid: int) -> str:
    """Return a process's command line; nothing when it has gone."""
    return _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def resident_mib(pid: int) -> float:
    return _field(Path(f"/proc/{pid}/status"), "VmRSS:") / 1024


def _pss_kib(pid: int) -> int:
    return _field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _cpu_ticks(pid: int) -> int:
    """Return user and system time; the process's name before them may hold anything but is closed by a bracket."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def _field(path: Path, name: str) -> int:
    return next((int(line.split()[1]) for line in _read(path).splitlines() if line.startswith(name)), 0)


def _read(path: Path) -> str:
    """Read a /proc file; nothing when the process has gone."""
    try:
        return path.read_text()
    except OSError:
        return ""
