"""BigQuery's client with an end to its patience: by itself it waits for an answer as long as the connection lasts."""

from __future__ import annotations

from typing import Any

from pipeline.errors import ErrorCode
from transform.warehouses.bigquery_jobs import LABELS

# More than the longest poll for a query's result; a task has three times as long.
_ANSWER_S = 300.0
# A time-out, too many calls; 200 is an answer that is none.
_PASSING = (200, 408, 429)


def open_client(
    project_id: str,
    location: str | None,
    maximum_bytes_billed: int | None,
    *,
    answer_s: float = _ANSWER_S,
    credentials: Any = None,
) -> Any:
    """Open a client; `answer_s` is how long one answer may take, after which the client's own retries take over."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession
    from google.cloud import bigquery

    class BoundedSession(AuthorizedSession):
        def request(self, *arguments: Any, **named: Any) -> Any:
            if named.get("timeout") is None:
                named["timeout"] = answer_s
            return super().request(*arguments, **named)  # type: ignore[no-untyped-call] # the library's own gap

    if credentials is None:
        credentials, _ = google.auth.default(scopes=bigquery.Client.SCOPE)
    return bigquery.Client(
        project_id,
        credentials,
        _http=BoundedSession(credentials),  # type: ignore[no-untyped-call] # as above
        location=location,
        default_query_job_config=bigquery.QueryJobConfig(maximum_bytes_billed=maximum_bytes_billed, labels=LABELS),
    )


def error_code(error: Exception) -> str | None:
    """Name an error that BigQuery's client let through, by who could mend it; None for what is our own mistake."""
    import requests
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError

    if isinstance(error, exceptions.Forbidden | exceptions.Unauthorized):
        return str(ErrorCode.WAREHOUSE_DENIED)
    if isinstance(error, exceptions.RetryError | GoogleAuthError | requests.RequestException):
        return str(ErrorCode.WAREHOUSE_UNAVAILABLE)
    code = error.code if isinstance(error, exceptions.GoogleAPICallError) else None
    is_passing = code is not None and (code in _PASSING or code >= 500)
    return str(ErrorCode.WAREHOUSE_UNAVAILABLE) if is_passing else None
