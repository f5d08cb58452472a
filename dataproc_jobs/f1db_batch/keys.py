"""Keys and foreign keys: a table's own in its task, across tables in the driver, from small sets of distinct values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from f1db_batch.contract import Contract, Table
from f1db_batch.findings import Code, Finding, Severity, cut

_LINE, _PART = "line", "part"


@dataclass(frozen=True, slots=True)
class TableKeys:
    """What the driver needs of one table: its ids if others point to it, and whom it points to itself.

    `references` maps a column to its distinct values with the first line and the number of rows of each.
    """

    ids: Any | None
    references: Mapping[str, Any]


def duplicate_keys(data: Any, lines: Any, table: Table) -> Iterator[Finding]:
    """Find rows whose key an earlier row has; `lines` says where in the file each row stands."""
    if not table.key or data.num_rows < 2:
        return
    parts = {f"{_PART}{place}": data.column(name) for place, name in enumerate(table.key)}
    groups = pa.table({**parts, _LINE: lines}).group_by(list(parts), use_threads=False)
    counted = groups.aggregate([(_LINE, "count"), (_LINE, "min"), (_LINE, "max")])
    if counted.num_rows == data.num_rows:
        return
    for row in counted.filter(pc.field(f"{_LINE}_count") > 1).sort_by(f"{_LINE}_max").to_pylist():
        value = cut(", ".join(str(row[part]) for part in parts))
        key = " + ".join(table.key)
        first, last, rows = row[f"{_LINE}_min"], row[f"{_LINE}_max"], row[f"{_LINE}_count"]
        yield Finding(
            Severity.ERROR,
            Code.DUPLICATE_KEY,
            table.name,
            f"{table.name} line {last}: {key} {value!r} is in {rows} rows, the first in line {first}",
            column=table.key[0] if len(table.key) == 1 else None,
            row=last,
            value=value,
        )


def collect_keys(data: Any, lines: Any, table: Table, ids: Any | None) -> TableKeys:
    """Reduce a table to the values that keys are checked with; `ids` are its own if others point to it."""
    references = {
        column.name: distinct_values(data.column(column.name), lines) for column in table.columns if column.references
    }
    return TableKeys(None if ids is None else ids.unique().drop_null(), references)


def missing_keys(contract: Contract, keys: Mapping[str, TableKeys]) -> Iterator[Finding]:
    """Find foreign keys that name no row; tables that are not there at all are somebody else's finding."""
    for name, own in keys.items():
        table = contract.tables[name]
        for column_name, distinct in own.references.items():
            column = table.column(column_name)
            target = keys.get(column.references) if column and column.references else None
            if column is None or target is None or target.ids is None:
                continue
            if not len(target.ids) and distinct.num_rows:
                message = f"{name}: {column_name} names rows of {column.references}, which has none"
                yield Finding(Severity.ERROR, Code.MISSING_KEY, name, message, column_name)
                continue
            orphans = distinct.filter(pc.invert(pc.is_in(distinct.column("value"), value_set=target.ids)))
            for row in orphans.sort_by("line_min").to_pylist():
                yield _orphan(table, column_name, str(column.references), row)


def distinct_values(values: Any, lines: Any) -> Any:
    """Reduce a column to `value`, `line_min` (its first line) and `line_count`; nulls are left out."""
    grouped = pa.table({"value": values, _LINE: lines}).group_by("value", use_threads=False)
    counted = grouped.aggregate([(_LINE, "min"), (_LINE, "count")])
    return counted.filter(pc.is_valid(counted.column("value")))


def _orphan(table: Table, column: str, target: str, row: Mapping[str, Any]) -> Finding:
    value, line, rows = cut(str(row["value"])), row["line_min"], row["line_count"]
    more = f" ({rows} rows)" if rows > 1 else ""
    return Finding(
        Severity.ERROR,
        Code.MISSING_KEY,
        table.name,
        f"{table.name} line {line}: {column} {value!r} is not in {target}{more}",
        column=column,
        row=line,
        value=value,
    )
