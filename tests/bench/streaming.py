"""check_release streaming a large ZIP: memory above idle, and time against curl, fsync and SHA-256 in one pipe.

Each run has a localcloud, and so a function, of its own: a process that has streamed before keeps its heap, and the
second ZIP would seem to need no memory at all. Before each side the same amount of scratch is written and deleted, so
that neither pays for pages that the machine hands out for the first time, or for what the other left to be written.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.bench.commands import Bench
from tests.bench.figures import Figures
from tests.bench.processes import descendants, named, resident_mib

PIPE = """set -euo pipefail
mkfifo "$2.pipe"
sha256sum <"$2.pipe" >"$2.sha256" & hashing=$!
curl -sSfL "$1" | tee "$2.pipe" | dd of="$2" bs=1M conv=fsync status=none
wait "$hashing"
"""
_VERSION, _SMALL = "2026.1.0", "2026.2.0"
_BLOCK = 1024 * 1024
_SAMPLE_S = 0.02


def measure_streaming(figures: Figures, place: Path, mib: int, runs: int) -> None:
    place.mkdir(parents=True)
    large = place / "large.zip"
    _write_zip(large, mib)
    streamed, floors, grown = [], [], []
    for number in range(runs):
        figures.tell(f"streaming {mib} MiB, run {number + 1} of {runs}")
        stream_s, floor_s, mib_above_idle = _run(place / str(number), large, mib, is_floor_first=number % 2 == 1)
        streamed.append(stream_s)
        floors.append(floor_s)
        grown.append(mib_above_idle)
    ratios = [stream / floor for stream, floor in zip(streamed, floors, strict=True)]
    figures.add("stream_s", streamed, "s", f"check_release's answer to the trigger, {mib} MiB landed")
    figures.add("stream_floor_s", floors, "s", "curl, fsync and sha256 in one pipe, of the same")
    figures.add("stream_ratio", ratios, "x", f"curl, fsync and sha256 of {mib} MiB in one pipe", 1.4)
    figures.add("stream_memory_mib", grown, "MiB", "the function's idle resident memory", 40)


def _run(place: Path, large: Path, mib: int, *, is_floor_first: bool) -> tuple[float, float, float]:
    bench = Bench(place / "state")
    github = place / "github"
    github.mkdir(parents=True)
    bench.state.mkdir()
    _write_zip(github / f"f1db-csv-{_SMALL}.zip", 1)
    # No event is delivered: Spark would share the machine with what is measured.
    (bench.state / "events-switches.json").write_text(json.dumps({"drop": 1_000_000}))
    bench.make("up", GITHUB=github)
    try:
        bench.await_landed(_SMALL)  # by the first tick, which must not find the large one; it warms the function
        (github / f"f1db-csv-{_VERSION}.zip").hardlink_to(large)
        bench.trigger(RELEASE=_VERSION, DRY_RUN=1)  # GitHub knows its digest now
        url = f"{bench.described()['urls']['github']}/f1db/f1db/releases/download/v{_VERSION}/f1db-csv.zip"
        floor_s = _floor_s(url, place, mib) if is_floor_first else None
        _settle(place, mib)
        watcher = _MemoryWatcher(bench.described()["pid"])
        stream_s = _seconds(lambda: bench.trigger(RELEASE=_VERSION))
        grown = watcher.stop()
        landed = [path.stat().st_size for path in bench.state.glob(f"gcs/landing/releases/{_VERSION}/*/f1db-csv.zip")]
        if landed != [large.stat().st_size]:
            raise SystemExit(f"{large.stat().st_size} bytes were streamed, {landed} landed")
        return stream_s, _floor_s(url, place, mib) if floor_s is None else floor_s, grown
    finally:
        bench.make("down")
        shutil.rmtree(place)


def _floor_s(url: str, place: Path, mib: int) -> float:
    target = place / "floor.zip"
    _settle(place, mib)
    seconds = _seconds(lambda: subprocess.run(["bash", "-c", PIPE, "floor", url, str(target)], check=True))
    if target.stat().st_size <= mib * _BLOCK:
        raise SystemExit(f"curl wrote {target.stat().st_size} bytes only")
    return seconds


def _settle(place: Path, mib: int) -> None:
    scratch = place / "scratch"
    block = bytes(_BLOCK)
    with scratch.open("wb") as stream:
        for _ in range(2 * mib):
            stream.write(block)
        os.fsync(stream.fileno())
    os.sync()
    scratch.unlink()


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _write_zip(path: Path, mib: int) -> None:
    """Write a ZIP of one stored member of random bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive, archive.open("random.bin", "w") as member:
        for _ in range(mib):
            member.write(os.urandom(_BLOCK))


class _MemoryWatcher:
    """Samples the resident memory of check_release's processes until it is stopped."""

    def __init__(self, localcloud_pid: int) -> None:
        self._pids = [pid for pid in descendants(localcloud_pid)[1:] if "check_release" in named(pid)]
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
        while not self._is_over.wait(_SAMPLE_S):
            self._peak = max(self._peak, self._resident_mib())

    def _resident_mib(self) -> float:
        return sum(map(resident_mib, self._pids))
