"""Which tables of two releases are the same, as the bucket tells it: for what is the same nothing is loaded again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.clients.storage import Bucket, StoredObject
from pipeline.state import read_manifest
from tests.integration.transform_world import TransformWorld, storage
from transform.errors import FaultError
from transform.raw_tables import RawTable, raw_tables, same_tables

CONTINENTS = pa.table({"id": ["europe"], "code": ["EU"], "name": ["Europe"], "demonym": ["European"]})
RENAMED = CONTINENTS.set_column(2, "name", pa.array(["Evrope"]))
TYRES = pa.table({"id": ["pirelli"], "name": ["Pirelli"], "countryId": ["italy"]})


class Undigested(Bucket):
    """A bucket as Google's is when its objects were composed of others: it keeps no MD5 of those."""

    def list_objects(self, prefix: str) -> list[StoredObject]:
        return [replace(one, md5=None) for one in super().list_objects(prefix)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TransformWorld]:
    with storage(tmp_path / "gcs"):
        yield TransformWorld(tmp_path)


def release(world: TransformWorld, version: str, tables: Mapping[str, pa.Table]) -> list[RawTable]:
    return raw_tables(read_manifest(world.state, world.add_run(version, tables)))


def test_tables_are_the_same_when_their_parquet_is(world: TransformWorld) -> None:
    before = release(world, "2026.1.0", {"continents": CONTINENTS, "tyre-manufacturers": TYRES})
    after = release(world, "2026.2.0", {"continents": RENAMED, "tyre-manufacturers": TYRES})

    assert RENAMED.nbytes == CONTINENTS.nbytes
    assert same_tables(world.curated, before, after) == {"tyre_manufacturers"}
    assert same_tables(world.curated, before, before) == {"continents", "tyre_manufacturers"}


def test_a_table_is_not_the_same_when_only_one_release_has_it(world: TransformWorld) -> None:
    before = release(world, "2026.1.0", {"continents": CONTINENTS})
    after = release(world, "2026.2.0", {"tyre-manufacturers": TYRES})

    assert same_tables(world.curated, before, after) == frozenset()


def test_a_table_is_not_the_same_when_its_manifest_gives_it_other_types(world: TransformWorld) -> None:
    [before] = release(world, "2026.1.0", {"continents": CONTINENTS})
    [after] = release(world, "2026.2.0", {"continents": CONTINENTS})
    other = replace(after, columns=tuple(replace(one, type="boolean") for one in after.columns))

    assert same_tables(world.curated, [before], [after]) == {"continents"}
    assert same_tables(world.curated, [before], [other]) == frozenset()


def test_a_table_is_not_the_same_when_the_bucket_tells_no_digest(world: TransformWorld) -> None:
    [before] = release(world, "2026.1.0", {"continents": CONTINENTS})
    [after] = release(world, "2026.2.0", {"continents": CONTINENTS})
    curated = Undigested(world.curated.name, world.curated.project_id)

    assert same_tables(world.curated, [before], [after]) == {"continents"}
    assert same_tables(curated, [before], [after]) == frozenset()


def test_parquet_that_is_gone_is_named_when_the_release_before_has_lost_it(world: TransformWorld) -> None:
    [before] = release(world, "2026.1.0", {"continents": CONTINENTS})
    after = release(world, "2026.2.0", {"continents": CONTINENTS})
    world.curated.delete(before.parquet.partition(f"{world.curated.name}/")[2])

    with pytest.raises(FaultError, match="is not there") as raised:
        same_tables(world.curated, [before], after)
    assert raised.value.code == "parquet_missing"
