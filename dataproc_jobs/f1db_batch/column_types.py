"""The seven types a column of F1DB can have, as the contract, the manifest and the docs spell them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_DECIMAL = re.compile(r"decimal\(([1-9][0-9]?),([0-9][0-9]?)\)")
_MAX_PRECISION = 38


class Kind(StrEnum):
    STRING = "string"
    INT = "int"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DECIMAL = "decimal"
    ARRAY = "array<string>"


_PLAIN = frozenset(kind.value for kind in Kind if kind is not Kind.DECIMAL)


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type; precision and scale are those of a decimal and 0 otherwise."""

    kind: Kind
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        if self.kind is Kind.DECIMAL:
            return f"decimal({self.precision},{self.scale})"
        return self.kind.value


STRING = ColumnType(Kind.STRING)


def parse_column_type(text: str) -> ColumnType:
    """Read a type as it is spelled in the contract.

    Raises:
        ValueError: the text is none of the types.
    """
    if match := _DECIMAL.fullmatch(text):
        precision, scale = int(match[1]), int(match[2])
        if scale <= precision <= _MAX_PRECISION:
            return ColumnType(Kind.DECIMAL, precision, scale)
    elif text in _PLAIN:
        return ColumnType(Kind(text))
    raise ValueError(f"{text!r} is no type of this contract")
