"""What releases change, through the whole job on the real release and copies of it that tell another story."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from f1db_batch.findings import Code, Finding, Severity
from pipeline.objects import Run
from tests.integration.history_copies import with_race_inserted, with_result_disqualified, without_rows
from tests.integration.transform_world import (
    FIRST,
    LAPS,
    SKY,
    ZIP,
    TransformWorld,
    first_publication,
    going_on,
    outcome_lines,
    real_tables,
    storage,
)
from transform.history.findings import read_findings
from transform.history.releases import SoundRelease

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real F1DB release at {ZIP.name}; set F1DB_ZIP"),
    # dbt's own dependencies warn; ours must not
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

SECOND, THIRD = "2026.10.0", "2026.11.0"
CHANGES = (
    "select table_name, key, column_name, old_value, new_value, race_date::varchar, driver_id, is_restatement "
    "from f1db.release_changes where release = '{}' order by all"
)
HISTORY = ("release_changes", "release_summaries", "release_headlines", "release_findings")
# Literal: in 2026, by hand from the release, rows about races 1154 (round 5) and up; all but `races` are of races held.
ROUNDS_MOVED = {
    "races": 18, "races_constructor_standings": 77, "races_driver_of_the_day_results": 35,
    "races_driver_standings": 154, "races_fastest_laps": 150, "races_free_practice_1_results": 153,
    "races_free_practice_2_results": 109, "races_free_practice_3_results": 110, "races_pit_stops": 268,
    "races_qualifying_results": 154, "races_race_results": 154, "races_sprint_qualifying_results": 42,
    "races_sprint_race_results": 44, "races_sprint_starting_grid_positions": 44, "races_starting_grid_positions": 154,
}  # fmt: skip
CHASSIS = Finding(
    Severity.WARNING, Code.MISSING_TABLE, "chassis", "chassis: f1db-chassis.csv is missing, it stays empty"
)
HELD, ABU_DHABI = "2020-12-13", "race_id=1035"


@cache
def inserted() -> dict[str, Any]:
    return with_race_inserted(real_tables())


@cache
def disqualified() -> dict[str, Any]:
    return with_result_disqualified(inserted())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TransformWorld]:
    with storage(tmp_path / "gcs"):
        yield TransformWorld(tmp_path)


@pytest.fixture
def published(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[TransformWorld]:
    """Go on from a copy of the first publication."""
    with going_on(first_publication(tmp_path_factory), tmp_path) as world:
        yield world


def history(world: TransformWorld) -> dict[str, list[tuple[Any, ...]]]:
    return {name: world.query(f"select * from f1db.{name} order by all") for name in HISTORY}


def moved_headlines(world: TransformWorld, release: str) -> list[tuple[Any, ...]]:
    return world.query(
        "select metric, value::varchar, previous_value::varchar from f1db.release_headlines "
        f"where release = '{release}' and driver_id = 'lewis-hamilton' and value is distinct from previous_value "
        "order by metric"
    )


def test_the_first_release_has_changed_nothing_when_there_is_none_before_it(published: TransformWorld) -> None:
    world = published
    assert world.query("select count(*) from f1db.release_changes") == [(0,)]
    assert world.query("select count(*) from f1db.release_findings") == [(2,)]
    assert world.query("select column_name, data_type from duckdb_columns() where table_name = 'release_findings'") == [
        ("release", "VARCHAR"), ("position", "BIGINT"), ("severity", "VARCHAR"), ("code", "VARCHAR"),
        ("table_name", "VARCHAR"), ("column_name", "VARCHAR"), ("row_number", "BIGINT"), ("value", "VARCHAR"),
        ("message", "VARCHAR"),
    ]  # fmt: skip
    assert world.query(
        "select count(*), count(previous_release), count(rows_before), sum(rows_added), sum(rows_changed) "
        "from f1db.release_summaries"
    ) == [(47, 0, 0, 0, 0)]
    assert world.query(
        "select metric, value::varchar, previous_value from f1db.release_headlines "
        "where metric like 'race%' order by 1"
    ) == [
        ("race_entries", "391.00", None), ("race_laps", "22327.00", None), ("race_starts", "391.00", None),
        ("race_wins", "106.00", None),
    ]  # fmt: skip


def assert_a_race_was_inserted(world: TransformWorld) -> None:
    of_second = f"from f1db.release_changes where release = '{SECOND}' and previous_release = '{FIRST}'"
    assert world.query(f"select * exclude (release, previous_release) {of_second} and change != 'changed'") == [
        ("races", "added", "id=9999", None, None, None, date(2026, 5, 10), None, True)
    ]
    moved = world.query(f"select table_name, count(*) {of_second} and change = 'changed' group by all")
    assert dict(moved) == ROUNDS_MOVED
    by = f"select distinct column_name, new_value::int - old_value::int {of_second} and change = 'changed'"
    assert world.query(by) == [("round", 1)]
    assert world.query(f"select key, old_value, new_value {of_second} and key = 'id=1154'") == [("id=1154", "5", "6")]
    assert world.query(
        f"select rows_before, rows_after, rows_added, rows_removed, rows_changed, rows_restated "
        f"from f1db.release_summaries where release = '{SECOND}' and table_name = 'races'"
    ) == [(1171, 1172, 1, 0, 18, 8)], "restated are the new race and the seven held after it"
    assert moved_headlines(world, SECOND) == []


def assert_a_result_was_disqualified(world: TransformWorld) -> None:
    result = f"{ABU_DHABI}, driver_id=lewis-hamilton"
    hamilton, season = "lewis-hamilton", "year=2020"
    assert world.query(CHANGES.format(THIRD)) == [
        ("constructors", "id=mercedes", "total_championship_points", "8538.5", "8523.5", None, None, None),
        ("constructors", "id=mercedes", "total_podiums", "324", "323", None, None, None),
        ("constructors", "id=mercedes", "total_points", "8538.5", "8523.5", None, None, None),
        ("drivers", "id=lewis-hamilton", "total_championship_points", "5187.5", "5172.5", None, hamilton, None),
        ("drivers", "id=lewis-hamilton", "total_podiums", "207", "206", None, hamilton, None),
        ("drivers", "id=lewis-hamilton", "total_points", "5187.5", "5172.5", None, hamilton, None),
        ("engine_manufacturers", "id=mercedes", "total_championship_points", "17079.5", "17064.5", None, None, None),
        ("engine_manufacturers", "id=mercedes", "total_podiums", "680", "679", None, None, None),
        ("engine_manufacturers", "id=mercedes", "total_points", "17366.5", "17351.5", None, None, None),
        ("races_constructor_standings", f"{ABU_DHABI}, constructor_id=mercedes, engine_manufacturer_id=mercedes",
         "points", "573", "558", HELD, None, True),
        ("races_driver_standings", result, "points", "347", "332", HELD, hamilton, True),
        ("races_race_results", f"{result}, driver_number=44", "points", "15", None, HELD, hamilton, True),
        ("races_race_results", f"{result}, driver_number=44", "position_number", "3", None, HELD, hamilton, True),
        ("races_race_results", f"{result}, driver_number=44", "position_text", "3", "DSQ", HELD, hamilton, True),
        ("seasons_constructor_standings",
         f"{season}, constructor_id=mercedes, engine_manufacturer_id=mercedes, position_text=1",
         "points", "573", "558", None, None, None),
        ("seasons_constructors", f"{season}, constructor_id=mercedes", "total_podiums", "25", "24", None, None, None),
        ("seasons_constructors", f"{season}, constructor_id=mercedes", "total_points", "573", "558", None, None, None),
        ("seasons_driver_standings", f"{season}, driver_id={hamilton}", "points", "347", "332", None, hamilton, None),
        ("seasons_drivers", f"{season}, driver_id={hamilton}", "total_podiums", "14", "13", None, hamilton, None),
        ("seasons_drivers", f"{season}, driver_id={hamilton}", "total_points", "347", "332", None, hamilton, None),
        ("seasons_engine_manufacturers", f"{season}, engine_manufacturer_id=mercedes", "total_podiums", "25", "24",
         None, None, None),
        ("seasons_engine_manufacturers", f"{season}, engine_manufacturer_id=mercedes", "total_points", "573", "558",
         None, None, None),
        ("seasons_tyre_manufacturers", f"{season}, tyre_manufacturer_id=pirelli", "total_podiums", "51", "50",
         None, None, None),
        ("tyre_manufacturers", "id=pirelli", "total_podiums", "1104", "1103", None, None, None),
    ]  # fmt: skip
    assert moved_headlines(world, THIRD) == [
        ("championship_points", "5172.50", "5187.50"), ("podiums", "206.00", "207.00"),
        ("points_race", "5091.50", "5106.50"), ("points_total", "5172.50", "5187.50"),
        ("third_places", "41.00", "42.00"),
    ]  # fmt: skip
    changed = world.query(
        f"select table_name, rows_changed, rows_restated from f1db.release_summaries where release = '{THIRD}' "
        "and rows_restated > 0 order by 1"
    )
    assert changed == [
        ("races_constructor_standings", 1, 1), ("races_driver_standings", 1, 1), ("races_race_results", 1, 1),
    ]  # fmt: skip


def test_a_shrunken_release_is_refused_with_evidence_when_it_is_only_forced(
    published: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world = published
    before = world.pointer()
    shrunken = without_rows(real_tables(), "races-pit-stops", lambda row: bool(row["year"] == 2026))
    run = world.add_run(SECOND, shrunken, request={"force": True})
    assert world.transform() == 0

    lines = outcome_lines(capsys.readouterr().out)
    assert [(line["outcome"], line["refusal"]) for line in lines] == [("refused", "history_shrunk")]
    record = world.document(run.transform(1))
    assert (record["kind"], record["code"]) == ("refusal", "history_shrunk")
    assert record["details"] == [
        {"what": "table", "entity": "races_pit_stops", "metric": "rows", "before": "22430", "after": "22066"}
    ]
    assert record["reason"] == (
        "history has shrunk since 2026.9.1: table races_pit_stops: rows 22430 → 22066 "
        "(ask with accept_shrink if that is right)"
    )
    assert world.pointer() == before
    assert [found.name for found in world.curated.list_objects(f"history/{SECOND}/")] == []


def backfill_second(world: TransformWorld, capsys: pytest.CaptureFixture[str]) -> None:
    """An older release is tested and enters the history; the newer one stays published."""
    before = world.pointer()
    asked = {"force": True, "backfill": True}
    run = world.add_run(SECOND, inserted(), request=asked, findings=[CHASSIS])
    capsys.readouterr()
    assert world.transform() == 0
    told = f"comparing {SECOND} with {FIRST}: {47 - len(ROUNDS_MOVED)} of 47 tables are the same"
    assert f'"message": "{told}"' in capsys.readouterr().out
    assert world.document(run.outcome)["outcome"] == "backfilled"
    after = world.pointer()
    assert (after["version"], after["run"], after["hold_above"]) == (THIRD, before["run"], None)
    assert after["fence"] == before["fence"] + 2, "published again, with the backfilled release in its history"
    assert world.query("select release from lewis_hamilton.mart_career") == [(THIRD,)]


def publish_others(world: TransformWorld, run: Run, fence: int) -> None:
    """The same Parquet serves other drivers, and their history is made for every release."""
    outcome = world.document(run.outcome)
    deployed = {"TRANSFORM_DIGEST": "e" * 64, "DRIVERS": "max-verstappen,nino-farina"}
    assert world.transform(**deployed) == 0
    pointer = world.pointer()
    assert (pointer["fence"], pointer["run"], pointer["transform_digest"]) == (fence, str(run), "e" * 64)
    assert sorted(pointer["headlines"]) == ["max-verstappen", "nino-farina"]
    assert world.document(run.outcome) == outcome
    places = "select podiums, race_wins + second_places + third_places from nino_farina.mart_career"
    assert world.query(places) == [(19, 20)]
    assert world.query("select release, value::int, previous_value::int from f1db.release_headlines "
                       "where metric = 'championships' and driver_id = 'max-verstappen' order by 2, 1 desc") == [
        (FIRST, 4, None), (THIRD, 4, 4), (SECOND, 4, 4),
    ]  # fmt: skip
    assert world.transform(**deployed) == 0
    assert world.pointer()["fence"] == fence, "nothing is left to do"


def test_history_is_whole_when_a_release_is_backfilled_and_the_warehouse_is_lost(
    published: TransformWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world = published
    third = world.add_run(THIRD, disqualified())
    assert world.transform() == 0
    assert len(world.query(CHANGES.format(THIRD))) == 24 + 1 + sum(ROUNDS_MOVED.values())
    of_first = [
        (FIRST, 1, "warning", "unknown_column", "races", None, None, None, SKY.message),
        (FIRST, 2, "warning", "bad_value", "races-warming-up-results", "laps", 6, "9x", LAPS.message),
    ]
    assert history(world)["release_findings"] == of_first

    backfill_second(world, capsys)
    of_second = (SECOND, 1, "warning", "missing_table", "chassis", None, None, None, CHASSIS.message)
    assert history(world)["release_findings"] == [of_second, *of_first]

    assert_a_race_was_inserted(world)
    assert_a_result_was_disqualified(world)
    times = "select release, count(*) from f1db.release_headlines group by release order by min(published_at_utc)"
    assert world.query(times) == [(FIRST, 23), (THIRD, 23), (SECOND, 23)]
    whole, marts = history(world), world.query("select * from f1db.mart_driver_careers order by all")
    fence = world.pointer()["fence"]

    world.warehouse.unlink()
    assert world.transform() == 0

    assert world.pointer()["fence"] == fence + 1
    assert history(world) == whole
    assert world.query("select * from f1db.mart_driver_careers order by all") == marts

    control = world.warehouse.with_name("warehouse.duckdb.control.json")
    control.write_text(json.dumps({**json.loads(control.read_text()), "published_fence": 1}))
    publish_others(world, third, fence + 2)


def test_a_release_is_not_published_when_its_table_of_findings_is_gone(world: TransformWorld) -> None:
    run = world.add_run(FIRST, real_tables(), findings=[SKY])
    world.curated.delete(run.findings(1))

    assert world.transform() == 1

    fault = world.document(run.transform(1))
    assert (fault["kind"], fault["code"]) == ("fault", "parquet_missing")
    assert fault["reason"] == f"runs/{run}/1/findings/findings.parquet, which the batch has written, is not there"
    assert not world.warehouse.exists()


def test_findings_are_in_the_order_of_each_report_when_some_reports_are_lost(world: TransformWorld) -> None:
    runs = [world.add_run(version, {}, findings=told) for version, told in ((FIRST, [LAPS, SKY]), (SECOND, [CHASSIS]))]
    lost = world.add_run(THIRD, {})
    world.curated.delete(lost.findings(1))
    releases = [SoundRelease(run, 1, 1, datetime(2026, 11, 1, tzinfo=UTC)) for run in (*runs, lost)]

    found, without = read_findings(world.curated, releases)

    told = [(row["release"], row["position"], row["message"]) for row in found.to_pylist()]
    assert told == [(FIRST, 1, LAPS.message), (FIRST, 2, SKY.message), (SECOND, 1, CHASSIS.message)]
    assert without == releases[2:]
