"""The real release, built once for all tests that only read what was built."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dbt.test_marts import built, copied
from tests.integration.transform_world import real_tables
from tests.shared_folder import shared_folder
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DuckDbWarehouse, PrivatePlace]]:
    def build(folder: Path) -> None:
        _, place = built(folder / "made", real_tables())
        copied(place, folder)

    there = shared_folder(tmp_path_factory, "real-release-built", build)
    warehouse = DuckDbWarehouse(tmp_path_factory.mktemp("real") / "warehouse.duckdb")
    place = warehouse.prepare(1, [])
    shutil.copyfile(there / "warehouse.duckdb", place.environment["DBT_DUCKDB_PATH"])
    yield warehouse, place
    warehouse.discard(place)
