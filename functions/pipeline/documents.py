"""Reading JSON documents field by field, so that one error names everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")


class InvalidDocumentError(ValueError):
    """A document does not have its form; `problems` has one sentence for each field."""

    def __init__(self, what: str, problems: list[str]) -> None:
        super().__init__(f"{what}: {'; '.join(problems)}")
        self.problems = tuple(problems)


class Fields:
    """The fields of one JSON object; wrong ones are collected and raised together by `finish`."""

    def __init__(self, what: str, document: object) -> None:
        self._what = what
        self._problems: list[str] = []
        self._fields: dict[str, Any] = {}
        if isinstance(document, dict):
            self._fields = document
        else:
            self._problems.append("is no JSON object")

    def text(self, name: str) -> str:
        return self._typed(name, str, "")

    def optional_text(self, name: str) -> str | None:
        return None if self._fields.get(name) is None else self.text(name)

    def number(self, name: str) -> int:
        return self._typed(name, int, 0)

    def optional_number(self, name: str) -> int | None:
        return None if self._fields.get(name) is None else self.number(name)

    def optional_float(self, name: str) -> float | None:
        value = self._fields.get(name)
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else self._optional(name, float)

    def flag(self, name: str) -> bool:
        return self._typed(name, bool, False)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self._typed(name, list, []) if self._expect(name, isinstance(value, str)))

    def optional_texts(self, name: str) -> tuple[str, ...]:
        return () if self._fields.get(name) is None else self.texts(name)

    def objects(self, name: str) -> list[Any]:
        return self._typed(name, list, [])

    def mapping(self, name: str) -> dict[str, Any]:
        return self._typed(name, dict, {})

    def time(self, name: str) -> datetime:
        return self.convert(name, parse_utc, datetime.min.replace(tzinfo=UTC))

    def convert(self, name: str, read: Callable[[str], T], otherwise: T) -> T:
        """Read a text field through `read`; its ValueError becomes this field's problem."""
        text = self.text(name)
        if not text:
            return otherwise
        try:
            return read(text)
        except ValueError as error:
            self._problems.append(f"{name}: {error}")
            return otherwise

    def finish(self) -> None:
        """Raise what was found.

        Raises:
            InvalidDocumentError: with every problem of the document.
        """
        if self._problems:
            raise InvalidDocumentError(self._what, self._problems)

    def _optional(self, name: str, kind: type[T]) -> T | None:
        value = self._fields.get(name)
        if value is None:
            return None
        return value if self._expect(name, isinstance(value, kind)) and isinstance(value, kind) else None

    def _typed(self, name: str, kind: type[T], otherwise: T) -> T:
        value = self._fields.get(name)
        is_right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        return value if self._expect(name, is_right) and isinstance(value, kind) else otherwise

    def _expect(self, name: str, is_right: bool) -> bool:
        if not is_right:
            self._problems.append(f"{name}: missing or ill-typed")
        return is_right


def parse_utc(text: str) -> datetime:
    """Read an ISO 8601 time with an offset.

    Raises:
        ValueError: for anything else.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return time.astimezone(UTC)


def format_utc(time: datetime) -> str:
    """Write a time as ISO 8601 UTC with `Z`, to the millisecond."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
