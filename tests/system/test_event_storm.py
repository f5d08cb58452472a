"""Storms on the whole chain: events tenfold, reordered, dropped; eight schedulers; a release that overtakes another."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.system.conftest import Machine
from tests.system.test_hands_off import curl, token

pytestmark = pytest.mark.chaos
FIRST, OLD, NEW = "2026.9.1", "2026.10.0", "2026.11.0"
STAGES = {
    "landed": "landing/releases/*/*/f1db-csv.zip",
    "batch": "state/runs/*/*/batch-1.json",
    "writing": "curated/runs/*/*/races.parquet",
    "processed": "state/runs/*/*/manifest.json",
    "transform": "state/lease.json",
}
HEADLINES = "select release, count(*) from f1db.release_headlines where metric = 'race_wins' group by 1 order by 1"


def disturb(machine: Machine, **switches: object) -> None:
    machine.state.mkdir(parents=True, exist_ok=True)
    (machine.state / "events-switches.json").write_text(json.dumps(switches))


def batches(machine: Machine) -> dict[str, int]:
    """Count the batches by release, as Dataproc's stand-in knows them."""
    found: dict[str, int] = {}
    for path in machine.state.glob("dataproc/*.json"):
        release = json.loads(path.read_text())["labels"]["release"]
        found[release] = found.get(release, 0) + 1
    return found


def is_settled(machine: Machine, *versions: str) -> bool:
    return set(machine.outcomes()) == set(versions) and all(len(found) == 1 for found in machine.outcomes().values())


def test_two_releases_are_published_once_each_when_events_and_schedulers_storm(
    machine: Machine, release: Callable[[int], bytes]
) -> None:
    machine.offer(FIRST, release(1))
    assert machine.run(GITHUB=machine.github)["state"] == "published"
    disturb(machine, duplicate=9, reorder=True)
    machine.up(GITHUB=machine.github)
    url, bearer = machine.localcloud()["urls"]["check_release"], f"Authorization: Bearer {token(machine)}"
    machine.offer(OLD, release(2))
    machine.offer(NEW, release(3))

    def tick(_: int) -> int:
        return curl("-X", "POST", "-H", bearer, url)[0]

    with ThreadPoolExecutor(8) as eight:
        assert list(eight.map(tick, range(8))) == [200] * 8
        machine.wait_until(lambda: len(machine.objects("state/runs/*/*/manifest.json")) >= 2, "a manifest")
        assert list(eight.map(tick, range(8))) == [200] * 8
        machine.wait_for_published(NEW)
        machine.wait_until(lambda: is_settled(machine, FIRST, OLD, NEW), "one outcome a release")
        assert list(eight.map(tick, range(8))) == [200] * 8
    assert batches(machine) == {"2026-9-1": 1, "2026-10-0": 1, "2026-11-0": 1}
    assert (machine.outcomes()[FIRST], machine.outcomes()[NEW]) == (["published"], ["published"])
    published = sorted(version for version, ends in machine.outcomes().items() if ends == ["published"])
    assert [release for release, count in machine.query(HEADLINES) if count == "1"] == published
    assert machine.query("select count(*) from lewis_hamilton.mart_career") == [["1"]]
    assert list(machine.state.glob("warehouse.duckdb.fence-*")) == []


def test_a_release_is_published_by_ticks_alone_when_no_event_ever_comes(
    machine: Machine, release: Callable[[int], bytes]
) -> None:
    disturb(machine, drop=1000)
    machine.offer(NEW, release(1))
    machine.up(GITHUB=machine.github, TICK_S=3)
    machine.wait_for_published(NEW)
    machine.wait_until(lambda: is_settled(machine, NEW), "its outcome")
    assert batches(machine) == {"2026-11-0": 1}


@pytest.mark.parametrize("stage", STAGES)
def test_each_has_one_outcome_when_a_newer_release_comes_at_each_stage_of_an_older_one(
    machine: Machine, release: Callable[[int], bytes], stage: str
) -> None:
    machine.offer(OLD, release(1))
    machine.up(GITHUB=machine.github, TICK_S=3)
    machine.wait_until(lambda: bool(machine.objects(STAGES[stage])), f"the stage {stage}")
    machine.offer(NEW, release(2))
    assert machine.pointer()["version"] is None, "too late to prove anything"
    machine.wait_for_published(NEW)
    machine.wait_until(lambda: is_settled(machine, OLD, NEW), "one outcome a release")
    ticks = machine.logged("scheduler", "tick")
    machine.wait_until(lambda: machine.logged("scheduler", "tick") >= ticks + 2, "two more ticks")
    assert machine.pointer()["version"] == NEW
    assert machine.outcomes()[NEW] == ["published"]
    assert machine.outcomes()[OLD] in (["published"], ["superseded"])
    assert batches(machine) == {"2026-10-0": 1, "2026-11-0": 1}
