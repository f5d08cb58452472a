"""`make sbom`: what is deployed and run here as CycloneDX, from the hashed locks; the same locks, the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.security.licences import licences
from tests.security.locks import LOCKS, ROOT, folded

PARTS = tuple(lock for lock in LOCKS if lock != "test")


def sbom(lock: str) -> str:
    """Return the SBOM of one lock: each package with version, address, hashes and licence; without time or serial."""
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "--sv", "1.6"]
    command += ["--pyproject", "pyproject.toml", f"requirements/{lock}.txt"]
    # The lock has no dependency graph that the tool can read, of which it warns each time.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    environment.pop("SOURCE_DATE_EPOCH", None)
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(made.stdout)
    known = licences()
    for component in document["components"]:
        component.pop("description")  # the lock's own lines once more
        component["licenses"] = [{"license": {"name": known[folded(component["name"])]}}]
    document["metadata"]["component"]["name"] += f"-{lock}"
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def problem_of(text: str) -> str | None:
    """Return what CycloneDX's schema says against an SBOM, None when nothing."""
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return None if error is None else str(error)


def main(argv: Sequence[str]) -> int:
    """Write the SBOMs into a folder."""
    folder = Path(argv[0])
    folder.mkdir(parents=True, exist_ok=True)
    for lock in PARTS:
        text = sbom(lock)
        problem = problem_of(text)
        if problem is not None:
            print(f"sbom: {lock}: {problem}", file=sys.stderr)
            return 1
        path = folder / f"sbom-{lock}.cdx.json"
        path.write_text(text, encoding="utf-8")
        print(f"{path}: {len(json.loads(text)['components'])} components, {LOCKS[lock]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
