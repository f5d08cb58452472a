"""What a run says at its end: for a person a few lines, for a program one JSON object on the last line."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from localcloud.cli.exits import Exit
from localcloud.cli.local_http import NoAnswerError, call
from localcloud.cli.release_asked import ReleaseAsked
from localcloud.cli.session import Session, shown
from localcloud.cli.standing import Standing, StateDir
from pipeline.records import Pointer
from pipeline.releases import Version

WAREHOUSE = "warehouse.duckdb"
REPORT = "report/index.html"
_HEADLINES = {
    "race_wins": "wins",
    "championships": "championships",
    "pole_positions": "poles",
    "podiums": "podiums",
    "race_starts": "starts",
}
_WORDS = {
    "published": "published",
    "up_to_date": "up to date",
    "backfilled": "backfilled",
    "held": "held back",
    "rejected": "REJECTED",
    "refused": "REFUSED",
    "superseded": "SUPERSEDED",
    "backing_off": "BACKING OFF",
    "failed": "FAILED",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How one release's run ended; `pointer` is what is published now."""

    status: Exit
    state: str
    version: Version
    standing: Standing | None
    reason: str
    error_code: str | None
    warnings: tuple[str, ...]
    seconds: dict[str, float]
    pointer: Pointer | None


def show(ending: Ending, session: Session, asked: ReleaseAsked, *, as_json: bool) -> None:
    """Print the summary, and the JSON line when it is asked for."""
    lines = _lines(ending, session, asked)
    sys.stdout.write("\n".join(["", *lines, ""]))
    if as_json:
        sys.stdout.write(json.dumps(_document(ending, session, asked)) + "\n")
    sys.stdout.flush()


def headline(driver: str, metrics: dict[str, Any]) -> str:
    """Write a driver's headline numbers: `lewis-hamilton: 106 wins, 7 championships, …`."""
    known = [f"{metrics[name]} {word}" for name, word in _HEADLINES.items() if name in metrics]
    return f"{driver}: {', '.join(known)}"


def _lines(ending: Ending, session: Session, asked: ReleaseAsked) -> list[str]:
    pointer = ending.pointer
    rows = [("release", f"{ending.version}: {_WORDS.get(ending.state, ending.state)}")]
    code = f" ({ending.error_code})" if ending.error_code else ""
    rows += [("reason", f"{ending.reason}{code}")] if ending.reason else []
    rows += [(told.severity, told.message) for told in (ending.standing.findings if ending.standing else ())]
    rows += [("source", _source(ending.version, session, asked))]
    rows += [("warning", warning) for warning in ending.warnings]
    if ending.seconds:
        rows.append(("time", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in ending.seconds.items())))
    if pointer is None:
        rows.append(("published", "nothing yet"))
    else:
        if pointer.version != ending.version:
            rows.append(("published", f"{pointer.version} stays"))
        if pointer.is_sample:
            rows.append(("SAMPLE", "these are bundled sample data, no real release of F1DB"))
        rows += [("headlines", headline(driver, metrics)) for driver, metrics in pointer.headlines.items()]
        rows.append(("warehouse", shown(session.state_dir / WAREHOUSE)))
        rows.append(("report", shown(session.state_dir / REPORT)))
    return [f"{name:<10} {text}" for name, text in rows]


def _document(ending: Ending, session: Session, asked: ReleaseAsked) -> dict[str, Any]:
    pointer = ending.pointer
    return {
        "exit_status": int(ending.status),
        "state": ending.state,
        "release": str(ending.version),
        "run": ending.standing.run if ending.standing else None,
        "reason": ending.reason,
        "error_code": ending.error_code,
        "findings": [str(told) for told in ending.standing.findings] if ending.standing else [],
        "warnings": list(ending.warnings),
        "source": _source(ending.version, session, asked),
        "seconds": ending.seconds,
        "published": str(pointer.version) if pointer else None,
        "is_sample": pointer.is_sample if pointer else None,
        "drivers": list(pointer.drivers) if pointer else [],
        "headlines": pointer.headlines if pointer else {},
        "warehouse": str(session.state_dir / WAREHOUSE),
        "report": str(session.state_dir / REPORT),
    }


def _source(version: Version, session: Session, asked: ReleaseAsked) -> str:
    """Tell where the release's ZIP came from: the path that was given, or what the landed object says."""
    if asked.archive is not None:
        return shown(asked.archive)
    if version.is_sample:
        return "the sample bundled here, derived from F1DB (https://github.com/f1db/f1db, CC BY 4.0)"
    landing = StateDir.at(session.state_dir).landing
    landed = landing.list_objects(f"releases/{version}/")
    if not landed:
        return "not landed"
    name = max(landed, key=lambda info: info.created_at).name
    url = f"{session.urls['storage']}/storage/v1/b/{landing.name}/o/{quote(name, safe='')}"
    try:
        metadata = call(url).document.get("metadata") or {}
    except NoAnswerError:
        metadata = {}
    return str(metadata.get("source") or name)
