"""Digests change with what is executed and with nothing else; code is uploaded once under its digest."""

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from localcloud import deployment
from localcloud.endpoints import Endpoints
from localcloud.processes import base_environment
from localcloud.storage import ObjectStore
from localcloud.storage.listing import Query

HAMILTON = ("lewis-hamilton",)
FILES = {
    "dataproc_jobs/process_release.py": "main",
    "dataproc_jobs/f1db_batch/__init__.py": "",
    "dataproc_jobs/f1db_batch/contract.toml": "a = 1",
    "dbt/dbt_project.yml": "name: x",
    "functions/main.py": "entry",
    "functions/pipeline/decisions.py": "pure",
    "requirements/run.txt": "a==1",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "root"


def digests(root: Path, drivers: tuple[str, ...] = HAMILTON) -> tuple[str, str, str]:
    read = deployment.read_deployment(root, drivers)
    return read.code_digest, read.transform_digest, read.functions_digest


def test_code_digest_is_over_listed_lines_when_computed_by_hand(root: Path) -> None:
    lines = [
        f"{name} {hashlib.sha256(FILES[name].encode()).hexdigest()}\n"
        for name in (
            "dataproc_jobs/f1db_batch/__init__.py",
            "dataproc_jobs/f1db_batch/contract.toml",
            "dataproc_jobs/process_release.py",
        )
    ]
    lines.append("runtime 2.3\n")
    lines.append(
        'properties {"spark.dataproc.driver.disk.size":"250g","spark.dataproc.executor.disk.size":"250g",'
        '"spark.dynamicAllocation.initialExecutors":"2",'
        '"spark.dynamicAllocation.maxExecutors":"2","spark.sql.shuffle.partitions":"4"}\n'
    )
    assert digests(root)[0] == hashlib.sha256("".join(lines).encode()).hexdigest()

    lines.append('limits {"max-lines":"5"}\n')
    limited = deployment.read_deployment(root, HAMILTON, {"max-lines": "5"})
    assert limited.code_digest == hashlib.sha256("".join(lines).encode()).hexdigest()


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("dataproc_jobs/f1db_batch/contract.toml", (True, False, False)),
        ("dbt/dbt_project.yml", (False, True, False)),
        ("requirements/run.txt", (False, True, False)),
        ("functions/pipeline/decisions.py", (False, True, True)),
        ("functions/main.py", (False, False, True)),
        ("dbt/target/compiled.sql", (False, False, False)),
        ("dataproc_jobs/__pycache__/process_release.cpython-311.pyc", (False, False, False)),
        ("dataproc_jobs/.DS_Store", (False, False, False)),
    ],
)
def test_only_the_digests_of_what_uses_it_change_when_a_file_changes(
    root: Path, name: str, changed: tuple[bool, bool, bool]
) -> None:
    before = digests(root)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("changed")
    after = digests(root)
    assert tuple(one != other for one, other in zip(before, after, strict=True)) == changed


def test_only_the_transform_digest_changes_when_the_drivers_change(root: Path) -> None:
    before, after = digests(root), digests(root, ("max-verstappen",))
    assert (before[0], before[2]) == (after[0], after[2])
    assert before[1] != after[1]


def test_only_the_code_digest_changes_when_a_limit_changes(root: Path) -> None:
    before, after, other = (
        deployment.read_deployment(root, HAMILTON, limits)
        for limits in (None, {"max-lines": "5"}, {"max-lines": "6", "max-members": "3"})
    )
    assert len({before.code_digest, after.code_digest, other.code_digest}) == 3
    assert deployment.read_deployment(root, HAMILTON, {}) == before
    swapped = deployment.read_deployment(root, HAMILTON, {"max-members": "3", "max-lines": "6"})
    assert swapped.code_digest == other.code_digest
    assert (before.transform_digest, before.functions_digest) == (after.transform_digest, after.functions_digest)


def test_functions_are_told_the_limits_when_some_are_set(root: Path, tmp_path: Path) -> None:
    endpoints = Endpoints(**{field.name: f"http://{field.name}" for field in fields(Endpoints)})
    told = [
        deployment.functions_environment(deployment.read_deployment(root, HAMILTON, limits), endpoints, tmp_path, None)[
            "BATCH_LIMITS"
        ]
        for limits in (None, {"max-members": "3", "max-lines": "5"})
    ]
    assert told == ["{}", '{"max-lines":"5","max-members":"3"}']


def test_only_the_functions_get_githubs_token_when_there_is_one(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "t0ken")
    endpoints = Endpoints(**{field.name: f"http://{field.name}" for field in fields(Endpoints)})
    read = deployment.read_deployment(root, HAMILTON)

    functions = deployment.functions_environment(read, endpoints, tmp_path, os.environ["GITHUB_TOKEN"])
    transform = deployment.transform_environment(read, endpoints, tmp_path)

    assert functions["GITHUB_TOKEN"] == "t0ken"
    assert "t0ken" not in [*transform.values(), *base_environment(tmp_path).values()]


def test_uploads_the_same_bytes_once_when_deployed_again(root: Path, tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "gcs")
    deployment.create_buckets(store)
    deployment.create_buckets(store)
    read = deployment.read_deployment(root, HAMILTON)
    deployment.upload_code(read, store)
    generations: Callable[[], dict[str, int]] = lambda: {  # noqa: E731 -- asked twice below
        item.name: item.generation for item in store.list("code", Query()).items
    }
    first = generations()
    os.utime(root / "dataproc_jobs" / "process_release.py", (1, 1))
    deployment.upload_code(read, store)

    digest = read.code_digest
    assert set(first) == {f"{digest}/process_release.py", f"{digest}/f1db_batch.zip"}
    assert generations() == first
    with zipfile.ZipFile(io.BytesIO(store.read_bytes("code", f"{digest}/f1db_batch.zip"))) as archive:
        assert archive.namelist() == ["f1db_batch/__init__.py", "f1db_batch/contract.toml"]
        assert archive.read("f1db_batch/contract.toml") == b"a = 1"
    store.close()
