"""Holds what is known about one object, and the conditions a caller may put on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

from localcloud.storage import errors

WRITABLE_FIELDS = (
    "contentType",
    "contentEncoding",
    "contentDisposition",
    "contentLanguage",
    "cacheControl",
    "customTime",
    "metadata",
)


@dataclass(frozen=True, slots=True)
class Expected:
    """Name the digests (base64) that a caller says its bytes have."""

    crc32c: str | None = None
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """Describe one generation of one object; size and mtime_ns tie it to the bytes in its file."""

    bucket: str
    name: str
    generation: int
    metageneration: int
    size: int
    crc32c: str
    md5: str
    mtime_ns: int
    time_created: str
    updated: str
    fields: dict[str, Any] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """Return the record as it is kept on disk."""
        return asdict(self)

    def resource(self, base_url: str) -> dict[str, Any]:
        """Return the API's object resource. Source: https://cloud.google.com/storage/docs/json_api/v1/objects"""
        path = f"/storage/v1/b/{self.bucket}/o/{quote(self.name, safe='')}"
        generation = str(self.generation)
        return {
            "kind": "storage#object",
            "id": f"{self.bucket}/{self.name}/{generation}",
            "selfLink": f"{base_url}{path}",
            "mediaLink": f"{base_url}/download{path}?generation={generation}&alt=media",
            "name": self.name,
            "bucket": self.bucket,
            "generation": generation,
            "metageneration": str(self.metageneration),
            "storageClass": "STANDARD",
            "size": str(self.size),
            "md5Hash": self.md5,
            "crc32c": self.crc32c,
            "etag": self.etag,
            "timeCreated": self.time_created,
            "updated": self.updated,
            "timeStorageClassUpdated": self.time_created,
            "timeFinalized": self.time_created,
        } | self.fields

    @property
    def etag(self) -> str:
        return f"{self.generation:x}-{self.metageneration:x}"


@dataclass(frozen=True, slots=True)
class Conditions:
    """State what must hold of the object's live generation; `generation` is the one asked for: no other is found."""

    generation_match: int | None = None
    generation_not_match: int | None = None
    metageneration_match: int | None = None
    metageneration_not_match: int | None = None
    generation: int | None = None

    def check_write(self, current: ObjectRecord | None) -> None:
        """Raise 412 unless `current` (none counts as generation 0) may be replaced, changed or deleted."""
        if not (self._is_matched(current) and self._is_unmatched(current)):
            raise errors.precondition_failed()

    def check_read(self, current: ObjectRecord) -> None:
        """Raise 412 for a failed match and 304 for a failed not-match."""
        if not self._is_matched(current):
            raise errors.precondition_failed()
        if not self._is_unmatched(current):
            raise errors.not_modified()

    def _is_matched(self, current: ObjectRecord | None) -> bool:
        generation, metageneration = _generations(current)
        return self.generation_match in (None, generation) and self.metageneration_match in (None, metageneration)

    def _is_unmatched(self, current: ObjectRecord | None) -> bool:
        generation, metageneration = _generations(current)
        if self.metageneration_not_match is not None and metageneration in (None, self.metageneration_not_match):
            return False
        return self.generation_not_match != generation


@dataclass(frozen=True, slots=True)
class Target:
    """Say what bytes are to become: the object, its fields, and what must hold for it."""

    bucket: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    conditions: Conditions = Conditions()
    expected: Expected = Expected()


def _generations(current: ObjectRecord | None) -> tuple[int, int | None]:
    return (current.generation, current.metageneration) if current else (0, None)


def writable_fields(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an object resource that a caller may set; nulls stay, they remove.

    Raises: StorageError 400 for a value of the wrong type.
    """
    found = {key: resource[key] for key in WRITABLE_FIELDS if key in resource}
    for key, value in found.items():
        if key != "metadata" and not isinstance(value, str | None):
            raise errors.invalid_argument(f"Invalid value for {key}: a string is wanted")
    metadata = found.get("metadata")
    if metadata is not None and not (
        isinstance(metadata, dict) and all(isinstance(value, str | None) for value in metadata.values())
    ):
        raise errors.invalid_argument("Invalid value for metadata: an object of strings is wanted")
    return found


def merged_fields(current: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return `current` changed as JSON merge patch would: nulls remove, metadata is merged key by key."""
    merged = {**current, **patch}
    if isinstance(patch.get("metadata"), dict):
        merged["metadata"] = without_nulls({**(current.get("metadata") or {}), **patch["metadata"]})
    merged = without_nulls(merged)
    if merged.get("metadata") == {}:
        del merged["metadata"]
    return merged


def without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
