"""Parquet that nobody needs any more; manifests, findings, rejected rows and reports stay for ever."""

from __future__ import annotations

import re

from pipeline.records import Outcome, Pointer
from pipeline.state import World
from transform.history.releases import read_outcomes, sound_releases
from transform.publication import published_runs
from transform.work import Buckets

_PARQUET = re.compile(r"runs/([a-z0-9-]+)/([1-9]\d*)/[^/]+\.parquet")


def prune(world: World, buckets: Buckets) -> int:
    """Delete the Parquet of finished runs that neither a publication nor a comparison needs.

    Kept are the pointer's, that of the run published before it, and of each sound release that of the run that stands
    for it: whatever comes or is backfilled next is compared with its neighbours. Returns the number of objects deleted.
    Runs without an outcome are left alone: they still wait for their transform.
    """
    if world.pointer is None:
        return 0
    outcomes = read_outcomes(world)
    finished = {str(outcome.run) for outcome in outcomes}
    needed = _needed(world.pointer, outcomes)
    deleted = 0
    for found in buckets.curated.list_objects("runs/"):
        match = _PARQUET.fullmatch(found.name)
        if match is None or match[1] not in finished:
            continue
        if needed.get(match[1]) != int(match[2]):
            buckets.curated.delete(found.name)
            deleted += 1
    return deleted


def _needed(pointer: Pointer, outcomes: list[Outcome]) -> dict[str, int]:
    """Return run → attempt whose Parquet is kept."""
    needed = {str(release.run): release.attempt for release in sound_releases(outcomes)}
    attempts = {outcome.run: outcome.attempt for outcome in outcomes}
    before = next((run for run in published_runs(outcomes) if run != pointer.run), None)
    if before is not None and (attempt := attempts[before]) is not None:
        needed[str(before)] = attempt
    return {**needed, str(pointer.run): pointer.attempt}
