"""The bundled sample passes every test of the models, and its totals reconcile without an exception."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from f1db_batch.contract import load_contract
from f1db_batch.limits import Limits
from f1db_batch.tables import read_table
from localcloud.sample import build_sample_zip
from pipeline.releases import parse_version
from tests.dbt.test_marts import filled
from transform.build import build

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def read_sample() -> dict[str, pa.Table]:
    """Every table of the bundled sample, as the batch's own function reads it."""
    with zipfile.ZipFile(io.BytesIO(build_sample_zip())) as archive:
        return {
            name: read_table(archive.read(table.file_name), table, Limits()).data
            for name, table in load_contract().tables.items()
        }


def test_everything_reconciles_when_the_release_is_the_sample(tmp_path: Path) -> None:
    warehouse, place = filled(tmp_path, read_sample())

    build(warehouse, place, parse_version("sample"), ("lewis-hamilton",), lambda done, total: None)

    [found] = warehouse.rows(
        place,
        "select count(*) as cells, count(*) filter (where difference is distinct from 0) as differences, "
        "count(distinct entity) as entities from f1db.reconciliation",
        2,
    )
    assert found == {"cells": 8965, "differences": 0, "entities": 6}
    [career] = warehouse.rows(place, "select race_wins, championships from lewis_hamilton.mart_career", 2)
    assert career == {"race_wins": 106, "championships": 7}
    warehouse.discard(place)
