"""The real release, built once for all tests that only read what was built."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dbt.test_marts import built
from tests.integration.transform_world import real_tables
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DuckDbWarehouse, PrivatePlace]]:
    warehouse, place = built(tmp_path_factory.mktemp("real"), real_tables())
    yield warehouse, place
    warehouse.discard(place)
