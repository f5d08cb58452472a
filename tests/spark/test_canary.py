"""The canary of a deployment, run as Dataproc would: it tells the runtime, and reads and writes gs:// in a task."""

import json
import subprocess

import pytest

from tests.spark.conftest import ROOT, BatchCloud

pytestmark = pytest.mark.slow


def test_canary_copies_an_object_and_names_the_libraries_when_the_runtime_serves(cloud: BatchCloud) -> None:
    main = (ROOT / "terraform" / "deploy" / "canary.py").read_bytes()
    cloud.storage.store.put_bytes("code", "canary.py", main)
    batch = {
        "pysparkBatch": {
            "mainPythonFileUri": "gs://code/canary.py",
            "pythonFileUris": [f"{cloud.code_uri}/f1db_batch.zip"],
            "args": [
                f"--read={cloud.code_uri.removeprefix('gs://')}/process_release.py",
                "--write=curated/runs/f1db-canary-1/canary.py",
            ],
        },
        "runtimeConfig": {"properties": {}},
    }
    cloud.submit.work_dir("f1db-canary-1").mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        cloud.submit.command("f1db-canary-1", batch),
        env=cloud.submit.child_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    copied = (ROOT / "dataproc_jobs" / "process_release.py").read_bytes()
    assert told["canary"] == "ok"
    assert told["copied_bytes"] == len(copied)
    assert told["spark"].startswith("3.5")
    assert (cloud.folder / "gcs" / "curated" / "runs" / "f1db-canary-1" / "canary.py").read_bytes() == copied
