"""One small HTTP server a stand-in: a Flask application on a port of its own, bound to 127.0.0.1 only."""

import logging
import threading
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
_LOG = logging.getLogger("localcloud")
_STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ALREADY_EXISTS",
    500: "INTERNAL",
}


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """Leave a broken connection: what its client had sent on is no next request."""
        self.close_connection = True


class LocalServer:
    """A WSGI application that listens from the constructor on and answers from start() on."""

    def __init__(self, app: "WSGIApplication", port: int = 0) -> None:
        self._server: BaseWSGIServer = make_server(HOST, port, app, threaded=True, request_handler=_QuietHandler)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._server.block_on_close = False  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.port = self._server.server_port
        self.url = f"http://{HOST}:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def api_error(code: int, message: str, status: str | None = None) -> Response:
    """Build an error in the shape of Google's REST APIs, which their clients turn into exceptions."""
    error = {"code": code, "message": message, "status": status or _STATUS_NAMES.get(code, "UNKNOWN")}
    response = jsonify({"error": error})
    response.status_code = code
    return response


def api_app(name: str) -> Flask:
    """Make a Flask application whose every error has the shape of Google's REST APIs."""
    app = Flask(name)

    def answer_http(error: HTTPException) -> Response:
        return api_error(error.code or 500, error.description or error.name)

    def answer_crash(error: Exception) -> Response:
        _LOG.error("%s failed", name, exc_info=error)
        return api_error(500, f"{type(error).__name__}: {error}")

    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer_crash)
    return app


def json_body(raw: Any) -> dict[str, Any]:
    """Take a request's JSON as an object; anything else is an empty one."""
    return raw if isinstance(raw, dict) else {}
