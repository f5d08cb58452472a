"""F1DB's release versions: CalVer with pre-releases, ordered as numbers, with the bundled sample older than all.

Source: https://github.com/f1db/f1db/releases (tags `vYYYY.R.M`, also `vYYYY.0.0.betaN`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering

_VERSION = re.compile(r"v?(\d{4})\.(\d{1,3})\.(\d{1,3})(?:\.(alpha|beta|rc)(\d{1,3}))?", re.ASCII)
_FINAL = ("~", 0)  # sorts behind every pre-release's name: alpha < beta < rc < the final release


class InvalidVersionError(ValueError):
    """The text is no F1DB version."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text[:80]!r} is no F1DB version: expected e.g. 2026.11.0, 2026.0.0.beta1 or sample")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """One F1DB version; `numbers` is empty for the sample."""

    numbers: tuple[int, ...]
    pre: tuple[str, int] = _FINAL

    def __lt__(self, other: Version) -> bool:
        return (self.numbers, self.pre) < (other.numbers, other.pre)

    def __str__(self) -> str:
        if self.is_sample:
            return "sample"
        text = ".".join(str(number) for number in self.numbers)
        return f"{text}.{self.pre[0]}{self.pre[1]}" if self.is_prerelease else text

    @property
    def is_sample(self) -> bool:
        return not self.numbers

    @property
    def is_prerelease(self) -> bool:
        return self.pre != _FINAL

    @property
    def tag(self) -> str:
        """The Git tag: `v2026.11.0`; the sample's is `vsample`, which only localcloud offers."""
        return f"v{self}"

    @property
    def slug(self) -> str:
        """The version inside a run's name: `[a-z0-9-]` only."""
        return str(self).replace(".", "-")


SAMPLE = Version(())


def parse_version(text: str) -> Version:
    """Read a version or a tag.

    Raises:
        InvalidVersionError: for anything else, leading zeros included (`2026.01.0` is not `2026.1.0`).
    """
    if text in ("sample", "vsample"):
        return SAMPLE
    match = _VERSION.fullmatch(text)
    if match is None:
        raise InvalidVersionError(text)
    *numbers, name, count = match.groups()
    version = Version(tuple(int(number) for number in numbers), (name, int(count)) if name else _FINAL)
    if str(version) != text.removeprefix("v"):
        raise InvalidVersionError(text)
    return version


def newest(versions: Iterable[Version]) -> Version | None:
    """Return the newest final release, or None where there is none."""
    return max((version for version in versions if not version.is_prerelease), default=None)
