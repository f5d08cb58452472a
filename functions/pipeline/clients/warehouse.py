"""The warehouse as the functions see it: which publication it shows, asked without loading a warehouse's client."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from pipeline.errors import ErrorCode, TransientError

CONTROL_DATASET = "f1db_control"
_SHOWN = ("f1db", "mart_driver_careers")  # a table that every publication has
_API = "https://bigquery.googleapis.com"
_TIMEOUT_S = 30.0


def published_fence(url: str, *, answer_s: float = _TIMEOUT_S) -> int | None:
    """Return the fence of the publication that the warehouse shows; None when the warehouse is gone.

    Raises:
        TransientError: `warehouse_denied` or `warehouse_unavailable`.
    """
    parts = urlsplit(url)
    if parts.scheme == "duckdb":
        path = Path(parts.path)
        return _whole(read_control_file(path).get("published_fence")) if path.exists() else None
    options = parse_qs(parts.query)
    return _bigquery_fence(parts.netloc, options.get("control", [CONTROL_DATASET])[-1], answer_s)


def control_file(path: Path) -> Path:
    """Name the control record beside a DuckDB file."""
    return path.with_name(f"{path.name}.control.json")


def read_control_file(path: Path) -> dict[str, Any]:
    """Return the control record of a DuckDB file, empty when there is none."""
    try:
        document = json.loads(control_file(path).read_text())
    except FileNotFoundError:
        return {}
    return document if isinstance(document, dict) else {}


def _bigquery_fence(project_id: str, control_dataset: str, answer_s: float) -> int | None:
    """Ask for the control record's row and for one published table: neither is a job, so neither costs anything."""
    shown = _get(project_id, "/".join(("datasets", _SHOWN[0], "tables", _SHOWN[1])), answer_s)
    record = f"datasets/{quote(control_dataset)}/tables/published/data?selectedFields=published_fence"
    rows = _get(project_id, record, answer_s)
    if shown is None or rows is None or not rows.get("rows"):
        return None
    return _whole(rows["rows"][0]["f"][0]["v"])


def _get(project_id: str, path: str, answer_s: float) -> dict[str, Any] | None:
    import google.auth
    import requests
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import AuthorizedSession

    url = f"{os.environ.get('BIGQUERY_EMULATOR_HOST') or _API}/bigquery/v2/projects/{quote(project_id)}/{path}"
    try:
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/bigquery.readonly"])
        with AuthorizedSession(credentials) as session:  # type: ignore[no-untyped-call] # the library's own gap
            answer = session.get(url, timeout=answer_s)
    except (GoogleAuthError, requests.RequestException, TypeError) as error:  # google-auth trusts the metadata server
        raise TransientError(ErrorCode.WAREHOUSE_UNAVAILABLE, f"cannot get {url}: {error}") from error
    if answer.status_code == 404:
        return None
    if answer.status_code in (401, 403):
        raise TransientError(ErrorCode.WAREHOUSE_DENIED, f"may not get {url}: {answer.text[:300]}")
    if answer.status_code != 200:
        told = f"cannot get {url}: status {answer.status_code}: {answer.text[:300]}"
        raise TransientError(ErrorCode.WAREHOUSE_UNAVAILABLE, told)
    try:
        document = answer.json()
    except requests.JSONDecodeError as error:
        raise TransientError(ErrorCode.WAREHOUSE_UNAVAILABLE, f"{url} answers no JSON: {answer.text[:300]}") from error
    return document if isinstance(document, dict) else {}


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | str) else None
