"""Cloud Scheduler with one job: POST to check_release every tick, as the scheduler's account.

Honours: an OIDC token for the target, the attempt deadline, `retry_count` with doubled waits on whatever is not a 2xx,
no second tick while one runs. Local addition: the first tick comes at start.
Does not check: cron expressions (the period is in seconds), time zones.
"""

import http.client
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from localcloud.stage_logs import StageLog


@dataclass(frozen=True, slots=True)
class Answer:
    """What the target answered; status 0 stands for no answer."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where and how a tick goes."""

    url: str
    id_token: Callable[[str], str]
    deadline_s: float = 960
    retry_count: int = 2
    first_retry_s: float = 5


class Scheduler:
    """Ticks now and, with a period, by itself."""

    def __init__(self, target: Target, log: StageLog, tick_s: float | None) -> None:
        self._target = target
        self._log = log
        self._tick_s = tick_s
        self._stopping = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._thread = threading.Thread(target=self._tick_forever, daemon=True)
        self.next_tick_at_utc: str | None = None

    def start(self) -> None:
        if self._tick_s is not None:
            self._thread.start()

    def stop(self) -> None:
        """Tick no more; a tick under way is left to end with its target."""
        self._stopping.set()

    def tick(self, body: bytes = b"", retry_count: int = 0) -> Answer:
        """POST to the target; the last attempt's answer counts."""
        with self._one_at_a_time:
            started = time.monotonic()
            for attempt in range(retry_count + 1):
                answer = self._attempt(body)
                if 200 <= answer.status < 300 or attempt == retry_count:
                    break
                if self._stopping.wait(self._target.first_retry_s * 2**attempt):
                    break
            duration_ms = round((time.monotonic() - started) * 1000)
            severity = "INFO" if 200 <= answer.status < 300 else "ERROR"
            text = answer.body.decode(errors="replace")[:2000]
            fields = {"status": answer.status, "attempts": attempt + 1, "duration_ms": duration_ms, "answer": text}
            self._log.write(severity, f"tick: {answer.status}", **fields)
            return answer

    def _attempt(self, body: bytes) -> Answer:
        address = urllib.parse.urlsplit(self._target.url)
        host, port = address.hostname or "", address.port
        connection = http.client.HTTPConnection(host, port, timeout=self._target.deadline_s)
        headers = {
            "Authorization": f"Bearer {self._target.id_token(self._target.url)}",
            "Content-Type": "application/json",
            "User-Agent": "Google-Cloud-Scheduler",
            "X-CloudScheduler": "true",
        }
        try:
            connection.request("POST", address.path or "/", body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read(), response.getheader("Content-Type", ""))
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, f"no answer: {error!r}".encode(), "text/plain")
        finally:
            connection.close()

    def _tick_forever(self) -> None:
        period_s = self._tick_s or 0
        while not self._stopping.is_set():
            self.next_tick_at_utc = (datetime.now(UTC) + timedelta(seconds=period_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
            due = time.monotonic() + period_s
            self.tick(retry_count=self._target.retry_count)
            self._stopping.wait(max(0.0, due - time.monotonic()))
