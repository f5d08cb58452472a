"""BigQuery's load jobs, by Google's own client against a small server that knows which job ids were used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from localcloud.servers import LocalServer
from pipeline.manifests import Column
from transform.errors import FaultError
from transform.raw_tables import RawTable
from transform.warehouses.bigquery_jobs import finish_load, load_table

TABLE = RawTable(
    "races",
    1171,
    "gs://curated/runs/f1db-2026-11-0-a-c-0/1/races.parquet",
    (
        Column("id", "int", False),
        Column("courseLength", "decimal(6,3)", False),
        Column("previousNames", "array<string>", True),
    ),
)
FIRST, SECOND = (f"transform-f1db-2026-11-0-a-c-0-1-fence-7_1-races-{suffix}" for suffix in (1, 2))
BROKEN = {"reason": "backendError", "message": "try later"}


class Jobs:
    """Every job that was ever inserted, by id; an id can be used once."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.app = Flask("bigquery")
        self.app.add_url_rule("/bigquery/v2/projects/project-1/jobs", view_func=self.insert, methods=["POST"])
        self.app.add_url_rule("/bigquery/v2/projects/project-1/jobs/<name>", view_func=self.get)

    def insert(self) -> Response | tuple[Response, int]:
        job: dict[str, Any] = request.get_json()
        name = job["jobReference"]["jobId"]
        if name in self.known:
            error = {"code": 409, "message": f"Already Exists: Job {name}", "errors": [{"reason": "duplicate"}]}
            return jsonify({"error": error}), 409
        self.add(name, job["configuration"], {"state": "RUNNING"})
        return jsonify(self.known[name])

    def get(self, name: str) -> Response:
        return jsonify(self.known[name])

    def add(self, name: str, configuration: dict[str, Any], status: dict[str, Any]) -> None:
        self.known[name] = {
            "id": name,
            "jobReference": {"projectId": "project-1", "jobId": name, "location": "EU"},
            "configuration": configuration,
            "status": status,
        }


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def client(jobs: Jobs) -> Iterator[Any]:
    server = LocalServer(jobs.app)
    server.start()
    nobody: Any = AnonymousCredentials()  # type: ignore[no-untyped-call] # the library's own gap
    made: Any = bigquery.Client("project-1", nobody, location="EU", client_options={"api_endpoint": server.url})
    yield made
    made.close()
    server.stop()


def load(client: Any) -> Any:
    return load_table(client, TABLE, "project-1.f1db_raw__fence_7_1.races", "7_1")


def test_a_load_says_its_schema_and_fence_when_it_is_started(jobs: Jobs, client: Any) -> None:
    assert load(client).job_id == FIRST

    [job] = jobs.known.values()
    config = job["configuration"]["load"]
    assert config["sourceUris"] == ["gs://curated/runs/f1db-2026-11-0-a-c-0/1/races.parquet"]
    assert config["destinationTable"] == {
        "projectId": "project-1", "datasetId": "f1db_raw__fence_7_1", "tableId": "races",
    }  # fmt: skip
    assert (config["sourceFormat"], config["writeDisposition"]) == ("PARQUET", "WRITE_TRUNCATE")
    assert config["parquetOptions"] == {"enableListInference": True}
    fields = [{name: field[name] for name in sorted(field)} for field in config["schema"]["fields"]]
    assert fields == [
        {"mode": "NULLABLE", "name": "id", "type": "INT64"},
        {"mode": "NULLABLE", "name": "courseLength", "precision": 6, "scale": 3, "type": "NUMERIC"},
        {"mode": "REPEATED", "name": "previousNames", "type": "STRING"},
    ]


def test_a_running_load_is_found_when_its_id_was_used_before_a_crash(jobs: Jobs, client: Any) -> None:
    jobs.add(FIRST, {"load": {}}, {"state": "RUNNING"})

    assert load(client).job_id == FIRST
    assert list(jobs.known) == [FIRST]


def test_the_next_suffix_is_used_when_a_load_has_failed(jobs: Jobs, client: Any) -> None:
    jobs.add(FIRST, {"load": {}}, {"state": "DONE", "errorResult": BROKEN})

    assert load(client).job_id == SECOND


def test_loading_is_a_fault_when_every_suffix_has_failed(jobs: Jobs, client: Any) -> None:
    for suffix in range(1, 6):
        jobs.add(f"{FIRST[:-1]}{suffix}", {"load": {}}, {"state": "DONE", "errorResult": BROKEN})

    with pytest.raises(FaultError, match="try later"):
        load(client)


@pytest.mark.parametrize(
    ("reason", "code"), [("notFound", "parquet_missing"), ("backendError", "load_failed"), ("invalid", "load_failed")]
)
def test_a_failed_load_is_a_fault_of_its_kind_when_it_is_waited_for(
    jobs: Jobs, client: Any, reason: str, code: str
) -> None:
    job = load(client)
    jobs.add(FIRST, {"load": {}}, {"state": "DONE", "errorResult": {"reason": reason, "message": "no such object"}})

    with pytest.raises(FaultError) as raised:
        finish_load(job, TABLE)

    assert raised.value.code == code


@pytest.mark.parametrize("rows", [1170, 1171])
def test_rows_are_counted_when_a_load_is_done(jobs: Jobs, client: Any, rows: int) -> None:
    job = load(client)
    jobs.add(FIRST, {"load": {}}, {"state": "DONE"})
    jobs.known[FIRST]["statistics"] = {"load": {"outputRows": str(rows)}}

    if rows == TABLE.rows:
        finish_load(job, TABLE)
    else:
        with pytest.raises(FaultError, match="1170 rows; the manifest says 1171"):
            finish_load(job, TABLE)
