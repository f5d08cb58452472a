"""The history objects: written once, found by the pair of runs, read for the chosen drivers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.clients.storage import Bucket
from pipeline.objects import Run
from pipeline.records import Outcome, OutcomeKind
from pipeline.releases import parse_version
from tests.integration.transform_world import CURATED, PROJECT, storage
from transform.history.kept import KeptHistory, schemas
from transform.history.releases import SoundRelease, sound_releases, with_current

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    with storage(tmp_path / "gcs"):
        yield Bucket(CURATED, PROJECT)


def a_run(version: str, request: int = 0) -> Run:
    return Run(parse_version(version), "a" * 8, "c" * 8, request)


def sound(version: str, fence: int, request: int = 0) -> SoundRelease:
    return SoundRelease(a_run(version, request), 1, fence, NOON)


def ended(version: str, kind: OutcomeKind, fence: int, request: int = 0) -> Outcome:
    return Outcome(kind, parse_version(version), a_run(version, request), "", NOON, 1, fence)


def summaries(release: str, rows: int) -> Any:
    row = {"release": release, "table_name": "races", "rows_after": rows}
    return pa.Table.from_pylist([row], schema=schemas()["summaries"])


def careers(wins: int) -> Any:
    rows = [{"driver_id": driver, "metric": "race_wins", "value": Decimal(wins)} for driver in ("ann", "bob", "cas")]
    schema = schemas()["headlines"]
    return pa.Table.from_pylist(rows, schema=pa.schema([schema.field(name) for name in schema.names[1:]]))


def test_a_comparison_stays_as_it_was_when_it_is_kept_twice(bucket: Bucket) -> None:
    kept, run, previous = KeptHistory.listed(bucket), a_run("2026.11.0"), a_run("2026.10.0")
    assert not kept.has_comparison(previous, run)
    for rows in (5, 6):
        kept.keep_comparison(previous, run, schemas()["changes"].empty_table(), summaries("2026.11.0", rows))

    again = KeptHistory.listed(bucket)
    assert sorted(again.generations) == [
        f"history/2026.11.0/f1db-2026-11-0-aaaaaaaa-cccccccc-0/{what}-since-f1db-2026-10-0-aaaaaaaa-cccccccc-0.parquet"
        for what in ("changes", "summaries")
    ]
    assert again.has_comparison(previous, run)
    assert not again.has_comparison(None, run)
    pairs = [(sound("2026.10.0", 1), sound("2026.11.0", 2))]
    assert again.summaries(pairs).column("rows_after").to_pylist() == [5]
    assert again.changes(pairs).num_rows == 0


def test_headlines_are_the_newest_publications_when_there_are_several(bucket: Bucket) -> None:
    kept = KeptHistory.listed(bucket)
    for fence, wins in ((9, 105), (10, 106)):
        kept.keep_headlines(a_run("2026.10.0"), fence, careers(wins))

    found = KeptHistory.listed(bucket).headlines([sound("2026.9.0", 1), sound("2026.10.0", 9)], ["bob", "eve"])

    assert found.to_pylist() == [
        {"release": "2026.10.0", "driver_id": "bob", "metric": "race_wins", "value": Decimal("106.00")}
    ]


def test_releases_are_sound_in_version_order_when_their_newest_run_was() -> None:
    outcomes = [
        ended("2026.10.0", OutcomeKind.PUBLISHED, 5, request=1),
        ended("2026.9.1", OutcomeKind.BACKFILLED, 7),
        ended("2026.10.0", OutcomeKind.PUBLISHED, 2),
        ended("2026.8.0", OutcomeKind.SUPERSEDED, 8),
        ended("2026.11.0", OutcomeKind.REJECTED, 9),
        ended("sample", OutcomeKind.PUBLISHED, 1),
    ]
    chain = sound_releases(outcomes)
    assert [(str(one.run), one.fence) for one in chain] == [
        ("f1db-2026-9-1-aaaaaaaa-cccccccc-0", 7),
        ("f1db-2026-10-0-aaaaaaaa-cccccccc-1", 5),
    ]
    assert [one.fence for one in with_current(chain, sound("2026.9.2", 10))] == [7, 10, 5]
    assert [one.fence for one in with_current(chain, sound("2026.9.1", 10))] == [10, 5]
    assert with_current(chain, sound("sample", 10)) == chain
