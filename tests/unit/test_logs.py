"""Log lines in Cloud Logging's shape; an event is counted by its one outcome line."""

import io
import json
from datetime import datetime

import pytest

from pipeline.errors import ErrorCode, PermanentError
from pipeline.logs import StageLog, trace_of

TRACE = "105445aa7843bc8bf206b12000100000"


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        ({"X-Cloud-Trace-Context": f"{TRACE}/1;o=1"}, f"projects/p/traces/{TRACE}"),
        ({"x-cloud-trace-context": TRACE}, f"projects/p/traces/{TRACE}"),
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, f"projects/p/traces/{TRACE}"),
        ({"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"}, None),
        ({"X-Cloud-Trace-Context": 'x"}{', "traceparent": "nonsense"}, None),
        ({}, None),
    ],
)
def test_finds_the_trace_when_a_header_carries_one(headers: dict[str, str], trace: str | None) -> None:
    assert trace_of(headers, "p") == trace


def test_writes_one_json_object_a_line() -> None:
    stream = io.StringIO()
    log = StageLog("start_batch", "projects/p/traces/t", stream)
    log.warning("two\nlines", release="2026.11.0", run=None)
    log.outcome_of_error("failed", PermanentError(ErrorCode.ZIP_SHORT, "short", got_bytes=3))
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert datetime.fromisoformat(first.pop("time")).tzinfo is not None
    assert first == {
        "severity": "WARNING",
        "message": "two\nlines",
        "stage": "start_batch",
        "logging.googleapis.com/trace": "projects/p/traces/t",
        "release": "2026.11.0",
    }
    assert (second["severity"], second["outcome"], second["error_code"]) == ("ERROR", "failed", "zip_short")
    assert second["details"] == {"got_bytes": 3}
    assert second["duration_ms"] >= 0


def test_refuses_a_second_outcome_line() -> None:
    log = StageLog("start_dbt", stream=io.StringIO())
    log.outcome_line("started", "one")
    with pytest.raises(RuntimeError, match="second: started"):
        log.outcome_line("started", "two")
