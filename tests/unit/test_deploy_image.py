"""The transform's image: what can be known of it without an engine that builds images."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.image import SOURCES, context_files, source_tag
from localcloud.bootstrap import uv_environment
from localcloud.deployment import TRANSFORM_COMMAND

ROOT = Path(__file__).resolve().parents[2]
# What a network says, never what a lock that cannot be installed says.
OUT_OF_REACH = ("error sending request", "could not connect", "dns error", "name resolution", "timed out")
DOCKERFILE = (ROOT / "dbt" / "Dockerfile").read_text(encoding="utf-8")


def _instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, flags=re.MULTILINE)


def test_start_command_is_localclouds_when_compared() -> None:
    [entry_point] = _instructions("ENTRYPOINT")
    assert json.loads(entry_point) == ["python", *TRANSFORM_COMMAND[1:]]
    assert _instructions("CMD") == []  # an execution's arguments would replace it


def test_base_is_pinned_by_its_digest_and_nobody_is_root_when_read() -> None:
    [base] = _instructions("FROM")
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", base)
    assert _instructions("USER") == ["transform"]
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nENTRYPOINT ")
    assert "--require-hashes -r requirements/transform.txt" in DOCKERFILE
    assert re.findall(r"apt-get|build-essential|gcc", DOCKERFILE) == []


def test_context_is_what_the_dockerfile_copies_when_compared() -> None:
    copied = [line.split()[0] for line in _instructions("COPY")]
    assert sorted(copied) == sorted(SOURCES)
    assert all((ROOT / path).exists() for path in copied)
    names = {path.relative_to(ROOT).as_posix() for path in context_files(ROOT)}
    assert {"dbt/Dockerfile", "dbt/profiles.yml", "functions/pipeline/state.py", "requirements/transform.txt"} <= names
    assert [name for name in names if "__pycache__" in name or "/target/" in name] == []


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """What the image holds below /app, and nothing else of the checkout."""
    for path in context_files(ROOT):
        copy = tmp_path / "app" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return tmp_path / "app"


def test_start_command_runs_when_nothing_but_the_context_is_there(context: Path) -> None:
    [line] = _instructions("ENV")
    python_path = dict(part.split("=") for part in line.split())["PYTHONPATH"].replace("/app", str(context))
    command = [sys.executable, "-P", "-m", "transform", "--woken-by", "a-run"]
    environment = {"PYTHONPATH": python_path}
    answer = subprocess.run(command, cwd=context, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 1, answer.stderr
    told = json.loads(answer.stdout)
    assert (told["error_code"], told["stage"]) == ("bad_settings", "transform")


@pytest.mark.slow
def test_requirements_install_and_serve_when_the_environment_is_clean(context: Path, tmp_path: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    if not uv.exists():
        pytest.skip("uv is not installed: set-up puts it into .venv")
    clean = tmp_path / "clean"
    environment = uv_environment(Path(sys.executable).parent.parent)
    made = _run([str(uv), "venv", "--quiet", "--no-config", "--python", sys.executable, str(clean)], environment)
    assert made.returncode == 0, made.stderr
    lock = str(context / "requirements" / "transform.txt")
    install = [str(uv), "pip", "sync", "--quiet", "--no-config", "--python", str(clean / "bin" / "python")]
    installed = _run([*install, "--require-hashes", lock], environment)
    if any(sign in installed.stderr.lower() for sign in OUT_OF_REACH):
        pytest.skip(f"the package registry is out of reach: {installed.stderr.strip()[-200:]}")
    assert installed.returncode == 0, installed.stderr
    code = "import altair, duckdb, google.cloud.bigquery, transform.main, transform.processing, transform.report"
    python_path = f"{context / 'dbt'}:{context / 'functions'}"
    answer = _run([str(clean / "bin" / "python"), "-P", "-c", code], {"PYTHONPATH": python_path, "HOME": str(tmp_path)})
    assert answer.returncode == 0, answer.stderr


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def test_tag_changes_with_the_sources_and_with_nothing_else_when_computed(context: Path) -> None:
    before = source_tag(context)
    assert re.fullmatch(r"src-[0-9a-f]{16}", before)
    (context / "dbt" / "target").mkdir()
    (context / "dbt" / "target" / "manifest.json").write_text("{}")
    (context / "README.md").write_text("not in the image")
    assert source_tag(context) == before
    (context / "dbt" / "profiles.yml").write_text("changed: true")
    assert source_tag(context) != before
