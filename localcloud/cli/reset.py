"""`make reset`: deletes the state, and nothing that is not state."""

from __future__ import annotations

import argparse
import shutil
import sys

from localcloud.cli.exits import Exit, UsageError
from localcloud.cli.session import RECORD, find_running, shown

_MARKS = (RECORD, "gcs", "logs", "github", "warehouse.duckdb")


def reset(arguments: argparse.Namespace) -> Exit:
    """Delete the state directory after asking; --yes answers beforehand."""
    state_dir = arguments.state
    if not state_dir.exists():
        sys.stdout.write(f"there is no state in {shown(state_dir)}\n")
        return Exit.DONE
    if not state_dir.is_dir() or (any(state_dir.iterdir()) and not any((state_dir / mark).exists() for mark in _MARKS)):
        raise UsageError(f"{shown(state_dir)} does not look like a state of localcloud: delete it yourself")
    running = find_running(state_dir)
    if running is not None:
        raise UsageError(f"localcloud (pid {running.pid}) runs on {shown(state_dir)}: `make down` first")
    if not arguments.yes and not _agrees(shown(state_dir)):
        sys.stdout.write("nothing was deleted\n")
        return Exit.FAILED
    shutil.rmtree(state_dir)
    sys.stdout.write(f"{shown(state_dir)} is deleted\n")
    return Exit.DONE


def _agrees(place: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(f"nobody is there to ask whether to delete {place}: YES=1 says so")
    sys.stdout.write(f"Delete {place} with every release, run and the published warehouse? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
