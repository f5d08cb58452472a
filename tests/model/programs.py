"""Programs on threads of which one moves at a time, from one call of a service to the next, as a test tells them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

_own = threading.local()


class Crash(BaseException):
    """`kill -9`: nothing catches it, and what is tidied up on its way has no effect any more."""


class Program:
    """One execution of a function or of the transform; `skew` is how wrong its machine's clock is."""

    def __init__(self, name: str, skew: timedelta, body: Callable[[], object]) -> None:
        self.name = name
        self.skew = skew
        self.has_ended = False
        self.is_stopped = False
        self._body = body
        self._is_killed = False
        self._error: BaseException | None = None
        self._may_go, self._has_gone = threading.Lock(), threading.Lock()
        self._may_go.acquire()
        self._has_gone.acquire()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def step(self) -> None:
        """Let it go on to its next call of a service, or to its end.

        Raises:
            Exception: what it did not catch itself.
        """
        if self.has_ended:
            return
        self._may_go.release()
        self._has_gone.acquire()
        if self._error is not None:
            raise self._error

    def finish(self) -> None:
        """Let it go on to its end."""
        while not self.has_ended:
            self.step()

    def kill(self) -> None:
        """End it where it stands."""
        self._is_killed = True
        self.step()
        self._thread.join()

    def wait(self) -> None:
        """Called on its own thread, before each effect: wait to be told to go on."""
        if not self._is_killed:
            self._has_gone.release()
            self._may_go.acquire()
        if self._is_killed:
            raise Crash

    def _run(self) -> None:
        _own.program = self
        self._may_go.acquire()
        try:
            if not self._is_killed:
                self._body()
        except BaseException as error:
            if not isinstance(error, Crash):
                self._error = error  # told on the thread of the test
        self.has_ended = True
        self._has_gone.release()


def running() -> Program | None:
    """Return the program on whose thread this is, None on the test's own."""
    return getattr(_own, "program", None)


def call_of_a_service() -> None:
    """Stop here until the test lets this program go on, or kills it."""
    program = running()
    if program is not None:
        program.wait()
