"""Storage events as they arrive: a CloudEvent becomes one frozen object, or one error that lists every problem."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.errors import ErrorCode, PermanentError

FINALIZED = "google.cloud.storage.object.v1.finalized"
_MAX_NAME_BYTES = 1024
_MAX_BUCKET_CHARACTERS = 222
_MAX_PROBLEM_CHARACTERS = 100


class CloudEventLike(Protocol):
    """What is used of a CloudEvent."""

    def get_attributes(self) -> Mapping[str, Any]: ...

    def get_data(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class ObjectFinalized:
    """One object has appeared in a bucket."""

    event_id: str
    bucket: str
    name: str
    generation: int


def parse_object_finalized(event: CloudEventLike, bucket: str) -> ObjectFinalized:
    """Read a storage event for `bucket`; its data may be a mapping, or bytes that did not parse.

    Source: https://github.com/googleapis/google-cloudevents (google.events.cloud.storage.v1.StorageObjectData)

    Raises:
        PermanentError: `malformed_event`, listing every problem.
    """
    problems: list[str] = []
    attributes = event.get_attributes()
    if attributes.get("type") != FINALIZED:
        problems.append(f"type is {_shown(attributes.get('type'))} instead of {FINALIZED}")
    event_id = attributes.get("id")
    if not isinstance(event_id, str) or not event_id:
        problems.append("id is missing")
    data = _mapping(event.get_data(), problems)
    if data is None:
        raise _malformed(problems, event_id)
    named_bucket = _text(data, "bucket", problems)
    name = _text(data, "name", problems)
    generation = _generation(data, problems)
    if named_bucket and len(named_bucket) > _MAX_BUCKET_CHARACTERS:
        problems.append("bucket is too long to be a bucket's name")
    elif named_bucket and named_bucket != bucket:
        problems.append(f"bucket is {_shown(named_bucket)} instead of {bucket}")
    problems.extend(_name_problems(name))
    problems.extend(_address_problems(attributes, named_bucket, name))
    if problems:
        raise _malformed(problems, event_id)
    return ObjectFinalized(str(event_id), named_bucket, name, generation)


def _malformed(problems: list[str], event_id: Any) -> PermanentError:
    message = "the event is malformed: " + "; ".join(problems)
    return PermanentError(ErrorCode.MALFORMED_EVENT, message, problems=problems, event_id=_shown(event_id))


def _mapping(data: Any, problems: list[str]) -> Mapping[str, Any] | None:
    if isinstance(data, bytes | bytearray | str):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError):
            problems.append("data is no JSON")
            return None
    if not isinstance(data, Mapping):
        problems.append("data is no JSON object")
        return None
    return data


def _text(data: Mapping[str, Any], key: str, problems: list[str]) -> str:
    value = data.get(key)
    if isinstance(value, str) and value:
        return value
    problems.append(f"{key} is missing" if value in (None, "") else f"{key} is no text")
    return ""


def _generation(data: Mapping[str, Any], problems: list[str]) -> int:
    """Read an int64, which JSON carries as text."""
    value = data.get("generation")
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19 and int(value) > 0:
        return int(value)
    problems.append("generation is missing" if value is None else f"generation is {_shown(value)}, no number above 0")
    return 0


def _name_problems(name: str) -> list[str]:
    if not name:
        return []
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return ["name is no valid text"]
    if len(encoded) > _MAX_NAME_BYTES:
        return [f"name has {len(encoded)} bytes; more than {_MAX_NAME_BYTES} are impossible"]
    if any(part in (".", "..") for part in name.split("/")):
        return ["name has a part . or .."]
    if any(ord(character) < 32 for character in name):
        return ["name has control characters"]
    return []


def _address_problems(attributes: Mapping[str, Any], bucket: str, name: str) -> list[str]:
    """Compare the attributes, by which Eventarc filters, with the data, by which we act."""
    problems = []
    subject = attributes.get("subject")
    if name and subject is not None and subject != f"objects/{name}":
        problems.append(f"subject is {_shown(subject)}, which is not the object that data names")
    source = attributes.get("source")
    if bucket and isinstance(source, str) and "/buckets/" in source and not source.endswith(f"/buckets/{bucket}"):
        problems.append(f"source is {_shown(source)}, which is not the bucket that data names")
    return problems


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):  # nested deeply enough, its text cannot be made: Python gives up on recursion
        return f"a {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= _MAX_PROBLEM_CHARACTERS else text[:_MAX_PROBLEM_CHARACTERS] + "…"
