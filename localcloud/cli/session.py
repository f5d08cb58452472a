"""Finds the localcloud of a state directory, or brings one up for as long as a command takes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.cli.exits import CommandError, UsageError
from localcloud.cli.local_http import Answer, NoAnswerError, call, id_token

ROOT = Path(__file__).resolve().parent.parent.parent
RECORD = "localcloud.json"
TRIGGER_TIMEOUT_S = 960
DEFAULT_DRIVERS = ("lewis-hamilton",)


@dataclass(frozen=True, slots=True)
class Session:
    """A localcloud that answers; `is_own` says that it ends with this command."""

    state_dir: Path
    pid: int
    urls: dict[str, str]
    drivers: tuple[str, ...]
    limits: Mapping[str, str]
    code_digest: str
    transform_digest: str
    is_own: bool = False

    def admin(self, path: str, body: dict[str, Any] | None = None, *, post: bool = False) -> dict[str, Any]:
        """Ask the administration's side of localcloud.

        Raises:
            CommandError: it has gone, or it refuses.
        """
        try:
            answer = call(f"{self.urls['admin']}{path}", body, post=post, timeout_s=60)
        except NoAnswerError as error:
            raise CommandError(f"localcloud (pid {self.pid}) has gone: `make up`, or `make run` again") from error
        if answer.status >= 300:
            raise CommandError(f"localcloud refuses {path}: {answer.status} {answer.body}")
        return answer.document

    def trigger(self, body: dict[str, Any]) -> Answer:
        """Call check_release as a person would: with an ID token for its URL.

        Raises:
            CommandError: localcloud has gone.
        """
        url = self.urls["check_release"]
        try:
            return call(url, body, token=id_token(self.urls["metadata"], url), timeout_s=TRIGGER_TIMEOUT_S)
        except NoAnswerError as error:
            raise CommandError(f"check_release gave no answer: {error}") from error


def read_session(state_dir: Path) -> Session | None:
    """Read what localcloud wrote when it last came up; it need not be there any more."""
    try:
        record = json.loads((state_dir / RECORD).read_text(encoding="utf-8"))
        return Session(
            state_dir=state_dir,
            pid=int(record["pid"]),
            urls=dict(record["urls"]),
            drivers=tuple(record["drivers"]),
            limits=dict(record.get("limits", {})),
            code_digest=record["code_digest"],
            transform_digest=record["transform_digest"],
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{state_dir / RECORD} is not what localcloud writes ({error!r}): delete it") from error


def find_running(state_dir: Path) -> Session | None:
    """Return the localcloud that runs on this state, asked itself, or None."""
    session = read_session(state_dir)
    if session is None or not is_alive(session.pid):
        return None
    try:
        answer = call(f"{session.urls['admin']}/status", timeout_s=5)
    except NoAnswerError:
        return None
    return session if answer.status == 200 and "code_digest" in answer.document else None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def require_running(state_dir: Path) -> Session:
    """Return the running localcloud.

    Raises:
        UsageError: there is none.
    """
    session = find_running(state_dir)
    if session is None:
        raise UsageError(f"no localcloud runs on {shown(state_dir)}: start one with `make up`")
    return session


@contextmanager
def session_for(
    state_dir: Path, drivers: tuple[str, ...], limits: Mapping[str, str], github_dir: Path | None
) -> Iterator[Session]:
    """Use the running localcloud, brought to this checkout and what is asked, or one of our own until the end."""
    running = find_running(state_dir)
    if running is not None:
        try:
            yield _deployed(running, drivers, limits)
        except UsageError:
            # What was asked for cannot be, an unknown driver for one: the deployment goes back to what it was.
            _deploy(running, running.drivers, running.limits)
            raise
        return
    from localcloud.cloud import AlreadyRunningError, LocalCloud, Options

    options = Options(
        state_dir=state_dir, drivers=drivers or DEFAULT_DRIVERS, limits=limits, tick_s=None, github_dir=github_dir
    )
    try:
        with LocalCloud(options):
            session = read_session(state_dir)
            if session is None:
                raise CommandError(f"localcloud came up without writing {state_dir / RECORD}")
            yield Session(**{name: getattr(session, name) for name in _FIELDS}, is_own=True)
    except AlreadyRunningError as error:
        raise UsageError(
            f"a localcloud is coming up or going down on {shown(state_dir)} (pid {error.pid}): try again in a moment"
        ) from error


_FIELDS = ("state_dir", "pid", "urls", "drivers", "limits", "code_digest", "transform_digest")


def _deployed(running: Session, drivers: tuple[str, ...], limits: Mapping[str, str]) -> Session:
    """Deploy what is in this checkout now, when that is not what runs; what is not asked for stays as it is."""
    from localcloud.deployment import read_deployment

    wanted = read_deployment(ROOT, drivers or running.drivers, limits or running.limits)
    if (wanted.code_digest, wanted.transform_digest) == (running.code_digest, running.transform_digest):
        return running
    _deploy(running, wanted.drivers, wanted.limits)
    return read_session(running.state_dir) or running


def _deploy(running: Session, drivers: tuple[str, ...], limits: Mapping[str, str]) -> None:
    running.admin("/deploy", {"drivers": list(drivers), "limits": dict(limits)})


def shown(path: Path) -> str:
    """Write a path as a person would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
