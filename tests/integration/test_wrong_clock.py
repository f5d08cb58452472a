"""Processes whose system clock is ten minutes wrong, by libfaketime: the lease goes by the bucket's clock alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.transform_world import TransformWorld, outcome_lines, run_endpoint, start_transform, storage
from transform import lease

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

SKEW = timedelta(minutes=10)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TransformWorld]:
    with storage(tmp_path / "gcs"):
        made = TransformWorld(tmp_path)
        made.add_run("2026.11.0", {})  # whoever gets the lease finds out that there is nothing in it
        yield made


def clock(skew: timedelta) -> dict[str, str]:
    """Return the environment in which a process has a wrong clock; time still passes for it as for everybody."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed (Debian: apt-get install libfaketime)")
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME": f"{skew.total_seconds():+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def run_with(world: TransformWorld, environment: Mapping[str, str]) -> list[tuple[str, int]]:
    """Run the job as a process that finds every other execution alive; return its outcomes, with its exit status."""
    with run_endpoint(set()) as endpoint:
        made = start_transform(world.environment(CLOUD_RUN_EXECUTION="transform-wrong", **endpoint, **environment))
        output, _ = made.communicate(timeout=120)
    return [(line["outcome"], made.returncode) for line in outcome_lines(output)]


def test_a_process_has_a_wrong_clock_when_it_is_started_so() -> None:
    code = "from datetime import UTC, datetime; print(datetime.now(UTC).isoformat())"
    told = subprocess.run([sys.executable, "-c", code], env=clock(-SKEW), capture_output=True, text=True, check=True)
    off = datetime.now(UTC) - datetime.fromisoformat(told.stdout.strip())
    assert timedelta(minutes=9) < off < timedelta(minutes=11)


def test_a_living_holder_is_left_alone_when_its_lease_is_over_by_a_wrong_clock(world: TransformWorld) -> None:
    held = lease.take(world.state, "transform-alive", 300, fence_floor=0, has_ended=lambda _: False)

    assert run_with(world, clock(SKEW)) == [("lease_held", 0)]

    assert lease.is_ours(world.state, held)


def test_a_lease_that_is_over_is_taken_when_it_is_from_the_future_by_a_wrong_clock(world: TransformWorld) -> None:
    lost = lease.take(world.state, "transform-silent", 0, fence_floor=0, has_ended=lambda _: False)

    assert run_with(world, clock(-SKEW)) == [("fault", 1)]

    assert not lease.is_ours(world.state, lost)
    assert world.document("lease.json") == {"format": 1, "holder": None, "fence": 2, "ttl_s": 1200}
