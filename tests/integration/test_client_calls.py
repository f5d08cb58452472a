"""Every call of every client of ours against faults on real sockets: repeated within its budget, or one clear error."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.chaos.client_calls import CALLS
from tests.chaos.client_faults import FAULTS, QUICK, STALL_S, Cell
from tests.chaos.results import keep_cells

ROOT = Path(__file__).resolve().parents[2]
BUDGET_S = 20.0
TOLD_EVERY = 24
# What each call answers to a fault that happens once, and to those where it answers something else.
STORAGE = ("done", {"HTML with 200": "storage_unavailable", "503 for ever": "storage_unavailable"})
JOBS = ("done", {"408": "warehouse_unavailable", "HTML with 200": "warehouse_unavailable"})
BATCH = ("done", {"HTML with 200": "JSONDecodeError"})
ANSWERS: dict[str, tuple[str, dict[str, str]]] = {
    **{name: STORAGE for name in CALLS if name.startswith("Bucket.")},
    "Bucket.read_json": ("done", {"HTML with 200": "malformed_document", "503 for ever": "storage_unavailable"}),
    "Bucket.open": ("done", {"503 for ever": "storage_unavailable"}),
    "Dataproc.create_batch": ("dataproc_unavailable", {"429": "batch_refused"}),
    "Dataproc.find_batch": (
        "done",
        {"HTML with 200": "dataproc_unavailable", "503 for ever": "dataproc_unavailable"},
    ),
    "RunJob.start": ("run_unavailable", {}),
    "RunJob.has_ended": ("done", {"HTML with 200": "run_unavailable", "503 for ever": "run_unavailable"}),
    "wake": ("replay_failed", {"HTML with 200": "done"}),
    "wake, its ID token": ("done", {"HTML with 200": "replay_failed", "503 for ever": "replay_failed"}),
    "GitHub.latest": ("done", {"HTML with 200": "github_nonsense", "503 for ever": "github_unreachable"}),
    "GitHub.named": ("done", {"HTML with 200": "github_nonsense", "503 for ever": "github_unreachable"}),
    "GitHub.listed": (
        "done",
        {"429": "github_rate_limited", "HTML with 200": "github_nonsense", "503 for ever": "github_unreachable"},
    ),
    # One opening, which `land` repeats; a page with 200 is a body like any other until its bytes are looked at.
    "GitHub.open_zip": (
        "github_unreachable",
        {"429": "github_rate_limited", "truncated": "zip_short", "HTML with 200": "done"},
    ),
    "land": ("done", {"429": "github_rate_limited", "503 for ever": "github_unreachable"}),
    "published_fence": ("warehouse_unavailable", {}),
    "published_fence, its access token": (
        "done",
        {"HTML with 200": "warehouse_unavailable", "503 for ever": "warehouse_unavailable"},
    ),
    **dict.fromkeys(("load_table", "run_all", "rows_changed"), JOBS),
    "finish_load": ("done", {"408": "load_failed", "HTML with 200": "warehouse_unavailable"}),
    "store_table": ("done", {"HTML with 200": "warehouse_unavailable"}),
    "fetch_zip": ("done", {"HTML with 200": "WrongObjectError"}),
    **dict.fromkeys(("create_once", "write"), BATCH),
    "pyarrow reads": ("done", {"503 for ever": "OSError"}),
    "pyarrow writes": ("done", {"HTML with 200": "OSError", "503 for ever": "OSError"}),
}
# A request that is acknowledged by somebody else than the function is lost; the next tick sees that nothing came of it.
WITHOUT_EFFECT = {("wake", "HTML with 200")}
NOT_TRIED = {"stall", "stall after"}
# BigQuery's client waits 128 s for a job's state, whatever it is told: more than a stall here, and yet an end. While
# a body is sent, the five seconds of connecting count: with little room in the kernel a part is still being sent.
PATIENT = {"finish_load", "Bucket.create_from_stream, a part"}
# What is public in a client's module and is no call of a service.
NO_CALLS = {
    "Creation", "BatchPlan", "Readable", "StoredObject", "Answer", "Body", "Asset", "Release", "read_release",
    "whole_number", "control_file", "read_control_file", "load_job_id", "WrongObjectError", "StoredZip",
    "reading_again", "open_client", "error_code",
}  # fmt: skip
# Called by GitHub's methods, and only by them.
WITHIN = {"fetch", "download"}


def measure(*arguments: str) -> list[Cell]:
    """Fill cells, in a process whose Google clients have never seen another world."""
    path = os.pathsep.join(str(ROOT / name) for name in ("", "functions", "dataproc_jobs", "dbt"))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "HOME": "/nonexistent", "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-m", "tests.chaos.client_faults", "--json", *arguments]
    cells: list[Cell] = []
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            cells.append(Cell(**json.loads(line)))
            if len(cells) % TOLD_EVERY == 0:
                sys.stderr.write(f"{len(cells):4} cells of clients' calls, the last is {cells[-1].call}\n")
        status = process.wait()
        errors.seek(0)
        said = errors.read()
    assert status == 0, said
    assert "Traceback" not in said, said
    return cells


def problems(cell: Cell) -> list[str]:
    """Tell what a cell is not: as expected, with its effect once, in time, and whole when it is made again."""
    usual, others = ANSWERS[cell.call]
    found = []
    if not cell.has_fired:
        found.append("the fault never happened")
    if cell.answer != others.get(cell.fault, usual):
        found.append(f"answers {cell.answer}, not {others.get(cell.fault, usual)}: {cell.value}")
    # Beyond what the call takes undisturbed, which on a loaded machine is not nothing.
    is_patient = cell.call in PATIENT
    if cell.fault.startswith("stall") and not is_patient and cell.seconds - cell.again_seconds >= STALL_S:
        found.append("waits as long as the stall lasts")
    if cell.seconds > BUDGET_S:
        found.append(f"took {cell.seconds} s")
    if cell.again != "done":
        found.append(f"made again, it answers {cell.again}")
    if cell.effects is not None:
        is_done = cell.answer == "done" and (cell.call, cell.fault) not in WITHOUT_EFFECT
        if cell.effects > 1 or (is_done and cell.effects != 1):
            found.append(f"had its effect {cell.effects} times")
        if not cell.effects_again:
            found.append("made again, it has no effect")
    return [f"{cell.call}, {cell.fault}: {problem}" for problem in found]


@pytest.mark.slow
def test_repeats_a_call_or_fails_clearly_with_one_effect_when_a_request_goes_wrong() -> None:
    cells = measure(f"--faults={','.join(QUICK)}")
    assert {(cell.call, cell.fault) for cell in cells} == {(call, fault) for call in CALLS for fault in QUICK}
    assert [problem for cell in cells for problem in problems(cell)] == []


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_repeats_a_call_or_fails_clearly_with_one_effect_when_anything_goes_wrong() -> None:
    cells = measure()
    keep_cells(cells)
    missing = {(call, fault) for call in CALLS for fault in FAULTS} - {(cell.call, cell.fault) for cell in cells}
    assert {call for call, fault in missing if fault != "503 for ever"} == {"pyarrow reads", "pyarrow writes"}
    assert {fault for call, fault in missing if call.startswith("pyarrow")} == NOT_TRIED
    assert {call for call, fault in missing if fault == "503 for ever"} == {
        *("load_table", "finish_load", "store_table", "run_all", "rows_changed", "fetch_zip", "create_once", "write"),
    }
    assert [problem for cell in cells for problem in problems(cell)] == []


@pytest.mark.slow
def test_a_writer_knows_its_own_object_when_the_acknowledgement_was_lost() -> None:
    cells = measure("--calls=create_once;Bucket.create_json", "--faults=lost acknowledgement,truncated")
    assert [(cell.call, cell.value, cell.effects) for cell in cells] == [
        ("create_once", "True", 1),
        ("create_once", "True", 1),
        ("Bucket.create_json", "True", 1),
        ("Bucket.create_json", "True", 1),
    ]


def public_names(path: Path) -> set[str]:
    """List a module's public functions, and the public methods of its public classes as `Class.method`."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            names.add(node.name)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name not in NO_CALLS:
            methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
            names |= {f"{node.name}.{method.name}" for method in methods if not method.name.startswith("_")}
    return names


def test_every_public_call_of_a_client_has_its_row_when_the_modules_are_walked() -> None:
    modules = [
        *sorted((ROOT / "functions/pipeline/clients").glob("*.py")),
        ROOT / "dbt/transform/warehouses/bigquery_jobs.py",
        ROOT / "dbt/transform/warehouses/bigquery_client.py",
        ROOT / "dataproc_jobs/f1db_batch/storage.py",
    ]
    found = set().union(*(public_names(path) for path in modules)) - NO_CALLS - WITHIN
    rows = {name.partition(",")[0] for name in CALLS} - {"land", "pyarrow reads", "pyarrow writes"}
    assert found == rows
    assert set(ANSWERS) == set(CALLS)


def test_the_batch_uses_gcs_only_as_the_rows_do_when_its_code_is_searched() -> None:
    used = {
        node.func.attr
        for path in (ROOT / "dataproc_jobs").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("gcs", "fs")
    }
    assert used == {"GcsFileSystem", "open_input_file", "open_output_stream"}
