"""Turns a warehouse's rows into frozen dataclasses, so that the rest of the report cannot misread a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Final, TypeVar, get_args, get_type_hints

from transform.report.reader import MartQuery, MartReader

Row = TypeVar("Row")


class MartValueError(ValueError):
    """A published column holds what its model does not allow."""


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else date.fromisoformat(str(value))


_CONVERSIONS: Final[Mapping[type, Callable[[Any], Any]]] = {
    int: int,
    str: str,
    bool: bool,
    Decimal: lambda value: Decimal(str(value)),
    date: _day,
    datetime: lambda value: value,
}


def dataset_of(driver_id: str) -> str:
    """Name the dataset that holds a driver's own marts."""
    return driver_id.replace("-", "_")


def read_rows(
    reader: MartReader,
    table: str,
    kind: type[Row],
    *,
    where: Mapping[str, str | bool] | None = None,
    is_tally: bool = False,
) -> tuple[Row, ...]:
    """Read a published table's rows as `kind`, a dataclass whose fields are named as the columns.

    Raises:
        MartValueError: a value is missing where the dataclass wants one, or of another type.
    """
    hints = get_type_hints(kind)
    names = tuple(one.name for one in fields(kind) if not (is_tally and one.name == "tally"))  # type: ignore[arg-type]
    found = reader.rows(MartQuery(table, names, where or {}, is_tally))
    wanted = (*names, "tally") if is_tally else names
    return tuple(kind(**{name: _value(row[name], hints[name], f"{table}.{name}") for name in wanted}) for row in found)


def _value(value: Any, hint: Any, column: str) -> Any:
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if value is None:
        if type(None) in options:
            return None
        raise MartValueError(f"{column} is null")
    [kind] = [option for option in options if option is not type(None)]
    try:
        return _CONVERSIONS[kind](value)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise MartValueError(f"{column} is {value!r}") from error
