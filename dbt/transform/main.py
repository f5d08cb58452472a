"""The job: take the lease, process what waits in version order, ask again, let go, and ask once more."""

from __future__ import annotations

import argparse
import os
import traceback
from collections.abc import Callable, Mapping, Sequence

from pipeline.clients.run_jobs import RunJob
from pipeline.errors import PipelineError
from pipeline.logs import StageLog
from pipeline.records import Lease
from pipeline.state import candidates
from transform import lease
from transform.errors import FaultError, LeaseHeldError, LeaseLostError, RefusalError
from transform.failures import record_failure
from transform.processing import Processing
from transform.prune import prune
from transform.settings import Settings, read_settings
from transform.warehouses.bigquery_client import error_code
from transform.warehouses.open import open_warehouse
from transform.work import Buckets, Try, Work, close_unwanted, next_work, open_buckets, read

Log = Callable[[], StageLog]


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run the job; 0 when everything that waited was published or refused, 1 for a fault."""
    parser = argparse.ArgumentParser(prog="transform", description=__doc__)
    parser.add_argument("--woken-by", default=None, help="the run whose manifest woke this job, for the logs only")
    woken_by = parser.parse_args(arguments).woken_by
    log = StageLog("transform")
    try:
        settings = read_settings(os.environ if environment is None else environment)
        buckets = open_buckets(settings)
        return _Job(settings, buckets).run(log, woken_by)
    except PipelineError as error:
        log.outcome_of_error("failed", error)
        return 1
    except LeaseLostError as error:
        log.outcome_line("lease_lost", str(error), "WARNING", error_code="lease_lost")
        return 1
    except Exception as error:
        log.outcome_line("failed", f"{type(error).__name__}: {error}", "ERROR", error_code="internal",
                         details=traceback.format_exc())  # fmt: skip
        return 1


class _Job:
    """One execution: holds the lease while there is work, and tries no run twice for the same purpose."""

    def __init__(self, settings: Settings, buckets: Buckets) -> None:
        self._settings = settings
        self._buckets = buckets
        self._warehouse = open_warehouse(settings.warehouse_url)
        self._tried: set[Try] = set()

    def run(self, log: StageLog, woken_by: str | None) -> int:
        status = 0
        # A manifest that arrives while the lease is being let go finds it held and nobody asking: hence once more.
        while status == 0 and (work := next_work(self._buckets, self._settings, self._tried)) is not None:
            try:
                status = self._hold(work)
            except LeaseHeldError as error:
                log.outcome_line("lease_held", f"nothing done: {error}", woken_by=woken_by)
                return 0
        if not self._tried:
            close_unwanted(self._buckets, self._settings, log)
            log.outcome_line("nothing_to_do", "no run waits for a transform", woken_by=woken_by)
        return status

    def _hold(self, expected: Work) -> int:
        """Work on what waits; `expected` is what the lease names first, before the world is read under it."""
        settings, state = self._settings, self._buckets.state
        pointer = read(self._buckets, settings).pointer
        has_ended = RunJob(settings.transform_job, settings.run_endpoint).has_ended
        held = lease.take(
            state,
            settings.holder,
            settings.lease_ttl_s,
            fence_floor=max(pointer.fence if pointer else 0, self._warehouse.greatest_fence()),
            has_ended=has_ended,
            run=str(expected.run),
        )
        status, is_new = 0, True
        try:
            # One that still runs, and was overtaken, tells so itself.
            if held.left is not None and has_ended(str(held.left.holder)):
                self._tell_died(held.left)
            # Read under the lease, so the pointer's generation is the one that only its holder may move.
            while status == 0 and (work := next_work(self._buckets, settings, self._tried)) is not None:
                if not is_new or held.lease.run != str(work.run):
                    held = lease.renew(state, held, str(work.run))
                is_new = False
                self._tried.add((work.run, work.purpose))
                self._warehouse.claim(held.fence)
                processing = Processing(settings, self._buckets, self._warehouse, held.fence)
                status = self._process(processing, work, held)
            if status == 0:
                self._tidy()
        finally:
            lease.release(state, held)
        return status

    def _process(self, processing: Processing, work: Work, held: lease.HeldLease) -> int:
        log = StageLog("transform")
        named = {"release": str(work.run.version), "run": str(work.run)}
        try:
            outcome = processing.process(work, log)
        except LeaseLostError as error:
            return _tell_lost(log, str(error), named)
        except Exception as error:
            # Whoever takes the lease over removes this holder's private place: what happens then is nobody's fault.
            if not lease.is_ours(self._buckets.state, held):
                return _tell_lost(log, f"the lease has been taken by somebody else, and so: {error}", named)
            return self._tell_failure(processing, work, error, log, named)
        log.outcome_line(outcome.value, f"{work.run.version} is {outcome.value}", purpose=work.purpose.value, **named)
        return 0

    def _tell_died(self, left: Lease) -> None:
        """Count a fault against the run of a holder that ended without a word, unless it had come to its end.

        A transform that runs out of memory or of time can write nothing itself, and must not be tried for ever.
        """
        world = read(self._buckets, self._settings)
        has_published = world.pointer is not None and world.pointer.fence == left.fence
        waiting = [candidate.run for candidate in candidates(world) if str(candidate.run) == left.run]
        if has_published or not waiting:
            return
        [run] = waiting
        reason = f"{left.holder} ended without a word: killed, out of memory or out of time"
        record_failure(
            self._buckets.state, run, self._settings, left.fence,
            kind="fault", code="transform_died", reason=reason, details=[], holder=left.holder,
        )  # fmt: skip
        StageLog("transform").error(
            f"{run.version} is not published: {reason}", error_code="transform_died",
            release=str(run.version), run=str(run),
        )  # fmt: skip

    def _tell_failure(
        self, processing: Processing, work: Work, error: Exception, log: StageLog, named: dict[str, str]
    ) -> int:
        if isinstance(error, RefusalError):
            self._record(processing, work, "refusal", error.code, error.reason, error.details)
            told = f"{work.run.version} is not published: {error.reason}"
            fields = {"error_code": "transform_refused", "refusal": error.code, "details": error.details}
            log.outcome_line("refused", told, "ERROR", **fields, **named)
            return 0
        code, reason, details = _fault(error)
        self._record(processing, work, "fault", code, reason, details)
        log.outcome_line("fault", f"{work.run.version} is not published: {reason}", "ERROR",
                         error_code=code, details=details, **named)  # fmt: skip
        return 1

    def _record(
        self, processing: Processing, work: Work, kind: str, code: str, reason: str, details: list[dict[str, object]]
    ) -> None:
        record_failure(
            self._buckets.state, work.run, self._settings, processing.fence,
            kind=kind, code=code, reason=reason, details=details,
        )  # fmt: skip

    def _tidy(self) -> None:
        log = StageLog("transform")
        close_unwanted(self._buckets, self._settings, log)
        deleted = prune(read(self._buckets, self._settings), self._buckets)
        if deleted:
            log.info(f"{deleted} Parquet objects that nobody needs are deleted", step="prune")


def _tell_lost(log: StageLog, message: str, named: dict[str, str]) -> int:
    log.outcome_line("lease_lost", message, "WARNING", error_code="lease_lost", **named)
    return 1


def _fault(error: Exception) -> tuple[str, str, list[dict[str, object]]]:
    if isinstance(error, FaultError):
        return error.code, error.reason, error.details
    code = str(error.code) if isinstance(error, PipelineError) else error_code(error) or "internal"
    trace = "".join(traceback.format_exception(error))[-4000:]
    return code, f"{type(error).__name__}: {error}", [{"traceback": trace}]
