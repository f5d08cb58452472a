"""Publishing on BigQuery: readers see the old release or the new one, whatever happens to whoever publishes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pytest

pytest.importorskip("bqemulator", reason="bqemulator, a BigQuery emulator, is not installed")

from google.api_core.exceptions import NotFound

from pipeline.clients.storage import Bucket
from pipeline.manifests import Column
from tests.bigquery.emulator import Emulator, emulated
from tests.integration.transform_world import CURATED, PROJECT, run_endpoint, storage
from transform.errors import FaultError, LeaseLostError
from transform.raw_tables import RawTable
from transform.warehouses.bigquery import BigQueryWarehouse
from transform.warehouses.protocol import PrivatePlace, Stamp

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")]

DATASETS = ("f1db_raw", "f1db", "lewis_hamilton")
FLIPPED = "update f1db_control.published set published_fence = 2, shown = '2_1' where id = 1"
Tables = Mapping[str, Mapping[str, list[Any]]]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    buckets = tmp_path_factory.mktemp("emulator") / "gcs"
    with run_endpoint(set()) as run, patch.dict(os.environ, run), storage(buckets), emulated(buckets) as found:
        yield found


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Any]:
    """A project with its published datasets and nothing in them."""
    made = emulator.client()
    for dataset in list(made.list_datasets()):
        made.delete_dataset(dataset.reference, delete_contents=True)
    for name in (*DATASETS, "f1db_control"):
        made.create_dataset(name)
    yield made
    made.close()


def warehouse() -> BigQueryWarehouse:
    return BigQueryWarehouse(PROJECT, "EU", "f1db_control", 10 * 1024**3)


def built(fence: int, tables: Tables, datasets: tuple[str, ...] = DATASETS) -> tuple[BigQueryWarehouse, PrivatePlace]:
    """Take the warehouse for a fence and build tables, named `dataset.table`, in its private place."""
    holder = warehouse()
    holder.claim(fence)
    place = holder.prepare(fence, (*datasets, "f1db_before", "f1db_after", "f1db_history"))
    for name, columns in tables.items():
        dataset, table = name.split(".")
        holder.store(place, dataset, table, pa.table(dict(columns)))
    return holder, place


def publish(fence: int, tables: Tables, datasets: tuple[str, ...] = DATASETS) -> None:
    holder, place = built(fence, tables, datasets)
    holder.publish(place, Stamp(f"2026.{fence}.0", f"run-{fence}", datasets))
    holder.discard(place)


def marts(release: str) -> Tables:
    return {
        "f1db_raw.races": {"id": [1]},
        "f1db.mart_driver_careers": {"release": [release], "wins": [106]},
        "lewis_hamilton.mart_career": {"release": [release]},
    }


def rows(client: Any, table: str) -> list[dict[str, Any]]:
    return [dict(row.items()) for row in client.query_and_wait(f"select * from `{PROJECT}.{table}`")]


def private(client: Any) -> set[str]:
    return {dataset.dataset_id for dataset in client.list_datasets() if "__fence_" in dataset.dataset_id}


def test_readers_see_one_release_in_every_view_when_another_is_published_meanwhile(client: Any) -> None:
    publish(1, marts("old"))
    seen: set[tuple[str, str]] = set()
    done = threading.Event()

    def read() -> None:
        sql = (
            f"select a.release, b.release from `{PROJECT}.f1db.mart_driver_careers` as a "
            f"cross join `{PROJECT}.lewis_hamilton.mart_career` as b"
        )
        while not done.is_set():
            seen.add(tuple(next(iter(client.query_and_wait(sql))).values()))

    reader = threading.Thread(target=read)
    reader.start()
    publish(2, marts("new"))
    done.set()
    reader.join()
    read_last = rows(client, "lewis_hamilton.mart_career")

    assert ("old", "old") in seen
    assert seen <= {("old", "old"), ("new", "new")}
    assert read_last == [{"release": "new"}]


def test_the_old_release_stays_until_the_flip_and_the_new_one_is_whole_after_it(client: Any) -> None:
    publish(1, marts("old"))
    holder, place = built(2, {**marts("new"), "f1db.dim_new": {"id": [7]}})
    views = holder._views(2)

    views.announce(list(DATASETS), "1_1", "2_1")
    before = (rows(client, "f1db.mart_driver_careers"), rows(client, "f1db.dim_new"))
    client.query(FLIPPED).result()
    after = (rows(client, "f1db.mart_driver_careers"), rows(client, "f1db.dim_new"))

    assert before == ([{"release": "old", "wins": 106}], [])
    assert after == ([{"release": "new", "wins": 106}], [{"id": 7}])
    holder.discard(place)


def test_nothing_is_published_when_the_lease_was_lost_before_the_flip(client: Any) -> None:
    publish(1, marts("old"))
    holder, place = built(2, marts("late"))
    warehouse().claim(3)

    with pytest.raises(LeaseLostError):
        holder.publish(place, Stamp("2026.2.0", "run-2", DATASETS))
    holder.discard(place)

    assert rows(client, "f1db.mart_driver_careers") == [{"release": "old", "wins": 106}]
    [record] = rows(client, "f1db_control.published")
    assert (record["fence"], record["published_fence"], record["run"]) == (3, 1, "run-1")


def test_one_holder_publishes_several_releases_when_several_wait(client: Any) -> None:
    holder = warehouse()
    holder.claim(4)
    for release in ("first", "second"):
        place = holder.prepare(4, (*DATASETS, "f1db_history"))
        holder.store(place, "f1db", "mart_driver_careers", pa.table({"release": [release]}))
        holder.publish(place, Stamp("2026.4.0", release, DATASETS))
        holder.discard(place)
        assert rows(client, "f1db.mart_driver_careers") == [{"release": release}]

    assert private(client) == {f"{name}__fence_4_{number}" for name in DATASETS for number in (1, 2)}


def test_a_fence_is_refused_when_a_greater_one_has_claimed_the_warehouse(client: Any) -> None:
    warehouse().claim(5)

    with pytest.raises(LeaseLostError, match="another fence than 4"):
        warehouse().claim(4)
    warehouse().claim(5)
    assert warehouse().greatest_fence() == 5


def test_a_late_holder_cannot_touch_views_that_were_changed_after_it_had_read_them(client: Any) -> None:
    publish(1, marts("old"))
    late, place = built(2, marts("late"))
    views = late._views(2)
    known = views._tables(["f1db"])
    publish(3, marts("new"))

    with pytest.raises(LeaseLostError, match="changed by somebody else"):
        views._write(known[0], "f1db.mart_driver_careers", "select 1 as one", None, False)
    with pytest.raises(LeaseLostError, match="changed by somebody else"):
        views._delete(known[0])
    with pytest.raises(LeaseLostError, match="belongs to fence 3, ours is 2"):
        views.settle(list(DATASETS), "1_1")
    assert rows(client, "f1db.mart_driver_careers") == [{"release": "new", "wins": 106}]
    late.discard(place)


@pytest.mark.parametrize("is_flipped", [False, True], ids=["before the flip", "after the flip"])
def test_views_settle_and_leftovers_go_when_a_publication_has_crashed(client: Any, is_flipped: bool) -> None:
    publish(1, marts("old"))
    holder, _ = built(2, {**marts("new"), "f1db.dim_new": {"id": [7]}})
    holder._views(2).keep(DATASETS, "2_1")
    holder._views(2).announce(list(DATASETS), "1_1", "2_1")
    if is_flipped:
        client.query(FLIPPED).result()

    _, next_place = built(3, {})

    shown = "new" if is_flipped else "old"
    assert rows(client, "f1db.mart_driver_careers") == [{"release": shown, "wins": 106}]
    kept = {name for name in private(client) if not name.endswith(next_place.dataset_suffix)}
    assert kept == {f"{name}__fence_{2 if is_flipped else 1}_1" for name in DATASETS}
    if not is_flipped:
        with pytest.raises(NotFound):
            client.get_table("f1db.dim_new")
    assert "f1db_control" not in client.get_table("f1db.mart_driver_careers").view_query


def test_columns_follow_the_release_when_they_come_go_and_change_their_type(client: Any) -> None:
    for fence, columns in ((1, "70 as laps, 'x' as gone, ['a', 'b'] as names"), (2, "'70' as laps, true as came")):
        holder, place = built(fence, {})
        names = "" if fence == 1 else ", 'a;b' as names"
        client.query(f"create table f1db__fence_{fence}_1.dim_races as select 1 as id, {columns}{names}").result()
        if fence == 2:
            holder._views(2).announce(list(DATASETS), "1_1", "2_1")
            before = rows(client, "f1db.dim_races")
        holder.publish(place, Stamp(f"2026.{fence}.0", f"run-{fence}", DATASETS))
        holder.discard(place)

    assert before == [{"id": 1, "laps": "70", "gone": "x", "names": None, "came": None}]
    assert rows(client, "f1db.dim_races") == [{"id": 1, "laps": "70", "came": True, "names": "a;b"}]


def test_more_tables_than_a_transaction_may_change_are_published_at_once(client: Any) -> None:
    drivers = ("lewis_hamilton", "max_verstappen")
    for name in drivers[1:]:
        client.create_dataset(name)
    tables = {f"f1db.mart_{number}": {"n": [number]} for number in range(75)}
    tables |= {f"{driver}.mart_{number}": {"n": [number]} for driver in drivers for number in range(15)}

    publish(1, tables, ("f1db", *drivers))

    assert len(tables) == 105
    shown = [one for name in ("f1db", *drivers) for one in client.list_tables(name)]
    assert [one.table_type for one in shown] == ["VIEW"] * 105
    assert rows(client, "max_verstappen.mart_14") == [{"n": 14}]


def test_a_drivers_views_go_when_he_is_no_longer_deployed(client: Any) -> None:
    publish(1, marts("old"))
    others = {name: columns for name, columns in marts("new").items() if not name.startswith("lewis_hamilton")}

    publish(2, others, ("f1db_raw", "f1db"))

    assert list(client.list_tables("lewis_hamilton")) == []
    assert rows(client, "f1db.mart_driver_careers") == [{"release": "new", "wins": 106}]


def test_a_view_takes_the_place_when_somebody_has_made_a_table_of_that_name(client: Any) -> None:
    client.query("create table f1db.mart_driver_careers as select 'by hand' as release").result()

    publish(1, marts("new"))

    assert client.get_table("f1db.mart_driver_careers").table_type == "VIEW"
    assert rows(client, "f1db.mart_driver_careers") == [{"release": "new", "wins": 106}]


def test_a_release_without_its_parquet_is_the_same_fault_as_in_duckdb_when_it_is_loaded(
    client: Any, emulator: Emulator
) -> None:
    gone = RawTable("races", 1, f"gs://{CURATED}/runs/gone/1/races.parquet", (Column("id", "int", False),))
    holder, place = built(1, {})
    asked = len(emulator.asked)

    with pytest.raises(FaultError, match=r"races\.parquet, which the manifest names, is not there") as raised:
        holder.load(place, Bucket(CURATED, PROJECT), [gone], lambda done, total: None, dataset="f1db_before")

    assert raised.value.code == "parquet_missing"
    assert len(emulator.asked) == asked
    holder.discard(place)
