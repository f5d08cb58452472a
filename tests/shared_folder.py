"""What several test files go on from, made once for all workers: each copies it or only reads it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def shared_folder(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return this run's folder of that name, which the first worker that asks fills with `make`; others wait for it.

    It is made under another name, so that what fails half-way is made anew by the next who asks.
    """
    base = factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    root.mkdir(exist_ok=True)
    folder = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            arriving = factory.mktemp(name)
            make(arriving)
            arriving.rename(folder)
    return folder
