"""Structured logs of every stage in one form: a JSON object a line, as Cloud Logging would keep them."""

import json
import logging
import threading
from pathlib import Path

from localcloud import durable


class StageLog:
    """Appends to `<state>/logs/<stage>.jsonl`; a line that is no JSON object is wrapped into one."""

    def __init__(self, folder: Path, stage: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{stage}.jsonl"
        self._stage = stage
        self._lock = threading.Lock()

    def write(self, severity: str, message: str, **fields: object) -> None:
        """Append one record of our own."""
        record = {"severity": severity, "message": message, "time": durable.now_utc(), "stage": self._stage, **fields}
        self._append(json.dumps(record).encode())

    def take_line(self, stream: str, line: bytes) -> None:
        """Append a line of a child's stdout or stderr: JSON as it is, plain text wrapped."""
        if is_record(line):
            self._append(line)
        elif line.strip():
            severity = "INFO" if stream == "stdout" else "WARNING"
            self.write(severity, line.decode(errors="replace").rstrip(), plain=True)

    def _append(self, line: bytes) -> None:
        with self._lock, self.path.open("ab") as stream:
            stream.write(line.rstrip(b"\r\n") + b"\n")


def is_record(line: bytes) -> bool:
    """Tell a structured log line from plain text."""
    if not line.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


class SupervisorLog(logging.Handler):
    """Sends what localcloud's own modules log to `<state>/logs/localcloud.jsonl`, until it is closed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.INFO)
        self._log = StageLog(folder, "localcloud")
        self._logger = logging.getLogger("localcloud")
        self._logger.addHandler(self)
        self._logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        self._log.write(record.levelname, self.format(record), logger=record.name)

    def close(self) -> None:
        self._logger.removeHandler(self)
        super().close()
