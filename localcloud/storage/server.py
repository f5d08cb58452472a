"""Serves the store over HTTP/1.1 with kept connections, which werkzeug's own handler does not offer."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import LimitedStream

from localcloud.faults import Faults
from localcloud.storage.named_objects import object_of
from localcloud.storage.routes import create_app
from localcloud.storage.staging import blocks_of
from localcloud.storage.store import ObjectStore

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOG = logging.getLogger(__name__)


class StorageServer:
    """Run the stand-in in threads of this process; the port is taken at once, requests are served after start()."""

    def __init__(
        self,
        root: Path,
        port: int = 0,
        on_finalized: Callable[[dict[str, Any]], None] | None = None,
        faults: Faults | None = None,
    ) -> None:
        """Open the store at `root`. `on_finalized` gets each new object's resource before its writer is answered."""
        self.store = ObjectStore(root, on_finalized)
        app: WSGIApplication = create_app(self.store)
        if faults is not None:
            app = faults.around("storage", app, partial(object_of, self.store.layout))
        self._http = _HttpServer(port, app)
        self.port: int = self._http.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.store.base_url = self.url
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), name="storage", daemon=True)

    def start(self) -> None:
        """Serve from now on."""
        self.store.discard_leftovers()
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, cut every connection and wait for its thread."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._http.cut_connections()
        self.store.close()


class _HttpServer(ThreadedWSGIServer):
    def __init__(self, port: int, app: "WSGIApplication") -> None:
        self._open: dict[socket.socket, threading.Thread] = {}
        self._open_lock = threading.Lock()
        with socket.create_server(("127.0.0.1", port), backlog=128) as bound:  # werkzeug would exit if it is taken
            super().__init__("127.0.0.1", port, app, _Handler, fd=bound.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self._serve_connection, args=(request, client_address), daemon=True)
        with self._open_lock:
            self._open[request] = thread
        thread.start()

    def _serve_connection(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            LOG.exception("a connection failed")
        finally:
            with self._open_lock:
                del self._open[request]
            self.shutdown_request(request)

    def cut_connections(self) -> None:
        """End every connection, also idle ones, which would go on serving a store that was closed."""
        with self._open_lock:
            connections = dict(self._open)
            for connection in connections:
                with contextlib.suppress(OSError):  # its client may have closed it
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in connections.values():
            thread.join()


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def make_environ(self) -> dict[str, Any]:
        """Bound the request's body, and leave the path encoded: %2F in an object's name is no separator."""
        environ: dict[str, Any] = super().make_environ()
        environ["PATH_INFO"] = self.path.partition("?")[0]
        if not isinstance(environ["wsgi.input"], DechunkedInput):
            environ["wsgi.input"] = LimitedStream(
                cast(IO[bytes], self.rfile), int(self.headers.get("Content-Length") or 0)
            )
        environ["wsgi.input_terminated"] = True
        return environ

    def run_wsgi(self) -> None:
        """Answer one request; the connection is kept if the request was read and the answer sent to their ends."""
        self.environ = environ = self.make_environ()
        answer: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], Any]:
            answer.append((status, headers))
            return self.wfile.write

        keep, self.close_connection = self.close_connection, True
        body = self.server.app(environ, start_response)
        try:
            self._send(*answer[-1], body)
        finally:
            getattr(body, "close", lambda: None)()
        with contextlib.suppress(ClientDisconnected, OSError):  # then the connection is closed
            for _ in blocks_of(environ["wsgi.input"]):  # what a refusal left unread
                pass
            self.close_connection = keep

    def _send(self, status: str, headers: list[tuple[str, str]], body: Iterable[bytes]) -> None:
        code, _, message = status.partition(" ")
        self.send_response(int(code), message)
        for key, value in headers:
            self.send_header(key, value)
        self.end_headers()
        left = int(dict(headers).get("Content-Length", 0))
        if self.command == "HEAD" or int(code) in (204, 304):
            return
        for block in body:
            self.wfile.write(block)
            left -= len(block)
        if left:
            raise ConnectionAbortedError("the file changed while it was sent")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        LOG.debug("%s %s %s", self.command, self.path, code)
