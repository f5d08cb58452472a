"""Kills one process at one point of the chain, starts what has died again, and looks at what has become of the release.

A state directory is prepared for each stage: one release on its way to replace the one before it, stopped cleanly
between the stages (the event that leads on waits on disk). A point begins with a copy of the one before it, and ends
with everything that came after.
"""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.chaos.crash_points import FRONT_DOORS, LOST, STAGES, Moment, Point, Request, find_points
from tests.chaos.kill_checks import OLDER, VERSION, Snapshot, generations, problems, seen_by_readers, take_snapshot
from tests.system.conftest import Machine, going_on

MOST_TICKS = 2
_DEADLINE_S = 180
_RARELY_S = 24 * 3600
_POLL_S = 0.02
_KILL_NOW = "/kill-now"
_STOPS = {"offered": "landing/", "landed": "/manifest.json", "processed": ""}
_UNDER_WAY = ("events_in_flight", "batches_active", "executions_active")
# A rule that waits for no time disturbs nothing, and its firings are a journal of the requests.
_RECORDED: list[dict[str, Any]] = [
    {"service": service, "times": None, "do": {"stall_s": 0}} | ({"object": ""} if service != "run" else {})
    for service in ("storage", "dataproc", "run", *FRONT_DOORS)
]
# From a prepared world the event goes on, not the tick with which localcloud starts.
_NO_FIRST_TICK = {"service": "check_release", "do": {"status": 200, "body": "{}"}}


@dataclass(frozen=True)
class Ending:
    """What came of one point."""

    point: str
    row: str
    when: str
    victim: str
    ticks: int
    seconds: float
    problems: list[str]


