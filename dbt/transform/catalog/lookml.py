"""Writes looker/ from the dbt project: views, and a model whose explores join what foreign keys join; `make docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from transform.catalog.definitions import read_definitions
from transform.catalog.lookml_views import MADE, label_of, lookml_view, text
from transform.catalog.project import Table, published_tables

_MODEL = f"""\
{MADE}
connection: "@{{CONNECTION}}"
label: "Formula 1"
include: "/views/*.view.lkml"
include: "/dashboards/*.dashboard.lookml"
"""
_PROJECT = f"""\
{MADE}
project_name: "hamilton"

# Looker's connection to the warehouse; its project has the datasets.
constant: CONNECTION {{
  value: "hamilton"
  export: override_required
}}

constant: SHARED_DATASET {{
  value: "f1db"
  export: override_optional
}}

# The dataset of the chosen driver: the driver's id with _ for -.
constant: DRIVER_DATASET {{
  value: "lewis_hamilton"
  export: override_optional
}}
"""


@dataclass(frozen=True, slots=True)
class Join:
    """One table that an explore looks up; `name` differs from the view's where two columns lead to the same table."""

    name: str
    view: str
    column: str
    field: str
    relationship: str


def lookml_files(tables: Mapping[str, Table]) -> dict[str, str]:
    """Return the text of every generated file by its path below looker/."""
    definitions = read_definitions()
    explores = [_explore(table, tables) for table in tables.values() if not table.name.startswith("dim_")]
    views = {f"views/{table.name}.view.lkml": lookml_view(table, definitions) for table in tables.values()}
    return {
        "manifest.lkml": _PROJECT,
        "hamilton.model.lkml": "\n".join([_MODEL, *("\n".join(explore) + "\n" for explore in explores)]),
        **views,
    }


def joins_of(table: Table, tables: Mapping[str, Table]) -> list[Join]:
    """Return what a table's columns look up: what a test proves, and a column named as a dimension's key is."""
    looked_up = {one.column: (one.to, one.field) for one in table.references}
    looked_up.setdefault("statistic_id", ("statistic_definitions", "id"))
    keys = {one.key[0]: one.name for one in tables.values() if one.name.startswith("dim_") and len(one.key) == 1}
    found = []
    for column in table.columns:
        to, field = looked_up.get(column, (keys.get(column, ""), column))
        if to and to != table.name:
            relationship = "one_to_one" if table.key == (column,) else "many_to_one"
            name = to if column in (field, "statistic_id") else column.removesuffix("_id")
            found.append(Join(name, to, column, field, relationship))
    return found


def _explore(table: Table, tables: Mapping[str, Table]) -> Iterator[str]:
    yield f"explore: {table.name} {{"
    yield f"  label: {text(_label(table))}"
    yield f"  description: {text(table.description)}"
    for join in joins_of(table, tables):
        yield ""
        yield f"  join: {join.name} {{"
        if join.name != join.view:
            yield f"    from: {join.view}"
            yield f"    view_label: {text(label_of(join.name))}"
        yield "    type: left_outer"
        yield f"    relationship: {join.relationship}"
        yield f"    sql_on: ${{{table.name}.{join.column}}} = ${{{join.name}.{join.field}}} ;;"
        yield "  }"
    yield "}"


def _label(table: Table) -> str:
    return f"Chosen driver, {label_of(table.name)}" if table.layer == "driver" else label_of(table.name)


def main(folder: Path) -> None:
    """Write the generated files, and remove views of tables that are no longer published."""
    files = lookml_files(published_tables())
    for path in (folder / "views").glob("*.view.lkml"):
        if f"views/{path.name}" not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
