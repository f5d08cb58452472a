"""start_dbt: a manifest, which is the batch's last write, becomes an execution of the transform, or the run's end."""

from __future__ import annotations

from typing import assert_never

from pipeline.decisions import BackOff, Nothing, RecordOutcome, Refused, RunTransform, StartBatch, Wait
from pipeline.documents import InvalidDocumentError, format_utc
from pipeline.errors import ErrorCode, PermanentError
from pipeline.findings import count_findings, tell_findings
from pipeline.logs import StageLog
from pipeline.manifests import Manifest
from pipeline.objects import parse_run_object
from pipeline.outcomes import record_decided
from pipeline.records import OutcomeKind
from pipeline.stages.deployment import Deployment
from pipeline.stages.events import ObjectFinalized
from pipeline.state import Candidate, World, read_manifest
from pipeline.zips.drivers import check_drivers


def start_dbt(deployment: Deployment, event: ObjectFinalized, log: StageLog) -> None:
    """Act on the manifest that an event names; every other object of the bucket is passed over.

    Raises:
        PermanentError: `unknown_driver` or `malformed_document`; nothing was started.
        TransientError: from a service.
    """
    parsed = parse_run_object(event.name)
    if parsed is None or parsed.kind != "manifest":
        log.outcome_line("ignored", f"{event.name[:200]} is no manifest")
        return
    release, run = str(parsed.run.version), str(parsed.run)
    world = deployment.read_world()
    candidate = deployment.find_candidate(world, parsed.run)
    if candidate is None:
        log.outcome_line("ignored", f"another run stands for {release} now than {run}", release=release, run=run)
        return
    _, action = deployment.decide(world, candidate)
    match action:
        case RunTransform(purpose):
            _run_transform(deployment, candidate, purpose.value, log)
        case RecordOutcome(kind, reason):
            _record(deployment, world, candidate, kind, reason, log)
        case StartBatch():
            log.outcome_line("ignored", f"{release}: {event.name} is not there", release=release, run=run)
        case Wait(stage):
            log.outcome_line("in_progress", f"{release}: the {stage} is under way", release=release, run=run)
        case BackOff(_, until, reason):
            told = f"{release}: three failures in 24 hours, goes on at {format_utc(until)}; the last: {reason}"
            log.outcome_line("backing_off", told, release=release, run=run)
        case Refused(reason):
            log.outcome_line("rejected", f"{release}: {reason}", release=release, run=run)
        case Nothing(state, reason):
            log.outcome_line(state, f"{release}: {reason or 'nothing to do'}", release=release, run=run)
        case _:
            assert_never(action)


def _run_transform(deployment: Deployment, candidate: Candidate, purpose: str, log: StageLog) -> None:
    release, run = str(candidate.run.version), str(candidate.run)
    manifest = _manifest(deployment, candidate)
    _tell_batch(manifest, log)
    check_drivers(deployment.landing, candidate.landed, deployment.settings.drivers)
    execution = deployment.job.start(["--woken-by", run])
    log.outcome_line(
        "started", f"{release}: the transform runs to {purpose}", release=release, run=run, execution=execution or None
    )


def _record(
    deployment: Deployment, world: World, candidate: Candidate, kind: OutcomeKind, reason: str, log: StageLog
) -> None:
    release, run = str(candidate.run.version), str(candidate.run)
    manifest = _manifest(deployment, candidate)
    is_first = record_decided(deployment.state, candidate.run, kind, reason, world.pointer, manifest.attempt)
    if kind is not OutcomeKind.REJECTED or not is_first:
        log.outcome_line(kind.value, f"{release}: {reason}", release=release, run=run)
        return
    _tell_batch(manifest, log)
    log.outcome_line(
        kind.value,
        f"{release} is rejected: {count_findings(manifest)}; the published release stays. "
        + "; ".join(told.message for told in tell_findings(manifest) if told.severity == "error"),
        "ERROR",
        release=release,
        run=run,
        error_code=str(ErrorCode.RELEASE_REJECTED),
        findings=[dict(finding) for finding in manifest.findings],
        finding_counts={"error": manifest.errors, "warning": manifest.warnings},
    )


def _tell_batch(manifest: Manifest, log: StageLog) -> None:
    """Log how the batch went: its own output is not read as JSON by Cloud Logging."""
    log.info(
        f"batch {manifest.run}-{manifest.attempt} {manifest.status} {len(manifest.tables)} tables; "
        f"{count_findings(manifest)}",
        release=str(manifest.version),
        run=str(manifest.run),
        step="batch",
        batch_status=manifest.status,
        batch_duration_ms=None if manifest.duration_s is None else round(manifest.duration_s * 1000),
        progress={"done": len(manifest.tables), "total": len(manifest.tables), "unit": "tables"},
    )


def _manifest(deployment: Deployment, candidate: Candidate) -> Manifest:
    try:
        return read_manifest(deployment.state, candidate.run)
    except InvalidDocumentError as error:
        raise PermanentError(ErrorCode.MALFORMED_DOCUMENT, str(error)) from error
