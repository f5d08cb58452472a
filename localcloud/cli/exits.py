"""How a command ends: the statuses that scripts rely on, and the errors that lead to them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130


class CommandError(Exception):
    """Ends a command with one line on stderr; the text says what mends it."""

    status = Exit.FAILED


class UsageError(CommandError):
    """The command, its arguments or this machine cannot do what was asked: status 2."""

    status = Exit.USAGE
