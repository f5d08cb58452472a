"""A stream that cannot end unproven: its last bytes are held back until length, digest and ZIP structure are right.

An upload that reads from it is therefore never finalised with a short, changed or broken ZIP.
"""

import hashlib
from typing import Protocol

from pipeline.errors import ErrorCode, PermanentError
from pipeline.zips.zip_tail import TAIL_BYTES, check_zip_tail

_READ_BYTES = 256 * 1024
_LOCAL_HEADER = b"PK\x03\x04"


class Source(Protocol):
    """Where the bytes come from: an HTTP body, for one."""

    def read(self, amount: int, /) -> bytes:
        """Return at most `amount` bytes; none at the end."""


class VerifyingReader:
    """Read `size_bytes` from a source, in constant memory, raising before the last bytes when they prove wrong."""

    def __init__(self, source: Source, size_bytes: int, sha256: str | None, max_bytes: int) -> None:
        """Take the size that is promised, the SHA-256 where it is known, and the largest size that is allowed.

        Raises:
            PermanentError: `zip_oversized` or `zip_short`, when the promised size alone is wrong.
        """
        if size_bytes > max_bytes:
            raise PermanentError(
                ErrorCode.ZIP_OVERSIZED, f"the ZIP has {size_bytes} bytes; more than {max_bytes} are not taken"
            )
        if size_bytes <= 0:
            raise PermanentError(ErrorCode.ZIP_SHORT, "the ZIP is empty")
        self.size_bytes = size_bytes
        self._source = source
        self._expected_sha256 = sha256
        self._digest = hashlib.sha256()
        self._position = 0
        self._tail = bytearray()
        self._is_proven = False

    @property
    def sha256(self) -> str:
        """The proven SHA-256 in hex.

        Raises:
            RuntimeError: the stream has not been read to its end.
        """
        if not self._is_proven:
            raise RuntimeError("the digest is known only when the whole stream has been read")
        return self._digest.hexdigest()

    def tell(self) -> int:
        """Return how many bytes have been read."""
        return self._position

    def read(self, amount: int = -1) -> bytes:
        """Return `amount` bytes, fewer only at the end; the last ones only when everything is proven.

        Raises:
            PermanentError: `zip_short`, `zip_oversized`, `zip_digest_mismatch` or `zip_corrupt`.
        """
        remaining = self.size_bytes - self._position
        wanted = remaining if amount < 0 else min(amount, remaining)
        data = self._take(wanted)
        if data and self._position == len(data) and not data.startswith(_LOCAL_HEADER[: len(data)]):
            raise PermanentError(ErrorCode.ZIP_CORRUPT, "the download is no ZIP: it does not begin like one")
        if self._position == self.size_bytes and not self._is_proven:
            self._prove()
        return data

    def _take(self, wanted: int) -> bytes:
        pieces = []
        missing = wanted
        while missing:
            piece = self._source.read(min(missing, _READ_BYTES))
            if not piece:
                got = self._position + wanted - missing
                raise PermanentError(
                    ErrorCode.ZIP_SHORT, f"the download ended after {got} of {self.size_bytes} bytes", got_bytes=got
                )
            pieces.append(piece)
            missing -= len(piece)
        data = b"".join(pieces)
        self._digest.update(data)
        self._tail += data[-TAIL_BYTES:]
        del self._tail[:-TAIL_BYTES]
        self._position += wanted
        return data

    def _prove(self) -> None:
        if self._source.read(1):
            raise PermanentError(
                ErrorCode.ZIP_OVERSIZED, f"the download goes on behind the {self.size_bytes} bytes that were promised"
            )
        actual = self._digest.hexdigest()
        if self._expected_sha256 is not None and actual != self._expected_sha256:
            raise PermanentError(
                ErrorCode.ZIP_DIGEST_MISMATCH,
                f"the download's SHA-256 is {actual}; {self._expected_sha256} was promised",
                expected_sha256=self._expected_sha256,
                actual_sha256=actual,
            )
        check_zip_tail(bytes(self._tail), self.size_bytes)
        self._is_proven = True
