"""The whole job on the real release's tables: what it publishes, what it refuses, what a crash leaves."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clients.storage import Bucket
from pipeline.objects import Run
from pipeline.records import Lease, OutcomeKind, read_run
from pipeline.releases import parse_version
from tests.integration.transform_world import (
    FIRST,
    ZIP,
    TransformWorld,
    first_publication,
    going_on,
    outcome_lines,
    real_tables,
    run_endpoint,
    signal_at,
    start_transform,
    storage,
)
from transform import lease
from transform.errors import LeaseLostError
from transform.prune import prune
from transform.publication import record_outcome
from transform.settings import read_settings
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import Stamp
from transform.work import open_buckets, read

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    # dbt's own dependencies warn; ours must not
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

OLD, NEW, NEWER = FIRST, "2026.11.0", "2026.12.0"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TransformWorld]:
    with storage(tmp_path / "gcs"):
        yield TransformWorld(tmp_path)


@pytest.fixture
def published(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[TransformWorld]:
    """Go on from a copy of the first publication."""
    with going_on(first_publication(tmp_path_factory), tmp_path) as world:
        yield world


def run_of_pointer(world: TransformWorld) -> Run:
    pointer = world.pointer()
    return read_run(pointer["run"], parse_version(pointer["version"]))


def parquet(world: TransformWorld) -> set[str]:
    """Name the runs whose tables are there; findings stay for ever."""
    names = [found.name for found in world.curated.list_objects("runs/")]
    return {name.split("/")[1] for name in names if name.endswith(".parquet") and "/findings/" not in name}


def test_a_release_is_published_when_its_manifest_waits(
    published: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    career = published.query(
        "select release, race_wins, championships, pole_positions, podiums, race_starts, points_total::varchar, "
        "first_win_date::varchar, last_win_date::varchar from lewis_hamilton.mart_career"
    )
    assert career == [(OLD, 106, 7, 104, 207, 391, "5187.50", "2007-06-10", "2026-06-14")]
    [(raw_tables,)] = published.query("select count(*) from duckdb_tables() where schema_name = 'f1db_raw'")
    assert raw_tables == 47
    pointer = published.pointer()
    assert (pointer["version"], pointer["fence"], pointer["hold_above"]) == (OLD, 1, None)
    assert pointer["headlines"]["lewis-hamilton"]["race_wins"] == 106
    assert pointer["datasets"] == ["f1db_raw", "f1db", "lewis_hamilton"]
    assert published.curated.find(pointer["report"].removeprefix(f"gs://{published.curated.name}/")) is not None
    outcome = published.document(run_of_pointer(published).outcome)
    assert (outcome["outcome"], outcome["fence"], outcome["attempt"]) == ("published", 1, 1)
    assert published.document("lease.json")["holder"] is None
    assert sorted(path.name for path in published.folder.glob("warehouse*")) == [
        "warehouse.duckdb",
        "warehouse.duckdb.control.json",
        "warehouse.duckdb.lock",
    ]
    log = (published.folder / "log.jsonl").read_text("utf-8")
    assert [line["outcome"] for line in outcome_lines(log)] == ["published"]

    assert published.transform() == 0
    assert [line["outcome"] for line in outcome_lines(capsys.readouterr().out)] == ["nothing_to_do"]
    assert published.pointer() == pointer


def test_waiting_releases_are_published_in_order_when_several_wait(
    published: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [run_of_pointer(published), *(published.add_run(version, real_tables()) for version in (NEWER, NEW))]
    assert published.transform() == 0
    lines = outcome_lines(capsys.readouterr().out)
    assert [(line["release"], line["outcome"]) for line in lines] == [(NEW, "published"), (NEWER, "published")]
    assert published.pointer()["version"] == NEWER
    assert parquet(published) == {str(run) for run in runs}, "each may be compared with the next that comes"


def test_old_parquet_goes_when_a_release_was_published_three_times(published: TransformWorld) -> None:
    few = {"continents": real_tables()["continents"]}
    again = [published.add_run(OLD, few, request={"force": True}) for _ in range(2)]
    for fence, run in enumerate(again, start=2):
        record_outcome(published.state, run, OutcomeKind.PUBLISHED, "as asked", 1, fence, at=datetime.now(UTC))
    generation = published.state.find("published.json").generation  # type: ignore[union-attr]
    newest = {**published.pointer(), "run": str(again[-1]), "fence": 3}
    assert published.state.replace_json("published.json", newest, generation) is not None
    settings = read_settings(published.environment())
    buckets = open_buckets(settings)

    assert prune(read(buckets, settings), buckets) == 47

    assert parquet(published) == {str(run) for run in again}, "the pointer's and that before it"
    assert prune(read(buckets, settings), buckets) == 0


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


@pytest.mark.parametrize(
    "step",
    [  # `make test` has its other kills in tests/system/test_kill_matrix.py
        pytest.param("build", marks=pytest.mark.chaos),
        pytest.param("publish", marks=pytest.mark.chaos),
        pytest.param("report", marks=pytest.mark.chaos),
    ],
)
def test_the_next_execution_finishes_when_one_is_killed(published: TransformWorld, step: str) -> None:
    run = published.add_run(NEW, real_tables())

    with run_endpoint({"transform-killed"}) as endpoint:
        environment = published.environment(CLOUD_RUN_EXECUTION="transform-killed", **endpoint)
        with start_transform(environment) as doomed:
            signal_at(step, doomed, signal.SIGKILL)
        lease_left = published.document("lease.json")
        assert (lease_left["holder"], lease_left["run"]) == ("transform-killed", str(run))
        assert published.pointer()["version"] == OLD
        assert published.query("select count(*) from lewis_hamilton.mart_career") == [(1,)]
        # Once the warehouse is published nobody may come to tidy up: the rest needs no transform.
        assert bool(list(published.folder.glob("*.fence-*"))) == (step != "report")

        finished = start_transform(published.environment(CLOUD_RUN_EXECUTION="transform-next", **endpoint))
        output, _ = finished.communicate(timeout=120)

    assert finished.returncode == 0, output
    assert (published.pointer()["version"], published.pointer()["fence"]) == (NEW, 3)
    assert published.document(run.outcome)["fence"] == 3
    assert published.query("select release, race_wins from lewis_hamilton.mart_career") == [(NEW, 106)]
    assert not list(published.folder.glob("*.fence-*"))
    fault = published.document(run.transform(1))
    told = (fault["kind"], fault["code"], fault["holder"], fault["fence"])
    assert told == ("fault", "transform_died", "transform-killed", 2)
    assert "run" not in published.document("lease.json")


def test_a_release_is_given_up_for_a_day_when_its_transform_is_killed_three_times(published: TransformWorld) -> None:
    run = published.add_run(NEW, real_tables())
    names = [f"transform-{number}" for number in range(4)]
    with run_endpoint(set(names)) as endpoint:
        for name in names[:3]:
            with start_transform(published.environment(CLOUD_RUN_EXECUTION=name, **endpoint)) as doomed:
                signal_at("load", doomed, signal.SIGKILL)
        last = start_transform(published.environment(CLOUD_RUN_EXECUTION=names[3], **endpoint))
        output, _ = last.communicate(timeout=120)

    assert last.returncode == 0, output
    assert [line["outcome"] for line in outcome_lines(output)] == ["nothing_to_do"]
    assert [published.document(run.transform(number))["holder"] for number in (1, 2, 3)] == names[:3]
    [told] = [json.loads(line) for line in output.splitlines() if "transform_died" in line]
    assert (told["severity"], told["error_code"], told["release"]) == ("ERROR", "transform_died", NEW)
    assert published.pointer()["version"] == OLD
    assert published.document("lease.json")["holder"] is None


@pytest.mark.chaos
def test_nobody_is_blamed_when_a_holder_had_published_before_it_ended(published: TransformWorld) -> None:
    done, fence = published.pointer()["run"], published.pointer()["fence"]
    generation = published.state.find("lease.json").generation  # type: ignore[union-attr]
    left = Lease("transform-gone", fence, 600, done)
    assert published.state.replace_json("lease.json", left.to_json(), generation) is not None
    run = published.add_run(NEW, real_tables())

    with run_endpoint({"transform-gone"}) as endpoint:
        process = start_transform(published.environment(CLOUD_RUN_EXECUTION="transform-next", **endpoint))
        output, _ = process.communicate(timeout=120)

    assert process.returncode == 0, output
    assert "transform_died" not in output
    assert published.pointer()["version"] == NEW
    assert [item for item in published.state.list_objects("runs/") if "/transform-" in item.name] == []
    assert published.document(run.outcome)["outcome"] == "published"


def test_a_holder_that_lost_its_lease_cannot_publish_when_a_successor_has_claimed_the_warehouse(
    published: TransformWorld,
) -> None:
    warehouse = DuckDbWarehouse(published.warehouse)
    slow = lease.take(published.state, "slow", 600, fence_floor=0, has_ended=lambda _: False)
    warehouse.claim(slow.fence)
    place = warehouse.prepare(slow.fence, ["f1db_raw"])
    warehouse.load(place, Bucket("unused", "unused"), [], lambda done, total: None)
    swift = lease.take(published.state, "swift", 600, fence_floor=0, has_ended=lambda _: True)
    warehouse.claim(swift.fence)

    with pytest.raises(LeaseLostError, match="belongs to fence 3, ours is 2"):
        warehouse.publish(place, Stamp(NEWER, "f1db-late"))

    assert published.query("select race_wins from lewis_hamilton.mart_career") == [(106,)]
    with pytest.raises(LeaseLostError):
        warehouse.claim(slow.fence)


def test_a_living_holder_is_left_alone_when_another_execution_starts(world: TransformWorld) -> None:
    world.add_run(NEW, real_tables())
    lease.take(world.state, "transform-alive", 600, fence_floor=0, has_ended=lambda _: False)

    with run_endpoint(set()) as endpoint:
        second = start_transform(world.environment(CLOUD_RUN_EXECUTION="transform-second", **endpoint))
        output, _ = second.communicate(timeout=60)

    assert second.returncode == 0, output
    assert [line["outcome"] for line in outcome_lines(output)] == ["lease_held"]
    assert world.state.read_json("published.json") is None
