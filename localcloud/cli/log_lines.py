"""Reads the stages' JSON lines: those that come while one waits, and those that are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Record = dict[str, Any]
SEVERITIES = ("DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")


@dataclass(slots=True)
class LogTail:
    """Gives the lines that were written since it was made, each once, in the order of their times."""

    folder: Path
    _offsets: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._offsets = {path: path.stat().st_size for path in self.folder.glob("*.jsonl")}

    def read(self) -> list[Record]:
        records = []
        for path in sorted(self.folder.glob("*.jsonl")):
            with path.open("rb") as stream:
                stream.seek(self._offsets.get(path, 0))
                content = stream.read()
            whole = content[: content.rfind(b"\n") + 1]
            self._offsets[path] = self._offsets.get(path, 0) + len(whole)
            records += list(_records(whole, path))
        return sorted(records, key=_time)


def read_all(folder: Path) -> list[Record]:
    """Read every line of every stage, in the order of their times."""
    records: list[Record] = []
    for path in sorted(folder.glob("*.jsonl")):
        records += list(_records(path.read_bytes(), path))
    return sorted(records, key=_time)


def severity_rank(record: Record) -> int:
    severity = str(record.get("severity", "INFO")).upper()
    return SEVERITIES.index(severity) if severity in SEVERITIES else SEVERITIES.index("INFO")


def is_error(record: Record) -> bool:
    return severity_rank(record) >= SEVERITIES.index("ERROR")


def text_of(record: Record) -> str:
    """Write one record as a line to read: message first, then what identifies it."""
    parts = [str(record.get("message", "")).replace("\n", " | ")]
    for name in ("outcome", "error_code", "run", "duration_ms"):
        if record.get(name) is not None:
            parts.append(f"{name}={record[name]}")
    return "  ".join(part for part in parts if part)


def _records(content: bytes, path: Path) -> Iterator[Record]:
    for line in content.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            record = {"severity": "WARNING", "message": line.decode(errors="replace"), "stage": path.stem}
        if isinstance(record, dict):
            yield {"stage": path.stem, **record}


def _time(record: Record) -> str:
    # 23 characters are what all writers have in common: milliseconds.
    return str(record.get("time", ""))[:23]
