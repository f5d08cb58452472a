"""`make report`: the pages in `<state>/report/` again, from the published warehouse."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from localcloud.cli.exits import CommandError, Exit, UsageError
from localcloud.cli.session import ROOT, shown
from localcloud.cli.standing import StateDir
from localcloud.deployment import warehouse_url
from pipeline.objects import POINTER


def report(arguments: argparse.Namespace) -> Exit:
    """Let the transform render what is published; it is deployed, so it is called as a program."""
    places = StateDir.at(arguments.state)
    found = places.state.read_json(POINTER)
    if found is None:
        raise UsageError(f"nothing is published in {shown(arguments.state)} yet: `make run`")
    folder = arguments.state / "report"
    command = [
        sys.executable, "-m", "transform.report", "--pointer", str(places.state.folder / POINTER),
        "--warehouse", warehouse_url(arguments.state), "--to", str(folder),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'dbt'}{os.pathsep}{ROOT / 'functions'}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
        raise CommandError(f"the report could not be written: {lines[-1]}")
    for page in sorted(folder.glob("*.html")):
        if str(page) in done.stdout.splitlines():
            sys.stdout.write(f"report     {shown(page)}  ({page.stat().st_size:,} bytes)\n")
    return Exit.DONE
