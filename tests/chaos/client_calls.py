"""Every call that a client of ours makes: how it is made here, which request of it is disturbed, what it brings about.

A row's `key` is an object's, batch's or release's own name, so that cells do not meet. Time-outs are short by the
clients' own arguments. A test holds the rows against the modules. The tables at the end declare what is not as usual.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.client_world import JOB, PROJECT, REGION, World

ANSWER_S = 0.5
LESS = "less"  # how a value begins that is right and lacks something
RETRY_S = 4.0


@dataclass(frozen=True)
class Call:
    """`effect` counts what a call brought about; None for one that only reads. `rule` narrows the fault.

    What `make` returns is the same for every key, but for the key itself: a disturbed answer is held against it.
    """

    name: str
    rule: dict[str, Any]
    make: Callable[[World, str], object]
    effect: Callable[[World, str], int] | None = None
    prepare: Callable[[World, str], object] = lambda world, key: None


def _bucket(name: str) -> Any:
    from pipeline.clients.storage import Bucket

    return Bucket(name, PROJECT, answer_s=ANSWER_S, retry_s=RETRY_S)


def _put(bucket: str, content: bytes = b'{"a": 1}') -> Callable[[World, str], object]:
    return lambda world, key: world.storage.store.put_bytes(bucket, key, content)


def _made(bucket: str) -> Callable[[World, str], int]:
    return lambda world, key: world.finalized[f"{bucket}/{key}"]


def _made_after_the_first(world: World, key: str) -> int:
    return world.finalized[f"state/{key}"] - 1


def _on(method: str, path: str = "", key_in_object: bool = True) -> dict[str, Any]:
    named = {"object": "KEY"} if key_in_object else {}
    return {"service": "storage", "method": method, **({"path": path} if path else {}), **named}


class _Stream:
    def __init__(self, content: bytes) -> None:
        import io

        self.size_bytes = len(content)
        self._stream = io.BytesIO(content)

    def read(self, amount: int = -1) -> bytes:
        return self._stream.read(amount)

    def tell(self) -> int:
        return self._stream.tell()


_GENERATIONS: dict[str, int] = {}


def _put_first(world: World, key: str) -> None:
    _GENERATIONS[key] = world.storage.store.put_bytes("state", key, b'{"a": 1}').generation


def _replace(world: World, key: str) -> object:
    del world
    return _bucket("state").replace_json(key, {"b": 2}, _GENERATIONS[key]) is not None


def _query(prefix: str) -> Any:
    from localcloud.storage import Query

    return Query(prefix=prefix)


def _touch(world: World, key: str) -> object:
    from pipeline.clients.storage import StoredObject

    [item] = world.storage.store.list("state", _query(key)).items
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    return _bucket("state").touch(StoredObject(key, item.generation, item.size, now, now, {})) is not None


def _touched(world: World, key: str) -> int:
    [item] = world.storage.store.list("state", _query(key)).items
    return item.metageneration - 1


def _read_open(world: World, key: str) -> object:
    [item] = world.storage.store.list("landing", _query(key)).items
    with _bucket("landing").open(key, item.generation) as stream:
        stream.seek(2)
        return stream.read(3)


def _rename(world: World, key: str) -> object:
    if not world.storage.store.list("landing", _query(f"incoming/{key}")).items:
        world.storage.store.put_bytes("landing", f"incoming/{key}", b"zip")
    return _bucket("landing").rename(f"incoming/{key}", key, {"sha256": "0"})


def _gone(world: World, key: str) -> int:
    return int(not world.storage.store.list("state", _query(key)).items)


STORAGE = (
    Call(
        "Bucket.list_objects",
        _on("GET", "prefix=KEY", key_in_object=False),
        lambda world, key: [item.name for item in _bucket("state").list_objects(key)],
        prepare=_put("state"),
    ),
    Call("Bucket.find", _on("GET"), lambda world, key: _bucket("state").find(key).size_bytes, prepare=_put("state")),
    Call("Bucket.read_json", _on("GET"), lambda world, key: _bucket("state").read_json(key)[0], prepare=_put("state")),
    Call(
        "Bucket.create_json",
        _on("POST"),
        lambda world, key: _bucket("state").create_json(key, {"a": 1}),
        _made("state"),
    ),
    Call(
        "Bucket.create_bytes",
        _on("POST"),
        lambda world, key: _bucket("state").create_bytes(key, b"x" * 9_000_000, "text/plain"),
        _made("state"),
    ),
    Call("Bucket.replace_json", _on("POST"), _replace, _made_after_the_first, prepare=_put_first),
    Call(
        "Bucket.create_from_stream, its beginning",
        _on("POST"),
        lambda world, key: _bucket("landing").create_from_stream(key, _Stream(b"z" * 9_000_000), {"sha256": "0"}),
        _made("landing"),
    ),
    Call(
        "Bucket.create_from_stream, a part",
        _on("PUT"),
        lambda world, key: _bucket("landing").create_from_stream(key, _Stream(b"z" * 9_000_000), {"sha256": "0"}),
        _made("landing"),
    ),
    Call(
        "Bucket.create_from_stream, its last part",
        {**_on("PUT"), "nth": 2},
        lambda world, key: _bucket("landing").create_from_stream(key, _Stream(b"z" * 9_000_000), {"sha256": "0"}),
        _made("landing"),
    ),
    Call("Bucket.touch", _on("PATCH"), _touch, _touched, prepare=_put("state")),
    Call(
        "Bucket.write_page",
        _on("POST"),
        lambda world, key: _bucket("curated").write_page(key, "<p>"),
        _made("curated"),
    ),
    Call("Bucket.rename", _on("POST", "rewriteTo", key_in_object=False), _rename, _made("landing")),
    Call("Bucket.delete", _on("DELETE"), lambda world, key: _bucket("state").delete(key), _gone, prepare=_put("state")),
    Call("Bucket.open", _on("GET", "alt=media"), _read_open, prepare=_put("landing", b"0123456789")),
)


def _create_batch(world: World, key: str) -> object:
    from pipeline.clients.dataproc import BatchPlan, Dataproc
    from pipeline.settings import BatchSettings

    plan = BatchPlan(key, "gs://code/main.py", (), (), {})
    settings = BatchSettings("2.3", "a@b", {}, {}, 600, None, None, None)
    return str(Dataproc(PROJECT, REGION, world.batches.url, answer_s=ANSWER_S).create_batch(plan, settings))


def _find_batch(world: World, key: str) -> object:
    from pipeline.clients.dataproc import Dataproc

    return str(Dataproc(PROJECT, REGION, world.batches.url, answer_s=ANSWER_S).find_batch(f"{key}-none").state)


def _batches(world: World, key: str) -> int:
    return int(key in world.dataproc.batches)


def _start_job(world: World, key: str) -> object:
    from pipeline.clients.run_jobs import RunJob

    return bool(RunJob(JOB, world.jobs.url, answer_s=ANSWER_S).start([f"--key={key}"]))


def _has_ended(world: World, key: str) -> object:
    from pipeline.clients.run_jobs import RunJob

    return RunJob(JOB, world.jobs.url, answer_s=ANSWER_S).has_ended(f"none-{key}")


_EXECUTIONS_BEFORE: dict[str, int] = {}


def _count_executions(world: World, key: str) -> None:
    _EXECUTIONS_BEFORE[key] = len(world.run.executions)


def _wake(world: World, key: str) -> object:
    from pipeline.clients.trigger import wake

    return wake(world.receiver.url, "landing", key, 1, answer_s=ANSWER_S)


def _wakings(world: World, key: str) -> int:
    return world.woken[key]


SERVICES = (
    Call("Dataproc.create_batch", {"service": "dataproc", "method": "POST"}, _create_batch, _batches),
    Call("Dataproc.find_batch", {"service": "dataproc", "method": "GET"}, _find_batch),
    Call(
        "RunJob.start",
        {"service": "run", "method": "POST", "path": ":run"},
        _start_job,
        lambda world, key: len(world.run.executions) - _EXECUTIONS_BEFORE[key],
        prepare=_count_executions,
    ),
    Call("RunJob.has_ended", {"service": "run", "method": "GET", "path": "executions/none-KEY"}, _has_ended),
    Call("wake", {"service": "start_batch"}, _wake, _wakings),
    Call("wake, its ID token", {"service": "metadata", "path": "/identity"}, _wake, _wakings),
)


def _github(world: World) -> Any:
    from pipeline.clients.github import GitHub

    return GitHub(world.github.url, world.github.url, "f1db/f1db", budget_s=3.0, download_s=1.0)


def _offer(world: World, key: str) -> None:
    from tests.integration.stand_ins import release_zip

    _zip(world, key).parent.mkdir(exist_ok=True)
    _zip(world, key).write_bytes(release_zip((key,)))


def _zip(world: World, key: str) -> Path:
    return world.state / "offered" / f"f1db-csv-{_version(key)}.zip"


def _version(key: str) -> str:
    return f"2026.{int(key.rpartition('-')[2])}.0"


def _named(world: World, key: str) -> Any:
    from pipeline.releases import parse_version

    return _github(world).named(parse_version(_version(key)))


def _told(world: World, key: str, release: Any) -> object:
    import hashlib

    content = _zip(world, key).read_bytes()
    told, digest = (str(release.version), release.asset.size_bytes, release.asset.sha256), hashlib.sha256(content)
    if told == (_version(key), None, None):
        return f"{LESS}: no size and no digest"
    return told == (_version(key), len(content), digest.hexdigest())


def _open_zip(world: World, key: str) -> object:
    github = _github(world)
    with github.open_zip(_named(world, key)) as body:
        content = b""
        while piece := body.read(1 << 16):
            content += piece
        return "the ZIP" if content == _zip(world, key).read_bytes() else content


def _land(world: World, key: str) -> object:
    import hashlib
    import io

    from pipeline.logs import StageLog
    from pipeline.zips.landing import land

    log = StageLog("check_release", stream=io.StringIO())
    landing = land(_bucket("landing"), _github(world), _named(world, key), 1_000_000, log)
    return landing.sha256 == hashlib.sha256(_zip(world, key).read_bytes()).hexdigest()


def _landed(world: World, key: str) -> int:
    prefix = f"landing/releases/{_version(key)}/"
    return sum(count for name, count in world.finalized.items() if name.startswith(prefix))


_TAG = {"service": "github", "path": "/releases/tags/"}
_ASSET = {"service": "github", "path": "/release-assets/"}
GITHUB = (
    Call(
        "GitHub.latest",
        {"service": "github", "path": "^/repos/.*/latest"},
        lambda world, key: _told(world, key, _github(world).latest()),
        prepare=_offer,
    ),
    Call("GitHub.named", _TAG, lambda world, key: _told(world, key, _named(world, key)), prepare=_offer),
    Call(
        "GitHub.listed",
        {"service": "github", "path": "/releases\\?per_page"},
        lambda world, key: True in [_told(world, key, release) for release in _github(world).listed()],
        prepare=_offer,
    ),
    Call("GitHub.open_zip", _ASSET, _open_zip, prepare=_offer),
    Call("land", _ASSET, _land, _landed, prepare=_offer),
)


def _published_fence(world: World, key: str) -> object:
    del world, key
    from pipeline.clients.warehouse import published_fence

    return published_fence(f"bigquery://{PROJECT}?location=EU", answer_s=ANSWER_S)


def _client() -> Any:
    from transform.warehouses.bigquery_client import open_client

    return open_client(PROJECT, "EU", None, answer_s=ANSWER_S)


def _table(key: str) -> Any:
    from pipeline.manifests import Column
    from transform.raw_tables import RawTable

    return RawTable("races", 1, f"gs://curated/runs/{key}/1/races.parquet", (Column("id", "int", False),))


def _load_table(world: World, key: str) -> object:
    from transform.warehouses.bigquery_jobs import load_table

    del world
    return str(load_table(_client(), _table(key), f"{PROJECT}.raw.races", "7_1").job_id)


def _finish_load(world: World, key: str) -> object:
    from transform.warehouses.bigquery_jobs import finish_load, load_table

    del world
    return finish_load(load_table(_client(), _table(key), f"{PROJECT}.raw.races", "7_1"), _table(key))


def _store_table(world: World, key: str) -> object:
    import pyarrow as pa

    from transform.warehouses.bigquery_jobs import store_table

    del world
    return store_table(_client(), pa.table({"a": [1]}), f"{PROJECT}.{key.replace('-', '_')}.t")


def _run_all(world: World, key: str) -> object:
    from transform.warehouses.bigquery_jobs import run_all

    del world
    return run_all(_client(), [f"select '{key}'"])  # a name of our own


def _rows_changed(world: World, key: str) -> object:
    from transform.warehouses.bigquery_jobs import rows_changed

    del world
    return rows_changed(_client(), f"update t set a = '{key}' where true", {})  # a name of our own


def _jobs_of(world: World, key: str) -> int:
    marks = (key, key.replace("-", "_"))
    return sum(any(mark in str(job["configuration"]) for mark in marks) for job in world.warehouse.jobs.values())


_JOBS = {"service": "run", "method": "POST", "path": "^/bigquery/v2/projects/p-1/jobs"}
WAREHOUSE = (
    Call("published_fence", {"service": "run", "path": "^/bigquery/.*data"}, _published_fence),
    Call("published_fence, its access token", {"service": "metadata", "path": "/token"}, _published_fence),
    Call("load_table", _JOBS, _load_table, _jobs_of),
    Call(
        "finish_load",
        {"service": "run", "method": "GET", "path": "^/bigquery/.*/jobs/"},
        _finish_load,
        _jobs_of,
    ),
    Call(
        "store_table",
        {"service": "run", "path": "^/(upload|resumable)/bigquery/"},
        _store_table,
        _jobs_of,
    ),
    Call("run_all", _JOBS, _run_all, _jobs_of),
    Call("rows_changed", _JOBS, _rows_changed, _jobs_of),
)


def _uri(bucket: str, key: str) -> Any:
    from f1db_batch.settings import GsUri

    return GsUri(bucket, key)


def _fetch_zip(world: World, key: str) -> object:
    import hashlib

    from f1db_batch.storage import fetch_zip

    [item] = world.storage.store.list("landing", _query(key)).items
    digest = hashlib.sha256(b"0123456789").hexdigest()
    return fetch_zip(_uri("landing", key), item.generation, digest, answer_s=ANSWER_S).size_bytes


def _create_once(world: World, key: str) -> object:
    from f1db_batch.storage import create_once

    del world
    return create_once(_uri("state", key), "{}", answer_s=ANSWER_S)


def _write(world: World, key: str) -> object:
    from f1db_batch.storage import write

    del world
    return write(_uri("curated", key), b"x", "text/plain", answer_s=ANSWER_S)


# A process of its own, as a Spark worker is: pyarrow asks for its token with the interpreter's lock held, which the
# servers of this process need to answer.
_ARROW = """
import sys
from datetime import timedelta
from pyarrow import fs
gcs = fs.GcsFileSystem(retry_time_limit=timedelta(seconds=float(sys.argv[1])))
try:
    if sys.argv[2] == "read":
        with gcs.open_input_file(sys.argv[3]) as archive:
            assert archive.read_at(3, 2) == b"234"
    else:
        with gcs.open_output_stream(sys.argv[3]) as sink:
            sink.write(b"x" * 1000)
