"""Turns a column's texts into values of its type, strictly: each distinct text once, what cannot be read is told apart.

F1DB repeats itself (246,166 rows have few distinct texts a column), so checking distinct texts costs almost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from f1db_batch.column_types import ColumnType, Kind

_PATTERNS: Final = {
    Kind.STRING: r"^[^\x00\r\n]*$",
    Kind.INT: r"^-?(0|[1-9][0-9]{0,18})$",
    Kind.BOOLEAN: r"^(true|false)$",
    Kind.DATE: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    Kind.TIME: r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
    Kind.ARRAY: r"^[^;\x00\r\n]+(;[^;\x00\r\n]+)*$",
}
_REASONS: Final = {
    Kind.STRING: "has a line break or a NUL byte",
    Kind.INT: "is no whole number",
    Kind.BOOLEAN: "is neither true nor false",
    Kind.DATE: "is no date (YYYY-MM-DD)",
    Kind.TIME: "is no time (HH:MM)",
    Kind.ARRAY: "is no list of texts joined by ';'",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column's values, null where the text is empty or bad; `bad` marks the bad ones, None when there are none."""

    values: Any
    bad: Any | None


def arrow_type(type_: ColumnType) -> Any:
    """Return the Arrow type that carries a column type to Parquet."""
    match type_.kind:
        case Kind.DECIMAL:
            return pa.decimal128(type_.precision, type_.scale)
        case Kind.INT:
            return pa.int64()
        case Kind.BOOLEAN:
            return pa.bool_()
        case Kind.DATE:
            return pa.date32()
        case Kind.TIME:
            return pa.time32("ms")
        case Kind.ARRAY:
            return pa.list_(pa.string())
        case _:
            return pa.string()


def reason_for(type_: ColumnType) -> str:
    """Say why a text is no value of a type."""
    if type_.kind is Kind.DECIMAL:
        return f"is no exact {type_}"
    return _REASONS[type_.kind]


def parse_texts(texts: Any, type_: ColumnType) -> Parsed:
    """Parse a dictionary-encoded column of texts."""
    distinct, indices = texts.dictionary, texts.indices
    fits = pc.match_substring_regex(distinct, _pattern(type_))
    values = _convert(_only(distinct, fits), type_)
    bad = pc.and_(pc.is_null(values), pc.is_valid(distinct))
    if not pc.any(bad).as_py():
        return Parsed(values.take(indices), None)
    return Parsed(values.take(indices), pc.fill_null(bad.take(indices), fill_value=False))


def _pattern(type_: ColumnType) -> str:
    if type_.kind is not Kind.DECIMAL:
        return _PATTERNS[type_.kind]
    # Digits are counted here because Arrow's cast lets a text of 200 digits overflow in silence.
    whole, scale = type_.precision - type_.scale, type_.scale
    digits = f"(0|[1-9][0-9]{{0,{whole - 1}}})" if whole else "0"
    return rf"^-?{digits}(\.[0-9]{{1,{scale}}})?$" if scale else f"^-?{digits}$"


def _only(distinct: Any, fits: Any) -> Any:
    return pc.if_else(fits, distinct, pa.scalar(None, pa.string()))


def _convert(texts: Any, type_: ColumnType) -> Any:
    """Convert texts that look right; those that are not (30 February, too many digits) become null."""
    match type_.kind:
        case Kind.STRING:
            return texts
        case Kind.ARRAY:
            return pc.split_pattern(texts, ";")
        case Kind.TIME:
            return _each(texts, time.fromisoformat, type_)
    try:
        return pc.cast(texts, arrow_type(type_))
    except pa.ArrowInvalid:
        return _each(texts, _READERS[type_.kind], type_)


def _each(texts: Any, read: Callable[[str], Any], type_: ColumnType) -> Any:
    """Convert one by one, which Arrow cannot do for times and will not do where one of them is wrong."""
    target = arrow_type(type_)
    values: list[Any] = []
    for text in texts.to_pylist():
        try:
            values.append(None if text is None else pa.scalar(read(text), target).as_py())
        except (ValueError, OverflowError, pa.ArrowInvalid):
            values.append(None)
    return pa.array(values, target)


_READERS: Final[dict[Kind, Callable[[str], Any]]] = {
    Kind.INT: int,
    Kind.DATE: date.fromisoformat,
}
