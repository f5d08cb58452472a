"""Plain HTTP to 127.0.0.1: never through the machine's proxy, and light enough for a command that ends in a second."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NoAnswerError(Exception):
    """Nobody answers at this address, or the answer broke off."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `body` is the decoded JSON, or the text where it is none."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def document(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}


def call(
    url: str, body: dict[str, Any] | None = None, *, token: str | None = None, timeout_s: float = 10, post: bool = False
) -> Answer:
    """GET, or POST a JSON object; any status is an answer.

    Raises:
        NoAnswerError: no connection, or none that lasted.
    """
    data = json.dumps(body or {}).encode() if body is not None or post else None
    request = urllib.request.Request(url, data=data)  # noqa: S310 -- our own servers' http addresses
    if data is not None:
        request.add_header("Content-Type", "application/json")
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    if "/computeMetadata/" in url:
        request.add_header("Metadata-Flavor", "Google")
    try:
        try:
            with _OPENER.open(request, timeout=timeout_s) as response:
                return _answer(response.status, response.read(), dict(response.headers))
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.read(), dict(error.headers))
    except OSError as error:
        raise NoAnswerError(f"{url} does not answer: {error}") from error


def id_token(metadata_url: str, audience: str) -> str:
    """Get an ID token the way `gcloud auth print-identity-token` would for a service account.

    Raises:
        NoAnswerError: the metadata server has none to give.
    """
    answer = call(identity_url(metadata_url, audience))
    if answer.status != 200:
        raise NoAnswerError(f"the metadata server answers {answer.status}: {answer.body}")
    return str(answer.body).strip()


def identity_url(metadata_url: str, audience: str) -> str:
    path = "computeMetadata/v1/instance/service-accounts/default/identity"
    return f"{metadata_url.rstrip('/')}/{path}?audience={quote(audience, safe='')}"


def _answer(status: int, content: bytes, headers: dict[str, str]) -> Answer:
    text = content.decode(errors="replace")
    try:
        return Answer(status, json.loads(text), headers)
    except ValueError:
        return Answer(status, text, headers)
