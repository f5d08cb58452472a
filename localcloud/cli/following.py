"""Waits until releases are final, or until nothing is under way any more that could make them so."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from localcloud.cli.display import Display
from localcloud.cli.exits import CommandError
from localcloud.cli.local_http import Answer
from localcloud.cli.log_lines import LogTail
from localcloud.cli.progress import Progress
from localcloud.cli.session import Session
from localcloud.cli.standing import Standing, StateDir, standing_of
from pipeline.releases import Version

TABLES = 47  # of an F1DB release; the manifest has the true number
_POLL_S = 0.15
_STALLED_S = 150.0
_TIDY_S = 20.0
_UNDER_WAY = ("events_in_flight", "batches_active", "executions_active")


@dataclass(slots=True)
class Follower:
    """Watches one session's state and logs, and draws what it sees."""

    session: Session
    state_dir: StateDir
    tail: LogTail
    progress: Progress
    display: Display

    def call(self, body: dict[str, Any]) -> Answer:
        """Trigger check_release, drawing what the logs say meanwhile."""
        self.progress.begin("check_release")
        answers: queue.SimpleQueue[Answer | CommandError] = queue.SimpleQueue()
        # A daemon: Ctrl-C must not wait for a download.
        threading.Thread(target=_answer_into, args=(answers, self.session, body), daemon=True).start()
        while answers.empty():
            self.look()
            time.sleep(_POLL_S / 3)
        answer = answers.get()
        self.look()
        if isinstance(answer, CommandError):
            raise answer
        self.progress.end("check_release", str(answer.document.get("outcome") or answer.status))
        return answer

    def look(self) -> None:
        """Take the log lines that have come, and draw."""
        for record in self.tail.read():
            self.progress.take(record)
            self.display.record(record)
        self._count_tables()
        self.display.draw()

    def _count_tables(self) -> None:
        """Tell the batch's progress by its Parquet files: what its driver prints comes only at its end."""
        stage = self.progress.stages["batch"]
        if not stage.is_running or not stage.run:
            return
        folder = self.state_dir.path / "gcs" / "curated" / "runs" / stage.run
        stage.done = len({path.name for path in folder.glob("*/*.parquet")})
        stage.total, stage.unit = TABLES, "tables"

    def standings(self, versions: Iterable[Version]) -> dict[Version, Standing]:
        world = self.state_dir.world(self.session.code_digest, self.session.transform_digest)
        found = {version: standing_of(world, version, self.state_dir.published_fence) for version in versions}
        return {version: standing for version, standing in found.items() if standing is not None}

    def follow(self, versions: Iterable[Version]) -> dict[Version, Standing]:
        """Wait for the end, and return where the releases stand then."""
        versions = tuple(versions)
        activity = Activity()
        final_since_s: float | None = None
        while True:
            # Asked before the state is read: what ended in between has left its mark in the state.
            is_over = activity.is_over(self.session.admin("/status"))
            self.look()
            standings = self.standings(versions)
            if is_over:
                return standings
            if all(standing.is_final for standing in standings.values()):
                # The transform tidies up after the pointer: it is left the time for that.
                final_since_s = final_since_s or time.monotonic()
                if activity.idle_looks or time.monotonic() - final_since_s > _TIDY_S:
                    return standings
            time.sleep(_POLL_S)


@dataclass(slots=True)
class Activity:
    """Judges from what localcloud says whether anything still happens."""

    idle_looks: int = 0
    queued_only_since_s: float | None = None
    clock: Callable[[], float] = time.monotonic

    def is_over(self, status: dict[str, Any]) -> bool:
        """Say so when nothing was under way twice in a row, or only an event that keeps failing."""
        if any(status.get(name) for name in _UNDER_WAY):
            self.idle_looks, self.queued_only_since_s = 0, None
            return False
        if status.get("events_queued"):
            self.idle_looks = 0
            self.queued_only_since_s = self.queued_only_since_s or self.clock()
            return self.clock() - self.queued_only_since_s > _STALLED_S
        self.idle_looks += 1
        return self.idle_looks > 1


def _answer_into(answers: queue.SimpleQueue[Answer | CommandError], session: Session, body: dict[str, Any]) -> None:
    try:
        answers.put(session.trigger(body))
    except CommandError as error:
        answers.put(error)
