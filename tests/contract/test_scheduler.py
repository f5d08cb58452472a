"""The scheduler ticks as Cloud Scheduler would: with a token, retried, one at a time, one log line a tick."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, request

from localcloud.scheduler import Scheduler, Target
from localcloud.servers import LocalServer
from localcloud.stage_logs import StageLog
from localcloud.tokens import TokenSigner

SIGNER = TokenSigner(b"k" * 32)


class CheckRelease:
    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.statuses: list[int] = []
        app = Flask("check_release")
        app.add_url_rule("/", "answer", self._answer, methods=["POST"])
        self.server = LocalServer(app)
        self.server.start()

    def _answer(self) -> Response:
        self.asked.append((request.headers["Authorization"].removeprefix("Bearer "), request.get_data()))
        return Response('{"outcome": "up_to_date"}', self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
def check_release() -> Iterator[CheckRelease]:
    check_release = CheckRelease()
    yield check_release
    check_release.server.stop()


def scheduler_for(check_release: CheckRelease, tmp_path: Path, tick_s: float | None = None) -> Scheduler:
    url = check_release.server.url
    target = Target(url, lambda audience: SIGNER.sign("scheduler@example.com", audience), first_retry_s=0.01)
    return Scheduler(target, StageLog(tmp_path / "logs", "scheduler"), tick_s)


def test_answers_with_the_functions_answer_when_told_to_tick(check_release: CheckRelease, tmp_path: Path) -> None:
    answer = scheduler_for(check_release, tmp_path).tick(b'{"dry_run": true}')

    assert (answer.status, answer.body) == (200, b'{"outcome": "up_to_date"}')
    [(token, body)] = check_release.asked
    assert SIGNER.verify(token, frozenset((check_release.server.url,)))["email"] == "scheduler@example.com"
    assert body == b'{"dry_run": true}'
    [line] = (tmp_path / "logs" / "scheduler.jsonl").read_text().splitlines()
    record = json.loads(line)
    assert (record["severity"], record["status"], record["attempts"]) == ("INFO", 200, 1)


def test_tries_three_times_when_the_function_keeps_failing(check_release: CheckRelease, tmp_path: Path) -> None:
    check_release.statuses = [503, 500, 503, 200]
    answer = scheduler_for(check_release, tmp_path).tick(retry_count=2)

    assert answer.status == 503
    assert len(check_release.asked) == 3
    record = json.loads((tmp_path / "logs" / "scheduler.jsonl").read_text())
    assert (record["severity"], record["attempts"]) == ("ERROR", 3)


def test_reports_no_answer_when_nobody_listens(check_release: CheckRelease, tmp_path: Path) -> None:
    scheduler = scheduler_for(check_release, tmp_path)
    check_release.server.stop()
    assert scheduler.tick().status == 0


def test_ticks_at_start_and_each_period_when_it_has_one(check_release: CheckRelease, tmp_path: Path) -> None:
    scheduler = scheduler_for(check_release, tmp_path, tick_s=0.05)
    assert scheduler.next_tick_at_utc is None
    scheduler.start()
    deadline = time.monotonic() + 10
    while len(check_release.asked) < 3:
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    scheduler.stop()
    assert scheduler.next_tick_at_utc is not None
    assert scheduler.next_tick_at_utc.endswith("Z")
