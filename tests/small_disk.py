"""A disk with little room, for tests of what happens when there is none: a tmpfs, where this user may mount one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size_kib: int) -> Iterator[Path]:
    """Mount a disk of that size on a new folder, and take it away again."""
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, leave_kib: int) -> Path:
    """Take the room of a disk but for some of it; return the file that holds it."""
    found, filler = os.statvfs(disk), disk / "filler"
    with filler.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, found.f_bavail * found.f_frsize - leave_kib * 1024)
    return filler


@contextmanager
def full_folder(folder: Path) -> Iterator[None]:
    """Put a full disk over a folder for a while: files that are open there stay, new ones find no room."""
    with small_disk(folder, 4):
        (folder / "filler").write_bytes(b"x" * 4096)
        yield
