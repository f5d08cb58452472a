"""start_batch: a landed ZIP becomes a Dataproc batch, once an attempt, whatever comes how often."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from pipeline.clients.dataproc import BatchPlan, Creation
from pipeline.decisions import (
    BackOff,
    BatchState,
    Facts,
    Nothing,
    RecordOutcome,
    Refused,
    RunTransform,
    StartBatch,
    Wait,
)
from pipeline.documents import format_utc
from pipeline.errors import ErrorCode
from pipeline.logs import StageLog
from pipeline.objects import parse_zip_name
from pipeline.outcomes import record_decided
from pipeline.records import FORMAT, OutcomeKind
from pipeline.stages.deployment import Deployment
from pipeline.stages.events import ObjectFinalized
from pipeline.state import Candidate, candidate_of
from pipeline.zips.drivers import check_drivers


def start_batch(deployment: Deployment, event: ObjectFinalized, log: StageLog) -> None:
    """Start the next attempt for the ZIP that an event names, unless the objects say otherwise.

    Raises:
        PermanentError: `unknown_driver`, `batch_invalid` or `malformed_document`; nothing was started.
        TransientError: `batch_refused` or from a service; the same attempt is made again.
    """
    zip_name = parse_zip_name(event.name)
    if zip_name is None:
        log.outcome_line("ignored", f"{event.name[:200]} is no release's ZIP")
        return
    release = str(zip_name.version)
    world = deployment.read_world()
    candidate = candidate_of(world, zip_name.version)
    if candidate is None or candidate.landed.name != zip_name:
        log.outcome_line("ignored", f"another ZIP stands for {release} than {event.name}", release=release)
        return
    facts, action = deployment.decide(world, candidate)
    run = str(candidate.run)
    match action:
        case StartBatch(attempt):
            _tell_failure(facts, log, release, run)
            _start(deployment, candidate, attempt, log)
        case RecordOutcome(OutcomeKind.SUPERSEDED as kind, reason):
            record_decided(deployment.state, candidate.run, kind, reason, world.pointer)
            log.outcome_line(kind.value, f"{release}: {reason}", release=release, run=run)
        case RunTransform() | RecordOutcome():
            log.outcome_line(
                "up_to_date", f"{release} is processed: start_dbt has what follows", release=release, run=run
            )
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


def _start(deployment: Deployment, candidate: Candidate, attempt: int, log: StageLog) -> None:
    run, release = candidate.run, str(candidate.run.version)
    check_drivers(deployment.landing, candidate.landed, deployment.settings.drivers)
    is_first = deployment.state.create_json(run.batch(attempt), _record(deployment, candidate, attempt))
    plan = plan_batch(deployment, candidate, attempt)
    creation = deployment.dataproc.create_batch(plan, deployment.settings.batch)
    if creation is Creation.EXISTED:
        log.outcome_line("in_progress", f"batch {plan.batch_id} exists already", release=release, run=str(run))
        return
    if not is_first:
        log.info(f"{run.batch(attempt)} was there without its batch", release=release, run=str(run), step="create")
    log.outcome_line("started", f"batch {plan.batch_id} is created", release=release, run=str(run), attempt=attempt)


def plan_batch(deployment: Deployment, candidate: Candidate, attempt: int) -> BatchPlan:
    """Write down what one attempt executes, and with which arguments."""
    settings, run, landed = deployment.settings, candidate.run, candidate.landed
    arguments = {
        "version": str(run.version),
        "run": str(run),
        "attempt": str(attempt),
        "batch-id": run.batch_id(attempt),
        "request": str(run.request),
        "zip-uri": f"gs://{settings.landing_bucket}/{landed.name}",
        "zip-generation": str(landed.generation),
        "zip-sha256": landed.sha256,
        "code-digest": settings.code_digest,
        "curated": f"gs://{settings.curated_bucket}/{run.curated_prefix(attempt).rstrip('/')}",
        "manifest": f"gs://{settings.state_bucket}/{run.manifest}",
        **settings.batch.limits,
    }
    return BatchPlan(
        batch_id=run.batch_id(attempt),
        main_uri=f"{settings.code_uri}/process_release.py",
        python_uris=(f"{settings.code_uri}/f1db_batch.zip",),
        arguments=tuple(part for name, value in arguments.items() for part in (f"--{name}", value)),
        labels={"pipeline": "f1db", "release": run.version.slug, "run": str(run)[:63], "attempt": str(attempt)},
    )


def _record(deployment: Deployment, candidate: Candidate, attempt: int) -> dict[str, object]:
    settings, run, landed = deployment.settings, candidate.run, candidate.landed
    return {
        "format": FORMAT,
        "batch_id": run.batch_id(attempt),
        "run": str(run),
        "attempt": attempt,
        "version": str(run.version),
        "zip_uri": f"gs://{settings.landing_bucket}/{landed.name}",
        "zip_generation": landed.generation,
        "zip_sha256": landed.sha256,
        "code_digest": settings.code_digest,
        "created_at_utc": format_utc(datetime.now(UTC)),
    }


def _tell_failure(facts: Facts, log: StageLog, release: str, run: str) -> None:
    """Log why the last attempt left no manifest, before the next one is made."""
    last = max(facts.attempts, key=lambda attempt: attempt.number, default=None)
    if last is None or last.state is BatchState.MISSING:
        return
    message = last.message or "it left no manifest and no message"
    log.error(
        f"{release}: batch {run}-{last.number} {last.state.value}: {message}",
        release=release,
        run=run,
        attempt=last.number,
        error_code=str(ErrorCode.BATCH_FAILED),
        step="previous attempt",
    )
