"""Shows progress: live on a terminal, as plain lines that nothing wraps anywhere else."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from localcloud.cli.log_lines import Record, severity_rank, text_of
from localcloud.cli.progress import Progress, Stage, is_worth_a_line

if TYPE_CHECKING:
    from rich.table import Table

_QUARTERS = 4
_LINE = 240


class Display(Protocol):
    """Draws what Progress knows; `say` adds a line that stays."""

    def say(self, text: str) -> None: ...
    def record(self, record: Record) -> None: ...
    def draw(self) -> None: ...
    def close(self) -> None: ...


def display_for(progress: Progress, stream: TextIO | None = None) -> Display:
    """Choose by what stdout is."""
    stream = stream or sys.stdout
    return LiveDisplay(progress) if stream.isatty() else PlainDisplay(progress, stream)


class PlainDisplay:
    """One line for each thing worth knowing: a stage's beginning, each quarter of it, its end, every warning."""

    def __init__(self, progress: Progress, stream: TextIO) -> None:
        self._progress = progress
        self._stream = stream
        self._began_s = time.monotonic()
        self._shown: dict[str, tuple[str, int]] = {}
        self._last: object = None

    def say(self, text: str) -> None:
        self._stream.write(f"{time.monotonic() - self._began_s:6.1f} s  {text}\n")
        self._stream.flush()

    def record(self, record: Record) -> None:
        # An error is logged where it happens and again as the outcome.
        if is_worth_a_line(record) and record.get("message") != self._last:
            self._last = record.get("message")
            self.say(_line(record, None))

    def draw(self) -> None:
        for stage in self._progress.stages.values():
            if not stage.is_running:
                continue
            quarter = stage.done * _QUARTERS // stage.total if stage.total else 0
            now = (stage.step, quarter)
            if self._shown.get(stage.name) != now:
                self._shown[stage.name] = now
                self.say("  ".join(part for part in (f"{stage.name:<13}", stage.release, _what(stage)) if part))

    def close(self) -> None:
        self._stream.flush()


class LiveDisplay:
    """A small table that is redrawn in place; lines that stay scroll above it."""

    def __init__(self, progress: Progress) -> None:
        from rich.console import Console
        from rich.live import Live

        self._progress = progress
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, refresh_per_second=8, transient=True, get_renderable=self._table)
        self._live.start()

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)

    def record(self, record: Record) -> None:
        if is_worth_a_line(record) and severity_rank(record) >= severity_rank({"severity": "WARNING"}):
            self._console.print(_line(record, _LINE), markup=False, soft_wrap=True, style="yellow")

    def draw(self) -> None:
        self._live.refresh()

    def close(self) -> None:
        self._live.stop()

    def _table(self) -> Table:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, show_header=False, padding=(0, 1))
        now_s = time.monotonic()
        for stage in self._progress.stages.values():
            mark: Any = Spinner("dots") if stage.is_running else Text("✓" if stage.outcome else "·")
            elapsed = f"{stage.elapsed_s(now_s):.1f} s" if stage.started_s is not None else ""
            table.add_row(mark, stage.name, stage.release, f"{elapsed:>8}", _bar(stage), _what(stage))
        return table


def _bar(stage: Stage) -> Any:
    from rich.progress_bar import ProgressBar

    if not stage.total:
        return ""
    return ProgressBar(total=stage.total, completed=stage.total if stage.ended_s else stage.done, width=24)


def _what(stage: Stage) -> str:
    if not stage.is_running:
        return stage.outcome
    return "  ".join(part for part in (stage.amount(), stage.step) if part) or "…"


def _line(record: Record, most: int | None) -> str:
    """Write a record; only a terminal's line is cut, after `most` characters."""
    severity = str(record.get("severity", "INFO"))
    shown = "" if severity == "INFO" else f"{severity}: "
    text = f"{shown}{text_of(record)}"
    if most is not None and len(text) > most:
        text = f"{text[:most]}… (`make logs` has it all)"
    fields = (f"{record.get('stage', '')!s:<13}", str(record.get("release") or ""), text)
    return "  ".join(part for part in fields if part)
