"""The parsed dbt project, made once: parsing takes dbt longer than anything else it does before it builds.

dbt's own saved parse is void as soon as any variable differs, and ours differ with every release. So what dbt parsed is
kept under the digest of all that decides how it is parsed; what only decides how it is compiled is not in the digest.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transform.made_once import made_once
from transform.warehouses.protocol import PrivatePlace

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).resolve().parent.parent
# What names nodes and sources; a test holds all other variables against what is parsed.
PARSED_VARIABLES = ("driver_id", "dataset_suffix")
_PACKAGES = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "dbt-bigquery")
_NOT_PARSED = frozenset(("transform", "target", "logs", "dbt_packages"))


def parsed_project(place: PrivatePlace, variables: Mapping[str, Any], parse: Callable[[], Manifest]) -> Manifest:
    """Return dbt's manifest of the project, fresh for one use: dbt writes into it what it compiles."""
    from dbt.contracts.graph.manifest import Manifest

    kept = made_once(f"{_digest(place, variables)}.msgpack", lambda: parse().to_msgpack())
    manifest: Manifest = Manifest.from_msgpack(kept)
    return manifest


def _digest(place: PrivatePlace, variables: Mapping[str, Any]) -> str:
    digest = hashlib.sha256()
    named = [place.dbt_target, place.catalog, *(str(variables.get(name)) for name in PARSED_VARIABLES)]
    for part in (*named, *map(_version, _PACKAGES), *_files()):
        digest.update(f"{len(part)} {part}\n".encode())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:  # one machine needs no adapter for BigQuery
        return f"{package} absent"


def _files() -> Iterator[str]:
    for folder, folders, files in os.walk(PROJECT):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if here != PROJECT or name not in _NOT_PARSED)
        for path in (here / name for name in sorted(files)):
            yield f"{path.relative_to(PROJECT)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
