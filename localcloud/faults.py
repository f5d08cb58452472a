"""Disturbs requests to the stand-ins as `<state>/faults.json` says, for tests; `fault_rules` has the format.

Around every stand-in's application: answers instead of it or after it, closes the connection without an answer, stalls,
sends half of an answer, kills processes. What fired is in `<state>/logs/faults.jsonl`.
"""

import contextlib
import json
import logging
import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.http import HTTP_STATUS_CODES

from localcloud.fault_rules import Action, Call, Rule
from localcloud.fault_schedule import Schedule

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_LOG = logging.getLogger("localcloud.faults")
Environ = dict[str, Any]
ObjectOf = Callable[[Environ], str]
_CALLER_DIES_WITHIN_S = 0.5
# Google's clients decide by the reason, where there is one, whether a call may be repeated.
_REASONS = {408: "requestTimeout", 429: "rateLimitExceeded", 500: "internalError", 502: "badGateway"}


class CutError(ConnectionAbortedError):
    """Ends a connection on purpose; the servers close it without a word."""


class Faults:
    """The faults of one state directory, shared by all its servers."""

    def __init__(self, state_dir: Path, kill: Callable[[str], int] | None = None) -> None:
        """`kill` ends the processes of a role; without it only `localcloud`, this process, can be killed."""
        self._schedule = Schedule(state_dir)
        self._kill_role = kill
        self._stopping = threading.Event()

    def around(self, service: str, app: "WSGIApplication", object_of: ObjectOf | None = None) -> "WSGIApplication":
        """Put the schedule in front of a service's application."""

        def disturbed(environ: Environ, start_response: "StartResponse") -> Iterable[bytes]:
            if self._schedule.is_empty():
                return app(environ, start_response)
            rule = self._schedule.take(self._call(service, environ, object_of))
            if rule is None:
                return app(environ, start_response)
            if rule.is_after:
                return self._after(rule, app, environ, start_response)
            return self._before(rule, app, environ, start_response)

        return disturbed

    def stop(self) -> None:
        """Let what is stalled go on, so that the servers can end."""
        self._stopping.set()

    def _call(self, service: str, environ: Environ, object_of: ObjectOf | None) -> Call:
        named = object_of(environ) if object_of and self._schedule.wants_objects() else ""
        return Call(service, environ["REQUEST_METHOD"], unquote(environ["REQUEST_URI"]), named)

    def _before(
        self, rule: Rule, app: "WSGIApplication", environ: Environ, start_response: "StartResponse"
    ) -> Iterable[bytes]:
        action = rule.action
        if action.status is not None:
            _read_to_end(environ)
            return _answer(action, action.status, start_response)
        self._disturb(action, environ)
        if action.kill is not None and _is_caller_gone(environ):
            _cut(environ)  # what the dead had asked for never arrived
        return app(environ, start_response)

    def _after(
        self, rule: Rule, app: "WSGIApplication", environ: Environ, start_response: "StartResponse"
    ) -> Iterable[bytes]:
        action = rule.action
        answer = _Kept(app, environ)
        if action.truncate:
            others = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
            start_response(answer.status, [*others, ("Content-Length", str(len(answer.body)))])
            return _halved(answer.body, environ)
        if action.status is not None:
            return _answer(action, action.status, start_response)
        self._disturb(action, environ)
        return answer.give(start_response)

    def _disturb(self, action: Action, environ: Environ) -> None:
        if action.reset:
            _cut(environ)
        if action.stall_s is not None:
            self._stopping.wait(action.stall_s)
        if action.kill is not None:
            self._kill(action.kill)

    def _kill(self, role: str) -> None:
        if role != "localcloud" and self._kill_role is not None:
            # A test that kills nobody proves nothing, so it can look here.
            _LOG.warning("a fault has killed %s: %d processes", role, self._kill_role(role))
        if role in ("localcloud", "all"):
            os.kill(os.getpid(), signal.SIGKILL)  # the warden ends the rest


class _Kept:
    """An application's whole answer, held back: its effect has happened."""

    def __init__(self, app: "WSGIApplication", environ: Environ) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []

        def keep(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            del exc_info
            self.status, self.headers = status, headers
            return lambda _: None

        body = app(environ, keep)
        try:
            self.body = b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()

    def give(self, start_response: "StartResponse") -> list[bytes]:
        start_response(self.status, self.headers)
        return [self.body]


def _answer(action: Action, status: int, start_response: "StartResponse") -> list[bytes]:
    reason = HTTP_STATUS_CODES.get(status, "Unknown")
    error = {
        "code": status,
        "message": f"a fault of the schedule: {reason}",
        "errors": [{"reason": _REASONS.get(status, "backendError")}],
    }
    body = (json.dumps({"error": error}) if action.body is None else action.body).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **action.headers}
    start_response(f"{status} {reason}", list(headers.items()))
    return [body]


def _halved(body: bytes, environ: Environ) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    _cut(environ)


def _cut(environ: Environ) -> None:
    connection: socket.socket = environ["werkzeug.socket"]
    with contextlib.suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)
    raise CutError


def _read_to_end(environ: Environ) -> None:
    # A client that is still sending would take the early answer for a broken connection.
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        while stream.read(1 << 16):
            continue
    else:
        stream.read(int(environ.get("CONTENT_LENGTH") or 0))


def _is_caller_gone(environ: Environ) -> bool:
    connection: socket.socket = environ["werkzeug.socket"]
    readable, _, _ = select.select([connection], [], [], _CALLER_DIES_WITHIN_S)
    if not readable:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
