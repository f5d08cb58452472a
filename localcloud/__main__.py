"""`python -m localcloud <command>`: what the Makefile calls; the commands are in localcloud/cli/."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from localcloud.cli.arguments import parse
from localcloud.cli.exits import CommandError, Exit

# Each command's module is imported when it is the one: a status must not pay for a warehouse.
_MODULES = {
    "run": "run",
    "serve": "background",
    "up": "background",
    "down": "background",
    "trigger": "trigger",
    "status": "status",
    "logs": "logs",
    "query": "warehouse",
    "export": "warehouse",
    "report": "report",
    "reset": "reset",
}


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        arguments = parse(list(argv))
        module = import_module(f"localcloud.cli.{_MODULES[arguments.command]}")
        return int(getattr(module, arguments.command)(arguments))
    except CommandError as error:
        sys.stdout.flush()
        sys.stderr.write(f"localcloud: {error}\n")
        return int(error.status)
    except KeyboardInterrupt:
        sys.stderr.write("\nlocalcloud: interrupted; what was under way goes on with the next run\n")
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        # `make logs | head`: nobody reads any more, and that is no failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.DONE)
    except OSError as error:
        from localcloud.storage.errors import is_disk_full

        if not is_disk_full(error):
            raise
        sys.stderr.write(f"localcloud: there is no room left on the disk: {error}; make some, and run it again\n")
        return int(Exit.FAILED)


def leave(status: int) -> int:
    """Tell make about status 1 by a file, as it turns every failing recipe into 2 (see the Makefile)."""
    mark = os.environ.get("EXIT_1")
    if mark and status == Exit.FAILED:
        Path(mark).touch()
        return int(Exit.DONE)
    return status


if __name__ == "__main__":
    sys.exit(leave(main(sys.argv[1:])))
