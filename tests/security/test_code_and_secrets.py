"""Bandit over all code that runs anywhere, and a search for secrets over all that is committed: nothing unexplained."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parents[2]
CODE = ("functions", "dataproc_jobs", "dbt/transform", "localcloud", "terraform/deploy", "tests/bench")
# Locks are hashes through and through; tests/meta/test_locks.py holds them to be nothing else.
UNSEARCHED = "requirements/", "functions/requirements.txt"
EXPLAINED = {
    ("docs/deployment.md", "Secret Keyword"): (1, "the name of a variable, in an example"),
    ("docs/runbook.md", "Secret Keyword"): (1, "the name of a secret, in a command"),
    ("terraform/tests/plan.tftest.hcl", "Secret Keyword"): (1, "the name of a secret, planned"),
    ("tests/integration/test_functions_check_release.py", "Hex High Entropy String"): (1, "a trace's number"),
    ("tests/system/test_one_machine.py", "Hex High Entropy String"): (1, "the SHA-256 of F1DB 2026.11.0"),
    ("tests/terraform/offline.py", "Secret Keyword"): (1, "a made-up token, for a provider that asks for one"),
    ("tests/unit/test_logs.py", "Hex High Entropy String"): (1, "a trace's number"),
    ("tests/unit/test_objects.py", "Hex High Entropy String"): (1, "a digest, in names of objects"),
    ("tests/unit/test_sample_release.py", "Hex High Entropy String"): (1, "the SHA-256 of the sample"),
}


def secrets_in(paths: list[Path]) -> Counter[tuple[str, str]]:
    """Count what looks like a secret, by file and kind."""
    found = SecretsCollection(root=str(ROOT))
    with default_settings():
        for path in paths:
            found.scan_file(str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path))
    return Counter((name, secret.type) for name, secret in found)


def bandit(*paths: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_bandit_has_nothing_to_say_when_it_reads_the_code() -> None:
    answer = bandit(*CODE)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.slow
def test_bandit_speaks_up_when_code_is_dangerous(tmp_path: Path) -> None:
    code = tmp_path / "bad.py"
    code.write_text("import pickle\nimport tarfile\npickle.loads(b'')\ntarfile.open('x').extractall()\neval('1')\n")
    answer = bandit(str(code))
    assert answer.returncode == 1
    assert [name in answer.stdout for name in ("B301", "B202", "B307")] == [True, True, True]


def test_ruff_asks_what_bandit_is_not_asked_when_configured() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    ruff = settings["ruff"]["lint"]
    assert "S" in ruff["select"]
    skipped = {name.replace("B", "S", 1) for name in settings["bandit"]["skips"]}
    assert skipped & set(ruff["ignore"]) == {"S603", "S607"}, "allowed everywhere, with their reasons"
    assert skipped - {"S101", "S310", "S404", "S603", "S607", "S608", "S704"} == set()


@pytest.mark.slow
def test_no_secret_is_committed_but_what_is_explained_when_searched() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a Git checkout: what belongs to it cannot be told")
    names = [name for name in listing.stdout.split("\0") if name and not name.startswith(UNSEARCHED)]
    found = secrets_in([ROOT / name for name in names if (ROOT / name).is_file()])
    assert found == {place: count for place, (count, _) in EXPLAINED.items()}


def test_secrets_are_found_when_they_are_there(tmp_path: Path) -> None:
    # Put together here, so that this file is not what it looks for.
    planted = tmp_path / "settings.py"
    lines = ["ghp_" + "a1B2" * 9, "AKIA" + "Q7Z3W5" * 2 + "ABCD", "-----BEGIN " + "RSA PRIVATE KEY-----"]
    planted.write_text("".join(f'value_{number} = "{line}"\n' for number, line in enumerate(lines)))
    kinds = {kind for _, kind in secrets_in([planted])}
    assert {"GitHub Token", "AWS Access Key", "Private Key"} <= kinds
