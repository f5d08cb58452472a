"""Structured logs of every stage in one form: a JSON object a line, as Cloud Logging would keep them."""

import errno
import json
import logging
import os
import threading
from pathlib import Path

from localcloud import durable


class StageLog:
    """Appends to `<state>/logs/<stage>.jsonl`; a line that is no JSON object is wrapped into one.

    Lines that cannot be written (a full disk) are lost and counted: a program must not stand still for its log.
    """

    def __init__(self, folder: Path, stage: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{stage}.jsonl"
        self._stage = stage
        self._lock = threading.Lock()
        self._lost = 0
        self._why_lost = ""

    def write(self, severity: str, message: str, **fields: object) -> None:
        """Append one record of our own."""
        self._append(self._record(severity, message, **fields))

    def take_line(self, stream: str, line: bytes) -> None:
        """Append a line of a child's stdout or stderr: JSON as it is, plain text wrapped."""
        if is_record(line):
            self._append(line)
        elif line.strip():
            severity = "INFO" if stream == "stdout" else "WARNING"
            self.write(severity, line.decode(errors="replace").rstrip(), plain=True)

    def _record(self, severity: str, message: str, **fields: object) -> bytes:
        record = {"severity": severity, "message": message, "time": durable.now_utc(), "stage": self._stage, **fields}
        return json.dumps(record).encode()

    def _append(self, line: bytes) -> None:
        with self._lock:
            try:
                if self._lost:
                    self._write_whole(self._record("ERROR", f"{self._lost} lines are lost: {self._why_lost}"))
                    self._lost = 0
                self._write_whole(line.rstrip(b"\r\n"))
            except OSError as error:
                self._lost, self._why_lost = self._lost + 1, f"[Errno {error.errno}] {os.strerror(error.errno or 0)}"

    def _write_whole(self, line: bytes) -> None:
        content = line + b"\n"
        with self.path.open("ab", buffering=0) as stream:
            before = stream.tell()
            try:
                if stream.write(content) < len(content):
                    raise OSError(errno.ENOSPC, "a part of the line only")  # noqa: TRY301 # cut off below, as any other
            except OSError:
                stream.truncate(before)
                raise


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
