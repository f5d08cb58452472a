"""Writes one LookML view for each published table, with descriptions, types and formats from the dbt project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from transform.catalog.definitions import Definition
from transform.catalog.project import Column, Table

MADE = "# Made by `make docs` from the dbt project; do not edit."
# The connection's project has the datasets; the chosen driver's is a constant of the LookML project.
_DATASETS = {"driver": "@{DRIVER_DATASET}"}
_TYPES = {"int64": "number", "string": "string", "bool": "yesno", "date": "time", "timestamp": "time"}
_TIMEFRAMES = {"date": "[raw, date, month, year]", "timestamp": "[raw, time, date]"}
_NAMES_SOMETHING = re.compile(r"(^|_)(id|year|round|number|rank|order)$")
_WORDS = re.compile(r"\b(?!coalesce\b)[a-z_]+\b(?!')")


def lookml_view(table: Table, definitions: Mapping[str, Definition]) -> str:
    """Write the view of one table."""
    return "\n".join(_view(table, definitions)) + "\n"


def label_of(name: str) -> str:
    """Return a table's name in words: `mart_driver_seasons` is `Driver seasons`."""
    words = re.sub(r"^(dim|fct|mart)_", "", name).replace("_", " ").replace("goat", "GOAT")
    return words[0].upper() + words[1:]


def field_of(column: Column) -> str:
    """Return the name by which Looker knows a column's dimension; a date's is the group's, without its ending."""
    if _TYPES.get(column.data_type) == "time":
        return column.name.removesuffix("_utc").removesuffix("_date").removesuffix("_at")
    return column.name


def measure_of(column: Column) -> tuple[str, str] | None:
    """Return name and type of the measure that a metric column gives over several rows, if it gives one."""
    if column.statistic is None or column.aggregate == "none":
        return None
    is_place = column.name.startswith("best_") or column.name.endswith("_position")
    is_rate = column.data_type == "numeric(18, 4)"
    aggregate = column.aggregate or ("min" if is_place else None if is_rate else "sum")
    if aggregate is None:
        return None
    prefix = {"sum": "total", "min": "lowest", "max": "highest"}[aggregate]
    return f"{'overall' if column.name.startswith('best_') else prefix}_{column.name}", aggregate


def text(value: str) -> str:
    """Quote a text for LookML."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _view(table: Table, definitions: Mapping[str, Definition]) -> Iterator[str]:
    yield MADE
    yield f"# {table.description}"
    yield f"view: {table.name} {{"
    yield f"  label: {text(label_of(table.name))}"
    yield f"  sql_table_name: {_DATASETS.get(table.layer, '@{SHARED_DATASET}')}.{table.relation} ;;"
    if len(table.key) > 1:
        yield from _compound_key(table.key)
    for column in table.columns.values():
        yield ""
        yield from _dimension(column, is_key=table.key == (column.name,))
    for column in table.metrics:
        measure = measure_of(column)
        if measure is not None and column.statistic is not None:
            yield ""
            yield from _measure(column, *measure, definitions[column.statistic])
    yield ""
    yield "  measure: rows {"
    yield "    type: count"
    yield f"    description: {text(table.description)}"
    yield "  }"
    yield "}"


def _compound_key(key: tuple[str, ...]) -> Iterator[str]:
    """A key of several columns as one text; a part may be an expression, as `coalesce(year, 0)` in a test's key."""
    parts = [f"cast({_WORDS.sub(lambda word: '${TABLE}.' + word[0], part)} as string)" for part in key]
    joined = ", '|', ".join(parts)
    yield ""
    yield "  dimension: row_key {"
    yield "    primary_key: yes"
    yield "    hidden: yes"
    yield "    type: string"
    yield f"    sql: concat({joined}) ;;"
    yield "  }"


def _dimension(column: Column, *, is_key: bool) -> Iterator[str]:
    type_ = _TYPES.get(column.data_type, "number")
    kind = "dimension_group" if type_ == "time" else "dimension"
    yield f"  {kind}: {field_of(column)} {{"
    if is_key:
        yield "    primary_key: yes"
    yield f"    type: {type_}"
    if type_ == "time":
        yield f"    timeframes: {_TIMEFRAMES[column.data_type]}"
        yield "    convert_tz: no"
        yield f"    datatype: {column.data_type}"
    yield f"    description: {text(column.description)}"
    if type_ == "number":
        yield f"    value_format_name: {_format(column)}"
    yield f"    sql: ${{TABLE}}.{column.name} ;;"
    yield "  }"


def _measure(column: Column, name: str, aggregate: str, definition: Definition) -> Iterator[str]:
    ending = "" if name.startswith(("total", "overall")) else f", {'lowest' if aggregate == 'min' else 'highest'}"
    yield f"  measure: {name} {{"
    yield f"    type: {aggregate}"
    yield f"    label: {text(definition.name + ending)}"
    yield f"    description: {text(definition.definition)}"
    yield f"    value_format_name: {_format(column)}"
    yield f"    sql: ${{{column.name}}} ;;"
    yield "  }"


def _format(column: Column) -> str:
    """Return Looker's name of a number's format: a year has no separator, a share is in per cent."""
    if column.data_type == "int64":
        return "id" if _NAMES_SOMETHING.search(column.name) else "decimal_0"
    if re.search(r"(^|_)(share|rate)(_|$)", column.name):
        return "percent_1"
    return {"numeric(10, 2)": "decimal_2"}.get(column.data_type, "decimal_4")
