"""Google's front end before a function: nobody reaches one without an ID token for its URL.

Honours: one URL a function; 403 without a bearer token, 401 for a token that is malformed, expired, signed elsewhere or
meant for another audience; scale from zero; the function's timeout (504); trace headers; 503 when the process does not
come up.
Does not check: roles, request size, concurrency limits. Bodies are not streamed.
"""

import http.client
import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from flask import Flask, Request, Response, request

from localcloud.faults import Faults
from localcloud.function_process import Function, FunctionProcess, StartError
from localcloud.servers import HOST, LocalServer
from localcloud.stage_logs import StageLog
from localcloud.tokens import GCLOUD_AUDIENCE, InvalidTokenError, TokenSigner

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "authorization")
)


class Ingress:
    """The URL of one function."""

    def __init__(
        self,
        function: Function,
        process: FunctionProcess,
        signer: TokenSigner,
        log: StageLog,
        port: int = 0,
        faults: Faults | None = None,
    ):
        self._function = function
        self._process = process
        self._signer = signer
        self._log = log
        app = self._create_app()
        self.server = LocalServer(app if faults is None else faults.around(function.name, app, _object_of), port)
        self.url = self.server.url

    def _create_app(self) -> Flask:
        app = Flask(f"ingress-{self._function.name}", static_folder=None)

        @app.route("/", defaults={"path": ""}, methods=_METHODS)
        @app.route("/<path:path>", methods=_METHODS)
        def pass_on(path: str) -> Response:
            del path
            return self._refuse(request.headers.get("Authorization", "")) or self._forward(request)

        return app

    def _refuse(self, authorization: str) -> Response | None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            self._log.write("WARNING", "The request was not authenticated.", status=403)
            return _page(403, "Forbidden", "Your client does not have permission to get this URL from this server.")
        try:
            self._signer.verify(token.strip(), frozenset((self.url, f"{self.url}/", GCLOUD_AUDIENCE)))
        except InvalidTokenError as error:
            self._log.write("WARNING", f"The request was not authorized: {error}.", status=401)
            refusal = _page(401, "Unauthorized", "Your client does not have permission to the requested URL.")
            refusal.headers["WWW-Authenticate"] = f'Bearer error="invalid_token" error_description="{error}"'
            return refusal
        return None

    def _forward(self, incoming: Request) -> Response:
        try:
            port = self._process.ensure()
        except StartError as error:
            self._log.write("ERROR", str(error), status=503)
            return _page(503, "Service Unavailable", "The function's process could not be started.")
        connection = http.client.HTTPConnection(HOST, port, timeout=self._function.timeout_s)
        try:
            target = incoming.environ["REQUEST_URI"]
            connection.request(incoming.method, target, incoming.get_data(), _forwarded_headers(incoming))
            answer = connection.getresponse()
            body = answer.read()
        except TimeoutError:
            self._log.write("ERROR", "The request exceeded the function's timeout.", status=504)
            return _page(504, "Gateway Timeout", "The function did not answer in time.")
        except (OSError, http.client.HTTPException) as error:
            self._log.write("ERROR", f"The process did not answer: {error!r}.", status=503)
            return _page(503, "Service Unavailable", "The function's process ended before it had answered.")
        finally:
            connection.close()
        return Response(body, answer.status, list(_end_to_end(answer.getheaders())))


def _object_of(environ: dict[str, Any]) -> str:
    """Return `<bucket>/<name>` of the object that an event tells of, for the fault schedule; else nothing."""
    bucket = str(environ.get("HTTP_CE_SOURCE", "")).rpartition("/buckets/")[2]
    subject = str(environ.get("HTTP_CE_SUBJECT", ""))
    return f"{bucket}/{unquote(subject.removeprefix('objects/'))}" if bucket and subject else ""


def _forwarded_headers(incoming: Request) -> dict[str, str]:
    headers = dict(_end_to_end(incoming.headers.items()))
    # The front end removes the token's signature; here nobody behind it needs the token at all.
    trace = secrets.token_hex(16)
    headers.setdefault("X-Cloud-Trace-Context", f"{trace}/1;o=0")
    headers.setdefault("Traceparent", f"00-{trace}-{secrets.token_hex(8)}-00")
    headers.setdefault("X-Forwarded-For", HOST)
    headers.setdefault("X-Forwarded-Proto", "http")
    return headers


def _end_to_end(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP)


def _page(status: int, title: str, text: str) -> Response:
    head = f"<html><head><title>{status} {title}</title></head>"
    page = f"{head}<body><h1>Error: {title}</h1><h2>{text}</h2></body></html>"
    return Response(page, status, content_type="text/html; charset=UTF-8")
