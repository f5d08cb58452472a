"""Hands off: the scheduler ticks, events are lost, doubled and delayed; releases still arrive."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.conftest import Machine

pytestmark = pytest.mark.slow


def curl(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        ["curl", "-s", "-o", "-", "-w", "\n%{http_code}", *words], capture_output=True, text=True, check=True
    )
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def token(machine: Machine) -> str:
    urls = machine.localcloud()["urls"]
    path = "computeMetadata/v1/instance/service-accounts/default/identity"
    status, body = curl("-H", "Metadata-Flavor: Google", f"{urls['metadata']}/{path}?audience={urls['check_release']}")
    assert status == 200, body
    return body


def ask(machine: Machine, body: str) -> tuple[int, str]:
    """Ask check_release as somebody who may; return the status and the answer's body."""
    given = ["-H", f"Authorization: Bearer {token(machine)}", "-H", "Content-Type: application/json", "-d", body]
    return curl("-X", "POST", *given, machine.localcloud()["urls"]["check_release"])


def decisive(machine: Machine) -> dict[Path, bytes]:
    """Read what decides; a tick that comes meanwhile may leave a notice."""
    found = machine.objects("state/**/*.json")
    return {path: path.read_bytes() for path in found if "notices" not in path.parts}


def hold_fences_to_rise(machine: Machine, *versions: str) -> None:
    """The releases were published in this order; an outcome is written after what readers see."""
    machine.wait_until(lambda: set(versions) <= set(machine.outcomes()), f"outcomes of {', '.join(versions)}")
    outcomes = machine.objects("state/runs/*/*/outcome.json")
    fences = {path.parts[-3]: json.loads(path.read_text())["fence"] for path in outcomes}
    assert sorted(versions, key=lambda version: fences[version]) == list(versions)


def hold_only_parquet_of_two_runs_to_be_kept(machine: Machine) -> None:
    """What is published by the rollback's request, and what was before it; the manifest of the first run stays."""
    kept = {path.parts[-3] for path in machine.objects("curated/runs/*/*/*.parquet")}
    assert sorted((run.rsplit("-", 4)[0], run[-1]) for run in kept) == [("f1db-2026-10", "1"), ("f1db-2026-11", "0")]
    assert len(machine.objects("state/runs/2026.10.0/*/manifest.json")) == 2


def hold_strangers_to_be_refused(url: str) -> None:
    assert curl("-X", "POST", url)[0] == 403
    assert curl("-X", "POST", "-H", "Authorization: Bearer nonsense", url)[0] == 401


def hold_requests_to_change_nothing(machine: Machine) -> None:
    """A dry run and a forged body are answered, and leave what decides as it is."""
    before = decisive(machine)
    status, body = ask(machine, '{"release": "2026.10.0", "rollback": true, "dry_run": true}')
    assert status == 200
    assert json.loads(body)["outcome"] == "dry_run"
    assert decisive(machine) == before
    status, body = ask(machine, '{"release": 3, "forse": true}')
    assert status == 400
    assert "release" in body
    assert "forse" in body


def test_releases_arrive_in_order_when_only_the_scheduler_ticks_and_events_are_lost_and_doubled(
    machine_with_a_release: Machine, release: Callable[[int], bytes]
) -> None:
    machine = machine_with_a_release
    described = machine.up(GITHUB=machine.github, TICK_S=4)
    second = machine.make("up", GITHUB=machine.github)
    assert second.returncode == 2
    assert str(described["pid"]) in second.stderr + second.stdout

    hold_strangers_to_be_refused(described["urls"]["check_release"])

    switches = machine.state / "events-switches.json"
    switches.write_text('{"drop": 1, "duplicate": 2}')
    machine.offer("2026.11.0", release(3))
    machine.wait_for_published("2026.11.0")
    assert json.loads(switches.read_text())["drop"] == 0, "the event of the ZIP was lost, all others come thrice"
    machine.wait_until(
        lambda: machine.outcomes() == {"2026.10.0": ["published"], "2026.11.0": ["published"]},
        "both releases to have their outcome",
    )
    hold_fences_to_rise(machine, "2026.10.0", "2026.11.0")
    assert len(machine.objects("state/runs/2026.11.0/*/batch-*.json")) == 1
    assert machine.query("select count(*) from lewis_hamilton.mart_career") == [["1"]]
    assert machine.logged("transform", "comparing 2026.11.0 with 2026.10.0: 46 of 47 tables are the same") == 1
    changes = "select change, key, previous_release from f1db.release_changes where release = '2026.11.0' order by key"
    assert machine.query(changes) == [
        ["removed", "id=system-test-1", "2026.10.0"],
        ["added", "id=system-test-3", "2026.10.0"],
    ]

    machine.offer("2026.10.1", release(4))
    older = machine.run(RELEASE="2026.10.1", expect=1)
    assert older["state"] == "superseded"
    assert re.search(r"FORCE|force", older["output"])

    hold_requests_to_change_nothing(machine)

    rolled_back = machine.run(RELEASE="2026.10.0", ROLLBACK=1)
    assert rolled_back["state"] == "published"
    hold_only_parquet_of_two_runs_to_be_kept(machine)
    ticks = machine.logged("scheduler", "tick")
    machine.wait_until(lambda: machine.logged("scheduler", "tick") >= ticks + 2, "two more ticks")
    pointer = machine.pointer()
    assert pointer["version"] == "2026.10.0", "a tick leaves a rollback alone"
    assert pointer["hold_above"] == "2026.11.0"
    machine.offer("2026.11.1", release(5))
    assert machine.wait_for_published("2026.11.1")["hold_above"] is None
    hold_fences_to_rise(machine, "2026.11.0", "2026.11.1")
    assert machine.make("down").returncode == 0
