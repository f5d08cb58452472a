"""Writes docs/data-contract.md from the contract, so that the page cannot say anything else: `make docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from f1db_batch.contract import Column, Contract, Table, load_contract
from f1db_batch.limits import Limits

_INTRODUCTION = """\
# What an F1DB release must be

Made by `make docs` from `dataproc_jobs/f1db_batch/contract.toml`; do not edit. Written after {schema}:
{tables} tables, {columns} columns, {required_tables} tables and {required_columns} columns of them required.

- **Required** is what the published models read. A release that lacks a required table or column, or has another type
  in it, is rejected. An optional one that is missing is empty here, and a warning. Unknown tables and columns are
  kept as text, and a warning. The order of files and columns, and other files, do not matter.
- A **type** is strict: `int` is `-?digits`, `decimal(p,s)` is exact and never rounded, `date` is YYYY-MM-DD, `time`
  is HH:MM in UTC, `boolean` is `true` or `false`, `array<string>` is texts joined by `;`. A value that cannot be read
  is a finding and its row is put into `rejects/`. In a key or a required column of a required table it rejects the
  release; elsewhere it is a warning, up to {share} of a table's rows.
- **Empty** says that a value may be missing; a missing one elsewhere is a value that cannot be read.
- A **key** tells rows apart, and every value of a column that **refers** to a table is a key there; anything else
  rejects.
- **Values** are those in the data so far, as F1DB promises none: another one is a warning.
"""


def contract_page(contract: Contract) -> str:
    """Write the page."""
    columns = [column for table in contract.tables.values() for column in table.columns]
    introduction = _INTRODUCTION.format(
        schema=contract.schema,
        tables=len(contract.tables),
        columns=len(columns),
        required_tables=sum(table.is_required for table in contract.tables.values()),
        required_columns=sum(column.is_required for column in columns),
        share=f"{Limits().max_reject_share:.1%}",
    )
    sections = ["\n".join(_section(table)) for table in contract.tables.values()]
    return "\n".join([introduction, *sections])


def _section(table: Table) -> Iterator[str]:
    required = "required" if table.is_required else "optional"
    yield f"## {table.name}\n"
    yield f"{table.description} `{table.file_name}`, {required}; key: {', '.join(f'`{name}`' for name in table.key)}.\n"
    yield "| column | type | empty | required | refers to | values |"
    yield "|---|---|---|---|---|---|"
    yield from (_row(column) for column in table.columns)
    yield ""


def _row(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        str(column.type),
        "may be" if column.is_nullable else "",
        "required" if column.is_required else "",
        column.references or "",
        ", ".join(column.values),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(contract_page(load_contract()))
