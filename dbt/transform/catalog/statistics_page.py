"""Writes docs/statistics.md from the seed, so that the page cannot say anything else: `make docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from transform.catalog.definitions import Definition, read_definitions
from transform.catalog.project import Table, published_tables

_INTRODUCTION = """\
# What the statistics count

Made by `make docs` from `dbt/seeds/statistic_definitions.csv`; do not edit. {count} statistics; the same rows are
published as `f1db.statistic_definitions`. A column of a mart names its statistic in its description's `meta`, a row of
head-to-heads, streaks and records in `statistic_id`. Where honest definitions differ, each is a statistic of its own,
and one of them is the **default**: the one that is meant where none is named. `f1db.reconciliation` holds what F1DB
totals itself against its totals, for everybody.
"""


def statistics_page(definitions: Mapping[str, Definition], tables: Mapping[str, Table]) -> str:
    """Write the page."""
    sections = [
        "\n".join(_section(definition, definitions, tables))
        for definition in sorted(definitions.values(), key=lambda one: (one.name.lower(), one.id))
    ]
    return "\n".join([_INTRODUCTION.format(count=len(definitions)), *sections])


def _section(
    definition: Definition, definitions: Mapping[str, Definition], tables: Mapping[str, Table]
) -> Iterator[str]:
    yield f"## {definition.name}\n"
    default = " (the default)" if is_preferred(definition) else ""
    yield f"`{definition.id}`{default}. {definition.definition}\n"
    yield f"- Rule: {definition.rule}"
    yield f"- From: {', '.join(f'`{table}`' for table in definition.source)}"
    columns = [
        f"`{table.dataset}.{table.relation}`" + ("" if column.name == definition.id else f" (`{column.name}`)")
        for table in tables.values()
        for column in table.columns.values()
        if column.statistic == definition.id
    ]
    if columns:
        yield f"- Columns of: {', '.join(columns)}"
    if definition.alternatives:
        rivals = ", ".join(
            f"`{one}`" + (" (the default)" if is_preferred(definitions[one]) else "") for one in definition.alternatives
        )
        yield f"- Other definitions: {rivals}"
    yield ""


def is_preferred(definition: Definition) -> bool:
    """Say whether it is the one meant, where there is a choice."""
    return definition.is_default and bool(definition.alternatives)


if __name__ == "__main__":
    sys.stdout.write(statistics_page(read_definitions(), published_tables()))
