"""check_release streaming a large ZIP: memory above idle, and time against curl, fsync and SHA-256 in one pipe."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import zipfile
from pathlib import Path

from tests.bench.commands import Bench
from tests.bench.figures import Figures

_PIPE = 'set -o pipefail; curl -sSfL "$1" | tee >(sha256sum >"$2.sha256") | dd of="$2" bs=1M conv=fsync status=none'


def measure_streaming(figures: Figures, place: Path, mib: int, runs: int) -> None:
    bench = Bench(place / "state")
    github = place / "github"
    github.mkdir(parents=True)
    bench.state.mkdir()
    # No event is delivered: Spark would share the machine with what is measured.
    (bench.state / "events-switches.json").write_text(json.dumps({"drop": 1_000_000}))
    bench.make("up", GITHUB=github)
    ratios, grown = [], []
    try:
        for number in range(1, runs + 1):
            version = f"2026.{number}.0"
            _write_zip(github / f"f1db-csv-{version}.zip", mib)
            bench.trigger(RELEASE=version, DRY_RUN=1)  # warm: the digest is known, the function is up
            watcher = _MemoryWatcher(bench.described()["pid"])
            began = time.monotonic()
            bench.trigger(RELEASE=version)
            streamed_s = time.monotonic() - began
            grown.append(watcher.stop())
            ratios.append(streamed_s / _curl_s(bench, version, place / "floor.zip"))
    finally:
        bench.make("down")
    figures.add("stream_ratio", ratios, "x", f"curl, fsync and sha256 of {mib} MiB in one pipe", 1.4)
    figures.add("stream_memory_mib", grown, "MiB", "the function's idle resident memory", 40)


def _write_zip(path: Path, mib: int) -> None:
    """Write a ZIP of one stored member of random bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive, archive.open("random.bin", "w") as member:
        for _ in range(mib):
            member.write(os.urandom(1024 * 1024))


def _curl_s(bench: Bench, version: str, target: Path) -> float:
    url = f"{bench.described()['urls']['github']}/f1db/f1db/releases/download/v{version}/f1db-csv.zip"
    began = time.monotonic()
    subprocess.run(["bash", "-c", _PIPE, "floor", url, str(target)], check=True)
    return time.monotonic() - began


class _MemoryWatcher:
    """Samples the resident memory of check_release's processes until it is stopped."""

    def __init__(self, localcloud_pid: int) -> None:
        self._pids = _check_release_pids(localcloud_pid)
        if not self._pids:
            raise SystemExit("no check_release process below localcloud")
        self._idle = self._peak = self._resident_mib()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Return the peak above idle in MiB."""
        self._is_over.set()
        self._thread.join()
        return self._peak - self._idle

    def _watch(self) -> None:
        while not self._is_over.wait(0.02):
            self._peak = max(self._peak, self._resident_mib())

    def _resident_mib(self) -> float:
        return sum(_status_kib(pid, "VmRSS") for pid in self._pids) / 1024


def _check_release_pids(localcloud_pid: int) -> list[int]:
    parents = {int(entry.name): _status_kib(int(entry.name), "PPid") for entry in Path("/proc").glob("[0-9]*")}
    below = []
    for pid in parents:
        ancestor = pid
        while ancestor in parents and ancestor != localcloud_pid:
            ancestor = parents[ancestor]
        if ancestor == localcloud_pid and pid != localcloud_pid and b"check_release" in _command_line(pid):
            below.append(pid)
    return below


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _status_kib(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
