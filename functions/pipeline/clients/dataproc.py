"""Dataproc Serverless: create one attempt's batch under its own id, and tell the truth about how it went."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from pipeline.clients.reading_again import reading_again
from pipeline.decisions import BatchState
from pipeline.errors import ErrorCode, PermanentError, TransientError
from pipeline.settings import BatchSettings

_QUOTA_WORDS = ("quota", "exhausted", "stockout", "does not have enough resources", "insufficient")


class Creation(StrEnum):
    """How a call of CreateBatch ended."""

    CREATED = "created"
    EXISTED = "existed"


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """One batch to be: its id, what it executes, and the labels to find it by."""

    batch_id: str
    main_uri: str
    python_uris: tuple[str, ...]
    arguments: tuple[str, ...]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class BatchUsage:
    """What a batch is billed for, as Dataproc counts it once the batch has ended.

    Source: https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/UsageMetrics
    """

    milli_dcu_seconds: int
    shuffle_storage_gb_seconds: int


@dataclass(frozen=True, slots=True)
class FoundBatch:
    """What GetBatch says: `created_at` is None for a batch that does not exist, `usage` until it is counted."""

    state: BatchState
    message: str = ""
    created_at: datetime | None = None
    usage: BatchUsage | None = None


@dataclass(frozen=True, slots=True)
class Dataproc:
    """The batches of one project and region."""

    project_id: str
    region: str
    endpoint: str
    answer_s: float = 30.0

    def create_batch(self, plan: BatchPlan, settings: BatchSettings) -> Creation:
        """Create a batch; one that exists under the same id is the same batch.

        Raises:
            TransientError: `batch_refused` (quota, stock-out), `dataproc_denied` or `dataproc_unavailable`.
            PermanentError: `batch_invalid`, when the batch as such is wrong.
        """
        from google.api_core.exceptions import Conflict

        client = _client(self.endpoint)
        batch = _batch(plan, settings)
        with _translated(f"create batch {plan.batch_id}", creates=True):
            try:
                client.create_batch(
                    parent=self._parent, batch=batch, batch_id=plan.batch_id, retry=None, timeout=self.answer_s
                )
            except Conflict:
                return Creation.EXISTED
        return Creation.CREATED

    def find_batch(self, batch_id: str) -> FoundBatch:
        """Return how a batch is doing; one that does not exist is MISSING.

        Raises:
            TransientError: `dataproc_denied` or `dataproc_unavailable`.
        """
        from google.api_core.exceptions import NotFound
        from google.cloud import dataproc_v1

        client = _client(self.endpoint)
        with _translated(f"get batch {batch_id}"):
            try:
                name = f"{self._parent}/batches/{batch_id}"
                batch = client.get_batch(name=name, retry=reading_again(), timeout=self.answer_s)
            except NotFound:
                return FoundBatch(BatchState.MISSING)
        states = {
            dataproc_v1.Batch.State.SUCCEEDED: BatchState.SUCCEEDED,
            dataproc_v1.Batch.State.FAILED: BatchState.FAILED,
            dataproc_v1.Batch.State.CANCELLED: BatchState.CANCELLED,
        }
        return FoundBatch(
            states.get(batch.state, BatchState.ACTIVE),
            str(batch.state_message),
            batch.create_time if "create_time" in batch else None,
            _usage(batch.runtime_info),
        )

    @property
    def _parent(self) -> str:
        return f"projects/{self.project_id}/locations/{self.region}"


def _batch(plan: BatchPlan, settings: BatchSettings) -> Any:
    from google.cloud import dataproc_v1

    return dataproc_v1.Batch(
        pyspark_batch=dataproc_v1.PySparkBatch(
            main_python_file_uri=plan.main_uri, python_file_uris=plan.python_uris, args=plan.arguments
        ),
        runtime_config=dataproc_v1.RuntimeConfig(
            version=settings.runtime_version,
            properties=dict(settings.properties),
            container_image=settings.container_image or "",
        ),
        environment_config=dataproc_v1.EnvironmentConfig(
            execution_config=dataproc_v1.ExecutionConfig(
                service_account=settings.service_account,
                ttl=timedelta(seconds=settings.ttl_s),
                subnetwork_uri=settings.subnetwork or "",
                staging_bucket=settings.staging_bucket or "",
            )
        ),
        labels=plan.labels,
    )


def _usage(info: Any) -> BatchUsage | None:
    if "approximate_usage" not in info:
        return None
    counted = info.approximate_usage
    return BatchUsage(int(counted.milli_dcu_seconds), int(counted.shuffle_storage_gb_seconds))


@cache
def _client(endpoint: str) -> Any:
    from google.cloud import dataproc_v1

    return dataproc_v1.BatchControllerClient(transport="rest", client_options={"api_endpoint": endpoint})


@contextmanager
def _translated(what: str, *, creates: bool = False) -> Iterator[None]:
    import requests
    from google.api_core import exceptions
    from google.auth.exceptions import GoogleAuthError
    from google.protobuf.json_format import ParseError  # type: ignore[import-untyped] # as it comes

    try:
        yield
    except exceptions.ClientError as error:
        is_quota = any(word in str(error).lower() for word in _QUOTA_WORDS)
        if creates and (is_quota or isinstance(error, exceptions.TooManyRequests)):
            raise TransientError(ErrorCode.BATCH_REFUSED, f"Dataproc has no room to {what}: {error}") from error
        if isinstance(error, exceptions.Forbidden | exceptions.Unauthorized):
            raise TransientError(ErrorCode.DATAPROC_DENIED, f"may not {what}: {error}") from error
        if isinstance(error, exceptions.TooManyRequests):
            raise TransientError(ErrorCode.DATAPROC_UNAVAILABLE, f"cannot {what}: {error}") from error
        raise PermanentError(ErrorCode.BATCH_INVALID, f"Dataproc cannot {what}: {error}") from error
    except (exceptions.GoogleAPIError, GoogleAuthError, requests.RequestException, ParseError) as error:
        raise TransientError(ErrorCode.DATAPROC_UNAVAILABLE, f"cannot {what}: {error}") from error
