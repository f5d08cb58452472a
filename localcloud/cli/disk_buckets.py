"""Reads buckets straight from the state directory, so that asking for the state starts and changes nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.clients.storage import Bucket, StoredObject
from pipeline.errors import ErrorCode, PermanentError
from pipeline.objects import ZIP_NAME


@dataclass(frozen=True)
class DiskBucket(Bucket):
    """The reading half of the pipeline's `Bucket` over the files that localcloud keeps; writing is not for commands.

    Times and generations are the files'; a ZIP's digest is computed, as its metadata is localcloud's own affair.
    """

    folder: Path
    digests: dict[tuple[str, int, int], str] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def at(cls, state_dir: Path, name: str) -> DiskBucket:
        return cls(name=name, project_id="", folder=state_dir / "gcs" / name)

    def list_objects(self, prefix: str) -> list[StoredObject]:
        """List the objects below a folder's name, ordered by name."""
        paths = sorted(path for path in (self.folder / prefix).rglob("*") if not path.name.startswith("."))
        return [info for path in paths if (info := self._info(path)) is not None]

    def find(self, name: str) -> StoredObject | None:
        """Return what is known of one object, or None when there is none."""
        return self._info(self.folder / name)

    def read_json(self, name: str) -> tuple[dict[str, Any], int] | None:
        """Read one JSON document and its generation; None when there is no such object.

        Raises:
            PermanentError: `malformed_document`, when it is no JSON object.
        """
        path = self.folder / name
        try:
            content, generation = path.read_bytes(), path.stat().st_mtime_ns
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            document = json.loads(content)
        except ValueError as error:
            raise PermanentError(ErrorCode.MALFORMED_DOCUMENT, f"{path} is no JSON: {error}") from error
        if not isinstance(document, dict):
            raise PermanentError(ErrorCode.MALFORMED_DOCUMENT, f"{path} is no JSON object")
        return document, generation

    def _info(self, path: Path) -> StoredObject | None:
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not path.is_file():
            return None
        created_at = datetime.fromtimestamp(status.st_mtime, UTC)
        metadata = {"sha256": self._digest(path, status.st_mtime_ns, status.st_size)} if path.name == ZIP_NAME else {}
        name = path.relative_to(self.folder).as_posix()
        return StoredObject(name, status.st_mtime_ns, status.st_size, created_at, created_at, metadata)

    def _digest(self, path: Path, mtime_ns: int, size: int) -> str:
        key = (str(path), mtime_ns, size)
        if key not in self.digests:
            with path.open("rb") as stream:
                self.digests[key] = hashlib.file_digest(stream, "sha256").hexdigest()
        return self.digests[key]
