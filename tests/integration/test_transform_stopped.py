"""A holder that is stopped past its lease: another takes over and publishes; awake again, the first may not."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from tests.integration.transform_world import (
    ZIP,
    TransformWorld,
    outcome_lines,
    real_tables,
    run_endpoint,
    signal_at,
    start_transform,
    storage,
)

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real release at {ZIP.name}; set F1DB_ZIP"),
]
NEW = "2026.11.0"
SHORT_LEASE = {"LEASE_TTL_S": "2", "TASK_TIMEOUT_S": "1"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TransformWorld]:
    with storage(tmp_path / "gcs"):
        yield TransformWorld(tmp_path)


@pytest.mark.parametrize("step", ["load", "build", "publish", "report"])
def test_a_stopped_holder_does_not_publish_when_its_lease_was_taken_meanwhile(world: TransformWorld, step: str) -> None:
    run = world.add_run(NEW, real_tables())
    with run_endpoint(set()) as endpoint:  # Cloud Run says that both executions go on
        first = start_transform(world.environment(CLOUD_RUN_EXECUTION="transform-first", **SHORT_LEASE, **endpoint))
        try:
            signal_at(step, first, signal.SIGSTOP)
            assert world.document("lease.json")["holder"] == "transform-first"
            Event().wait(2.2)  # its lease runs out
            second = start_transform(world.environment(CLOUD_RUN_EXECUTION="transform-second", **endpoint))
            output, _ = second.communicate(timeout=200)
            assert [line["outcome"] for line in outcome_lines(output)] == ["published"], output
            pointer = world.pointer()
            assert (pointer["run"], pointer["fence"]) == (str(run), 2)
        finally:
            first.send_signal(signal.SIGCONT)
        late, _ = first.communicate(timeout=200)

    assert first.returncode == 1, late
    assert [(line["outcome"], line["severity"]) for line in outcome_lines(late)] == [("lease_lost", "WARNING")], late
    assert world.pointer() == pointer
    assert world.document(run.outcome)["fence"] == 2
    assert world.document("lease.json")["holder"] is None
    assert world.state.list_objects(f"{run.prefix}transform-") == [], "a lost lease is no fault of the release"
    assert world.query("select release, race_wins from lewis_hamilton.mart_career") == [(NEW, 106)]
    control = json.loads((world.folder / "warehouse.duckdb.control.json").read_text())
    assert (control["fence"], control["published_fence"]) == (2, 2)
    assert not list(world.folder.glob("*.fence-*"))
