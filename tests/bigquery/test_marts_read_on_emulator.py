"""The report's queries on BigQuery: filtered by parameters, counted by groups, with the same values as from DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("bqemulator", reason="bqemulator, a BigQuery emulator, is not installed")

from tests.bigquery.emulator import emulated
from tests.integration.transform_world import PROJECT
from transform.report import MartQuery
from transform.warehouses.bigquery import BigQueryMarts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]


@pytest.fixture
def marts(tmp_path: Path) -> Iterator[BigQueryMarts]:
    (tmp_path / "gcs").mkdir()
    with emulated(tmp_path / "gcs") as emulator:
        client = emulator.client()
        client.create_dataset("f1db")
        client.query_and_wait(
            "create table f1db.changes as select 'a' as driver_id, true as is_restatement, numeric '0' as difference "
            "union all select 'a', false, numeric '0.5' union all select 'b', true, numeric '0'"
        )
        yield BigQueryMarts(client, PROJECT)
        client.close()


def test_rows_are_filtered_and_counted_when_they_are_in_bigquery(marts: BigQueryMarts) -> None:
    filtered = MartQuery("f1db.changes", ("driver_id", "difference"), {"driver_id": "a", "is_restatement": True})
    assert marts.rows(filtered) == [{"driver_id": "a", "difference": Decimal(0)}]
    tally = marts.rows(MartQuery("f1db.changes", ("difference",), is_tally=True))
    assert sorted((row["difference"], row["tally"]) for row in tally) == [(Decimal(0), 2), (Decimal("0.5"), 1)]
