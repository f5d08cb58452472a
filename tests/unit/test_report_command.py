"""The pages can be written again from what is published, and only from that."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from localcloud.cli import report as command
from localcloud.cli.arguments import parse
from localcloud.cli.exits import UsageError
from pipeline.clients.warehouse import control_file
from pipeline.objects import run_of
from pipeline.records import Pointer
from pipeline.releases import parse_version
from tests.unit.report_tables import FULL, Tables
from transform.docs import DocsError, without_folders
from transform.publication import page_name, stamp_of
from transform.report import __main__

VERSION = parse_version("2026.11.0")
RUN = run_of(VERSION, "a" * 64, "c" * 64, 0)
POINTER = Pointer(
    version=VERSION, run=RUN, attempt=1, zip_sha256="a" * 64, transform_digest="d" * 64,
    drivers=("ada-example", "jo-nobody"), fence=4, hold_above=None, published_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
    manifest=f"gs://state/{RUN.manifest}", report="gs://curated/reports/index.html", warehouse="w",
)  # fmt: skip


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A published warehouse of fence 4, with both drivers' marts."""
    both = {**FULL, **{name.replace("ada_example", "jo_nobody"): rows for name, rows in FULL.items()}}
    opened = SimpleNamespace(published_marts=lambda: nullcontext(Tables(both)))
    monkeypatch.setattr(__main__, "open_warehouse", lambda _: opened)
    path = tmp_path / "warehouse.duckdb"
    path.touch()
    control_file(path).write_text(json.dumps({"fence": 4, "published_fence": 4}))
    return f"duckdb://{path}"


def test_every_drivers_page_is_written_when_several_are_deployed(tmp_path: Path, warehouse: str) -> None:
    pages = __main__.write_pages(POINTER, warehouse, tmp_path / "report")
    assert [page.name for page in pages] == ["index.html", "jo-nobody.html"]
    assert all("<title>Ada Example in Formula 1</title>" in page.read_text("utf-8") for page in pages)
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["index.html", "jo-nobody.html"]


def test_nothing_is_written_when_the_warehouse_is_another_publications(tmp_path: Path, warehouse: str) -> None:
    path = Path(warehouse.removeprefix("duckdb://"))
    control_file(path).write_text(json.dumps({"fence": 5, "published_fence": 5}))
    with pytest.raises(__main__.StaleWarehouseError, match="published with fence 5, the pointer names 4"):
        __main__.write_pages(POINTER, warehouse, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_the_stamp_is_the_pointers_when_a_report_is_made_again() -> None:
    stamp = stamp_of(POINTER)
    assert (stamp.version, stamp.published_at_utc, stamp.is_sample) == ("2026.11.0", "2026-11-01T12:00:00.000Z", False)


def test_the_first_driver_has_the_index_when_pages_are_named() -> None:
    assert [page_name(POINTER.drivers, driver) for driver in POINTER.drivers] == ["index.html", "jo-nobody.html"]


def test_usage_is_told_when_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is published"):
        command.report(parse(["report", f"--state={tmp_path}"]))


def test_folders_are_relative_when_dbt_has_written_them() -> None:
    page = 'a "/scratch/x/target/compiled/m.sql" b "/src/it/dbt/models" c'
    found = without_folders(page, Path("/scratch/x"), Path("/src/it/dbt"))
    assert found == 'a "target/compiled/m.sql" b "dbt/models" c'


def test_docs_are_refused_when_they_name_another_folder_of_the_machine() -> None:
    with pytest.raises(DocsError, match="/src/it"):
        without_folders('"/src/it/secrets.txt"', Path("/scratch/x"), Path("/src/it/dbt"))


def test_all_pages_are_copied_when_several_drivers_are_deployed(tmp_path: Path) -> None:
    from localcloud.report import copy_report

    objects: dict[tuple[str, str], bytes] = {
        ("state", "published.json"): json.dumps(POINTER.to_json()).encode(),
        ("curated", "reports/index.html"): b"first",
        ("curated", "reports/jo-nobody.html"): b"second",
    }
    store = cast(Any, SimpleNamespace(read_bytes=lambda bucket, name: objects[bucket, name]))
    assert copy_report(store, tmp_path) is True
    assert (tmp_path / "report/index.html").read_bytes() == b"first"
    assert (tmp_path / "report/jo-nobody.html").read_bytes() == b"second"
