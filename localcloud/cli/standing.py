"""Where each release stands and what comes next: the pipeline's own decisions, asked over the files on disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from pipeline import decisions
from pipeline.decisions import BatchState
from pipeline.documents import format_utc
from pipeline.releases import Version
from pipeline.state import BatchLookup, Candidate, World, candidate_of, facts_of, read_manifest, read_world

from localcloud.cli.disk_buckets import DiskBucket
from localcloud.cli.local_http import call
from localcloud.cli.session import Session
from localcloud.deployment import PROJECT, REGION


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
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StateDir:
    """The buckets of one state directory."""

    path: Path
    landing: DiskBucket
    state: DiskBucket

    @classmethod
    def at(cls, path: Path) -> StateDir:
        return cls(path, DiskBucket.at(path, "landing"), DiskBucket.at(path, "state"))

    def world(self, code_digest: str, transform_digest: str) -> World:
        return read_world(
            self.landing,
            self.state,
            code_digest=code_digest,
            transform_digest=transform_digest,
            now=datetime.now(UTC),
        )


def standing_of(world: World, version: Version, batch_state: BatchLookup | None = None) -> Standing | None:
    """Say where one release stands; None when it is not landed."""
    candidate = candidate_of(world, version)
    if candidate is None:
        return None
    facts = facts_of(world, candidate, batch_state=batch_state, is_lease_live=False)
    action = decisions.next_action(facts)
    state, stage, following, reason, is_final = _words(action)
    return Standing(
        version=version,
        run=str(candidate.run),
        state=state,
        stage=stage,
        next=following,
        reason=reason,
        is_final=is_final,
        since=_since(world, candidate),
        findings=_findings(world, candidate),
    )


def _words(action: decisions.Action) -> tuple[str, str, str, str, bool]:
    """Put an action into check_release's words: state, stage, what comes next, reason, whether it is final."""
    match action:
        case decisions.StartBatch(attempt):
            return "landed", "start_batch", f"start batch attempt {attempt}", "", False
        case decisions.RunTransform(purpose):
            return "processed", "transform", f"run the transform to {purpose.value}", "", False
        case decisions.RecordOutcome(outcome, reason):
            return outcome.value, "start_dbt", f"record the outcome {outcome.value}", reason, False
        case decisions.Wait(stage):
            return "in_progress", stage, f"wait for the {stage}", "", False
        case decisions.BackOff(stage, until, reason):
            return "backing_off", stage, f"goes on at {format_utc(until)}, or asked with FORCE=1", reason, True
        case decisions.Refused(reason):
            return "refused", "transform", "waits for another transform, or FORCE=1", reason, True
        case decisions.Nothing(state, reason):
            return "published" if state == "up_to_date" else state, "done", "nothing", reason, True
        case _:
            assert_never(action)


def _since(world: World, candidate: Candidate) -> datetime | None:
    found = world.runs.get(candidate.run)
    if found is None:
        return candidate.landed.created_at
    infos = [found.outcome, found.manifest, *found.batches.values(), *found.transforms.values()]
    return max((info.created_at for info in infos if info is not None), default=candidate.landed.created_at)


def _findings(world: World, candidate: Candidate) -> tuple[str, ...]:
    found = world.runs.get(candidate.run)
    if found is None or found.manifest is None:
        return ()
    manifest = read_manifest(world.state, candidate.run)
    errors = [finding for finding in manifest.findings if finding.get("severity") == "error"]
    return tuple(f"{finding.get('code')}: {finding.get('message')}" for finding in errors)


def batch_lookup(running: Session | None) -> BatchLookup:
    """Ask localcloud's Dataproc for a batch's state; while nobody is up, no batch is active."""

    def find(batch_id: str) -> tuple[BatchState, str]:
        if running is None:
            return BatchState.MISSING, ""
        url = f"{running.urls['dataproc']}/v1/projects/{PROJECT}/locations/{REGION}/batches/{batch_id}"
        answer = call(url)
        if answer.status == 404:
            return BatchState.MISSING, ""
        name = str(answer.document.get("state", "")).lower()
        is_over = name in (BatchState.SUCCEEDED, BatchState.FAILED, BatchState.CANCELLED)
        return BatchState(name) if is_over else BatchState.ACTIVE, str(answer.document.get("stateMessage", ""))

    return find
