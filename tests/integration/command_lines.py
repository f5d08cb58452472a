"""Programs on PATH that answer as gcloud and terraform would, and remember what they were asked."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_PROGRAM = """#!{python} -IS
import json, sys
given = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps([{name!r}, *given]) + "\\n")
asked = " ".join(given)
replies = json.load(open({replies!r}))
for index, (text, reply) in enumerate(replies):
    if all(part in asked for part in text.split(" … ")):
        if reply.get("once"):
            del replies[index]
            json.dump(replies, open({replies!r}, "w"))
        if "copy" in reply:
            begin, to = reply["copy"]
            [file] = [word[len(begin):] for word in given if word.startswith(begin)]
            open(to, "w").write(open(file).read())
        sys.stdout.write(reply.get("out", ""))
        sys.stderr.write(reply.get("error", ""))
        sys.exit(reply.get("status", 0))
sys.stderr.write("ERROR: (gcloud) NOT_FOUND: nobody expected " + asked + "\\n")
sys.exit({otherwise})
"""


@dataclass(frozen=True)
class CommandLines:
    """A folder that is all of PATH; `calls` is what was run there, in order."""

    folder: Path

    def install(self, name: str, replies: list[tuple[str, dict[str, Any]]], *, otherwise: int = 1) -> None:
        """Put a program there; each reply is for the first call that has its text, or all parts of it around a `…`.

        A reply's `copy` keeps a file that the call names, by the beginning of that word: `["-var-file=", to]`.
        """
        at = self.folder / f"{name}.replies.json"
        at.write_text(json.dumps(replies))
        program = self.folder / name
        log = str(self.folder / "calls.jsonl")
        program.write_text(
            _PROGRAM.format(python=sys.executable, log=log, name=name, replies=str(at), otherwise=otherwise)
        )
        program.chmod(0o755)

    def calls(self, *beginning: str) -> list[list[str]]:
        """Return the calls that begin with these words."""
        log = self.folder / "calls.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        found: list[list[str]] = [json.loads(line) for line in lines]
        return [call for call in found if call[: len(beginning)] == list(beginning)]


def says(document: Any, **more: Any) -> dict[str, Any]:
    """Build a reply that is JSON on stdout."""
    return {"out": json.dumps(document), **more}


def fails(error: str, **more: Any) -> dict[str, Any]:
    """Build a reply that is an error."""
    return {"status": 1, "error": f"ERROR: (gcloud) {error}\n", **more}


@pytest.fixture
def command_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLines:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return CommandLines(folder)
