"""What is published does not depend on the order of F1DB's rows: sums are exact, and ties are decided."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt.test_marts import RELEASE, WITHOUT_TESTS, filled
from tests.integration.transform_world import ZIP, real_tables
from transform.build import _run_dbt
from transform.warehouses.duckdb import DuckDbWarehouse, _close_dbt
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def published(place: PrivatePlace) -> dict[str, Counter[tuple[Any, ...]]]:
    """Return every published table's rows, by its name."""
    _close_dbt()
    with duckdb.connect(place.environment["DBT_DUCKDB_PATH"], read_only=True) as connection:
        named = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('f1db', 'lewis_hamilton')"
        ).fetchall()
        return {name: Counter(connection.execute(f"select * from {name}").fetchall()) for (name,) in named}


def test_every_published_row_is_the_same_when_the_rows_of_a_release_are_shuffled(
    real: tuple[DuckDbWarehouse, PrivatePlace], tmp_path: Path
) -> None:
    order = random.Random(1950)  # a shuffle that is the same each time
    shuffled = {
        name: data.take(order.sample(range(data.num_rows), data.num_rows)) for name, data in real_tables().items()
    }

    warehouse, place = filled(tmp_path, shuffled)
    variables = {"driver_id": "lewis-hamilton", "release": str(RELEASE), "is_sample": False, "dataset_suffix": ""}
    assert _run_dbt(place, ["build", *WITHOUT_TESTS], variables, lambda done, total: None) == []

    before, after = published(real[1]), published(place)
    assert len(before) > 40
    assert [name for name, rows in before.items() if after[name] != rows] == []
    warehouse.discard(place)
