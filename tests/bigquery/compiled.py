"""The dbt project compiled for BigQuery without an account, its nodes in an order in which they can be built."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from unittest.mock import patch

PROJECT = Path(__file__).resolve().parents[2] / "dbt"
PROJECT_ID, SUFFIX = "project-1", "__fence_7"
# The token is never sent: nothing is asked of BigQuery while compiling.
ENVIRONMENT = {
    "DBT_BIGQUERY_METHOD": "oauth-secrets",
    "DBT_BIGQUERY_TOKEN": "not-a-token",
    "DBT_BIGQUERY_PROJECT": PROJECT_ID,
}
VARIABLES = {
    "driver_id": "lewis-hamilton",
    "drivers": ["lewis-hamilton", "max-verstappen"],
    "release": "2026.11.0",
    "is_sample": False,
    "dataset_suffix": SUFFIX,
}


@dataclass(frozen=True)
class Node:
    """`relation` is the table it makes, `project.dataset.table`; None for a test. `declared`: the YAML's types."""

    name: str
    kind: str
    relation: str | None
    sql: str
    declared: Mapping[str, str]
    is_contracted: bool


def compile_project(folder: Path) -> list[Node]:
    """Compile every model, seed and test for BigQuery."""
    from dbt.cli.main import dbtRunner

    arguments = [
        "--log-level", "none", "--log-level-file", "none",
        "compile", "--no-populate-cache", "--no-partial-parse",
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target", "bigquery",
        "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), "--vars", json.dumps(VARIABLES),
    ]  # fmt: skip
    with patch.dict(os.environ, ENVIRONMENT):
        answer = dbtRunner().invoke(arguments)
    assert answer.exception is None, answer.exception
    manifest = json.loads((folder / "target/manifest.json").read_text())
    return list(_in_order(manifest["nodes"]))


def _in_order(nodes: Mapping[str, Any]) -> Iterator[Node]:
    needs = {name: [one for one in node["depends_on"].get("nodes", []) if one in nodes] for name, node in nodes.items()}
    for name in TopologicalSorter(needs).static_order():
        node = nodes[name]
        if node["resource_type"] in ("model", "seed", "test") and node["config"]["materialized"] != "ephemeral":
            yield _node(node)


def _node(node: Mapping[str, Any]) -> Node:
    kind = str(node["resource_type"])
    declared = {column["name"]: column.get("data_type") or "" for column in node.get("columns", {}).values()}
    if kind == "seed":
        declared = _seed_types(PROJECT / node["original_file_path"], node["config"]["column_types"])
    return Node(
        name=node["name"],
        kind=kind,
        relation=".".join(_path(node)) if kind != "test" else None,
        sql=node.get("compiled_code") or "",
        declared=declared,
        is_contracted=bool(node["config"].get("contract", {}).get("enforced")),
    )


def _seed_types(path: Path, declared: Mapping[str, str]) -> dict[str, str]:
    """Return a seed's types as dbt loads it: those declared, and for other columns what dbt takes their text for."""
    from dbt.adapters.bigquery import BigQueryAdapter
    from dbt_common.clients import agate_helper

    data = agate_helper.from_csv(str(path), list(declared))
    inferred = {name: BigQueryAdapter.convert_agate_type(data, number) for number, name in enumerate(data.column_names)}
    return {name: declared.get(name, str(type_)) for name, type_ in inferred.items()}


def _path(node: Mapping[str, Any]) -> Sequence[str]:
    return node["database"], node["schema"], node["alias"]
