"""HTTP GET as untrusted servers need it: a deadline for everything, redirects by hand, secrets for one host only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from pipeline.errors import ErrorCode, PermanentError, TransientError

_MAX_REDIRECTS = 5
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_CONNECT_S = 4.0
_READ_S = 30.0
_OPENING_S = 60.0  # until a download's headers are there, redirects included
_PIECE_BYTES = 64 * 1024
_Result = TypeVar("_Result")
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, small enough for memory."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Body:
    """A body that is read piece by piece; a connection that breaks ends it early, which its reader notices."""

    size_bytes: int | None
    _response: requests.Response
    _deadline: float

    def read(self, amount: int, /) -> bytes:
        """Return at most `amount` bytes, as they come, none at the end.

        Raises:
            TransientError: `github_unreachable`, when nothing comes for too long, or all of it takes too long.
        """
        if time.monotonic() > self._deadline:
            raise TransientError(ErrorCode.GITHUB_UNREACHABLE, "the download drips: it took too long in all", 60)
        try:
            # Not read(): that waits for the whole amount, however slowly it drips, and no deadline is looked at.
            return bytes(self._response.raw.read1(amount, decode_content=False))
        except urllib3.exceptions.TimeoutError as error:
            raise TransientError(ErrorCode.GITHUB_UNREACHABLE, f"the download has stalled: {error}", 60) from error
        except (urllib3.exceptions.ProtocolError, OSError) as error:
            raise PermanentError(ErrorCode.ZIP_SHORT, f"the download was cut off: {error}") from error


def fetch(url: str, headers: Mapping[str, str], *, within_s: float, follows: bool = True) -> Answer:
    """Get a small answer, all in all within `within_s` seconds: name resolution and slow bodies included.

    Raises:
        TransientError: `github_unreachable`.
        PermanentError: `github_nonsense`, for redirects that do not end and answers without end.
    """
    return _within(within_s, url, lambda: _fetch(url, headers, within_s, follows))


@contextmanager
def download(url: str, headers: Mapping[str, str], *, within_s: float) -> Iterator[tuple[int, Mapping[str, str], Body]]:
    """Open a body for streaming, all in all within `within_s` seconds: its status, headers and content.

    Raises:
        TransientError: `github_unreachable`.
        PermanentError: `github_nonsense`, for redirects that do not end.
    """
    deadline = time.monotonic() + within_s
    with requests.Session() as session:
        session.trust_env = True
        timeout = (_CONNECT_S, min(_READ_S, within_s))
        opening_s = min(_OPENING_S, within_s)
        response = _within(opening_s, url, lambda: _get(session, url, headers, timeout, follows=True))
        with response:
            size_bytes = whole_number(response.headers.get("content-length", ""))
            yield response.status_code, response.headers, Body(size_bytes, response, deadline)


def _within(within_s: float, url: str, ask: Callable[[], _Result]) -> _Result:
    # The thread is left alone when it is late: a resolver cannot be interrupted, and nobody waits for it.
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fetch")
    try:
        return executor.submit(ask).result(timeout=within_s)
    except FutureTimeoutError as error:
        raise TransientError(
            ErrorCode.GITHUB_UNREACHABLE, f"{_origin(url)} has not answered within {within_s:.1f} s", 60
        ) from error
    finally:
        executor.shutdown(wait=False)


def _fetch(url: str, headers: Mapping[str, str], within_s: float, follows: bool) -> Answer:
    deadline = time.monotonic() + within_s
    with requests.Session() as session:
        response = _get(session, url, headers, (min(_CONNECT_S, within_s), within_s), follows)
        with response:
            body = bytearray()
            try:
                while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):
                    body += piece
                    if len(body) > _MAX_ANSWER_BYTES:
                        raise PermanentError(ErrorCode.GITHUB_NONSENSE, f"{_origin(url)} answers without end")
                    if time.monotonic() > deadline:
                        raise TransientError(ErrorCode.GITHUB_UNREACHABLE, f"{_origin(url)} answers too slowly")
            except (urllib3.exceptions.HTTPError, OSError) as error:
                raise _unreachable(url, error) from error
            return Answer(response.status_code, response.headers, bytes(body))


def _get(
    session: requests.Session, url: str, headers: Mapping[str, str], timeout: tuple[float, float], follows: bool
) -> requests.Response:
    first = url
    seen: set[str] = set()
    while len(seen) <= _MAX_REDIRECTS and url not in seen:
        seen.add(url)
        sent = dict(headers) if _origin(url) == _origin(first) else _without_secrets(headers)
        try:
            response = session.get(
                url, headers=sent, timeout=timeout, stream=True, allow_redirects=False, auth=_no_netrc
            )
        except requests.RequestException as error:
            raise _unreachable(url, error) from error
        except ValueError as error:  # requests looks at the next address even when it is not to go there
            raise PermanentError(ErrorCode.GITHUB_NONSENSE, f"{_origin(url)} redirects to no address") from error
        location = response.headers.get("location")
        if not follows or response.status_code not in _REDIRECTS or not location:
            return response
        response.close()
        url = _next(url, location)
    raise PermanentError(ErrorCode.GITHUB_NONSENSE, f"{_origin(first)} redirects in a circle or more than 5 times")


def _next(url: str, location: str) -> str:
    nonsense = PermanentError(ErrorCode.GITHUB_NONSENSE, f"{_origin(url)} redirects to {location[:100]!r}")
    try:
        target = urljoin(url, location)
        scheme, has_host = urlsplit(target).scheme, bool(urlsplit(target).hostname)
    except ValueError as error:
        raise nonsense from error
    if not has_host or scheme not in ("http", "https") or (urlsplit(url).scheme == "https" and scheme != "https"):
        raise nonsense
    return target


def whole_number(text: str) -> int | None:
    """Read a header that should be a number: None for anything else, thousands of digits included."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "authorization"}


def _no_netrc(request: Any) -> Any:
    """Leave the request as it is: without this, requests would take credentials from a .netrc file."""
    return request


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _unreachable(url: str, error: Exception) -> TransientError:
    return TransientError(
        ErrorCode.GITHUB_UNREACHABLE, f"{_origin(url)} is out of reach ({type(error).__name__})", retry_after_s=60
    )
