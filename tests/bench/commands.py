"""The make commands on a state directory of the bench's own."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Bench:
    state: Path

    def make(self, command: str, **variables: object) -> tuple[str, float]:
        """Run one command; return what it printed and its wall time in seconds."""
        words = [f"{name}={value}" for name, value in {"STATE": self.state, **variables}.items()]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        began = time.monotonic()
        done = subprocess.run(
            ["make", "-s", command, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"make {command} {' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout, time.monotonic() - began

    def trigger(self, **variables: object) -> dict[str, Any]:
        """Return check_release's answer."""
        printed, _ = self.make("trigger", **variables)
        answer: dict[str, Any] = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
        return answer

    def described(self) -> dict[str, Any]:
        described: dict[str, Any] = json.loads((self.state / "localcloud.json").read_text())
        return described
