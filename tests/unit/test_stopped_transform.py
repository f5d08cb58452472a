"""A transform stopped or killed before each of its calls in turn, over the model: whoever comes next ends it well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.releases import parse_version
from tests.model.programs import Program
from tests.unit.test_state_machine import NOBODYS_CLOCK_IS_WRONG, Pipeline

OLD, NEW = parse_version("2026.1.0"), parse_version("2026.2.0")
EVERY_CALL = range(1, 200)


def stopped_at(pipeline: Pipeline, calls: int) -> Program | None:
    """Publish a release, process a second one, and let its transform make so many calls; None when it needs fewer."""
    pipeline.begin(published=1, unsound=set())
    pipeline.cloud.github.offered[NEW] = 0
    pipeline.cloud.check(NOBODYS_CLOCK_IS_WRONG).finish()
    pipeline.let_settle(transforms_go=calls)
    for transform in pipeline.transforms():
        transform.is_stopped = True
        return transform
    return None


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "stopped"])
def test_a_release_is_published_once_when_its_transform_stands_still_at_each_call(is_killed: bool) -> None:
    deaths = 0
    for calls in EVERY_CALL:
        pipeline = Pipeline()
        first = stopped_at(pipeline, calls)
        try:
            if first is None:
                assert calls > 60, "each call was tried"
                assert (deaths > 10) == is_killed, "a death is a fault of what was worked on"
                return
            if is_killed:
                first.kill()
            else:
                pipeline.cloud.clock += timedelta(minutes=25)  # past the lease
            pipeline.everything_goes_well()
            first.finish()
            pipeline.everything_goes_well()
            deaths += is_published_once(pipeline, may_die=is_killed)
        finally:
            pipeline.teardown()
    raise AssertionError("it never came to its end")


def is_published_once(pipeline: Pipeline, *, may_die: bool) -> int:
    """Hold the second release to have been published once; return how many deaths were told of it."""
    cloud, world = pipeline.cloud, pipeline.cloud.world()
    assert cloud.pointers[0][0].version == OLD
    assert world.pointer is not None
    assert world.pointer.version == NEW
    assert cloud.warehouse.published == (world.pointer.run, world.pointer.fence)
    assert len(cloud.dataproc.batches) == 2
    deaths = {run.version: len(found.transforms) for run, found in world.runs.items()}
    assert deaths[OLD] == 0
    assert deaths[NEW] <= int(may_die), "a lost lease is no fault"
    assert [run for run, found in world.runs.items() if found.outcome is None] == []
    return deaths[NEW]
