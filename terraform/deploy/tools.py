"""gcloud and terraform as programs on PATH: asked for JSON, or run before a person's eyes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.cli.exits import CommandError

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIGURATION = ROOT / "terraform"
_TIMEOUT_S = 120
_NOT_THERE = re.compile(r"404|not.found|does not exist", re.IGNORECASE)
_FRAME = re.compile(r"\x1b\[[0-9;]*m|[│╷╵]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Reply:
    """How a program ended, and what it said."""

    status: int
    out: str
    error: str

    @property
    def is_ok(self) -> bool:
        return self.status == 0

    def json(self) -> Any:
        """Read what it said as JSON; nothing is null.

        Raises:
            CommandError: it is none.
        """
        try:
            return json.loads(self.out) if self.out.strip() else None
        except ValueError as error:
            raise CommandError(f"the answer is no JSON: {self.out[:200]}") from error

    @property
    def is_of_nothing(self) -> bool:
        """Whether it failed because what was asked for does not exist."""
        return not self.is_ok and _NOT_THERE.search(self.error) is not None

    @property
    def said(self) -> str:
        """The whole error as one line, without the colours, frames and line breaks that Terraform puts into it."""
        return _SPACES.sub(" ", _FRAME.sub(" ", self.error))

    @property
    def reason(self) -> str:
        """The line of the error that says most."""
        lines = [line for line in (_FRAME.sub(" ", line).strip() for line in self.error.splitlines()) if line]
        errors = [line for line in lines if line.startswith(("ERROR", "Error"))]
        return _SPACES.sub(" ", (errors or lines or ["it said nothing"])[0])[:400]


def is_there(program: str) -> bool:
    return shutil.which(program) is not None


def ask(*command: str) -> Reply:
    """Run a program quietly; a program that is not there, or hangs, is a failed one."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        return Reply(127, "", f"ERROR: {command[0]} is not on PATH")
    except subprocess.TimeoutExpired:
        return Reply(124, "", f"ERROR: {command[0]} did not answer within {_TIMEOUT_S} s")
    return Reply(done.returncode, done.stdout, done.stderr)


def gcloud(*arguments: str) -> Reply:
    """Ask gcloud; it never waits for a person."""
    return ask("gcloud", *arguments, "--format=json", "--quiet")


def must_gcloud(*arguments: str) -> Any:
    """Ask gcloud for what has to be there.

    Raises:
        CommandError: gcloud refuses, or is not there.
    """
    reply = gcloud(*arguments)
    if not reply.is_ok:
        raise CommandError(f"gcloud {' '.join(arguments[:3])}: {reply.reason}")
    return reply.json()


def find_bucket(name: str) -> dict[str, Any] | None:
    """Describe a bucket; None where there is none.

    Raises:
        CommandError: gcloud cannot tell, which is not the same as an answer.
    """
    reply = gcloud("storage", "buckets", "describe", f"gs://{name}")
    if reply.is_ok:
        return dict(reply.json() or {})
    if reply.is_of_nothing:
        return None
    raise CommandError(f"gs://{name}: {reply.reason}")


def watch(command: Sequence[str]) -> Reply:
    """Run a program before a person's eyes, and keep what it says on stderr."""
    said = []
    try:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr or ():
                print(line, end="", flush=True)
                said.append(line)
    except FileNotFoundError:
        return Reply(127, "", f"ERROR: {command[0]} is not on PATH")
    return Reply(process.returncode, "", "".join(said))


def terraform(*arguments: str, configuration: Path = CONFIGURATION) -> Reply:
    """Run Terraform on one of our configurations before a person's eyes."""
    return watch(["terraform", f"-chdir={configuration}", *arguments])
