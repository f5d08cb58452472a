"""GitHub, Dataproc and the warehouse, as far as the pipeline's programs can see them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.clients.dataproc import BatchPlan, BatchUsage, Creation, FoundBatch
from pipeline.clients.release_json import Asset, Release
from pipeline.decisions import BatchState
from pipeline.errors import ErrorCode, PermanentError, TransientError
from pipeline.objects import Run, parse_run
from pipeline.releases import Version, parse_version
from tests.model.programs import call_of_a_service
from transform.errors import LeaseLostError
from transform.warehouses.protocol import PrivatePlace, Stamp


@dataclass
class ModelGitHub:
    """Releases by version; the number says which of its ZIPs is offered now."""

    repository: str = "f1db/f1db"
    offered: dict[Version, int] = field(default_factory=dict)
    is_reachable: bool = True

    def latest(self) -> Release:
        self._call()
        if not self.offered:
            raise PermanentError(ErrorCode.UNKNOWN_RELEASE, "no release")
        return self._release(max(self.offered))

    def listed(self) -> list[Release]:
        self._call()
        return [self._release(version) for version in sorted(self.offered)]

    def named(self, version: Version) -> Release:
        self._call()
        if version not in self.offered:
            raise PermanentError(ErrorCode.UNKNOWN_RELEASE, f"no release {version}")
        return self._release(version)

    def _call(self) -> None:
        call_of_a_service()
        if not self.is_reachable:
            raise TransientError(ErrorCode.GITHUB_UNREACHABLE, "GitHub is out of reach")

    def _release(self, version: Version) -> Release:
        asset = Asset("https://example.com/f1db-csv.zip", 1, digest_of(version, self.offered[version]))
        return Release(version, False, "", asset)


def digest_of(version: Version, number: int) -> str:
    """Return the SHA-256 of a release's ZIP."""
    return hashlib.sha256(f"{version} {number}".encode()).hexdigest()


@dataclass
class ModelBatch:
    run: Run
    attempt: int
    created_at: datetime
    state: BatchState = BatchState.ACTIVE

    @property
    def parquet(self) -> str:
        return f"{self.run.curated_prefix(self.attempt)}drivers.parquet"

    def manifest(self, status: str) -> dict[str, Any]:
        return {
            "status": status, "version": str(self.run.version), "run": str(self.run), "attempt": self.attempt,
            "zip": {"sha256": "0" * 64}, "tables": [], "findings": [], "finding_counts": {"error": 0, "warning": 0},
        }  # fmt: skip


@dataclass
class ModelDataproc:
    """Batches by id, and all that were ever created; `has_room` is false on a day without quota."""

    now: Callable[[], datetime]
    batches: dict[str, ModelBatch] = field(default_factory=dict)
    created: list[ModelBatch] = field(default_factory=list)
    has_room: bool = True

    def create_batch(self, plan: BatchPlan, _: object) -> Creation:
        call_of_a_service()
        if not self.has_room:
            raise TransientError(ErrorCode.BATCH_REFUSED, "Dataproc has no room")
        if plan.batch_id in self.batches:
            return Creation.EXISTED
        told = dict(zip(plan.arguments[::2], plan.arguments[1::2], strict=True))
        run, attempt = parse_run(told["--run"], parse_version(told["--version"])), int(told["--attempt"])
        assert run is not None
        self.batches[plan.batch_id] = ModelBatch(run, attempt, self.now())
        self.created.append(self.batches[plan.batch_id])
        return Creation.CREATED

    def find_batch(self, batch_id: str) -> FoundBatch:
        call_of_a_service()
        batch = self.batches.get(batch_id)
        if batch is None:
            return FoundBatch(BatchState.MISSING)
        usage = None if batch.state is BatchState.ACTIVE else BatchUsage(1, 1)
        return FoundBatch(batch.state, "", batch.created_at, usage)

    def active(self) -> list[ModelBatch]:
        return [batch for batch in self.batches.values() if batch.state is BatchState.ACTIVE]


@dataclass
class ModelWarehouse:
    """A control record, and which run readers see; None when the warehouse is gone."""

    url: str = "duckdb:///model/warehouse.duckdb"
    fence: int = 0
    published: tuple[Run, int] | None = None

    def greatest_fence(self) -> int:
        call_of_a_service()
        return self.fence

    def claim(self, fence: int) -> None:
        call_of_a_service()
        if fence < self.fence:
            raise LeaseLostError(f"the warehouse knows fence {self.fence}")
        self.fence = fence

    def publish(self, place: PrivatePlace, stamp: Stamp) -> None:
        call_of_a_service()
        if self.fence != place.fence:
            raise LeaseLostError(f"the warehouse belongs to fence {self.fence}")
        run = parse_run(stamp.run, parse_version(stamp.version))
        assert run is not None
        self.published = (run, place.fence)

    def discard(self, place: PrivatePlace) -> None:
        call_of_a_service()

    def rows(self, place: PrivatePlace, sql: str, limit: int) -> list[dict[str, Any]]:
        call_of_a_service()
        return [{"race_wins": 106}]

    def published_marts(self) -> AbstractContextManager[None]:
        call_of_a_service()
        return nullcontext()

    def published_fence(self, _: str) -> int | None:
        call_of_a_service()
        return self.published[1] if self.published else None
