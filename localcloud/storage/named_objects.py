"""Tells which object a request is about before anything is done; an upload's body is read on to its metadata only."""

import io
import json
from typing import Any
from urllib.parse import parse_qs, unquote

from localcloud.storage.errors import StorageError
from localcloud.storage.layout import Layout, read_json
from localcloud.storage.multipart import RelatedBody
from localcloud.storage.staging import Readable


class Reread:
    """A body of which the beginning was read already."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def read(self, size: int = -1, /) -> bytes:
        """Give what was read before, then the rest."""
        if size < 0:
            return self._head.read() + self._rest.read(-1)
        return self._head.read(size) or self._rest.read(size)


class _Noting:
    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.read_so_far = bytearray()

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(size)
        self.read_so_far += block
        return block


def object_of(layout: Layout, environ: dict[str, Any]) -> str:
    """Return `<bucket>/<name>`, with an empty name for a listing, and nothing for what is no object's request."""
    path, _, query = str(environ["REQUEST_URI"]).partition("?")
    bucket, mark, name = path.partition("/b/")[2].partition("/o")
    if not mark:
        return ""
    if not path.startswith("/upload/"):
        return f"{unquote(bucket)}/{unquote(name.removeprefix('/'))}"
    parameters = parse_qs(query)
    if "upload_id" in parameters:
        document = read_json(layout.sessions / f"{parameters['upload_id'][0]}.json") or {}
        named = document.get("target", {}).get("name", "")
    else:
        named = parameters["name"][0] if "name" in parameters else _named_in_body(environ)
    return f"{unquote(bucket)}/{named}"


def _named_in_body(environ: dict[str, Any]) -> str:
    noting = _Noting(environ["wsgi.input"])
    content_type = str(environ.get("CONTENT_TYPE", ""))
    try:
        if content_type.startswith("multipart/"):
            metadata = RelatedBody(noting, content_type).metadata()
        else:
            metadata = json.loads(noting.read(1 << 20) or b"{}")
    except (StorageError, ValueError):
        metadata = {}  # the application will say what is wrong with it
    environ["wsgi.input"] = Reread(bytes(noting.read_so_far), environ["wsgi.input"])
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
