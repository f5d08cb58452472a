"""Where each release stands and what comes next: the pipeline's own decisions, asked over the files on disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localcloud.cli.disk_buckets import DiskBucket
from localcloud.cli.local_http import call
from localcloud.cli.session import Session
from localcloud.deployment import PROJECT, REGION, warehouse_url
from pipeline import decisions
from pipeline.clients.dataproc import FoundBatch
from pipeline.clients.warehouse import published_fence
from pipeline.decisions import BatchState
from pipeline.documents import parse_utc
from pipeline.facts import BatchLookup, FenceLookup, facts_of
from pipeline.findings import Told, tell_findings
from pipeline.releases import Version
from pipeline.stages.descriptions import describe
from pipeline.state import Candidate, World, candidate_of, read_manifest, read_world


@dataclass(frozen=True, slots=True)
class Standing:
    """One release now. `state` and `stage` are check_release's words; a final one stays as it is by itself."""

    version: Version
    run: str
    state: str
    stage: str
    next: str
    reason: str
    is_final: bool
    since: datetime | None
    findings: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class StateDir:
    """The buckets of one state directory."""

    path: Path
    landing: DiskBucket
    state: DiskBucket

    @classmethod
    def at(cls, path: Path) -> StateDir:
        return cls(path, DiskBucket.at(path, "landing"), DiskBucket.at(path, "state"))

    def published_fence(self) -> int | None:
        return published_fence(warehouse_url(self.path))

    def world(self, code_digest: str, transform_digest: str) -> World:
        return read_world(
            self.landing,
            self.state,
            code_digest=code_digest,
            transform_digest=transform_digest,
            now=datetime.now(UTC),
        )


def standing_of(
    world: World, version: Version, published_fence: FenceLookup, find_batch: BatchLookup | None = None
) -> Standing | None:
    """Say where one release stands; None when it is not landed."""
    candidate = candidate_of(world, version)
    if candidate is None:
        return None
    facts = facts_of(world, candidate, find_batch=find_batch, is_lease_live=False, published_fence=published_fence)
    action = decisions.next_action(facts)
    told = describe(action, candidate, is_asked=False)
    return Standing(
        version=version,
        run=str(candidate.run),
        state=told.state,
        stage=told.stage,
        next=told.next,
        reason=told.reason or "",
        is_final=isinstance(action, decisions.BackOff | decisions.Refused | decisions.Nothing),
        since=_since(world, candidate),
        findings=_findings(world, candidate),
    )


def _since(world: World, candidate: Candidate) -> datetime | None:
    found = world.runs.get(candidate.run)
    if found is None:
        return candidate.landed.created_at
    infos = [found.outcome, found.manifest, *found.batches.values(), *found.transforms.values()]
    return max((info.created_at for info in infos if info is not None), default=candidate.landed.created_at)


def _findings(world: World, candidate: Candidate) -> tuple[Told, ...]:
    found = world.runs.get(candidate.run)
    if found is None or found.manifest is None:
        return ()
    return tell_findings(read_manifest(world.state, candidate.run))


def batch_lookup(running: Session | None) -> BatchLookup:
    """Ask localcloud's Dataproc for a batch's state; while nobody is up, no batch is active."""

    def find(batch_id: str) -> FoundBatch:
        if running is None:
            return FoundBatch(BatchState.MISSING)
        url = f"{running.urls['dataproc']}/v1/projects/{PROJECT}/locations/{REGION}/batches/{batch_id}"
        answer = call(url)
        if answer.status == 404:
            return FoundBatch(BatchState.MISSING)
        name = str(answer.document.get("state", "")).lower()
        is_over = name in (BatchState.SUCCEEDED, BatchState.FAILED, BatchState.CANCELLED)
        return FoundBatch(
            BatchState(name) if is_over else BatchState.ACTIVE,
            str(answer.document.get("stateMessage", "")),
            parse_utc(str(answer.document["createTime"])),
        )

    return find
