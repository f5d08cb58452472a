"""The whole job on the real release's tables: what it publishes, what it refuses, what a crash leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.clients.storage import Bucket
from tests.integration.transform_world import (
    ROOT,
    ZIP,
    TransformWorld,
    outcome_lines,
    real_tables,
    run_endpoint,
    storage,
    with_value,
)
from transform import lease
from transform.errors import LeaseLostError
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import Stamp

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    # dbt's own dependencies warn; ours must not
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

OLD, NEW, NEWER = "2026.10.0", "2026.11.0", "2026.12.0"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TransformWorld]:
    with storage(tmp_path / "gcs"):
        yield TransformWorld(tmp_path)


def poisoned(column: str, value: Any) -> dict[str, Any]:
    """The real tables with one total of Hamilton's changed."""
    tables = dict(real_tables())
    tables["drivers"] = with_value(tables["drivers"], {"id": "lewis-hamilton"}, column, value)
    return tables


def parquet(world: TransformWorld) -> set[str]:
    """Name the runs whose tables are there; findings stay for ever."""
    names = [found.name for found in world.curated.list_objects("runs/")]
    return {name.split("/")[1] for name in names if name.endswith(".parquet") and "/findings/" not in name}


def test_a_release_is_published_when_its_manifest_waits(
    world: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    run = world.add_run(NEW, real_tables())

    assert world.transform() == 0

    career = world.query(
        "select release, race_wins, championships, pole_positions, podiums, race_starts, points_total::varchar, "
        "first_win_date::varchar, last_win_date::varchar from lewis_hamilton.mart_career"
    )
    assert career == [(NEW, 106, 7, 104, 207, 391, "5187.50", "2007-06-10", "2026-06-14")]
    [(raw_tables,)] = world.query("select count(*) from duckdb_tables() where schema_name = 'f1db_raw'")
    assert raw_tables == 47
    pointer = world.pointer()
    assert (pointer["version"], pointer["run"], pointer["fence"], pointer["hold_above"]) == (NEW, str(run), 1, None)
    assert pointer["headlines"]["lewis-hamilton"]["race_wins"] == 106
    assert pointer["datasets"] == ["f1db_raw", "f1db", "lewis_hamilton"]
    assert world.curated.find(pointer["report"].removeprefix(f"gs://{world.curated.name}/")) is not None
    outcome = world.document(run.outcome)
    assert (outcome["outcome"], outcome["fence"], outcome["attempt"]) == ("published", 1, 1)
    assert world.document("lease.json")["holder"] is None
    assert sorted(path.name for path in world.folder.glob("warehouse*")) == [
        "warehouse.duckdb",
        "warehouse.duckdb.control.json",
        "warehouse.duckdb.lock",
    ]
    assert [line["outcome"] for line in outcome_lines(capsys.readouterr().out)] == ["published"]

    assert world.transform() == 0
    assert [line["outcome"] for line in outcome_lines(capsys.readouterr().out)] == ["nothing_to_do"]
    assert world.pointer() == pointer


def test_releases_are_published_in_version_order_and_keep_their_parquet_when_three_wait(
    world: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [world.add_run(version, real_tables()) for version in (NEWER, OLD, NEW)]

    assert world.transform() == 0

    lines = outcome_lines(capsys.readouterr().out)
    assert [(line["release"], line["outcome"]) for line in lines] == [
        (OLD, "published"), (NEW, "published"), (NEWER, "published"),
    ]  # fmt: skip
    assert world.pointer()["version"] == NEWER
    assert parquet(world) == {str(run) for run in runs}, "each may be compared with the next that comes"


def test_parquet_is_deleted_when_two_newer_runs_stand_for_the_same_release(world: TransformWorld) -> None:
    runs = [world.add_run(NEW, real_tables())]
    world.transform()
    for _ in range(2):
        runs.append(world.add_run(NEW, real_tables(), request={"force": True}))
        world.transform()

    assert parquet(world) == {str(runs[1]), str(runs[2])}, "the pointer's and that of the run before it"
    assert world.document(runs[0].manifest)["status"] == "processed"


def test_the_published_release_stays_when_totals_do_not_reconcile(
    world: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.add_run(OLD, real_tables())
    assert world.transform() == 0
    before = world.pointer()
    run = world.add_run(NEW, poisoned("totalRaceWins", 107))
    capsys.readouterr()

    assert world.transform() == 0

    [line] = outcome_lines(capsys.readouterr().out)
    assert (line["severity"], line["outcome"], line["error_code"]) == ("ERROR", "refused", "transform_refused")
    record = world.document(run.transform(1))
    assert (record["kind"], record["code"]) == ("refusal", "tests_failed")
    assert record["reason"] == (
        "failed: totals_reconcile_with_f1db: entity=driver, entity_id=lewis-hamilton, metric=total_race_wins, "
        "ours=106.00, f1db=107.00, difference=-1.00"
    )
    [row] = record["details"]
    assert (row["entity_id"], row["metric"], row["ours"], row["f1db"]) == (
        "lewis-hamilton", "total_race_wins", "106.00", "107.00",
    )  # fmt: skip
    assert world.state.read_json(run.outcome) is None
    assert world.pointer() == before
    assert world.query("select release from lewis_hamilton.mart_career") == [(OLD,)]

    assert world.transform() == 0  # refused under this digest: not tried again
    assert len(world.state.list_objects(f"{run.prefix}transform-")) == 1


def test_a_fault_is_recorded_and_tried_again_when_parquet_is_missing(
    world: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    run = world.add_run(NEW, real_tables())
    world.curated.delete(f"{run.curated_prefix(1)}races.parquet")

    assert [world.transform() for _ in range(4)] == [1, 1, 1, 0]

    lines = outcome_lines(capsys.readouterr().out)
    assert [line["outcome"] for line in lines] == ["fault", "fault", "fault", "nothing_to_do"]
    assert [world.document(run.transform(number))["code"] for number in (1, 2, 3)] == ["parquet_missing"] * 3
    assert not world.warehouse.exists()
    assert world.document("lease.json") == {"format": 1, "holder": None, "fence": 3, "ttl_s": 1200}


def test_an_unknown_driver_is_refused_with_the_nearest_when_asked_for(world: TransformWorld) -> None:
    run = world.add_run(NEW, real_tables())

    assert world.transform(DRIVERS="luis-hamilton") == 0

    record = world.document(run.transform(1))
    assert (record["kind"], record["code"]) == ("refusal", "unknown_driver")
    assert record["details"][0]["nearest"][0] == "lewis-hamilton"


def test_the_same_parquet_serves_when_drivers_change_or_the_pointer_is_lost(world: TransformWorld) -> None:
    run = world.add_run(NEW, real_tables())
    world.transform()
    outcome = world.document(run.outcome)

    assert world.transform(TRANSFORM_DIGEST="e" * 64, DRIVERS="max-verstappen,nino-farina") == 0

    assert world.query("select driver_id from max_verstappen.mart_career") == [("max-verstappen",)]
    assert world.query("select podiums, race_wins + second_places + third_places from nino_farina.mart_career") == [
        (19, 20)
    ]
    assert (world.pointer()["fence"], world.pointer()["transform_digest"]) == (2, "e" * 64)
    assert sorted(world.pointer()["headlines"]) == ["max-verstappen", "nino-farina"]

    world.state.delete("published.json")
    assert world.transform() == 0
    assert (world.pointer()["fence"], world.pointer()["version"], world.pointer()["run"]) == (3, NEW, str(run))
    assert world.document(run.outcome) == outcome


def test_a_rollback_holds_until_something_newer_comes_when_it_was_asked_for(world: TransformWorld) -> None:
    world.add_run(OLD, real_tables())
    world.add_run(NEW, real_tables())
    world.transform()
    back = world.add_run(OLD, real_tables(), request={"rollback": True})

    assert world.transform() == 0
    assert (world.pointer()["version"], world.pointer()["run"]) == (OLD, str(back))
    assert world.pointer()["hold_above"] == NEW

    assert world.transform() == 0
    assert world.pointer()["version"] == OLD

    world.add_run(NEWER, real_tables())
    assert world.transform() == 0
    assert (world.pointer()["version"], world.pointer()["hold_above"]) == (NEWER, None)


def test_a_backfill_is_tested_and_does_not_replace_the_release_when_it_was_asked_for(world: TransformWorld) -> None:
    world.add_run(NEW, real_tables())
    world.transform()
    before = world.pointer()
    run = world.add_run(OLD, real_tables(), request={"force": True, "backfill": True})

    assert world.transform() == 0

    assert world.document(run.outcome)["outcome"] == "backfilled"
    after = world.pointer()
    assert (after["version"], after["run"], after["hold_above"]) == (NEW, before["run"], None)
    assert after["fence"] == before["fence"] + 2, "published again, with the backfilled release in its history"
    assert world.query("select release from lewis_hamilton.mart_career") == [(NEW,)]


@pytest.mark.parametrize("step", ["build", "publish", "report"])
def test_the_next_execution_finishes_when_one_is_killed(world: TransformWorld, step: str) -> None:
    world.add_run(OLD, real_tables())
    world.transform()
    run = world.add_run(NEW, real_tables())

    with run_endpoint({"transform-killed"}) as endpoint:
        environment = world.environment(CLOUD_RUN_EXECUTION="transform-killed", **endpoint)
        _kill_at(step, environment)
        assert world.document("lease.json")["holder"] == "transform-killed"
        assert world.pointer()["version"] == OLD
        assert world.query("select count(*) from lewis_hamilton.mart_career") == [(1,)]
        # Once the warehouse is published nobody may come to tidy up: the rest needs no transform.
        assert bool(list(world.folder.glob("*.fence-*"))) == (step != "report")

        finished = _start(world.environment(CLOUD_RUN_EXECUTION="transform-next", **endpoint))
        output, _ = finished.communicate(timeout=120)

    assert finished.returncode == 0, output
    assert (world.pointer()["version"], world.pointer()["fence"]) == (NEW, 3)
    assert world.document(run.outcome)["fence"] == 3
    assert world.query("select release, race_wins from lewis_hamilton.mart_career") == [(NEW, 106)]
    assert not list(world.folder.glob("*.fence-*"))


def test_a_holder_that_lost_its_lease_cannot_publish_when_a_successor_has_claimed_the_warehouse(
    world: TransformWorld,
) -> None:
    world.add_run(NEW, real_tables())
    world.transform()
    warehouse = DuckDbWarehouse(world.warehouse)
    slow = lease.take(world.state, "slow", 600, fence_floor=0, has_ended=lambda _: False)
    warehouse.claim(slow.fence)
    place = warehouse.prepare(slow.fence, ["f1db_raw"])
    warehouse.load(place, Bucket("unused", "unused"), [], lambda done, total: None)
    swift = lease.take(world.state, "swift", 600, fence_floor=0, has_ended=lambda _: True)
    warehouse.claim(swift.fence)

    with pytest.raises(LeaseLostError, match="belongs to fence 3, ours is 2"):
        warehouse.publish(place, Stamp(NEWER, "f1db-late"))

    assert world.query("select race_wins from lewis_hamilton.mart_career") == [(106,)]
    with pytest.raises(LeaseLostError):
        warehouse.claim(slow.fence)


def test_a_living_holder_is_left_alone_when_another_execution_starts(world: TransformWorld) -> None:
    world.add_run(NEW, real_tables())
    lease.take(world.state, "transform-alive", 600, fence_floor=0, has_ended=lambda _: False)

    with run_endpoint(set()) as endpoint:
        second = _start(world.environment(CLOUD_RUN_EXECUTION="transform-second", **endpoint))
        output, _ = second.communicate(timeout=60)

    assert second.returncode == 0, output
    assert [line["outcome"] for line in outcome_lines(output)] == ["lease_held"]
    assert world.state.read_json("published.json") is None


def _start(environment: dict[str, str]) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "dbt"), str(ROOT / "functions")])
    return subprocess.Popen(
        [sys.executable, "-m", "transform"],
        env={**os.environ, **environment, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _kill_at(step: str, environment: dict[str, str]) -> None:
    """Start the job and kill it as soon as it says that a step has begun."""
    with _start(environment) as process:
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            seen.append(line)
            if line.startswith("{") and json.loads(line).get("step") == step:
                process.kill()
                return
        raise AssertionError("".join(seen))
