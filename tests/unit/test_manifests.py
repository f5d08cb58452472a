"""A forged manifest: a batch that was taken over may write one, but chooses no SQL and no address with it."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.documents import InvalidDocumentError
from pipeline.manifests import Manifest

RUN = "f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0"


def manifest(**changed: Any) -> dict[str, Any]:
    table = {
        "name": "races-race-results",
        "rows": 3,
        "rejected_rows": 0,
        "bytes": 900,
        "parquet": f"gs://a-project-curated/runs/{RUN}/2/{changed.get('name', 'races-race-results')}.parquet",
        "columns": [{"name": "raceId", "type": "decimal(6,3)", "nullable": False}],
        "key": ["raceId"],
        "race_column": "raceId",
        "driver_column": None,
        **changed,
    }
    return {
        "format": 1,
        "status": "processed",
        "version": "2026.11.0",
        "run": RUN,
        "attempt": 2,
        "zip": {"sha256": "a" * 64},
        "tables": [table],
        "findings": [],
        "finding_counts": {"error": 0, "warning": 0},
    }


def test_manifest_is_read_when_it_is_what_a_batch_writes() -> None:
    (table,) = Manifest.from_json(manifest()).tables
    assert (table.name, table.key, table.columns[0].type) == ("races-race-results", ("raceId",), "decimal(6,3)")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"name": 'races" as select 1; drop schema f1db cascade; --'}, "is no table's name"),
        ({"name": "races` (x int64); drop table `f1db.races"}, "is no table's name"),
        ({"name": "../other-run/1/races"}, "is no table's name"),
        ({"name": "races\n"}, "is no table's name"),
        ({"name": "r" * 201}, "is no table's name"),
        ({"columns": [{"name": "id` int64) as select 1; --", "type": "int", "nullable": True}]}, "no column's name"),
        ({"columns": [{"name": "raceId\n", "type": "int", "nullable": True}]}, "no column's name"),
        ({"columns": [{"name": "raceId", "type": "int) as select 1; --", "nullable": True}]}, "no column's type"),
        ({"parquet": f"gs://a-project-curated/runs/{RUN}/1/races-race-results.parquet"}, "is not this attempt's"),
        ({"parquet": "gs://curated/runs/f1db-2026-10-0-aaaaaaaa-bbbbbbbb-0/2/races-race-results.parquet"}, "is not"),
        ({"parquet": f"gs://elsewhere/x/runs/{RUN}/2/races-race-results.parquet"}, "is not this attempt's"),
        ({"parquet": "file:///etc/passwd"}, "is not this attempt's"),
        ({"key": ['raceId" or 1 = 1; --']}, "is none of its columns"),
        ({"race_column": "x"}, "is none of its columns"),
        ({"driver_column": "x"}, "is none of its columns"),
    ],
)  # fmt: skip
def test_manifest_is_refused_when_a_name_or_address_is_forged(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidDocumentError, match=problem) as raised:
        Manifest.from_json(manifest(**changed))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("run", ["f1db-2026-10-0-aaaaaaaa-bbbbbbbb-0", "../../x", f"{RUN}\n"])
def test_manifest_is_refused_when_it_is_of_another_version(run: str) -> None:
    with pytest.raises(InvalidDocumentError, match="is no run of"):
        Manifest.from_json({**manifest(), "run": run, "tables": []})
