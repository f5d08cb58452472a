"""Cloud Storage: generations, preconditions, listings that are whole at once, and times by a clock of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.clients.storage import StoredObject
from tests.model.programs import call_of_a_service

Finalized = Callable[[str, StoredObject, Any], None]


@dataclass
class ModelBucket:
    """What `Bucket` offers; every method is one call of a service, where its caller may stop or be killed."""

    name: str
    now: Callable[[], datetime]
    on_finalized: Finalized = lambda bucket, info, document: None
    objects: dict[str, tuple[StoredObject, Any]] = field(default_factory=dict)
    generation: int = 0

    def list_objects(self, prefix: str) -> list[StoredObject]:
        call_of_a_service()
        return [info for name, (info, _) in sorted(self.objects.items()) if name.startswith(prefix)]

    def find(self, name: str) -> StoredObject | None:
        call_of_a_service()
        return self._info(name)

    def read_json(self, name: str) -> tuple[dict[str, Any], int] | None:
        call_of_a_service()
        found = self.objects.get(name)
        return (json.loads(found[1]), found[0].generation) if found else None

    def create_json(self, name: str, document: Mapping[str, Any], metadata: Mapping[str, str] | None = None) -> bool:
        return self.replace_json(name, document, 0, metadata) is not None

    def replace_json(
        self, name: str, document: Mapping[str, Any], if_generation: int, metadata: Mapping[str, str] | None = None
    ) -> int | None:
        call_of_a_service()
        current = self._info(name)
        if (current.generation if current else 0) != if_generation:
            return None
        return self._put(name, document, metadata or {})

    def write_page(self, name: str, html: str) -> None:
        call_of_a_service()
        self._put(name, {"html": html}, {})

    def touch(self, info: StoredObject) -> StoredObject | None:
        call_of_a_service()
        current = self._info(info.name)
        if current is None or current.generation != info.generation:
            return None
        return StoredObject(info.name, info.generation, 1, info.created_at, self.now(), info.metadata)

    def delete(self, name: str) -> None:
        call_of_a_service()
        self.objects.pop(name, None)

    def _info(self, name: str) -> StoredObject | None:
        found = self.objects.get(name)
        return found[0] if found else None

    def _put(self, name: str, document: Mapping[str, Any], metadata: Mapping[str, str]) -> int:
        self.generation += 1
        now = self.now()
        info = StoredObject(name, self.generation, 1, now, now, dict(metadata))
        self.objects[name] = (info, json.dumps(document))
        self.on_finalized(self.name, info, document)
        return self.generation
