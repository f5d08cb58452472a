"""What is under way, stage by stage, as the log lines tell it: the model that both displays draw."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from localcloud.cli.log_lines import Record, is_error, severity_rank

STAGES = ("check_release", "batch", "transform")
_WARNING_RANK = 3


@dataclass(slots=True)
class Stage:
    """One stage of the chain; times are this process's own clock."""

    name: str
    started_s: float | None = None
    ended_s: float | None = None
    last_s: float = 0
    release: str = ""
    run: str = ""
    step: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    outcome: str = ""

    def elapsed_s(self, now_s: float) -> float:
        return 0 if self.started_s is None else (self.ended_s or now_s) - self.started_s

    @property
    def is_running(self) -> bool:
        return self.started_s is not None and self.ended_s is None

    def amount(self) -> str:
        """Say how much is done: `4.1 of 4.5 MB`, `12 of 47 tables`."""
        if not self.unit:
            return ""
        if self.unit == "bytes":
            total = f" of {self.total / 1e6:.1f}" if self.total else ""
            return f"{self.done / 1e6:.1f}{total} MB"
        return f"{self.done} of {self.total} {self.unit}" if self.total else f"{self.done} {self.unit}"


@dataclass(slots=True)
class Progress:
    """All stages since the trigger; `errors` keeps what a failed run has to say."""

    stages: dict[str, Stage] = field(default_factory=lambda: {name: Stage(name) for name in STAGES})
    errors: list[Record] = field(default_factory=list)

    def begin(self, name: str, now_s: float | None = None) -> None:
        """Say that a stage is called; a second call goes on counting from the first."""
        stage = self.stages[name]
        if stage.started_s is None:
            stage.started_s = time.monotonic() if now_s is None else now_s
        stage.ended_s, stage.step, stage.outcome = None, "", ""
        stage.done, stage.total, stage.unit = 0, 0, ""

    def end(self, name: str, outcome: str) -> None:
        stage = self.stages[name]
        stage.ended_s, stage.outcome = time.monotonic(), outcome

    def take(self, record: Record, now_s: float | None = None) -> None:
        """Take one log line; those of other stages than the three only matter as errors.

        A stage that has ended begins again with another release's first line.
        """
        now_s = time.monotonic() if now_s is None else now_s
        if is_error(record) and not record.get("plain"):
            self.errors.append(record)
        stage = self.stages.get(str(record.get("stage", "")))
        if stage is None or record.get("plain"):
            return
        if stage.ended_s is not None and str(record.get("release") or stage.release) == stage.release:
            return  # tidying up
        if stage.started_s is None or stage.ended_s is not None:
            stage.started_s, stage.ended_s = now_s - float(record.get("duration_ms") or 0) / 1000, None
        stage.last_s = now_s
        stage.release = str(record.get("release") or stage.release)
        stage.run = str(record.get("run") or stage.run)
        if record.get("step") not in (None, stage.step):
            stage.step, stage.done, stage.total, stage.unit = str(record["step"]), 0, 0, ""
        self._take_amount(stage, record.get("progress"))
        if record.get("outcome") is not None:
            stage.ended_s, stage.outcome = now_s, str(record["outcome"])
            # Its own measure counts from before its first line.
            stage.started_s = min(stage.started_s, now_s - float(record.get("duration_ms") or 0) / 1000)

    @staticmethod
    def _take_amount(stage: Stage, amount: Any) -> None:
        if isinstance(amount, dict):
            stage.done, stage.total = int(amount.get("done") or 0), int(amount.get("total") or 0)
            stage.unit = str(amount.get("unit") or "")

    def seconds(self) -> dict[str, float]:
        """Return how long each stage took that took place."""
        now_s = time.monotonic()
        return {
            name: round((stage.ended_s or stage.last_s or now_s) - stage.started_s, 2)
            for name, stage in self.stages.items()
            if stage.started_s is not None
        }


def is_worth_a_line(record: Record) -> bool:
    """Say whether a record is shown to somebody who only watches: warnings, errors, and how the three stages ended."""
    if record.get("plain"):
        return False
    is_end = record.get("outcome") is not None and record.get("stage") in STAGES
    return is_end or severity_rank(record) >= _WARNING_RANK
