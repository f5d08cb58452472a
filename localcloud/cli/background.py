"""`make up` and `make down`: a localcloud that stays, with its scheduler ticking."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from localcloud.cli.exits import CommandError, Exit, UsageError
from localcloud.cli.local_http import NoAnswerError, call, identity_url
from localcloud.cli.session import DEFAULT_DRIVERS, ROOT, Session, find_running, is_alive, read_session, shown
from localcloud.cli.summary import REPORT, WAREHOUSE
from pipeline.batch_limits import write_limits

_UP_DEADLINE_S = 60.0
_DOWN_DEADLINE_S = 30.0
_POLL_S = 0.05


def serve(arguments: argparse.Namespace) -> Exit:
    """Run localcloud in this process until a signal or `POST /stop` ends it."""
    from localcloud.cloud import AlreadyRunningError, LocalCloud, Options

    options = Options(
        state_dir=arguments.state,
        drivers=arguments.driver or DEFAULT_DRIVERS,
        limits=arguments.limits,
        tick_s=arguments.tick_s,
        github_dir=arguments.github,
        base_port=arguments.port,
    )
    try:
        with LocalCloud(options) as cloud:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: cloud.ask_to_stop())
            # In short waits, because a signal's handler runs between them.
            while not cloud.wait_until_asked_to_stop(0.2):
                continue
    except AlreadyRunningError as error:
        raise _already_running(arguments.state, error.pid) from error
    return Exit.DONE


def up(arguments: argparse.Namespace) -> Exit:
    """Start `serve` in the background and say how to use it."""
    running = find_running(arguments.state)
    if running is not None:
        raise _already_running(arguments.state, running.pid)
    log = arguments.state / "logs" / "localcloud.out"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "localcloud", "serve", f"--state={arguments.state}"]
    command += [
        f"--tick-s={arguments.tick_s}",
        f"--driver={','.join(arguments.driver)}",
        f"--limits={write_limits(arguments.limits)}",
        f"--port={arguments.port or ''}",
    ]
    command += [f"--github={arguments.github or ''}"]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True
        )
    session = _wait_until_up(process, arguments.state, log)
    sys.stdout.write(_how_to_use(session, arguments.tick_s))
    return Exit.DONE


def down(arguments: argparse.Namespace) -> Exit:
    """Stop the localcloud of this state, and wait until it is gone."""
    session = find_running(arguments.state)
    if session is None:
        left = read_session(arguments.state)
        if left is None or not _is_localcloud(left.pid):
            sys.stdout.write(f"no localcloud runs on {shown(arguments.state)}\n")
            return Exit.DONE
        session = left
    stop(session)
    sys.stdout.write(f"localcloud (pid {session.pid}) is down; the state stays in {shown(arguments.state)}\n")
    return Exit.DONE


def stop(session: Session) -> None:
    """Ask a localcloud to end, tell it to when it does not answer, and wait.

    Raises:
        CommandError: it does not end.
    """
    try:
        call(f"{session.urls['admin']}/stop", post=True)
    except NoAnswerError:
        os.kill(session.pid, signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_DEADLINE_S
    while is_alive(session.pid) and _is_localcloud(session.pid):
        if time.monotonic() > deadline:
            raise CommandError(f"localcloud (pid {session.pid}) does not end: kill -9 {session.pid} does it no harm")
        time.sleep(_POLL_S)


def _wait_until_up(process: subprocess.Popen[bytes], state_dir: Path, log: Path) -> Session:
    deadline = time.monotonic() + _UP_DEADLINE_S
    while time.monotonic() < deadline:
        status = process.poll()
        if status is not None:
            said = log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
            error = UsageError if status == Exit.USAGE else CommandError
            raise error(f"localcloud did not come up: {said[-1].removeprefix('localcloud: ')} (see {shown(log)})")
        session = find_running(state_dir)
        if session is not None and session.pid == process.pid:
            return session
        time.sleep(_POLL_S)
    process.terminate()
    raise CommandError(f"localcloud did not come up within {_UP_DEADLINE_S:.0f} s: see {shown(log)}")


def _how_to_use(session: Session, tick_s: float) -> str:
    url = session.urls["check_release"]
    token = f"$(curl -s -H 'Metadata-Flavor: Google' '{identity_url(session.urls['metadata'], url)}')"
    every = f"{tick_s / 3600:g} h" if tick_s >= 3600 else f"{tick_s:g} s"
    rows = [
        ("localcloud", f"up, pid {session.pid}, ticks every {every}; `make down` stops it"),
        ("warehouse", shown(session.state_dir / WAREHOUSE)),
        ("report", shown(session.state_dir / REPORT)),
        ("logs", f"{shown(session.state_dir / 'logs')}/ (`make logs`)"),
        ("trigger", "by hand (`make trigger` does the same):"),
    ]
    lines = [f"{name:<10} {text}" for name, text in rows]
    curl = f"""curl -s -X POST -H "Authorization: Bearer {token}" -H 'Content-Type: application/json' -d '{{}}' {url}"""
    return "\n".join([*lines, "", curl, ""])


def _already_running(state_dir: Path, pid: int) -> UsageError:
    return UsageError(
        f"a localcloud runs on {shown(state_dir)} already, pid {pid}: `make down` stops it, STATE=… starts another"
    )


def _is_localcloud(pid: int) -> bool:
    """Say whether a pid is still what it was: after a reboot it may be anybody's."""
    command = Path(f"/proc/{pid}/cmdline")
    if not command.parent.parent.joinpath("self").exists():
        return is_alive(pid)
    try:
        return b"localcloud" in command.read_bytes()
    except OSError:
        return False
