"""checkov finds nothing that is not explained. It lives in an environment of its own, so it is named by CHECKOV."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.terraform.offline import CONFIGURATION, ROOT

_BY_TERRAFORM = shutil.ignore_patterns(".terraform*")
_SKIP = re.compile(r"checkov:skip=(CKV_[A-Z]+_\d+):\s*(.+)")


@pytest.mark.slow
def test_nothing_unexplained_is_found_when_checkov_looks(tmp_path: Path) -> None:
    checkov = os.environ.get("CHECKOV") or shutil.which("checkov")
    if checkov is None:
        pytest.skip("checkov is not installed (CHECKOV names it)")
    for path in [*CONFIGURATION.glob("*.tf"), ROOT / "dbt" / "Dockerfile"]:
        shutil.copy(path, tmp_path)
    shutil.copytree(CONFIGURATION / "saved_queries", tmp_path / "saved_queries", ignore=_BY_TERRAFORM)
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    command = [checkov, "--directory", str(tmp_path), "--skip-download", "--compact", "--output", "json"]
    command += ["--framework", "terraform", "dockerfile", "github_actions"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    found = {report["check_type"]: report for report in json.loads(answer.stdout)}
    assert set(found) == {"terraform", "dockerfile", "github_actions"}
    failed = [
        f"{check['check_id']} {check['resource']}"
        for report in found.values()
        for check in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert found["terraform"]["summary"]["passed"] > 100


def test_every_skip_says_why_when_read() -> None:
    reasons = [
        match
        for path in [*sorted(CONFIGURATION.rglob("*.tf")), ROOT / "dbt" / "Dockerfile"]
        for match in _SKIP.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(reasons) == 9
    assert [check for check, why in reasons if len(why) < 40] == []
