"""The unit of work, a pure function: one table's bytes and its contract in, typed rows and findings out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from f1db_batch.column_types import STRING
from f1db_batch.contract import Column, Table
from f1db_batch.csv_text import TextTable, UnreadableError, read_texts
from f1db_batch.findings import Code, Finding, FindingLog, Severity, cut
from f1db_batch.keys import TableKeys, collect_keys, distinct_values, duplicate_keys
from f1db_batch.limits import Limits
from f1db_batch.rejects import Rejects
from f1db_batch.values import arrow_type, parse_texts, reason_for

_USABLE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
NO_KEYS: Final = TableKeys(None, {})


@dataclass(frozen=True, slots=True)
class TableResult:
    """One table as it was read: `data` has the columns of `table`, which is the contract's with extra ones behind."""

    table: Table
    data: Any
    rejects: Rejects
    findings: FindingLog
    keys: TableKeys


def unknown_table(name: str) -> Table:
    """Describe a table that the contract does not know: all of its columns are extra."""
    return Table(name, "A table that the contract does not know.", is_required=False, key=(), columns=())


def empty_table(table: Table, finding: Finding, limits: Limits) -> TableResult:
    """Make the result for a table of which nothing can be read: its columns, no row, one finding."""
    log = FindingLog(limits.max_findings)
    log.add(finding)
    return TableResult(table, _empty(table.columns, 0), Rejects(), log, NO_KEYS)


def missing_table(table: Table, limits: Limits, reason: str = "is missing") -> TableResult:
    """Make the result for a table that is not in the release."""
    severity = Severity.ERROR if table.is_required else Severity.WARNING
    words = "and it is required" if table.is_required else "it stays empty"
    message = f"{table.name}: {table.file_name} {reason}, {words}"
    return empty_table(table, Finding(severity, Code.MISSING_TABLE, table.name, message), limits)


def read_table(raw: bytes, table: Table, limits: Limits, *, is_referenced: bool = False) -> TableResult:
    """Read one table strictly; whatever cannot be read is a finding, never an exception.

    `is_referenced` says that other tables point to this one, so that its ids are wanted.
    """
    if not raw.strip():
        return missing_table(table, limits, "is empty")
    try:
        texts = read_texts(raw, limits)
    except UnreadableError as error:
        severity = Severity.ERROR if table.columns else Severity.WARNING
        message = f"{table.name}: {table.file_name} {error}"
        finding = Finding(severity, Code.BAD_VALUE, table.name, message)
        return empty_table(table, finding, limits)
    if table.columns and not any(table.column(name) for name in texts.header):
        header = cut(",".join(texts.header))
        message = f"{table.name}: {table.file_name} has none of its columns, its header is {header!r}"
        return empty_table(table, Finding(Severity.ERROR, Code.BAD_VALUE, table.name, message), limits)
    must_have_rows = table.is_required and not table.may_be_empty
    if must_have_rows and not (texts.row_count or texts.ragged or texts.repeated_headers):
        return missing_table(table, limits, "has a header and no rows")
    wanted, structure = _match_header(texts.header, table)
    if not wanted.columns:
        return empty_table(table, structure[0], limits)
    log = FindingLog(limits.max_findings)
    for finding in structure:
        log.add(finding)
    rejects = Rejects(texts)
    columns = [_read_column(texts, column, wanted, rejects, log) for column in wanted.columns]
    _check_left_out(texts, wanted, rejects, log)
    _reject_lines(texts, wanted, rejects, log)
    _check_share(wanted, rejects, limits, log)
    data = pa.table(columns, schema=_schema(wanted.columns))
    kept = rejects.kept()
    lines = texts.lines
    # A row that is dropped for one of its values is still there for those that refer to it: one finding is enough.
    ids = data.column(wanted.key[0]) if is_referenced and wanted.key else None
    if kept is not None:
        data, lines = data.filter(kept), lines.filter(kept)
    keys = _check_rows(data, lines, wanted, texts.header, log, ids)
    return TableResult(wanted, data, rejects, log, keys)


def _match_header(header: Sequence[str], table: Table) -> tuple[Table, list[Finding]]:
    """Compare a header with the contract; return the table with its extra columns, and what differs."""
    known = {column.name for column in table.columns}
    missing = [column for column in table.columns if column.name not in header]
    findings = []
    required = [column.name for column in missing if table.is_vital(column.name)]
    optional = [column.name for column in missing if not table.is_vital(column.name)]
    lacking = {"required and missing": required, "missing, empty here": optional}
    if missing:
        severity = Severity.ERROR if required else Severity.WARNING
        findings.append(_columns(severity, Code.MISSING_COLUMN, table, lacking))
    taken = {_folded(name) for name in known}
    extra, unusable = [], []
    for name in header:
        if name in known:
            continue
        if _USABLE_NAME.fullmatch(name) and _folded(name) not in taken:
            taken.add(_folded(name))
            extra.append(name)
        else:
            unusable.append(repr(cut(name)))
    odd = {"unknown, kept as text": extra if table.columns else [], "with unusable names, left out": unusable}
    if any(odd.values()):
        findings.append(_columns(Severity.WARNING, Code.UNKNOWN_COLUMN, table, odd))
    added = [Column(name, STRING, is_nullable=True, is_required=False) for name in extra]
    return replace(table, columns=(*table.columns, *added)), findings


