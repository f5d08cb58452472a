"""Waking a stage up again: the CloudEvent that Eventarc would deliver, posted with an ID token."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

import requests

from pipeline.documents import format_utc
from pipeline.errors import ErrorCode, TransientError
from pipeline.stages.events import FINALIZED

_CONNECT_S = 5.0
_ANSWER_S = 120.0  # an event function's own time limit


def wake(
    url: str, bucket: str, name: str, generation: int, *, trace: str | None = None, answer_s: float = _ANSWER_S
) -> None:
    """Deliver `object finalized` once more; the receiver decides by the objects whether there is something to do.

    Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md

    Raises:
        TransientError: `replay_failed`; the next tick tries again.
    """
    now = format_utc(datetime.now(UTC))
    headers = {
        "Authorization": f"Bearer {_id_token(url)}",
        "Content-Type": "application/json",
        "ce-id": f"replay-{uuid.uuid4()}",
        "ce-source": f"//storage.googleapis.com/projects/_/buckets/{bucket}",
        "ce-specversion": "1.0",
        "ce-subject": f"objects/{name}",
        "ce-time": now,
        "ce-type": FINALIZED,
    }
    if trace is not None:
        headers["X-Cloud-Trace-Context"] = f"{trace.rpartition('/')[2]}/0;o=1"
    body = {"kind": "storage#object", "bucket": bucket, "name": name, "generation": str(generation), "updated": now}
    try:
        response = requests.post(
            url, data=json.dumps(body), headers=headers, timeout=(_CONNECT_S, answer_s), allow_redirects=False
        )
    except requests.RequestException as error:
        raise TransientError(ErrorCode.REPLAY_FAILED, f"cannot reach {url}: {error}") from error
    if not response.ok or response.is_redirect:
        raise TransientError(
            ErrorCode.REPLAY_FAILED, f"{url} answered {response.status_code} to gs://{bucket}/{name}: see its own log"
        )


def _id_token(audience: str) -> str:
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request
    from google.oauth2.id_token import fetch_id_token

    try:
        return str(fetch_id_token(Request(), audience))  # type: ignore[no-untyped-call]  # google-auth has no types
    except GoogleAuthError as error:
        raise TransientError(ErrorCode.REPLAY_FAILED, f"no ID token for {audience}: {error}") from error
