"""Every gcloud command that deploying and operating runs is one that the real gcloud knows, flag by flag."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.__main__ import main
from tests.integration.command_lines import CommandLines, command_lines, says
from tests.integration.deployment_world import THERE, cloud, install, trigger
from tests.integration.stand_ins import StandIn
from tests.integration.test_cloud_commands import ENTRIES

__all__ = ["cloud", "command_lines", "trigger"]
pytestmark = pytest.mark.slow
REAL = shutil.which("gcloud")
REAL_PATH = os.environ.get("PATH", "")
TARGET = "--project=demo-project"


def test_real_gcloud_accepts_every_command_when_it_reads_them(
    cloud: CommandLines,
    trigger: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if REAL is None:
        pytest.skip("gcloud is not installed")
    install(cloud, trigger)
    assert main(["deploy", TARGET, "--yes=1"]) == 0
    install(cloud, trigger, gcloud=[*THERE, ("logging read", says(ENTRIES))])
    assert main(["destroy", TARGET, "--confirm=demo-project", "--data=1", "--leftovers=1"]) == 0
    assert main(["cloud-trigger", TARGET, "--dry-run=1"]) == 0
    assert main(["cloud-logs", TARGET, "--release=2026.11.0"]) == 0
    commands = {_command(call) for call in cloud.calls("gcloud")}
    assert len({" ".join(command.split()[:4]) for command in commands}) >= 15
    monkeypatch.setenv("PATH", REAL_PATH)
    listed = tmp_path / "commands.json"
    listed.write_text(json.dumps([{"command_string": command} for command in sorted(commands)]))
    home = {**os.environ, "CLOUDSDK_CONFIG": str(tmp_path / "config"), "CLOUDSDK_CORE_DISABLE_PROMPTS": "1"}
    lint = [REAL, "meta", "lint-gcloud-commands", f"--commands-file={listed}", "--verbosity=none"]
    answer = subprocess.run(lint, env=home, capture_output=True, text=True, timeout=240, check=False)
    if "Invalid choice: 'lint-gcloud-commands'" in answer.stderr:
        pytest.skip("this gcloud cannot read commands without running them")
    told: list[dict[str, Any]] = json.JSONDecoder().raw_decode(answer.stdout)[0]
    assert len(told) == len(commands)
    assert [(one["command_string"], one["error_message"]) for one in told if not one["success"]] == []


def _command(call: list[str]) -> str:
    """Write a call as a line; what follows `--` is the batch's own."""
    words = call[: call.index("--")] if "--" in call else call
    return shlex.join(words)
