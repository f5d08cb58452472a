"""The make commands on a state directory of the bench's own."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.processes import Measured, measure_process

ROOT = Path(__file__).resolve().parents[2]
_LANDED_S = 60.0


@dataclass(frozen=True, slots=True)
class Bench:
    state: Path

    def make(self, command: str, **variables: object) -> tuple[str, float]:
        """Run one command; return what it printed and its wall time in seconds."""
        words = self._words(command, variables)
        began = time.monotonic()
        done = subprocess.run(words, env=_environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout, time.monotonic() - began

    def watched(self, command: str, **variables: object) -> Measured:
        """Run one command, with an eye on its processes."""
        words = self._words(command, variables)
        return measure_process(words, _environment(), " ".join(words), is_watched=True)

    def trigger(self, **variables: object) -> dict[str, Any]:
        """Return check_release's answer."""
        printed, _ = self.make("trigger", **variables)
        answer: dict[str, Any] = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
        return answer

    def await_landed(self, version: str) -> None:
        """Wait until a release's ZIP is in the bucket."""
        deadline = time.monotonic() + _LANDED_S
        while not list((self.state / "gcs" / "landing" / "releases" / version).glob("*/*.zip")):
            if time.monotonic() > deadline:
                raise SystemExit(f"{version} has not been landed within {_LANDED_S:.0f} s")
            time.sleep(0.05)

    def described(self) -> dict[str, Any]:
        described: dict[str, Any] = json.loads((self.state / "localcloud.json").read_text())
        return described

    def up_to_date_s(self) -> list[float]:
        """Return how long the function took for each answer that all is up to date, oldest first."""
        lines = (self.state / "logs" / "check_release.jsonl").read_text().splitlines()
        answered = [json.loads(line) for line in lines if '"outcome"' in line]
        return [line["duration_ms"] / 1000 for line in answered if line.get("outcome") == "up_to_date"]

    def _words(self, command: str, variables: dict[str, object]) -> list[str]:
        named = [f"{name}={value}" for name, value in {"STATE": self.state, **variables}.items()]
        return ["make", "-s", "-C", str(ROOT), command, *named]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
