"""Holds the locks: hashed, without an index, as fresh as what they are made from, and one set of pins for all."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCKS = ("build", "checkov", "functions", "run", "test", "transform", "uv")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def _pins(name: str) -> set[tuple[str, str]]:
    """Return the pins of a lock: package and version; a package may have several, by Python's version."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    return {(match[1], match[2]) for match in _PIN.finditer(text)}


def _asked(name: str) -> list[Requirement]:
    lines = (REQUIREMENTS / f"{name}.in").read_text(encoding="utf-8").splitlines()
    asked = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]
    for line in lines:
        if line.startswith("-r "):
            asked += _asked(line.removeprefix("-r ").removesuffix(".in"))
    return asked


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_when_the_lock_is_read(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_index_when_it_is_read(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    assert re.findall(r"--(?:extra-)?index-url|--find-links|https?://|file:", text) == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_is_fresh_when_compared_with_its_source(name: str) -> None:
    pins = dict(_pins(name))
    stale = [str(asked) for asked in _asked(name) if not _is_met(asked, pins)]
    assert stale == [], "make lock"
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    wanted = {canonicalize_name(asked.name) for asked in _asked(name)}
    direct = {
        entry.partition("==")[0]
        for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
        if re.search(r"-r [\w.]+\.in", entry)
    }
    assert direct - wanted == set(), "make lock"


def test_lock_leaves_out_what_is_overridden_when_it_is_made() -> None:
    lines = (REQUIREMENTS / "test.overrides").read_text(encoding="utf-8").splitlines()
    left_out = {Requirement(line).name for line in lines if not line.startswith("#")}
    assert left_out == {"rfc3987-syntax"}
    assert left_out & dict(_pins("test")).keys() == set(), "make lock"


def _is_met(asked: Requirement, pins: dict[str, str]) -> bool:
    version = pins.get(canonicalize_name(asked.name))
    return version is not None and asked.specifier.contains(version, prereleases=True)


def test_layers_share_their_pins_when_compared() -> None:
    assert _pins("functions") - _pins("run") == set()
    assert _pins("run") - _pins("test") == set()


def test_deployed_lock_is_that_of_the_functions_when_compared() -> None:
    deployed = (ROOT / "functions" / "requirements.txt").read_bytes()
    assert deployed == (REQUIREMENTS / "functions.txt").read_bytes()