except OSError as error:
    sys.exit(f"OSError: {error}")
"""


def _arrow(*arguments: str) -> object:
    command = [sys.executable, "-c", _ARROW, str(RETRY_S), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if ended.returncode:
        raise OSError(ended.stderr[-300:])
    return "whole"


def _arrow_read(world: World, key: str) -> object:
    del world
    return _arrow("read", f"landing/{key}")


def _arrow_write(world: World, key: str) -> object:
    del world
    return _arrow("write", f"curated/{key}")


BATCH = (
    Call("fetch_zip", _on("GET"), _fetch_zip, prepare=_put("landing", b"0123456789")),
    Call("create_once", _on("POST"), _create_once, _made("state")),
    Call("write", _on("POST"), _write, _made("curated")),
    Call("pyarrow reads", _on("GET", "alt=media"), _arrow_read, prepare=_put("landing", b"0123456789")),
    Call("pyarrow writes", _on("PUT"), _arrow_write, _made("curated")),
)
CALLS = {call.name: call for call in (*STORAGE, *SERVICES, *GITHUB, *WAREHOUSE, *BATCH)}

# Which cells are not tried, and why: each would only wait out a library's own patience.
NOT_TRIED: dict[tuple[str, str], str] = {
    **{
        (name, "503 for ever"): "BigQuery's client repeats for its own ten minutes, which our code leaves as they are"
        for name in ("load_table", "finish_load", "store_table", "run_all", "rows_changed")
    },
    **{
        (name, "503 for ever"): "the batch leaves Cloud Storage's client its own two minutes of repeating"
        for name in ("fetch_zip", "create_once", "write")
    },
    **{
        (name, fault): "pyarrow waits two minutes for an answer, and has no setting for it"
        for name in ("pyarrow reads", "pyarrow writes")
        for fault in ("stall", "stall after")
    },
}
# Which calls return, and yet not as if undisturbed: `passed on` returns what the disturbed server said, `less` lacks
# something of the answer, `lost` has had no effect. Each with who finds it out, or makes up for it.
UNNOTICED: dict[tuple[str, str], tuple[str, str]] = {
    ("Bucket.open", "HTML with 200"): (
        "passed on",
        "what is read is Parquet, which no page is: the transform ends with a fault, and the next one reads again; or "
        "the ZIP's list of drivers, which counts as unreadable there: the transform compares the drivers once more "
        "before it publishes",
    ),
    ("GitHub.open_zip", "HTML with 200"): (
        "passed on",
        "`land` holds length, digest and structure against the promised ZIP before the last byte is written, and "
        "downloads it again: its own row",
    ),
    **dict.fromkeys(
        (("GitHub.latest", "429"), ("GitHub.named", "429")),
        (
            "less",
            "the website's redirect tells the version when the API's calls are spent, and neither size nor digest; "
            "`land` then takes the length of the download, proves the ZIP's structure, and names it by its own digest",
        ),
    ),
    ("wake", "HTML with 200"): (
        "lost",
        "an answer that is somebody else's cannot be told from the receiver's; the next tick sees by the objects that "
        "nothing came of it, and wakes again",
    ),
}
# Which calls have their effect once more when they are made again after it, and why that does no harm. All others that
# change something have it exactly once.
TWICE: dict[str, str] = {
    "Bucket.touch": "it sets the same mark and the time of the last change, and is made to learn the bucket's own time",
    "Bucket.write_page": "the page's name says what it must contain: the same page is written over it",
    "RunJob.start": "a second execution finds the lease held, or nothing to do",
    **dict.fromkeys(
        ("wake", "wake, its ID token"), "the receiver decides by the objects whether there is something to do"
    ),
    "store_table": "it replaces the whole table by the same rows, in a place of its own fence",
    "run_all": "a transform that is started again has a fence, and tables, of its own",
    "rows_changed": "the statement asks for our fence, and sets the same values again",
    "write": "the folder is the attempt's own: the same bytes are written over it",
    "pyarrow writes": "the folder is the attempt's own: the same rows of the same ZIP are written over it",
}
# Those of them that write without a precondition: what they repeat themselves has its effect once more, too.
OVERWRITES = {"Bucket.touch", "Bucket.write_page", "write"}
