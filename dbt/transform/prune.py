"""Parquet that nobody needs any more; manifests, findings, rejected rows and reports stay for ever."""

from __future__ import annotations

import re

from pipeline.objects import Run
from pipeline.records import Outcome, Pointer
from pipeline.state import World
from transform.publication import published_runs
from transform.work import Buckets

_PARQUET = re.compile(r"runs/([a-z0-9-]+)/([1-9]\d*)/[^/]+\.parquet")


def prune(world: World, buckets: Buckets) -> int:
    """Delete the Parquet of finished runs, save those of the pointer and of the run published before it.

    Returns the number of objects deleted. Runs without an outcome are left alone: they still wait for their transform.
    """
    if world.pointer is None:
        return 0
    finished = {str(run): run for run, found in world.runs.items() if found.outcome is not None}
    needed = _needed(world, world.pointer, list(finished.values()))
    deleted = 0
    for found in buckets.curated.list_objects("runs/"):
        match = _PARQUET.fullmatch(found.name)
        if match is None or match[1] not in finished:
            continue
        if needed.get(match[1]) != int(match[2]):
            buckets.curated.delete(found.name)
            deleted += 1
    return deleted


def _needed(world: World, pointer: Pointer, finished: list[Run]) -> dict[str, int]:
    """Return run → attempt whose Parquet is kept."""
    needed = {str(pointer.run): pointer.attempt}
    outcomes = []
    for run in finished:
        found = world.state.read_json(run.outcome)
        if found is not None:
            outcomes.append(Outcome.from_json(found[0]))
    attempts = {outcome.run: outcome.attempt for outcome in outcomes}
    before = next((run for run in published_runs(outcomes) if run != pointer.run), None)
    if before is not None and (attempt := attempts[before]) is not None:
        needed[str(before)] = attempt
    return needed
