"""Every place of the code that writes an object has the rights for it; a new place fails here until it is listed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terraform.offline import ROOT, Plan
from tests.terraform.test_least_privilege import RUN, permissions_of

pytestmark = pytest.mark.slow

WRITING = {
    *("create_json", "create_bytes", "create_from_stream", "replace_json", "rename", "delete", "touch", "write_page"),
    *("upload_from_string", "open_output_stream"),
}
# The clients themselves: whoever calls them is listed instead.
CLIENTS = {"functions/pipeline/clients/storage.py"}
ZIP, INCOMING = "releases/2026.11.0/e55e843c0000/f1db-csv.zip", "incoming/2026.11.0/0123.zip"
CREATE, REPLACE = {"create", "get"}, {"create", "delete", "get"}

# (file, method) → who writes which object there, and what that takes.
PLACES: dict[tuple[str, str], list[tuple[str, str, str, set[str]]]] = {
    ("functions/pipeline/stages/start_batch.py", "create_json"): [
        ("start-batch", "state", f"{RUN}/batch-1.json", CREATE)
    ],
    ("functions/pipeline/stages/wishes.py", "create_json"): [
        ("check-release", "state", "requests/2026.11.0/1.json", CREATE)
    ],
    ("functions/pipeline/stages/notices.py", "create_json"): [
        ("check-release", "state", f"notices/2026.11.0/{what}-0123456789ab.json", CREATE)
        for what in ("asset_changed", "batch_usage")
    ],
    ("functions/pipeline/outcomes.py", "create_json"): [
        (account, "state", f"{RUN}/outcome.json", CREATE) for account in ("start-batch", "start-dbt", "transform")
    ],
    ("functions/pipeline/zips/landing.py", "create_from_stream"): [
        ("check-release", "landing", name, CREATE) for name in (ZIP, INCOMING)
    ],
    ("functions/pipeline/zips/landing.py", "rename"): [
        ("check-release", "landing", INCOMING, {"get", "delete"}),
        ("check-release", "landing", ZIP, CREATE),
    ],
    ("dataproc_jobs/f1db_batch/storage.py", "upload_from_string"): [
        ("batch", "state", f"{RUN}/manifest.json", CREATE),
        ("batch", "curated", "runs/f1db-x/1/findings.json", REPLACE),
    ],
    ("dataproc_jobs/f1db_batch/task.py", "open_output_stream"): [
        ("batch", "curated", "runs/f1db-x/1/races.parquet", REPLACE),
        ("batch", "curated", "runs/f1db-x/1/rejects/races.jsonl", REPLACE),
    ],
    ("dbt/transform/history/kept.py", "create_bytes"): [
        ("transform", "curated", "history/2026.11.0/x/changes-since-nothing.parquet", CREATE)
    ],
    ("dbt/transform/prune.py", "delete"): [("transform", "curated", "runs/f1db-x/1/races.parquet", {"list", "delete"})],
    ("dbt/transform/failures.py", "create_json"): [("transform", "state", f"{RUN}/transform-1.json", CREATE)],
    ("dbt/transform/publication.py", "create_json"): [("transform", "state", f"{RUN}/outcome.json", CREATE)],
    ("dbt/transform/publication.py", "replace_json"): [("transform", "state", "published.json", REPLACE)],
    ("dbt/transform/publication.py", "write_page"): [
        ("transform", "curated", "reports/f1db-x/3/index.html", {"create", "delete"})
    ],
    ("dbt/transform/lease.py", "create_json"): [("transform", "state", "lease.json", CREATE)],
    ("dbt/transform/lease.py", "replace_json"): [("transform", "state", "lease.json", REPLACE)],
    ("dbt/transform/lease.py", "touch"): [("transform", "state", "lease.json", {"get", "update"})],
}


def places_that_write() -> set[tuple[str, str]]:
    """Find the calls of writing methods in what is deployed."""
    return {
        (str(path.relative_to(ROOT)), method)
        for folder in ("functions", "dataproc_jobs", "dbt/transform")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if str(path.relative_to(ROOT)) not in CLIENTS
        for method in _written_in(path)
    }


def _written_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING:
            yield node.func.attr


def test_every_place_that_writes_is_listed_when_the_code_is_walked() -> None:
    assert places_that_write() == set(PLACES)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}:{place[1]}")
def test_place_has_the_rights_that_it_needs_when_planned(whole_plan: Plan, place: tuple[str, str]) -> None:
    for account, bucket, name, needed in PLACES[place]:
        missing = needed - permissions_of(whole_plan, account, bucket, name)
        assert missing == set(), f"{account} lacks {missing} on {bucket}/{name}"
