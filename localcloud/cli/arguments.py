"""The command line: everything arrives as text from make, empty where a variable was not given."""

from __future__ import annotations

import argparse
from pathlib import Path

from localcloud.cli.exits import UsageError
from pipeline.batch_limits import parse_limits

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("", "0", "false", "no", "off")
_DEFAULT_TICK_S = 6 * 3600.0
_REQUEST_FLAGS = ("--release", "--version", "--force", "--rollback", "--accept-shrink")
_COMMANDS: dict[str, tuple[str, ...]] = {
    "run": (*_REQUEST_FLAGS, "--driver", "--limits", "--github", "--json"),
    "serve": ("--tick-s", "--driver", "--limits", "--github", "--port"),
    "up": ("--tick-s", "--driver", "--limits", "--github", "--port"),
    "down": (),
    "trigger": (*_REQUEST_FLAGS, "--dry-run"),
    "status": ("--limits", "--json"),
    "logs": ("--release", "--stage", "--severity"),
    "query": ("--sql",),
    "export": (),
    "report": (),
    "reset": ("--yes",),
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong as a UsageError, in place of leaving the process."""

    def error(self, message: str) -> object:  # type: ignore[override]
        raise UsageError(f"{message}; `make help` lists what there is")


def parse(argv: list[str]) -> argparse.Namespace:
    """Read a command and its options.

    Raises:
        UsageError: for anything that cannot be meant.
    """
    parser = Parser(prog="localcloud", description="The pipeline on one machine.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    for name, flags in _COMMANDS.items():
        command = commands.add_parser(name, allow_abbrev=False)
        command.add_argument("--state", type=state_dir, default=".local")
        for flag in flags:
            command.add_argument(flag, type=_TYPES.get(flag, str.strip), default="")
    arguments = parser.parse_args(argv)
    refuse_contradiction(arguments)
    return arguments


def refuse_contradiction(arguments: argparse.Namespace) -> None:
    """Raise UsageError for switches that cannot be meant together."""
    if getattr(arguments, "force", False) and getattr(arguments, "rollback", False):
        raise UsageError("FORCE=1 and ROLLBACK=1 exclude each other: one repeats or backfills, the other goes back")


def flag(text: str) -> bool:
    """Read a switch of make: 1 or 0, or the words for them."""
    if text.strip().lower() in _TRUE:
        return True
    if text.strip().lower() in _FALSE:
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither 1 nor 0")


def state_dir(text: str) -> Path:
    """Read the place of the state, as an absolute path."""
    return Path(text or ".local").expanduser().resolve()


def _seconds(text: str) -> float:
    try:
        seconds = float(text) if text.strip() else _DEFAULT_TICK_S
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from error
    if not 0.1 <= seconds <= 30 * 86400:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.1 s and 30 days")
    return seconds


def _port(text: str) -> int:
    if not text.strip():
        return 0
    if not text.strip().isdigit() or not 1024 <= int(text) <= 65500:
        raise argparse.ArgumentTypeError(f"{text!r} is no port between 1024 and 65500")
    return int(text)


def _folder(text: str) -> Path | None:
    if not text.strip():
        return None
    folder = Path(text.strip()).expanduser().resolve()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no directory of f1db-csv-<version>.zip files")
    return folder


def _drivers(text: str) -> tuple[str, ...]:
    names = (name.strip().lower() for name in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _limits(text: str) -> dict[str, str]:
    try:
        return parse_limits(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


_TYPES = {
    "--force": flag,
    "--rollback": flag,
    "--accept-shrink": flag,
    "--dry-run": flag,
    "--json": flag,
    "--yes": flag,
    "--tick-s": _seconds,
    "--port": _port,
    "--github": _folder,
    "--driver": _drivers,
    "--limits": _limits,
}
