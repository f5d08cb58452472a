"""Cloud Run jobs: start the transform, and ask whether the holder of a lease still lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.errors import ErrorCode, TransientError

_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class RunJob:
    """One Cloud Run job, named `projects/…/locations/…/jobs/…`."""

    name: str
    endpoint: str

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
            operation = _jobs_client(self.endpoint).run_job(request=request, retry=None, timeout=_TIMEOUT_S)
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
                found = _executions_client(self.endpoint).get_execution(name=name, timeout=_TIMEOUT_S)
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

    try:
        yield
    except (exceptions.Forbidden, exceptions.Unauthorized) as error:
        raise TransientError(ErrorCode.RUN_DENIED, f"may not {what}: {error}") from error
    except (exceptions.GoogleAPIError, GoogleAuthError, requests.RequestException) as error:
        raise TransientError(ErrorCode.RUN_UNAVAILABLE, f"cannot {what}: {error}") from error