@dataclass
class Killing:
    """The prepared worlds and the points of one release; everything happens in one state directory after the other.

    `published` is the folder of a machine that has published `OLDER`.
    """

    folder: Path
    published: Path
    release: bytes
    machine: Machine = field(init=False)
    points: list[Point] = field(init=False)
    undisturbed: Snapshot = field(init=False)

    def __post_init__(self) -> None:
        self.machine = going_on(Machine(self.folder / "case" / "state"), self.published)
        self._let_it_rest()
        self.machine.offer(VERSION, self.release)
        self.points = find_points(*self._prepare())

    def play(self, point: Point) -> Ending:
        """Kill at a point; return what is not as it should be after at most two ticks."""
        started = time.monotonic()
        self._reset(point.stage)
        rule = point.rule or {"service": "metadata", "path": f"^{_KILL_NOW}", "do": {"kill": point.victim}}
        self._arm(point.stage, rule)
        ticks, found = 0, []
        try:
            is_up = self._start()
            self._until_killed(point, is_up)
            seen = seen_by_readers(self.machine)
            if point.victim in ("localcloud", "all"):
                _wait(lambda: not self.machine.is_alive(), "localcloud's death")
                self._start(must=True)
                ticks = 1
            self._settle()
            while not self._is_published() and ticks < MOST_TICKS:
                self._tick()
                ticks += 1
            found = seen + self._what_a_tick_does() + problems(self.machine, self.undisturbed, self.release)
        except (AssertionError, OSError) as error:
            found = [f"{type(error).__name__}: {error}"]
        finally:
            self.stop()
        took_s = round(time.monotonic() - started, 1)
        return Ending(point.name, point.row, point.when, point.victim, ticks, took_s, found)

    def stop(self) -> None:
        if self.machine.is_alive():
            self.machine.kill()

    def _let_it_rest(self) -> None:
        """Give the tick that comes after a publication, so that the next one has nothing to tell of it."""
        self._ticks_wanted = self._ticks_logged() + 1
        self.machine.up(GITHUB=self.machine.github, TICK_S=_RARELY_S)
        self._settle()
        assert self.machine.make("down").returncode == 0
        shutil.rmtree(self.machine.state / "logs")

    def _prepare(self) -> tuple[list[Request], list[dict[str, Any]]]:
        """Take the release through its stages; return what was requested, and the transform's log."""
        requests, state = [], self.machine.state
        for stage in STAGES:
            state.mkdir(exist_ok=True)
            shutil.copytree(state, self.folder / stage)
            self._reset(stage)
            self._arm(stage)
            switches = {"delay_s": _RARELY_S, "match": _STOPS[stage]} if _STOPS[stage] else {}
            (state / "events-switches.json").write_text(json.dumps(switches))
            self._start(must=True)
            self._settle(waiting=1 if _STOPS[stage] else 0)
            if stage == STAGES[-1]:
                assert self._what_a_tick_does() == []
                self.undisturbed = take_snapshot(self.machine)
                assert problems(self.machine, self.undisturbed, self.release) == []
            requests += [Request.of(stage, line) for line in self._journal() if line["rule"] >= self._kill_index]
            log = _lines(state / "logs" / "transform.jsonl")
            done = self.machine.make("down")
            assert done.returncode == 0, done.stdout + done.stderr
            shutil.rmtree(state / "logs")  # of which the next stage's journal is to know nothing
        return requests + [request for stage in LOST for request in self._replayed(stage)], log

    def _replayed(self, stage: str) -> list[Request]:
        """Prepare a world whose event is lost; return what check_release wakes up in it."""
        shutil.copytree(self.folder / LOST[stage], self.folder / stage)
        shutil.rmtree(self.folder / stage / "events")
        self._reset(stage)
        self._arm(stage)
        self._start(must=True)
        _wait(lambda: self._ticks_logged() >= self._ticks_wanted, "the tick")
        self.stop()
        seen = [Request.of(stage, line) for line in self._journal() if line["service"] in FRONT_DOORS[1:]]
        return [request for request in seen if request.name != "any other object"]

    def _reset(self, stage: str) -> None:
        shutil.rmtree(self.machine.state, ignore_errors=True)
        shutil.copytree(self.folder / stage, self.machine.state)
        (self.machine.state / "events-switches.json").unlink(missing_ok=True)

    def _arm(self, stage: str, *rules: dict[str, Any]) -> None:
        first = [] if stage == "offered" or stage in LOST else [_NO_FIRST_TICK]
        self._kill_index = len(first)
        schedule = {"rules": [*first, *rules, *_RECORDED]}
        (self.machine.state / "faults.json").write_text(json.dumps(schedule))

    def _start(self, must: bool = False) -> bool:
        self._ticks_wanted = self._ticks_logged() + 1
        done = self.machine.make("up", GITHUB=self.machine.github, TICK_S=_RARELY_S)
        # What is killed while it starts has not come up.
        assert done.returncode == 0 or (not must and self._has_fired()), done.stdout + done.stderr
        return done.returncode == 0

    def _until_killed(self, point: Point, is_up: bool) -> None:
        """Wait for the kill; what has come to rest without it gets the tick that comes after a publication."""
        looks = 0

        def is_done() -> bool:
            nonlocal looks
            if point.moment is not None and not self._has_fired() and self._has_come(point.moment):
                time.sleep(point.moment.wait_s)
                with suppress(OSError, HTTPException):
                    urllib.request.urlopen(f"{self.machine.localcloud()['urls']['metadata']}{_KILL_NOW}", timeout=30)
            if self._has_fired():
                return True
            looks = looks + 1 if is_up and self._is_quiet() else 0
            return looks > 1

        with suppress(OSError, HTTPException):  # it has just been killed
            _wait(is_done, "the kill")
            if not self._has_fired() and self._is_published():
                looks, self._ticks_wanted = 0, self._ticks_logged() + 1
                self._ask("/tick", post=True)
                _wait(is_done, "the kill in that tick, or by an event of what it has written")
        assert self._has_fired(), "the point never came"
        if point.victim not in ("localcloud", "all"):
            killed = f"a fault has killed {point.victim}: 1 processes"
            _wait(lambda: self.machine.logged("localcloud", killed) == 1, f"the line {killed!r}")
        assert is_up or point.victim in ("localcloud", "all"), "localcloud has not come up"

    def _tick(self) -> None:
        self._ticks_wanted = self._ticks_logged() + 1
        self._ask("/tick", post=True)
        self._settle()

    def _what_a_tick_does(self) -> list[str]:
        """A further tick must find everything up to date, and change nothing; it may tell once what was billed."""
        before = generations(self.machine)
        self._tick()
        [*_, answer] = _lines(self.machine.state / "logs" / "scheduler.jsonl")
        outcome = json.loads(answer["answer"]).get("outcome")
        after = generations(self.machine)
        changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        found = [] if outcome == "up_to_date" else [f"the next tick says {outcome}"]
        return found + [f"the next tick changes {name}" for name in changed if "/notices/" not in name]

    def _settle(self, waiting: int = 0) -> None:
        """Wait until the tick has ended and nothing is under way, looking twice."""
        _wait(lambda: self._is_quiet(waiting) and self._is_quiet(waiting), "everything to come to rest")

    def _is_quiet(self, waiting: int = 0) -> bool:
        time.sleep(0.05)
        status = self._ask("/status")
        is_so = not any(status[name] for name in _UNDER_WAY) and status["events_queued"] == waiting
        return is_so and self._ticks_logged() >= self._ticks_wanted

    def _is_published(self) -> bool:
        is_there = self.machine.pointer()["version"] == VERSION
        return is_there and self.machine.outcomes() == {OLDER: ["published"], VERSION: ["published"]}

    def _has_come(self, moment: Moment) -> bool:
        if moment.after is not None:
            seen = [Request.of("", line).key for line in self._journal()]
            return seen.count(moment.after.key) >= moment.nth
        lines = _lines(self.machine.state / "logs" / "transform.jsonl")
        done = [line.get("progress", {"done": 0})["done"] for line in lines if line.get("step") == moment.step]
        return max(done, default=-1) >= moment.done

    def _has_fired(self) -> bool:
        return any(line["rule"] == self._kill_index for line in self._journal())

    def _journal(self) -> list[dict[str, Any]]:
        return _lines(self.machine.state / "logs" / "faults.jsonl")

    def _ticks_logged(self) -> int:
        return self.machine.logged("scheduler", "tick: ")

    def _ask(self, path: str, post: bool = False) -> dict[str, Any]:
        url = f"{self.machine.localcloud()['urls']['admin']}{path}"
        try:
            with urllib.request.urlopen(url, b"" if post else None, timeout=_DEADLINE_S) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return {"status": error.code, "body": error.read().decode(errors="replace")}


def _lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _wait(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _DEADLINE_S
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {_DEADLINE_S} s for {what}")
        time.sleep(_POLL_S)
