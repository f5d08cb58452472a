"""`make status`: every release, where it stands and what comes next."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from localcloud.cli.exits import Exit
from localcloud.cli.session import DEFAULT_DRIVERS, ROOT, Session, find_running, shown
from localcloud.cli.standing import Standing, StateDir, batch_lookup, standing_of
from localcloud.cli.tables import write_table
from pipeline.records import Pointer
from pipeline.state import World

_COLUMNS = ("release", "run", "state", "stage", "since", "next", "reason")


def status(arguments: argparse.Namespace) -> Exit:
    """Print the table; it is read from the files, so nothing needs to run."""
    running = find_running(arguments.state)
    world = _world(arguments.state, running, arguments.limits)
    lookup = batch_lookup(running)
    fence = StateDir.at(arguments.state).published_fence
    standings = [standing_of(world, version, fence, lookup) for version in sorted(world.zips)]
    where = shown(arguments.state)
    write_status(
        [standing for standing in standings if standing is not None],
        world,
        second_line=f"localcloud {_activity(running) if running else f'is down (state in {where})'}",
        no_release="no release is landed yet: `make run`",
        document={"pid": running.pid if running else None},
        as_json=arguments.json,
    )
    return Exit.DONE


def write_status(
    found: list[Standing], world: World, *, second_line: str, no_release: str, document: dict[str, Any], as_json: bool
) -> None:
    """Print where releases stand, here or in the cloud; `document` is what only one of them has to say in JSON."""
    if as_json:
        sys.stdout.write(json.dumps(_document(found, world.pointer, document)) + "\n")
        return
    sys.stdout.write(f"published  {_published(world.pointer, world.pointer_problem)}\n{second_line}\n\n")
    if found:
        write_table(_COLUMNS, [_row(standing) for standing in found])
        _write_findings(found)
    else:
        sys.stdout.write(f"{no_release}\n")


def _world(path: Path, running: Session | None, limits: Mapping[str, str]) -> World:
    """Read the state as the running deployment sees it, or as this checkout would with these limits."""
    state_dir = StateDir.at(path)
    if running is not None:
        return state_dir.world(running.code_digest, running.transform_digest)
    from localcloud.deployment import read_deployment

    pointer = state_dir.world("", "").pointer
    here = read_deployment(ROOT, pointer.drivers if pointer else DEFAULT_DRIVERS, limits)
    return state_dir.world(here.code_digest, here.transform_digest)


def _row(standing: Standing) -> tuple[str, ...]:
    since = f"{standing.since:%Y-%m-%d %H:%M:%S}" if standing.since else ""
    return (str(standing.version), standing.run, standing.state, standing.stage, since, standing.next, standing.reason)


def _write_findings(standings: list[Standing]) -> None:
    """Write what the batch found in each release, one line a finding, in the words of the log."""
    for standing in standings:
        if standing.findings:
            sys.stdout.write(f"\n{standing.version}: what the batch found\n")
            sys.stdout.writelines(f"  {told.severity:<8} {told.message}\n" for told in standing.findings)


def _published(pointer: Pointer | None, problem: str) -> str:
    if pointer is None:
        return f"nothing{f' ({problem})' if problem else ''}"
    held = f"; nothing up to {pointer.hold_above} replaces it by itself" if pointer.hold_above else ""
    sample = " (the bundled SAMPLE, no real release)" if pointer.is_sample else ""
    return f"{pointer.version}{sample} for {', '.join(pointer.drivers)} since {_utc(pointer.published_at)}{held}"


def _activity(running: Session) -> str:
    now = running.admin("/status")
    parts = [
        f"{now['events_queued']} events queued",
        f"{_count(now['batches_active'])} batches",
        f"{_count(now['executions_active'])} executions",
        f"next tick {now.get('next_tick_at_utc') or 'by hand'}",
    ]
    return f"is up, pid {running.pid}: {', '.join(parts)}"


def _count(active: int | list[str]) -> int:
    return len(active) if isinstance(active, list) else active


def _document(standings: list[Standing], pointer: Pointer | None, further: dict[str, Any]) -> dict[str, Any]:
    return {
        "published": pointer.to_json() if pointer else None,
        **further,
        "releases": [
            {
                "release": str(standing.version),
                "run": standing.run,
                "state": standing.state,
                "stage": standing.stage,
                "since_utc": _utc(standing.since) if standing.since else None,
                "next": standing.next,
                "reason": standing.reason,
                "findings": [str(told) for told in standing.findings],
                "is_final": standing.is_final,
            }
            for standing in standings
        ],
    }


def _utc(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
