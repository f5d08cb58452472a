"""A full disk under the warehouse: the transform says so, what is published stays, and room is all it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.transform_world import ZIP, TransformWorld, outcome_lines, real_tables, storage
from tests.small_disk import fill, small_disk

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
    # dbt's own dependencies warn; ours must not
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
OLD, NEW = "2026.10.0", "2026.11.0"
MIB = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 300 * 1024) as folder:
        yield folder


def test_the_published_release_stays_until_there_is_room_when_the_warehouse_has_none(
    tmp_path: Path, disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with storage(tmp_path / "gcs"):
        world = TransformWorld(disk)
        world.add_run(OLD, real_tables())
        assert world.transform() == 0
        before, needed = world.pointer(), world.warehouse.stat().st_size // MIB
        run = world.add_run(NEW, real_tables())
        for leave_mib in (1, needed // 2):  # none while it loads, none while it builds
            filler = fill(disk, leave_mib * 1024)
            capsys.readouterr()
            assert world.transform() == 1
            [line] = outcome_lines(capsys.readouterr().out)
            assert (line["severity"], line["outcome"]) == ("ERROR", "fault")
            assert "no space left on device" in line["message"].lower()
            assert world.pointer() == before
            assert world.query("select release, race_wins from lewis_hamilton.mart_career") == [(OLD, 106)]
            assert list(disk.glob("*.fence-*")) == [], "nothing half-built takes room"
            filler.unlink()
        assert world.transform() == 0
        assert world.pointer()["run"] == str(run)
        assert world.query("select release, race_wins from lewis_hamilton.mart_career") == [(NEW, 106)]
