"""The batch's log: JSON lines on stdout in the words that all stages share."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

STAGE = "batch"


def now_utc() -> str:
    """Return the time as all documents spell it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class BatchLog:
    """Writes the lines of one batch; `started_s` is the monotonic clock at its start."""

    release: str
    run: str
    started_s: float = field(default_factory=time.monotonic)

    def line(self, severity: str, message: str, **fields: Any) -> None:
        """Write one line; fields that are None are left out."""
        record = {
            "severity": severity,
            "message": message,
            "time": now_utc(),
            "stage": STAGE,
            "release": self.release,
            "run": self.run,
            **fields,
        }
        sys.stdout.write(json.dumps({key: value for key, value in record.items() if value is not None}) + "\n")
        sys.stdout.flush()

    def progress(self, step: str, done: int, total: int) -> None:
        """Say how many tables are done."""
        progress = {"done": done, "total": total, "unit": "tables"}
        self.line("INFO", f"{step}: {done} of {total} tables", step=step, progress=progress)

    def outcome(self, severity: str, outcome: str, message: str, **fields: Any) -> None:
        """Write the one line that says how the batch ended."""
        self.line(severity, message, outcome=outcome, duration_ms=round(self.duration_s() * 1000), **fields)

    def duration_s(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started_s
