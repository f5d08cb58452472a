"""`make logs`: the structured logs of every stage, in the order of their times."""

from __future__ import annotations

import argparse
import sys

from localcloud.cli.exits import Exit, UsageError
from localcloud.cli.log_lines import SEVERITIES, Record, read_all, severity_rank, text_of

_STYLES = {"WARNING": "yellow", "ERROR": "bold red", "CRITICAL": "bold red"}


def logs(arguments: argparse.Namespace) -> Exit:
    """Print the records that the filters let through."""
    severity = arguments.severity.upper() or SEVERITIES[0]
    if severity not in SEVERITIES:
        raise UsageError(f"SEVERITY={arguments.severity} is none of {', '.join(SEVERITIES)}")
    release = arguments.release.removeprefix("v")
    records = [
        record
        for record in read_all(arguments.state / "logs")
        if severity_rank(record) >= SEVERITIES.index(severity)
        and (not release or str(record.get("release", "")) == release)
        and (not arguments.stage or record.get("stage") == arguments.stage)
    ]
    write_records(records)
    return Exit.DONE


def write_records(records: list[Record]) -> None:
    """Print records, each as one line."""
    if not sys.stdout.isatty():
        sys.stdout.writelines(f"{line(record)}\n" for record in records)
        return
    from rich.console import Console

    console = Console(highlight=False)
    for record in records:
        console.print(line(record), markup=False, soft_wrap=True, style=_STYLES.get(str(record.get("severity")), ""))


def line(record: Record) -> str:
    """Write one record as one line, in columns."""
    time = str(record.get("time", ""))[:23]
    severity, stage = str(record.get("severity", "INFO")), str(record.get("stage", ""))
    release = str(record.get("release") or "-")
    return f"{time:<23} {severity:<8} {stage:<13} {release:<12} {text_of(record)}"
