"""`dbt build` inside this process, in the private place: progress as it goes, and what failed with its rows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.releases import Version
from transform.errors import FaultError, RefusalError
from transform.parsed_project import PROJECT, parsed_project
from transform.warehouses.protocol import PrivatePlace, Progress, Warehouse

ROWS_SHOWN = 20
ROWS_TOLD = 3
MESSAGE_CHARS = 500
# dbt's events for finished nodes, and under which name each carries the number of all nodes.
_TOTALS = {
    "LogModelResult": "total", "LogTestResult": "num_models", "LogSeedResult": "total", "LogNodeNoOpResult": "total",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FailedNode:
    """A node of the dbt project that did not succeed; `sql` is what a test ran."""

    name: str
    is_test: bool
    status: str
    message: str
    sql: str | None


def build(
    warehouse: Warehouse, place: PrivatePlace, version: Version, drivers: tuple[str, ...], progress: Progress,
    *, raw_rows: Mapping[str, int] | None = None, accepts_losses: bool = False,
) -> None:  # fmt: skip
    """Build and test every model, the chosen drivers' marts once for each driver.

    `raw_rows` is what the manifest says of each raw table; `accepts_losses` waives that no race of the release before
    may be missing. dbt's unit tests are left out: they try the models and not the data, so no release could pass or
    fail them.

    Raises:
        RefusalError: `tests_failed`, naming the tests, with rows of each.
        FaultError: `dbt_failed`, when dbt or a model broke for another reason.
    """
    for number, driver_id in enumerate(drivers):
        variables = {
            "driver_id": driver_id,
            "drivers": list(drivers),
            "release": str(version),
            "is_sample": version.is_sample,
            "raw_rows": dict(raw_rows or {}),
            "accepts_losses": accepts_losses,
            "dataset_suffix": place.dataset_suffix,
        }
        selection = [] if number == 0 else ["--select", "path:models/driver"]
        failed = _run_dbt(place, ["build", "--exclude-resource-type", "unit_test", *selection], variables, progress)
        if failed:
            _raise(warehouse, place, failed)


def _run_dbt(
    place: PrivatePlace, command: list[str], variables: Mapping[str, Any], progress: Progress
) -> list[FailedNode]:
    from dbt.cli.main import dbtRunner

    place.scratch.mkdir(parents=True, exist_ok=True)
    flags = ["--log-level", "none", "--log-level-file", "none", "--no-write-json", "--no-partial-parse"]
    settings = [
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target", place.dbt_target,
        "--target-path", str(place.scratch / "target"), "--log-path", str(place.scratch / "logs"),
        "--vars", json.dumps(variables),
    ]  # fmt: skip

    def invoke(runner: dbtRunner, words: list[str]) -> Any:
        answer = runner.invoke([*flags, *words, *settings])
        if answer.exception is not None:
            raise FaultError("dbt_failed", f"dbt {words[0]}: {answer.exception}") from answer.exception
        return answer.result

    with _environment(place.environment):
        manifest = parsed_project(place, variables, lambda: invoke(dbtRunner(), ["parse"]))
        done = invoke(dbtRunner(manifest, [_Progress(progress)]), command)
    failing = ("error", "fail", "runtime error")
    return [_failed_node(result) for result in getattr(done, "results", []) if str(result.status) in failing]


class _Progress:
    """Counts finished nodes; dbt tells the total with each."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0

    def __call__(self, event: Any) -> None:
        total = _TOTALS.get(event.info.name)
        if total is not None:
            self._done += 1
            self._progress(self._done, max(int(getattr(event.data, total)), self._done))


def _failed_node(result: Any) -> FailedNode:
    return FailedNode(
        name=result.node.name,
        is_test=str(result.node.resource_type) in ("test", "unit_test"),
        status=str(result.status),
        message=(result.message or "").strip(),
        sql=getattr(result.node, "compiled_code", None),
    )


def _raise(warehouse: Warehouse, place: PrivatePlace, failed: list[FailedNode]) -> None:
    broken = [node for node in failed if not (node.is_test and node.status == "fail")]
    if broken:
        raise FaultError(
            "dbt_failed",
            f"dbt could not build {', '.join(node.name for node in broken)}: "
            + " ".join(broken[0].message.split())[:MESSAGE_CHARS],
            [{"node": node.name, "message": node.message} for node in broken],
        )
    details: list[dict[str, Any]] = []
    for node in failed:
        rows = warehouse.rows(place, node.sql, ROWS_SHOWN - len(details)) if node.sql else []
        details.extend({"test": node.name, **row} for row in rows)
    told = "failed: " + ", ".join(node.name for node in failed)
    shown = "; ".join(_row_in_words(row) for row in details[:ROWS_TOLD])
    raise RefusalError("tests_failed", f"{told}: {shown}" if shown else told, details)


def _row_in_words(row: Mapping[str, Any]) -> str:
    """Write a failing row as `entity=driver, entity_id=…, ours=106, f1db=107`; what is null is left out."""
    return ", ".join(f"{name}={value}" for name, value in row.items() if name != "test" and value is not None)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set what profiles.yml reads; dbt takes it from the process's environment only."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
