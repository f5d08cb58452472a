"""The edge of the three functions: requests and events in, one outcome line each, answers or acknowledgements out."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.errors import ErrorCode, PermanentError, PipelineError
from pipeline.logs import StageLog, trace_of
from pipeline.releases import Version
from pipeline.settings import Settings, read_settings
from pipeline.stages.answers import Answer
from pipeline.stages.check_body import CheckRequest, caller_of, parse_check_request
from pipeline.stages.check_named import check_named
from pipeline.stages.check_release import Check
from pipeline.stages.deployment import Deployment, open_deployment
from pipeline.stages.events import CloudEventLike, ObjectFinalized, parse_object_finalized
from pipeline.stages.start_batch import start_batch
from pipeline.stages.start_dbt import start_dbt

Handler = Callable[[Deployment, ObjectFinalized, StageLog], None]


def handle_check(
    environment: Mapping[str, str], method: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, int, dict[str, str]]:
    """Answer one call of check_release: body, status and headers.

    Raises:
        Exception: what nobody has foreseen, after its outcome line; the framework answers 500.
    """
    log = StageLog("check_release", trace_of(headers, environment.get("PROJECT_ID", "")))
    request: CheckRequest | None = None
    try:
        settings = read_settings(environment)
        request = parse_check_request(method, body)
        answer = _check(open_deployment(settings), request, headers, log)
    except PipelineError as error:
        answer = Answer(dry_run=request.dry_run if request else False, error=error)
    except Exception as error:
        _log_unforeseen(log, error)
        raise
    _log_answer(log, answer)
    return json.dumps(answer.to_json(), indent=1) + "\n", answer.status, answer.headers


def handle_landed(environment: Mapping[str, str], headers: Mapping[str, str], event: CloudEventLike) -> None:
    """Handle one event of the landing bucket.

    Raises:
        TransientError: so that the event is delivered again.
    """
    _handle_event("start_batch", environment, headers, event, lambda settings: settings.landing_bucket, start_batch)


def handle_manifest(environment: Mapping[str, str], headers: Mapping[str, str], event: CloudEventLike) -> None:
    """Handle one event of the state bucket.

    Raises:
        TransientError: so that the event is delivered again.
    """
    _handle_event("start_dbt", environment, headers, event, lambda settings: settings.state_bucket, start_dbt)


def _check(deployment: Deployment, request: CheckRequest, headers: Mapping[str, str], log: StageLog) -> Answer:
    check = Check(deployment, log, request)
    version = request.release
    if version is None and request.is_special:
        version = _newest(deployment)
    if version is None:
        return check.tick()
    caller = caller_of({name.lower(): value for name, value in headers.items()}.get("authorization", ""))
    try:
        return check_named(check, version, caller)
    except PipelineError as error:
        check.fail(error, str(version))
        return check.answer()


def _newest(deployment: Deployment) -> Version:
    return deployment.github.latest().version


def _handle_event(
    stage: str,
    environment: Mapping[str, str],
    headers: Mapping[str, str],
    event: CloudEventLike,
    bucket_of: Callable[[Settings], str],
    handle: Handler,
) -> None:
    """Acknowledge what cannot be mended by trying again, raise the rest; either way with one outcome line."""
    log = StageLog(stage, trace_of(headers, environment.get("PROJECT_ID", "")))
    try:
        settings = read_settings(environment)
        handle(open_deployment(settings), parse_object_finalized(event, bucket_of(settings)), log)
    except PermanentError as error:
        _log_error(log, "rejected", error)
        if error.code is ErrorCode.BAD_SETTINGS:  # a new deployment mends it: the event must not be lost
            raise
    except PipelineError as error:
        _log_error(log, "failed", error)
        raise
    except Exception as error:
        _log_unforeseen(log, error)
        raise


def _log_error(log: StageLog, outcome: str, error: PipelineError) -> None:
    if log.is_closed:
        log.error(error.message, error_code=str(error.code))
    else:
        log.outcome_of_error(outcome, error)


def _log_unforeseen(log: StageLog, error: Exception) -> None:
    message = f"unforeseen {type(error).__name__}: {error}\n{traceback.format_exc()}"
    if log.is_closed:
        log.error(message, error_code=str(ErrorCode.INTERNAL))
    else:
        log.outcome_line("failed", message, "ERROR", error_code=str(ErrorCode.INTERNAL))


def _log_answer(log: StageLog, answer: Answer) -> None:
    releases: list[dict[str, Any]] = [report.to_json() for report in answer.releases]
    single = answer.releases[0] if len(answer.releases) == 1 else None
    fields: dict[str, Any] = {
        "release": single.release if single else None,
        "run": single.run if single else None,
        "releases": releases or None,
        "status": answer.status,
    }
    if answer.error is not None:
        severity = "WARNING" if answer.status in (400, 404, 405) else "ERROR"
        log.outcome_of_error(answer.outcome, answer.error, severity, **fields)
        return
    told = "; ".join(f"{report.release} {report.outcome.value}" for report in answer.releases)
    log.outcome_line(answer.outcome, told or "nothing is landed and nothing is new", **fields)
