"""Cloud Run jobs: start the transform, and ask whether the holder of a lease still lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.clients.reading_again import reading_again
from pipeline.errors import ErrorCode, TransientError


@dataclass(frozen=True, slots=True)
class RunJob:
    """One Cloud Run job, named `projects/…/locations/…/jobs/…`."""

    name: str
    endpoint: str
    answer_s: float = 30.0

    def start(self, arguments: list[str]) -> str:
        """Start an execution with other arguments than the job's own; return its name, which may be empty.

        Not idempotent: the lease decides between two executions.

        Raises:
            TransientError: `run_denied` or `run_unavailable`.
        """
        from google.cloud import run_v2

        overrides = run_v2.RunJobRequest.Overrides(
            container_overrides=[run_v2.RunJobRequest.Overrides.ContainerOverride(args=arguments)]
        )
        request = run_v2.RunJobRequest(name=self.name, overrides=overrides)
        with _translated(f"run {self.name}"):
            operation = _jobs_client(self.endpoint).run_job(request=request, retry=None, timeout=self.answer_s)
            return str(operation.metadata.name) if operation.metadata else ""

    def has_ended(self, execution: str) -> bool:
        """Say whether an execution, named in full or by its last part, is over; one that is forgotten is.

        Raises:
            TransientError: `run_denied` or `run_unavailable`.
        """
        from google.api_core.exceptions import NotFound

        name = execution if "/" in execution else f"{self.name}/executions/{execution}"
        with _translated(f"get {name}"):
            try:
                client = _executions_client(self.endpoint)
                found = client.get_execution(name=name, retry=reading_again(), timeout=self.answer_s)
            except NotFound:
                return True
        return found.completion_time is not None


@cache
def _jobs_client(endpoint: str) -> Any:
    from google.cloud import run_v2

    return run_v2.JobsClient(transport="rest", client_options={"api_endpoint": endpoint})


@cache
def _executions_client(endpoint: str) -> Any:
    from google.cloud import run_v2

    return run_v2.ExecutionsClient(transport="rest", client_options={"api_endpoint": endpoint})


@contextmanager
def _translated(what: str) -> Iterator[None]:
    import requests
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped] # as it comes

    try:
        yield
    except (exceptions.Forbidden, exceptions.Unauthorized) as error:
        raise TransientError(ErrorCode.RUN_DENIED, f"may not {what}: {error}") from error
    except (exceptions.GoogleAPIError, GoogleAuthError, requests.RequestException, ParseError) as error:
        raise TransientError(ErrorCode.RUN_UNAVAILABLE, f"cannot {what}: {error}") from error
