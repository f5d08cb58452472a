"""Environment variables read one by one, so that a single error names everything that is wrong with a deployment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from pipeline.errors import ErrorCode, PermanentError

_T = TypeVar("_T")
BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
DIGEST = re.compile(r"[0-9a-f]{64}")
JOB = re.compile(r"projects/[^/]+/locations/[^/]+/jobs/[^/]+")
_DRIVER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Environment:
    """Reads variables and gathers what is wrong with them, so that one deploy shows everything."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._variables.get(name, "").strip() or None

    def text(self, name: str, default: str | None = None) -> str:
        value = self.optional(name) or default
        if value is None:
            self._problems.append(f"{name} is not set")
        return value or ""

    def matching(self, name: str, pattern: re.Pattern[str], form: str, default: str | None = None) -> str:
        value = self.text(name, default)
        if value and not pattern.fullmatch(value):
            self._problems.append(f"{name} is not {form}")
        return value

    def parsed(self, name: str, parse: Callable[[str], _T], default: str | None = None) -> _T:
        value = self.text(name, default)
        try:
            return parse(value)
        except ValueError as error:
            if value:
                self._problems.append(f"{name} {error}")
            # Never used: finish() raises before anybody sees the settings.
            return None  # type: ignore[return-value]

    def finish(self) -> None:
        if self._problems:
            raise PermanentError(
                ErrorCode.BAD_SETTINGS,
                "the environment is not usable: " + "; ".join(self._problems),
                problems=self._problems,
            )


def parse_url(text: str) -> str:
    """Read an http or https URL, without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no http or https URL")
    return text.rstrip("/")


def parse_warehouse_url(text: str) -> str:
    """Read where releases are published."""
    if not re.fullmatch(r"duckdb:///.+\.duckdb|bigquery://[a-z][a-z0-9-]+(\?.+)?", text):
        raise ValueError("is neither duckdb:///absolute/path/warehouse.duckdb nor bigquery://project?location=…")
    return text


def parse_drivers(text: str) -> tuple[str, ...]:
    """Read a comma-separated list of F1DB driver ids."""
    drivers = tuple(driver.strip() for driver in text.split(",") if driver.strip())
    wrong = [driver for driver in drivers if not _DRIVER.fullmatch(driver)]
    if not drivers or wrong:
        raise ValueError("is no comma-separated list of F1DB driver ids like lewis-hamilton")
    if len(set(drivers)) != len(drivers):
        raise ValueError("names a driver twice")
    return drivers


def parse_positive(text: str) -> int:
    """Read a whole number above 0."""
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise ValueError("is no whole number above 0")
    return int(text)
