"""What RELEASE= may say: latest, sample, a version, or the path of a ZIP that localcloud's GitHub then offers."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from localcloud.cli.exits import UsageError
from pipeline.objects import ZIP_NAME
from pipeline.releases import InvalidVersionError, Version, parse_version

_VERSION_IN_NAME = re.compile(r"(?<![0-9.])v?(\d{4}\.\d{1,3}\.\d{1,3}(?:\.(?:alpha|beta|rc)\d{1,3})?)(?![0-9])")


@dataclass(frozen=True, slots=True)
class ReleaseAsked:
    """One release; `version` is None for the latest, `archive` is the ZIP given by its path."""

    version: Version | None
    archive: Path | None = None

    @property
    def name(self) -> str:
        """The word for the trigger's `release`."""
        return "latest" if self.version is None else str(self.version)


def read_release(text: str, version_text: str = "") -> ReleaseAsked:
    """Understand RELEASE= and VERSION=.

    Raises:
        UsageError: it is none of the forms, or a ZIP whose version nobody says.
    """
    text = text.strip()
    if text in ("", "latest"):
        return ReleaseAsked(None)
    if text.lower().endswith(".zip") or os.sep in text:
        return _read_archive(Path(text).expanduser(), version_text.strip())
    try:
        return ReleaseAsked(parse_version(text))
    except InvalidVersionError as error:
        raise UsageError(
            f"RELEASE={text} is none of: latest, sample, a version such as 2026.11.0, the path of an F1DB CSV ZIP"
        ) from error


def _read_archive(path: Path, version_text: str) -> ReleaseAsked:
    if not path.is_file():
        raise UsageError(f"RELEASE={path}: there is no such file")
    if not zipfile.is_zipfile(path):
        raise UsageError(f"RELEASE={path} is no ZIP: give F1DB's f1db-csv.zip")
    found = _VERSION_IN_NAME.search(path.name)
    named = version_text or (found[1] if found else "")
    if not named:
        raise UsageError(f"RELEASE={path}: its name has no version: say which release it is with VERSION=2026.11.0")
    try:
        version = parse_version(named)
    except InvalidVersionError as error:
        raise UsageError(f"VERSION={named} is no version such as 2026.11.0") from error
    if version.is_sample:
        raise UsageError("VERSION=sample is taken by the bundled sample: give the ZIP another version")
    return ReleaseAsked(version, path.resolve())


def offer(asked: ReleaseAsked, state_dir: Path) -> None:
    """Put a ZIP given by its path where localcloud's GitHub finds it: whole, or not at all."""
    if asked.archive is None:
        return
    place = state_dir / "github" / str(asked.version) / ZIP_NAME
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{ZIP_NAME}.{os.getpid()}.partial")
    try:
        shutil.copyfile(asked.archive, partial)
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)
