"""`python -m transform.docs`: dbt's own documentation of the published warehouse, as one offline file."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline.records import Pointer
from transform.parsed_project import PROJECT


class DocsError(Exception):
    """dbt could not write its documentation, or wrote more than it may say."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file and say where it is; 1 when dbt cannot."""
    parser = argparse.ArgumentParser(prog="transform.docs", description=__doc__)
    parser.add_argument("--pointer", type=Path, required=True, help="the pointer, published.json")
    parser.add_argument("--warehouse", type=Path, required=True, help="the published DuckDB file")
    parser.add_argument("--to", type=Path, required=True, help="the file to write")
    options = parser.parse_args(arguments)
    pointer = Pointer.from_json(json.loads(options.pointer.read_text("utf-8")))
    try:
        write_docs(pointer, options.warehouse, options.to)
    except DocsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{options.to}\n")
    return 0


def write_docs(pointer: Pointer, warehouse: Path, target: Path) -> None:
    """Let dbt look at a copy of the published file, and keep the one page that it makes.

    Raises:
        DocsError: dbt failed, or the page names this machine's folders.
    """
    with tempfile.TemporaryDirectory(prefix="dbt-docs-") as folder:
        scratch = Path(folder).resolve()
        # A copy: dbt-duckdb opens for writing. The same name: DuckDB names its catalog after the file.
        copy = scratch / warehouse.name
        shutil.copyfile(warehouse, copy)
        page = without_folders(_generate(pointer, copy, scratch), scratch, PROJECT)
    target.parent.mkdir(parents=True, exist_ok=True)
    arriving = target.with_name(f".{target.name}.new")
    arriving.write_text(page, "utf-8")
    os.replace(arriving, target)


def without_folders(page: str, scratch: Path, project: Path) -> str:
    """Make the paths in dbt's page relative to the project, as dbt writes where it ran.

    Raises:
        DocsError: there are others.
    """
    for folder, name in ((scratch / "target", "target"), (project, "dbt")):
        page = page.replace(_in_json(folder), name)
    leaked = [str(path) for path in (scratch, project.parent, Path.home()) if f"{_in_json(path)}/" in page]
    if leaked:
        raise DocsError(f"dbt's page names folders of this machine: {', '.join(leaked)}")
    return page


def _in_json(path: Path) -> str:
    return json.dumps(str(path))[1:-1]


def _generate(pointer: Pointer, copy: Path, scratch: Path) -> str:
    from dbt.cli.main import dbtRunner

    os.environ["DBT_DUCKDB_PATH"] = str(copy)
    variables = {
        "driver_id": pointer.drivers[0],
        "drivers": list(pointer.drivers),
        "release": str(pointer.version),
        "is_sample": pointer.is_sample,
    }
    answer = dbtRunner().invoke([
        "--log-level", "none", "--log-level-file", "none", "docs", "generate", "--static",
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target", "duckdb",
        "--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs"), "--vars", json.dumps(variables),
    ])  # fmt: skip
    if not answer.success:
        raise DocsError(f"dbt docs: {answer.exception or 'a model could not be compiled'}")
    return (scratch / "target" / "static_index.html").read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main())
