"""The bundled sample passes every test of the models, and its totals reconcile without an exception."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.sample import build_sample_zip
from pipeline.releases import parse_version
from tests.dbt.test_marts import filled
from tests.integration.transform_world import tables_in
from transform.build import build

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


def test_everything_reconciles_when_the_release_is_the_sample(tmp_path: Path) -> None:
    warehouse, place = filled(tmp_path, tables_in(build_sample_zip()))

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
