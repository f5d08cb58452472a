"""Which publication a warehouse shows, as the functions ask: a file beside DuckDB's, two free calls to BigQuery."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify, request

from localcloud.servers import LocalServer
from pipeline.clients.warehouse import published_fence
from pipeline.errors import ErrorCode, TransientError

URL = "bigquery://project-1?location=EU&control=own_control"
CONTROL = "/bigquery/v2/projects/project-1/datasets/own_control/tables/published/data"
CAREERS = "/bigquery/v2/projects/project-1/datasets/f1db/tables/mart_driver_careers"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, credentials: Path) -> Iterator[dict[str, tuple[Any, int]]]:
    """BigQuery as a table of answers; what is not in it is not there."""
    known: dict[str, tuple[Any, int]] = {}
    app = Flask("bigquery")

    @app.get("/<path:path>")
    def answer(path: str) -> Any:
        assert request.headers["Authorization"] == "Bearer t"
        document, status = known.get(f"/{path}", ({"error": {"code": 404}}, 404))
        return jsonify(document), status

    server = LocalServer(app)
    server.start()
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", server.url)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(credentials))
    yield known
    server.stop()


def test_duckdb_shows_what_its_control_record_says_when_the_file_is_there(tmp_path: Path) -> None:
    url = f"duckdb://{tmp_path / 'warehouse.duckdb'}"
    assert published_fence(url) is None
    (tmp_path / "warehouse.duckdb.control.json").write_text('{"fence": 8, "published_fence": 7}')
    assert published_fence(url) is None, "the record outlives the file"
    (tmp_path / "warehouse.duckdb").touch()
    assert published_fence(url) == 7
    (tmp_path / "warehouse.duckdb.control.json").write_text('{"fence": 8}')
    assert published_fence(url) is None


def test_bigquery_shows_the_fence_of_its_control_table_when_it_is_published(
    answers: dict[str, tuple[Any, int]],
) -> None:
    assert published_fence(URL) is None, "neither table"
    answers[CONTROL] = ({"rows": [{"f": [{"v": "7"}]}]}, 200)
    assert published_fence(URL) is None, "the marts are gone"
    answers[CAREERS] = ({"id": "mart_driver_careers"}, 200)
    assert published_fence(URL) == 7
    answers[CONTROL] = ({"rows": [{"f": [{"v": None}]}]}, 200)
    assert published_fence(URL) is None, "claimed, and never published"
    answers[CONTROL] = ({"totalRows": "0"}, 200)
    assert published_fence(URL) is None


@pytest.mark.parametrize(
    ("status", "code"), [(403, ErrorCode.WAREHOUSE_DENIED), (500, ErrorCode.WAREHOUSE_UNAVAILABLE)]
)
def test_a_warehouse_is_not_taken_for_lost_when_bigquery_refuses_to_answer(
    answers: dict[str, tuple[Any, int]], status: int, code: ErrorCode
) -> None:
    answers[CAREERS] = ({"error": {"code": status}}, status)

    with pytest.raises(TransientError) as raised:
        published_fence(URL)

    assert raised.value.code is code
