"""Reads the dbt project as dbt does: pages and checks see what is configured, not what a file seems to say."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from transform.parsed_project import PROJECT, parsed_project
from transform.warehouses.protocol import PrivatePlace

# Which folders of models readers see; the rest is ephemeral.
PUBLISHED_LAYERS = ("shared", "history", "driver")
_NUMBER = re.compile(r"int64|numeric\b")
# What a number may be that counts or measures nothing: it names a row, a season, a place in an order.
_NO_METRIC = re.compile(r"(^|_)(id|year|round|number|rank)$")


@dataclass(frozen=True, slots=True)
class Column:
    """One published column.

    `statistic` is the id of its row in statistic_definitions; `aggregate` says what several rows make together where
    that is not what the name and type let expect: sum, min, max, or none.
    """

    name: str
    data_type: str
    description: str
    statistic: str | None = None
    aggregate: str | None = None

    @property
    def is_number(self) -> bool:
        return _NUMBER.match(self.data_type) is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """One foreign key, as a test proves it."""

    column: str
    to: str
    field: str


@dataclass(frozen=True, slots=True)
class Table:
    """One published table: a model of a published layer, or a seed; `relation` is its name in the dataset.

    dbt knows a model by one name in all datasets, and two datasets have a table called mart_records.
    """

    name: str
    relation: str
    layer: str
    dataset: str
    description: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    is_contract_enforced: bool

    @property
    def metrics(self) -> list[Column]:
        """Return the columns that must say which statistic they give.

        Those are the numbers of a mart that neither name nor order anything. A table with a `statistic_id` says it row
        by row; facts, dimensions and history carry F1DB's values and counts of rows, which are no statistics.
        """
        if not self.name.startswith("mart_") or "statistic_id" in self.columns:
            return []
        return [column for column in self.columns.values() if column.is_number and not _NO_METRIC.search(column.name)]


@cache
def read_manifest() -> Any:
    """Return dbt's manifest of the project as its defaults make it; parsed once while nothing changes, in seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        nowhere = PrivatePlace(0, "duckdb", "", "", {}, Path(scratch))
        return parsed_project(nowhere, {}, lambda: _parse(scratch))


def _parse(scratch: str) -> Any:
    from dbt.cli.main import dbtRunner

    answer = dbtRunner().invoke(
        [
            "--log-level", "none", "--log-level-file", "none", "--no-write-json", "parse",
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
            "--target-path", scratch, "--log-path", scratch,
        ]
    )  # fmt: skip
    if answer.exception is not None:
        raise answer.exception
    return answer.result


def published_tables() -> dict[str, Table]:
    """Return every published table by name, in the order of layers and names."""
    manifest = read_manifest()
    found = [
        _table(node, manifest)
        for node in manifest.nodes.values()
        if str(node.resource_type) == "seed"
        or (str(node.resource_type) == "model" and layer_of(node) in PUBLISHED_LAYERS)
    ]
    order = ("seeds", *PUBLISHED_LAYERS)
    return {table.name: table for table in sorted(found, key=lambda table: (order.index(table.layer), table.name))}


def layer_of(node: Any) -> str:
    """Return the folder of models that a node lies in, `seeds` for a seed."""
    parts: Sequence[str] = node.original_file_path.split("/")
    return parts[1] if parts[0] == "models" else parts[0]


def _table(node: Any, manifest: Any) -> Table:
    tests = [
        test.test_metadata
        for test in manifest.nodes.values()
        if str(test.resource_type) == "test" and getattr(test, "attached_node", None) == node.unique_id
    ]
    keys = [test.kwargs["columns"] for test in tests if test.name == "row_key"]
    references = [one for test in tests if test.name == "foreign_keys" for one in test.kwargs["references"]]
    return Table(
        name=node.name,
        relation=node.alias,
        layer=layer_of(node),
        dataset=node.schema,
        description=node.description,
        columns={
            column.name: Column(
                column.name,
                column.data_type or "",
                column.description,
                column.config.meta.get("statistic"),
                column.config.meta.get("aggregate"),
            )
            for column in node.columns.values()
        },
        key=tuple(keys[0] if keys else node.config.meta.get("key", ())),
        references=tuple(Reference(one["column"], one["to"], one["field"]) for one in references),
        is_contract_enforced=bool(getattr(node.config, "contract", None) and node.config.contract.enforced),
    )
