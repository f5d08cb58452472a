"""Asks a question of Google's REST clients again: by themselves they repeat none, however harmless it is."""

from __future__ import annotations

from typing import Any

_RETRY_S = 15.0
_REQUEST_TIMEOUT = 408  # google.api_core has no class for it


def reading_again() -> Any:
    """Return the retries of a call that only reads."""
    from google.api_core.retry import Retry

    return Retry(predicate=_is_passing, initial=0.2, maximum=3.0, multiplier=2.0, timeout=_RETRY_S)


def _is_passing(error: Exception) -> bool:
    import requests
    from google.api_core import exceptions
    from google.api_core.retry import if_transient_error

    if isinstance(error, requests.RequestException):
        return True  # a question can be asked again whatever became of the first
    is_late = isinstance(error, exceptions.GoogleAPICallError) and error.code == _REQUEST_TIMEOUT
    passing = (exceptions.BadGateway, exceptions.GatewayTimeout)
    return is_late or isinstance(error, passing) or bool(if_transient_error(error))
