"""A state directory on a disk that fills up: each command says so, the published release stays, and room mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.small_disk import fill, small_disk
from tests.system.conftest import Machine

pytestmark = pytest.mark.chaos
OLD, NEW = "2026.10.0", "2026.11.0"
# In KiB: not enough for the ZIP, for the batch's work and Parquet, for the warehouse.
ROOM = (300, 1300, 2300)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with small_disk(tmp_path / "disk", 100 * 1024) as disk:
        made = Machine(disk / "state")
        made.github = tmp_path / "github"  # another disk
        made.github.mkdir()
        try:
            yield made
        finally:
            made.clean_up()


def fail_for_want_of_room(machine: Machine, before: dict[str, Any]) -> None:
    """`make run` says in words what is wrong, and what was published stays."""
    done = machine.make("run", JSON=1, GITHUB=machine.github)
    told = done.stdout + done.stderr
    assert done.returncode == 1, told
    assert "no space left on device" in told.lower(), told
    assert "Traceback" not in done.stderr
    assert machine.pointer() == before
    assert machine.query("select release from lewis_hamilton.mart_career") == [[OLD]]


def test_the_published_release_stays_and_room_is_all_it_needs_when_the_disk_fills_up(
    machine: Machine, release: Callable[[int], bytes]
) -> None:
    machine.offer(OLD, release(1))
    assert machine.run(GITHUB=machine.github)["state"] == "published"
    before = machine.pointer()
    machine.offer(NEW, release(2))
    for leave_kib in ROOM:
        filler = fill(machine.state.parent, leave_kib)
        fail_for_want_of_room(machine, before)
        filler.unlink()
    batches = machine.objects(f"state/runs/{NEW}/*/batch-*.json")
    assert len(batches) >= 2, "a batch was among what failed"
    # More than three failures in a day are not tried again by themselves.
    assert machine.run(RELEASE=NEW, FORCE=1, GITHUB=machine.github)["state"] == "published"
    assert machine.pointer()["version"] == NEW
    assert machine.outcomes() == {OLD: ["published"], NEW: ["published"]}


@pytest.mark.parametrize(
    ("room_kib", "has_started"), [(8, False), (40, True)], ids=["no room for Spark's start", "no room for its work"]
)
def test_the_published_release_stays_when_the_disk_of_sparks_own_files_is_full(
    machine_with_a_release: Machine, release: Callable[[int], bytes], room_kib: int, has_started: bool
) -> None:
    """The batch shuffles nothing, so Spark has nothing to spill: its local directory has code and broadcasts."""
    machine = machine_with_a_release
    before = machine.pointer()
    machine.offer(NEW, release(2))
    with small_disk(machine.state / "spark", room_kib):
        fail_for_want_of_room(machine, before)
        machine.make("down")
    assert (machine.logged("batch", f'"release": "{NEW}"') > 1) is has_started
    assert machine.objects(f"state/runs/{NEW}/*/manifest.json") == []
    assert machine.run(GITHUB=machine.github)["state"] == "published"
    assert machine.outcomes() == {OLD: ["published"], NEW: ["published"]}
