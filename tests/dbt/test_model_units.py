"""dbt's unit tests, which try the models on hand-made rows: here, because a production build leaves them out."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped] # no stubs in the lock

from tests.integration.transform_world import ZIP
from transform.build import _run_dbt
from transform.warehouses.duckdb import DuckDbWarehouse, _close_dbt
from transform.warehouses.protocol import PrivatePlace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
MODELS = Path(__file__).resolve().parents[2] / "dbt/models"


def test_every_unit_test_of_the_models_passes_when_dbt_runs_them(real: tuple[DuckDbWarehouse, PrivatePlace]) -> None:
    _, place = real
    variables = {"driver_id": "lewis-hamilton", "release": "x", "is_sample": False, "dataset_suffix": ""}
    written = [
        one["name"] for path in MODELS.rglob("*.yml") for one in yaml.safe_load(path.read_text()).get("unit_tests", [])
    ]
    counted: list[tuple[int, int]] = []

    failed = _run_dbt(
        place, ["test", "--select", "test_type:unit"], variables, lambda done, total: counted.append((done, total))
    )
    _close_dbt()

    assert failed == []
    assert counted[-1] == (len(written), len(written))
    assert len(written) >= 9
