"""The real GitHub, asked the question that was asked here, and known to be out of reach within seconds."""

import http.client
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from flask import Response, request

_CONNECT_S = 3
_UPSTREAM_S = 4


@dataclass(frozen=True, slots=True)
class Upstream:
    """The real GitHub."""

    api_url: str = "https://api.github.com"
    url: str = "https://github.com"


REAL = Upstream()


def pass_on(origin: str) -> Response:
    """Ask the real GitHub the same question; redirects go back to the caller."""
    answers: list[Response] = []
    url = f"{origin}{request.environ['REQUEST_URI']}"
    sent = {
        name: request.headers[name] for name in ("Accept", "Authorization", "User-Agent") if name in request.headers
    }
    # A thread of its own, because looking up a name has no time-out.
    asker = threading.Thread(target=lambda: answers.append(_ask(url, sent)), daemon=True)
    asker.start()
    asker.join(_UPSTREAM_S)
    return answers[0] if answers else Response(f"{origin} did not answer in {_UPSTREAM_S} s", 504)


def _ask(url: str, headers: dict[str, str]) -> Response:
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=_CONNECT_S) as answer:  # noqa: S310 -- https
            return Response(answer.read(), answer.status, _kept(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Response(error.read(), error.code, _kept(error.headers))
    except TimeoutError as error:
        return Response(f"{url}: {error}", 504)
    except (OSError, http.client.HTTPException) as error:
        return Response(f"{url} is out of reach: {error}", 502)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _kept(headers: Any) -> dict[str, str]:
    prefixes = ("content-type", "location", "retry-after", "x-ratelimit-")
    return {name: value for name, value in headers.items() if name.lower().startswith(prefixes)}
