"""Structured logs in Cloud Logging's shape, so that one release can be followed through every stage."""

import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

from pipeline.errors import PipelineError

_CLOUD_TRACE = re.compile(r"^([0-9a-f]{32})(?:/|;|$)")
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def trace_of(headers: Mapping[str, str], project_id: str) -> str | None:
    """Return the Cloud Trace resource name that the request's headers carry, or None.

    Source: https://cloud.google.com/trace/docs/trace-context
    """
    lowered = {name.lower(): value.strip().lower() for name, value in headers.items()}
    for header, pattern in (("x-cloud-trace-context", _CLOUD_TRACE), ("traceparent", _TRACEPARENT)):
        match = pattern.match(lowered.get(header, ""))
        if match and set(match.group(1)) != {"0"}:
            return f"projects/{project_id}/traces/{match.group(1)}"
    return None


@dataclass(slots=True)
class StageLog:
    """Write JSON lines for one event or request of one stage; the outcome line is written once."""

    stage: str
    trace: str | None = None
    stream: TextIO | None = None
    started_s: float = field(default_factory=time.monotonic)
    is_closed: bool = False

    def line(self, severity: str, message: str, **fields: Any) -> None:
        """Write one line; fields that are None are left out."""
        record: dict[str, Any] = {
            "severity": severity,
            "message": message,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "stage": self.stage,
            "logging.googleapis.com/trace": self.trace,
            **fields,
        }
        text = json.dumps({key: value for key, value in record.items() if value is not None}, default=str)
        stream = self.stream or sys.stdout
        stream.write(text + "\n")
        stream.flush()

    def info(self, message: str, **fields: Any) -> None:
        """Write a line of severity INFO."""
        self.line("INFO", message, **fields)

    def warning(self, message: str, **fields: Any) -> None:
        """Write a line of severity WARNING."""
        self.line("WARNING", message, **fields)

    def error(self, message: str, **fields: Any) -> None:
        """Write a line of severity ERROR."""
        self.line("ERROR", message, **fields)

    def outcome_line(self, outcome: str, message: str, severity: str = "INFO", **fields: Any) -> None:
        """Write the event's one line that carries `outcome` and `duration_ms`.

        Raises:
            RuntimeError: the line has been written already, which would count the event twice.
        """
        if self.is_closed:
            raise RuntimeError(f"the outcome line of this event has been written already; second: {outcome}")
        self.is_closed = True
        fields.setdefault("duration_ms", self.duration_ms())
        self.line(severity, message, outcome=outcome, **fields)

    def outcome_of_error(self, outcome: str, error: PipelineError, severity: str = "ERROR", **fields: Any) -> None:
        """Write the outcome line for an event that ended with an error."""
        details = error.details or None
        self.outcome_line(outcome, error.message, severity, error_code=str(error.code), details=details, **fields)

    def duration_ms(self) -> int:
        """Return the milliseconds since the event began."""
        return round((time.monotonic() - self.started_s) * 1000)
