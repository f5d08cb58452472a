"""Reads multipart/related uploads block by block, so that a large object never sits in memory."""

import json
from collections.abc import Iterator
from email.message import Message
from typing import Any

from localcloud.storage import errors
from localcloud.storage.staging import BLOCK_BYTES, Readable

MAX_HEAD_BYTES = 1 << 20


class RelatedBody:
    """Give an upload's metadata, then the type and blocks of its media, in the order in which they arrive."""

    def __init__(self, stream: Readable, content_type: str) -> None:
        header = Message()
        header["Content-Type"] = content_type
        boundary = header.get_boundary()
        if header.get_content_type() != "multipart/related" or not boundary:
            raise errors.invalid_argument(f"A multipart/related body with a boundary is wanted, not {content_type!r}")
        self._stream = stream
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        self._buffer = b"\r\n"  # the first delimiter may begin the body

    def metadata(self) -> dict[str, Any]:
        """Return the first part, an object resource. Raises: StorageError 400."""
        self._read_until(self._delimiter)
        self._read_until(b"\r\n\r\n")
        return json_object(self._read_until(self._delimiter))

    def media_type(self) -> str | None:
        """Return the second part's Content-Type, if it has one."""
        for line in self._read_until(b"\r\n\r\n").decode("latin-1").split("\r\n"):
            key, _, value = line.partition(":")
            if key.strip().lower() == "content-type":
                return value.strip()
        return None

    def media(self) -> Iterator[bytes]:
        """Yield the second part's bytes. Raises: StorageError 400 at the end of a body that was cut off."""
        keep = len(self._delimiter) - 1
        while (at := self._buffer.find(self._delimiter)) < 0:
            if len(self._buffer) > keep:
                yield self._buffer[:-keep]
                self._buffer = self._buffer[-keep:]
            self._fill()
        yield self._buffer[:at]

    def _read_until(self, mark: bytes) -> bytes:
        while (at := self._buffer.find(mark)) < 0:
            if len(self._buffer) > MAX_HEAD_BYTES + BLOCK_BYTES:
                raise errors.invalid_argument("The metadata part of the multipart body is too large")
            self._fill()
        found, self._buffer = self._buffer[:at], self._buffer[at + len(mark) :]
        return found

    def _fill(self) -> None:
        block = self._stream.read(BLOCK_BYTES)
        if not block:
            raise errors.invalid_argument("The multipart body ends early")
        self._buffer += block


def json_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object; an empty body is an empty object. Raises: StorageError 400."""
    try:
        document = json.loads(body or b"{}")
    except ValueError as error:
        raise errors.invalid_argument(f"Parse Error: {error}") from error
    if not isinstance(document, dict):
        raise errors.invalid_argument("Parse Error: a JSON object is wanted")
    return document
