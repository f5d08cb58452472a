"""What a release must be like once it is published, whatever was killed on the way: looked at from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.crash_points import NUMBERS
from tests.system.conftest import Machine

OLDER, VERSION = "2026.10.0", "2026.11.0"
BUCKETS = ("landing", "curated", "state")
_RUN = re.compile(r"f1db-2026-11-0-[0-9a-f]{8}-[0-9a-f]{8}-0")
_NOT_COUNTED = re.compile(
    r"logs/|keys/|home/|gcs/(\.meta|code)/|gcs/\.generation$|events-switches\.json$|faults\.json$|localcloud\.(json|lock)$"
    # As in GCS, an upload that its client has left is kept for a week, and nobody can see it.
    r"|gcs/\.uploads/sessions/"
)
_GENERAL = (*NUMBERS, (r"(?<=<run>-)\d+", "<n>"), (r"(?<=run/transform-)[0-9a-z]+", "<id>"))
# Of an attempt, a fence or an execution that came to nothing stays, by design, what tells about it: how often at most.
# The event and the tick may both wake the transform up again; the lease decides which execution has something to do.
_MAY_COME_AGAIN = {
    "dataproc/<run>-<n>.json": 2,
    "run/transform-<id>.json": 4,  # of both releases
    f"gcs/state/runs/{VERSION}/<run>/batch-<n>.json": 2,
    f"gcs/state/runs/{VERSION}/<run>/transform-<n>.json": 1,  # the fault of the one that was killed
    f"gcs/state/notices/{VERSION}/batch_usage-<n>.json": 2,
    "gcs/curated/runs/<run>/<n>/findings.json": 2,
    "gcs/curated/runs/<run>/<n>/findings/findings.parquet": 2,
    f"gcs/curated/history/{VERSION}/<run>/headlines-<n>.parquet": 2,
    "gcs/curated/reports/<run>/<n>/index.html": 2,
}


@dataclass(frozen=True)
class Snapshot:
    """Rows and a digest of each published table, and how often each kind of file is there."""

    tables: dict[str, tuple[int, str]]
    files: Counter[str]


def take_snapshot(machine: Machine) -> Snapshot:
    return Snapshot(_tables(machine.state / "warehouse.duckdb"), _files(machine.state))


def problems(machine: Machine, undisturbed: Snapshot, offered: bytes) -> list[str]:
    """List what is not as after an undisturbed release: published once, whole, nothing doubled, nothing left."""
    found = []
    if machine.outcomes() != {OLDER: ["published"], VERSION: ["published"]}:
        found.append(f"the outcomes are {machine.outcomes()}")
    if machine.pointer()["version"] != VERSION:
        return [*found, f"the pointer is at {machine.pointer()['version']}"]
    found += _of_the_pointer(machine) + _of_the_objects(machine) + _of_the_manifest(machine, offered)
    now = take_snapshot(machine)
    found += [
        f"{name} has {now.tables.get(name)}, not {undisturbed.tables.get(name)}"
        for name in sorted(now.tables.keys() | undisturbed.tables.keys())
        if now.tables.get(name) != undisturbed.tables.get(name)
    ]
    for name in sorted(now.files.keys() | undisturbed.files.keys()):
        times, wanted = now.files[name], undisturbed.files[name]
        if times != wanted and not wanted <= times <= _MAY_COME_AGAIN.get(name, wanted):
            found.append(f"{name} is there {times} times, not {wanted}")
    return found


def seen_by_readers(machine: Machine) -> list[str]:
    """List what is wrong for readers right after a kill: they have the release before or the new one, whole."""
    import duckdb

    with duckdb.connect(str(machine.state / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("select release, race_wins from lewis_hamilton.mart_career").fetchall()
    pointer = machine.pointer()
    found = [] if rows in ([(OLDER, 106)], [(VERSION, 106)]) else [f"readers see {rows}"]
    return found if pointer["version"] in (OLDER, VERSION) else [*found, f"the pointer is at {pointer['version']}"]


def generations(machine: Machine) -> dict[str, str]:
    """Return the generation of every object of the three buckets."""
    return {f"{bucket}/{item['name']}": item["generation"] for bucket in BUCKETS for item in _listed(machine, bucket)}


def _of_the_pointer(machine: Machine) -> list[str]:
    pointer = machine.pointer()
    [path] = machine.objects(f"state/runs/{VERSION}/*/outcome.json")
    outcome = _json(path)
    control = _json(machine.state / "warehouse.duckdb.control.json")
    lease = _json(machine.state / "gcs/state/lease.json")
    fences = {
        "pointer": pointer["fence"],
        "outcome": outcome["fence"],
        "warehouse": control["published_fence"],
        "claim": control["fence"],
        "lease": lease["fence"],
    }
    found = [] if len(set(fences.values())) == 1 else [f"the fences differ: {fences}"]
    if (pointer["run"], pointer["attempt"]) != (outcome["run"], outcome["attempt"]):
        found.append(f"the pointer is at {pointer['run']}, the outcome is of {outcome['run']}")
    report = machine.state / "gcs" / pointer["report"].removeprefix("gs://")
    if not report.is_file() or report.read_bytes() != (machine.state / "report/index.html").read_bytes():
        found.append("the report is not the one that the pointer names")
    holder = lease["holder"]
    if holder is not None and "completionTime" not in _json(machine.state / "run" / f"{holder}.json"):
        found.append(f"{holder}, which has not ended, holds the lease")
    return found


def _of_the_objects(machine: Machine) -> list[str]:
    found = []
    for bucket in BUCKETS:
        folder = machine.state / "gcs" / bucket
        listed = {item["name"]: item for item in _listed(machine, bucket)}
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        found += [f"{bucket}/{name} is not both file and object" for name in sorted(there ^ set(listed))]
        for name in there & set(listed):
            content = (folder / name).read_bytes()
            if base64.b64encode(hashlib.md5(content).digest()).decode() != listed[name]["md5Hash"]:
                found.append(f"{bucket}/{name} is not what was written")
    return found


def _of_the_manifest(machine: Machine, offered: bytes) -> list[str]:
    [path] = machine.objects(f"state/runs/{VERSION}/*/manifest.json")
    manifest = _json(path)
    sha256 = hashlib.sha256(offered).hexdigest()
    zips = [item for item in _listed(machine, "landing") if item["name"].startswith(f"releases/{VERSION}/")]
    told = [(item["metadata"]["sha256"], item["generation"], int(item["size"])) for item in zips]
    if told != [(sha256, str(manifest["zip"]["generation"]), len(offered))] or manifest["zip"]["sha256"] != sha256:
        return [f"the ZIP of the manifest, {manifest['zip']}, is not the one that is landed, {told}"]
    sizes = {f"gs://curated/{item['name']}": int(item["size"]) for item in _listed(machine, "curated")}
    return [
        f"{table['parquet']} has {sizes.get(table['parquet'])} bytes, the manifest says {table['bytes']}"
        for table in manifest["tables"]
        if sizes.get(table["parquet"]) != table["bytes"]
    ]


def _listed(machine: Machine, bucket: str) -> list[dict[str, Any]]:
    url = f"{machine.localcloud()['urls']['storage']}/storage/v1/b/{bucket}/o"
    with urllib.request.urlopen(url, timeout=30) as answer:
        page: dict[str, Any] = json.load(answer)
    assert "nextPageToken" not in page
    return list(page.get("items", []))


def _tables(path: Path) -> dict[str, tuple[int, str]]:
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        views = connection.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
        found = {}
        for schema, name in [*names, *views]:
            # The one column that says when.
            kept = f'select columns(c -> c <> \'published_at_utc\') from "{schema}"."{name}"'
            digest = f"select count(*), coalesce(sum(hash(kept)), 0)::varchar from ({kept}) as kept"
            [(rows, total)] = connection.execute(digest).fetchall()
            found[f"{schema}.{name}"] = (rows, total)
    return found


def _files(state: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in state.rglob("*"):
        name = str(path.relative_to(state))
        if path.is_file() and not _NOT_COUNTED.match(name):
            name = _RUN.sub("<run>", name)
            if ".fence-" in name:
                name = name.partition("/")[0]  # one line for all that is in it
            for pattern, general in _GENERAL:
                name = re.sub(pattern, general, name)
            found[name] += 1
    return found


def _json(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document
