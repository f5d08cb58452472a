"""The locks as the SBOM and the page of licences read them: which packages are part of what."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# By how far a package gets: into the functions, into the transform's image, onto this machine, into checks.
LOCKS = {
    "functions": "the three functions",
    "transform": "the transform's image",
    "run": "`make run` on one machine",
    "test": "checks and tests only",
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def folded(name: str) -> str:
    """Write a package's name as all its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, list[str]]:
    """Return a lock's packages, each with its versions: several, where they depend on Python's."""
    found: dict[str, list[str]] = {}
    for match in _PIN.finditer((ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")):
        found.setdefault(folded(match[1]), []).append(match[2])
    return found
