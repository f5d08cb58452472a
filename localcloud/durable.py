"""Files that are whole or absent: what lets localcloud be killed at any moment and go on afterwards."""

import json
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def write_bytes(path: Path, content: bytes) -> None:
    """Write, fsync and rename, so that a reader sees the old content or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def discard_partials(state_dir: Path) -> None:
    """Remove what a killed localcloud was writing: in the state directory and one folder down, where it lies."""
    for pattern in (".*.partial", "*/.*.partial"):
        for partial in state_dir.glob(pattern):
            partial.unlink(missing_ok=True)


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write a JSON document, whole or not at all."""
    write_bytes(path, json.dumps(document, indent=1).encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; a missing file is an empty one.

    Raises:
        TypeError: the file is not a JSON object.
    """
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    if not isinstance(document, dict):
        raise TypeError(f"{path} is not a JSON object")
    return document


def read_all(folder: Path) -> list[dict[str, Any]]:
    """Read every document of a folder, by name."""
    return [read_json(path) for path in sorted(folder.glob("*.json")) if not path.name.startswith(".")]


def now_utc() -> str:
    """Say what time it is as Google's APIs do: ISO 8601 with microseconds and Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
