"""Every call of every client of ours against faults on real sockets: repeated within its budget, or one clear error."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.chaos.client_calls import CALLS, NOT_TRIED, OVERWRITES, TWICE, UNNOTICED
from tests.chaos.client_faults import FAULTS, QUICK, STALL_S, Cell
from tests.chaos.page import BEGIN, END, is_sound, main, rendered
from tests.chaos.results import keep_cells, read_results

ROOT = Path(__file__).resolve().parents[2]
BUDGET_S = 20.0
TOLD_EVERY = 24
# What each call answers to a fault that happens once, and to those where it answers something else; what a call does
# not notice is declared in `UNNOTICED`.
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
    "wake": ("replay_failed", {}),
    "wake, its ID token": ("done", {"HTML with 200": "replay_failed", "503 for ever": "replay_failed"}),
    "GitHub.latest": ("done", {"HTML with 200": "github_nonsense", "503 for ever": "github_unreachable"}),
    "GitHub.named": ("done", {"HTML with 200": "github_nonsense", "503 for ever": "github_unreachable"}),
    "GitHub.listed": (
        "done",
        {"429": "github_rate_limited", "HTML with 200": "github_nonsense", "503 for ever": "github_unreachable"},
    ),
    # One opening, which `land` repeats.
    "GitHub.open_zip": ("github_unreachable", {"429": "github_rate_limited", "truncated": "zip_short"}),
    "land": ("done", {"429": "github_rate_limited", "503 for ever": "github_unreachable"}),
    "published_fence": ("warehouse_unavailable", {}),
    "published_fence, its access token": (
        "done",
        {"HTML with 200": "warehouse_unavailable", "503 for ever": "warehouse_unavailable"},
    ),
    **dict.fromkeys(("load_table", "run_all", "rows_changed"), JOBS),
    "finish_load": JOBS,
    "store_table": ("done", {"HTML with 200": "warehouse_unavailable"}),
    "fetch_zip": ("done", {"HTML with 200": "WrongObjectError"}),
    **dict.fromkeys(("create_once", "write"), BATCH),
    "pyarrow reads": ("done", {"503 for ever": "OSError"}),
    "pyarrow writes": ("done", {"HTML with 200": "OSError", "503 for ever": "OSError"}),
}
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


def expected_answer(call: str, fault: str) -> str:
    if (call, fault) in UNNOTICED:
        return UNNOTICED[call, fault][0]
    usual, others = ANSWERS[call]
    return others.get(fault, usual)


def problems(cell: Cell) -> list[str]:
    """Tell what a cell is not: as expected, with its effect once, in time, and whole when it is made again."""
    expected = expected_answer(cell.call, cell.fault)
    found = []
    if not cell.has_fired:
        found.append("the fault never happened")
    if cell.answer != expected:
        found.append(f"answers {cell.answer}, not {expected}: {cell.value}")
    # Beyond what the call takes undisturbed, which on a loaded machine is not nothing.
    is_patient = cell.call in PATIENT
    if cell.fault.startswith("stall") and not is_patient and cell.seconds - cell.again_seconds >= STALL_S:
        found.append("waits as long as the stall lasts")
    if cell.seconds > BUDGET_S:
        found.append(f"took {cell.seconds} s")
    if cell.again != "done":
        found.append(f"made again, it answers {cell.again}")
    if cell.again == "done" and not is_sound(cell):
        found.append(f"had its effect {cell.effects} times, and made again {cell.effects_again}")
    return [f"{cell.call}, {cell.fault}: {problem}" for problem in found]


@pytest.mark.slow
def test_repeats_a_call_or_fails_clearly_with_one_effect_when_a_request_goes_wrong() -> None:
    cells = measure(f"--faults={','.join(QUICK)}")
    assert {(cell.call, cell.fault) for cell in cells} == {(call, fault) for call in CALLS for fault in QUICK}
    assert {cell.call for cell in cells if cell.effects == 2} == OVERWRITES
    assert [problem for cell in cells for problem in problems(cell)] == []


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_repeats_a_call_or_fails_clearly_with_one_effect_when_anything_goes_wrong() -> None:
    cells = measure()
    keep_cells(cells)
    missing = {(call, fault) for call in CALLS for fault in FAULTS} - {(cell.call, cell.fault) for cell in cells}
    assert missing == set(NOT_TRIED)
    assert {cell.call for cell in cells if cell.effects == 2} == OVERWRITES
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


SOUND = Cell("Bucket.create_json", "503", "done", "True", 0.1, True, 1, "done", 0.1, 1)


def test_is_a_problem_when_a_call_passes_on_or_loses_what_is_not_declared() -> None:
    assert problems(SOUND) == []
    page = replace(SOUND, call="Bucket.open", effects=None, effects_again=None)
    assert problems(replace(page, answer="passed on")) == ["Bucket.open, 503: answers passed on, not done: True"]
    assert problems(replace(page, fault="HTML with 200", answer="passed on")) == []
    assert problems(replace(page, fault="HTML with 200")) != []
    assert problems(replace(SOUND, answer="lost", effects=0)) != []
    waking = replace(SOUND, call="wake", fault="HTML with 200", answer="lost", effects=0)
    assert problems(waking) == []


def test_is_a_problem_when_an_effect_comes_twice_and_is_not_declared() -> None:
    assert problems(replace(SOUND, effects_again=2)) == [
        "Bucket.create_json, 503: had its effect 1 times, and made again 2"
    ]
    assert problems(replace(SOUND, effects=2, effects_again=2)) != []
    assert problems(replace(SOUND, call="run_all", effects_again=2)) == []
    assert problems(replace(SOUND, call="run_all", effects_again=1)) != []  # declared, and not so
    assert problems(replace(SOUND, call="run_all", effects=2, effects_again=3)) != []
    assert problems(replace(SOUND, call="write", effects=2, effects_again=3)) == []


def test_every_declaration_is_of_a_call_that_there_is_when_the_tables_are_read() -> None:
    assert OVERWRITES <= set(TWICE) <= {name for name, call in CALLS.items() if call.effect is not None}
    cells = {(call, fault) for call in CALLS for fault in FAULTS}
    assert set(NOT_TRIED) | set(UNNOTICED) <= cells
    assert not set(NOT_TRIED) & set(UNNOTICED)


def test_the_crash_points_stay_on_the_page_when_only_the_calls_were_tried(tmp_path: Path) -> None:
    kills = "**1 crash points.**\n\n| step | its caller, before |\n|---|---|\n| `a` | batch: 1 tick |"
    page, results = tmp_path / "faults.md", tmp_path / "chaos.json"
    page.write_text(f"# Faults\n\n{BEGIN}\n\n{kills}\n\n### Each client call\n\nof before\n\n{END}\n\n## Events\n")
    results.write_text(json.dumps({"cells": [asdict(SOUND)]}))
    assert main([str(results), str(page)]) == 0
    made = page.read_text()
    assert made.startswith(f"# Faults\n\n{BEGIN}\n\n{kills}\n\n### Each client call\n\n**1 calls, ")
    assert made.endswith(f"\n\n{END}\n\n## Events\n")
    assert "of before" not in made
    with pytest.raises(ValueError, match="0 of 0 points"):
        rendered(read_results(results), "")


def test_the_page_names_each_declaration_with_its_reason_when_it_is_made() -> None:
    lost = replace(SOUND, call="wake", fault="HTML with 200", answer="lost", effects=0)
    text = rendered({"points": [], "endings": {}, "cells": [asdict(SOUND), asdict(lost)]}, f"{BEGIN}kills{END}")
    assert f"2 cells of {2 + len(NOT_TRIED)} tried: 1 done, 0 less, 0 passed on, 1 lost, 0 one error" in text
    assert f"- wake, HTML with 200, is lost: {UNNOTICED['wake', 'HTML with 200'][1]}." in text
    assert all(reason in text for reason in (*TWICE.values(), *NOT_TRIED.values()))
    assert "- stall and stall after of pyarrow reads, pyarrow writes: " in text


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
