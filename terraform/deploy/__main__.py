"""`python -m deploy <command>`: what the Makefile calls; each command's module is imported when it is the one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from deploy.arguments import parse
from localcloud.__main__ import leave
from localcloud.cli.exits import CommandError, Exit

_MODULES = {
    "doctor": "doctor",
    "plan": "commands",
    "deploy": "commands",
    "destroy": "destruction",
    "cloud-trigger": "cloud_trigger",
    "cloud-status": "cloud_status",
    "cloud-logs": "cloud_logs",
}


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        arguments = parse(list(argv))
        module = import_module(f"deploy.{_MODULES[arguments.command]}")
        return int(getattr(module, arguments.command.replace("-", "_"))(arguments))
    except CommandError as error:
        sys.stdout.flush()
        sys.stderr.write(f"deploy: {error}\n")
        return int(error.status)
    except KeyboardInterrupt:
        sys.stderr.write("\ndeploy: interrupted; the same command goes on from what is there\n")
        return int(Exit.INTERRUPTED)


if __name__ == "__main__":
    sys.exit(leave(main(sys.argv[1:])))
