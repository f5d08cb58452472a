"""The sides of the dbt measurement, each in a process of its own: `record` first, then `build`, `sql`, `empty`.

`record` builds the project once and writes down every node in the order in which it was built, with its compiled SQL.
`sql` runs that SQL and nothing else; `empty` lets dbt build a project of as many nodes of the same kinds that hold
`select 1`, each with the same parents.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2] / "dbt"
VARIABLES = {"driver_id": "lewis-hamilton", "drivers": ["lewis-hamilton"], "release": "2026.11.0", "is_sample": False}
Node = dict[str, Any]


def main(side: str, warehouse: Path, nodes: Path) -> None:
    os.environ["DBT_DUCKDB_PATH"] = str(warehouse)
    os.environ["DBT_THREADS"] = str(min(4, os.cpu_count() or 1))
    if side == "record":
        nodes.write_text(json.dumps(_record(_dbt_build(PROJECT, warehouse.parent))))
    elif side == "build":
        _dbt_build(PROJECT, warehouse.parent)
    elif side == "sql":
        _run_sql(json.loads(nodes.read_text()), warehouse)
    else:
        _dbt_build(_write_empty_project(json.loads(nodes.read_text()), warehouse.parent / "project"), warehouse.parent)


def _dbt_build(project: Path, scratch: Path) -> Any:
    from dbt.cli.main import dbtRunner

    arguments = [
        "--log-level", "none", "--log-level-file", "none", "--no-write-json", "build",
        "--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure",
        "--project-dir", str(project), "--profiles-dir", str(PROJECT), "--target", "duckdb",
        "--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs"),
        "--vars", json.dumps(VARIABLES),
    ]  # fmt: skip
    runner = dbtRunner()
    answer = runner.invoke(arguments)
    failed = [
        result for result in getattr(answer.result, "results", []) if str(result.status) not in ("success", "pass")
    ]
    if answer.exception is not None or failed:
        raise SystemExit(f"dbt build: {answer.exception or [(one.node.name, one.message) for one in failed]}")
    return answer.result


def _record(result: Any) -> list[Node]:
    return [
        {
            "id": answer.node.unique_id,
            "kind": str(answer.node.resource_type),
            "relation": answer.node.relation_name,
            "sql": getattr(answer.node, "compiled_code", None),
            "file": str(PROJECT / answer.node.original_file_path),
            "types": dict(getattr(answer.node.config, "column_types", {})),
            "parents": list(getattr(answer.node, "depends_on_nodes", [])),
        }
        for answer in sorted(result.results, key=lambda answer: answer.timing[-1].completed_at)
    ]


def _run_sql(nodes: list[Node], warehouse: Path) -> None:
    import duckdb

    with duckdb.connect(str(warehouse)) as connection:
        for node in nodes:
            if node["relation"]:
                schema = node["relation"].split(".")[1]
                connection.execute(f"create schema if not exists {schema}")
            if node["kind"] == "seed":
                read = f"read_csv('{node['file']}', header = true, types = {node['types']})"
                connection.execute(f"create or replace table {node['relation']} as select * from {read}")
            elif node["kind"] == "model":
                connection.execute(f"create or replace table {node['relation']} as {node['sql']}")
            else:
                [(failures,)] = connection.execute(f"select count(*) from ({node['sql']})").fetchall()
                if failures:
                    raise SystemExit(f"{node['id']} fails outside of dbt")


def _write_empty_project(nodes: list[Node], project: Path) -> Path:
    names = {node["id"]: re.sub(r"\W", "_", node["id"]) for node in nodes}
    for folder in ("models", "tests"):
        (project / folder).mkdir(parents=True)
    (project / "dbt_project.yml").write_text(
        "name: empty\nversion: 1.0.0\nconfig-version: 2\nprofile: hamilton\n"
        "flags: { send_anonymous_usage_stats: false, use_colors: false }\n"
        "models: { empty: { +materialized: table } }\n"
    )
    for node in nodes:
        parents = "".join(
            f"-- depends_on: {{{{ ref('{names[parent]}') }}}}\n" for parent in node["parents"] if parent in names
        )
        is_test = node["kind"] == "test"
        text = f"{parents}select 1 as one{' where 1 = 0' if is_test else ''}\n"
        (project / ("tests" if is_test else "models") / f"{names[node['id']]}.sql").write_text(text)
    return project


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