def _columns(severity: Severity, code: Code, table: Table, groups: dict[str, list[str]]) -> Finding:
    """Say in one line what is odd about a table's columns; `groups` maps what it is to the columns' names."""
    names = [name for group in groups.values() for name in group]
    told = "; ".join(f"{what}: {', '.join(group)}" for what, group in groups.items() if group)
    column = names[0] if len(names) == 1 else None
    return Finding(severity, code, table.name, f"{table.name}: columns {told}", column=column)


def _folded(name: str) -> str:
    """Two names that are one in a warehouse, which knows no case."""
    return name.replace("_", "").lower()


def _read_column(texts: TextTable, column: Column, table: Table, rejects: Rejects, log: FindingLog) -> Any:
    own = texts.column(column.name)
    if own is None:
        return pa.nulls(texts.row_count, arrow_type(column.type))
    parsed = parse_texts(own, column.type)
    severity = Severity.ERROR if table.is_vital(column.name) else Severity.WARNING
    # The models count on every row of a required table: there a value that they do not read is only empty.
    drops = table.is_vital(column.name) or not table.is_required
    if parsed.bad is not None:
        reason = reason_for(column.type)
        for line, value in rejects.mark(parsed.bad, own, f"{column.name} {reason}", drops=drops):
            message = f"{table.name} line {line}: {column.name} {cut(value)!r} {reason}"
            log.add(Finding(severity, Code.BAD_VALUE, table.name, message, column.name, line, cut(value)))
    if not column.is_nullable and own.null_count:
        for line, _ in rejects.mark(pc.is_null(own), own, f"{column.name} is empty", drops=drops):
            message = f"{table.name} line {line}: {column.name} is empty, and must not be"
            log.add(Finding(severity, Code.BAD_VALUE, table.name, message, column.name, line, ""))
    return parsed.values


def _check_left_out(texts: TextTable, table: Table, rejects: Rejects, log: FindingLog) -> None:
    """Reject rows by what stands in columns that are left out: an open quote there swallows other rows as well."""
    wanted = {column.name for column in table.columns}
    for name, own in zip(texts.header, texts.columns, strict=True):
        bad = None if name in wanted else parse_texts(own, STRING).bad
        if bad is None:
            continue
        severity = Severity.ERROR if table.is_required else Severity.WARNING
        shown, reason = repr(cut(name)), reason_for(STRING)
        for line, value in rejects.mark(bad, own, f"{shown} {reason}"):
            message = f"{table.name} line {line}: {shown} {cut(value)!r} {reason}"
            log.add(Finding(severity, Code.BAD_VALUE, table.name, message, cut(name), line, cut(value)))


def _reject_lines(texts: TextTable, table: Table, rejects: Rejects, log: FindingLog) -> None:
    """Reject lines that are no rows of this table: of another length, or the header once more."""
    severity = Severity.ERROR if table.is_required else Severity.WARNING
    for row in texts.ragged:
        reason = f"{row.fields} fields, not {len(texts.header)}"
        rejects.add_line(row.line, row.text, reason)
        message = f"{table.name} line {row.line}: {reason}"
        log.add(Finding(severity, Code.RAGGED_ROW, table.name, message, row=row.line, value=cut(row.text)))
    for line in texts.repeated_headers:
        rejects.add_line(line, ",".join(texts.header), "the header again")
        message = f"{table.name} line {line}: the header again"
        log.add(Finding(severity, Code.BAD_VALUE, table.name, message, row=line, value=cut(",".join(texts.header))))


def _check_share(table: Table, rejects: Rejects, limits: Limits, log: FindingLog) -> None:
    rows = rejects.seen
    if not table.key or log.errors or rejects.count <= rows * limits.max_reject_share:
        return
    share = f"{limits.max_reject_share:.1%}"
    message = f"{table.name}: {rejects.count:,} of {rows:,} rows cannot be read, more than {share}"
    log.add(Finding(Severity.ERROR, Code.BAD_VALUE, table.name, message))


def _check_rows(
    data: Any, lines: Any, table: Table, header: Sequence[str], log: FindingLog, ids: Any | None
) -> TableKeys:
    for finding in _unknown_values(data, lines, table):
        log.add(finding)
    if not set(table.key) <= set(header):
        return collect_keys(data, lines, table, None)
    for finding in duplicate_keys(data, lines, table):
        log.add(finding)
    return collect_keys(data, lines, table, ids)


def _unknown_values(data: Any, lines: Any, table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if not column.values:
            continue
        distinct = distinct_values(data.column(column.name), lines)
        known = pc.is_in(distinct.column("value"), value_set=pa.array(column.values))
        for row in distinct.filter(pc.invert(known)).sort_by("line_min").to_pylist():
            line, value = row["line_min"], cut(row["value"])
            message = f"{table.name} line {line}: {column.name} {value!r} is none of the values known so far"
            yield Finding(Severity.WARNING, Code.BAD_VALUE, table.name, message, column.name, line, value)


def _schema(columns: Sequence[Column]) -> Any:
    return pa.schema([pa.field(column.name, arrow_type(column.type)) for column in columns])


def _empty(columns: Sequence[Column], rows: int) -> Any:
    return pa.table([pa.nulls(rows, arrow_type(column.type)) for column in columns], schema=_schema(columns))
