"""`make trigger`: the manual HTTP trigger, called as a person with gcloud would call it."""

from __future__ import annotations

import argparse
import json
import sys

from localcloud.cli import release_asked
from localcloud.cli.exits import Exit
from localcloud.cli.local_http import Answer
from localcloud.cli.session import require_running

_FLAGS = ("force", "rollback", "accept_shrink", "dry_run")
_FAILED_OUTCOMES = ("rejected", "superseded", "backing_off", "failed")


def trigger(arguments: argparse.Namespace) -> Exit:
    """POST to check_release and print its answer."""
    asked = release_asked.read_release(arguments.release, arguments.version)
    session = require_running(arguments.state)
    release_asked.offer(asked, arguments.state)
    flags = {name: True for name in _FLAGS if getattr(arguments, name)}
    return finish(session.trigger({"release": asked.name, **flags}))


def finish(answer: Answer) -> Exit:
    """Print check_release's answer, and say how the command ends."""
    _show(answer)
    if answer.status == 400:
        return Exit.USAGE
    is_good = answer.status == 200 and answer.document.get("outcome") not in _FAILED_OUTCOMES
    return Exit.DONE if is_good else Exit.FAILED


def _show(answer: Answer) -> None:
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, indent=2, ensure_ascii=False)
    if sys.stdout.isatty() and not isinstance(answer.body, str):
        from rich.console import Console

        Console().print_json(text)
    else:
        sys.stdout.write(f"{text}\n")
    if answer.status != 200:
        retry_after = answer.headers.get("Retry-After")
        hint = f", Retry-After {retry_after} s" if retry_after else ""
        sys.stderr.write(f"check_release answered {answer.status}{hint}\n")
