"""check_release for one release by name: again, by force, backwards, or only to see what would happen."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.clients.release_json import Release
from pipeline.errors import ErrorCode, PipelineError, TransientError
from pipeline.records import Request
from pipeline.releases import Version
from pipeline.stages.answers import Answer, CheckOutcome, ReleaseReport
from pipeline.stages.check_release import Check
from pipeline.stages.discovery import is_changed
from pipeline.stages.wishes import write_request
from pipeline.state import Candidate, World, candidate_of


def check_named(check: Check, version: Version, caller: str) -> Answer:
    """Land a release if it is not landed, write the request down if it is a special one, and reconcile it.

    Raises:
        PermanentError: `unknown_release`, `asset_missing`, or a ZIP that is not as promised; nothing is landed then.
        TransientError: when GitHub is out of reach and the release is not landed, or from a service.
    """
    request = check.request
    world = check.deployment.read_world()
    candidate = candidate_of(world, version)
    reason = _reason_against(check, world, candidate, version)
    if reason is not None:
        check.reports.append(_superseded(version, candidate, reason))
        return check.answer()
    offer = _offer(check, version, candidate)
    changed = offer is not None and candidate is not None and is_changed(offer, candidate)
    if offer is not None and candidate is not None and changed and not request.force:
        check.report_changed(offer, candidate)
        return check.answer()
    is_to_land = offer is not None and (candidate is None or changed)
    if request.dry_run:
        return _dry_run(check, world, candidate, offer if is_to_land else None)
    number = _write_request(check, world, version, offer, candidate, caller) if request.is_special else None
    if number is not None:
        check.log.info(f"request {number} for {version} is written", release=str(version), step="request")
    if offer is not None and is_to_land:
        check.land(offer)
    world = check.deployment.read_world()
    candidate = candidate_of(world, version)
    if candidate is None:
        raise TransientError(ErrorCode.OBJECT_MISSING, f"the ZIP of {version} is not landed: ask again")
    check.reconcile(world, [candidate], is_asked=True)
    return check.answer()


def _reason_against(check: Check, world: World, candidate: Candidate | None, version: Version) -> str | None:
    """Say why a release is not processed although it was named; None when it is."""
    pointer, request = world.pointer, check.request
    if pointer is None:
        return None
    if version.is_sample and not pointer.is_sample:
        return f"{pointer.version} is published, and the sample never replaces a real release"
    if request.is_special or (candidate is not None and candidate.request is not None):
        return None
    if pointer.hold_above is not None and pointer.version < version <= pointer.hold_above:
        return f"held back since the rollback to {pointer.version}: ask with force to publish it"
    if version < pointer.version:
        return (
            f"older than {pointer.version}, which is published: "
            "ask with force to backfill it, or with rollback to go back to it"
        )
    return None


def _superseded(version: Version, candidate: Candidate | None, reason: str) -> ReleaseReport:
    return ReleaseReport(
        release=str(version),
        outcome=CheckOutcome.SUPERSEDED,
        state="landed" if candidate else "not_landed",
        stage="check_release",
        next="nothing",
        reason=reason,
        run=str(candidate.run) if candidate else None,
    )


def _offer(check: Check, version: Version, candidate: Candidate | None) -> Release | None:
    """Ask GitHub for the release; what is landed already does without."""
    try:
        return check.deployment.github.named(version)
    except PipelineError as error:
        if candidate is None:
            raise
        check.warn(f"{error.message}; going on with the ZIP of {version} that is landed")
        return None


def _dry_run(check: Check, world: World, candidate: Candidate | None, to_land: Release | None) -> Answer:
    if to_land is not None:
        check.report_would_land(to_land)
    elif candidate is not None and check.request.is_special:
        check.reports.append(
            ReleaseReport(
                release=str(candidate.run.version),
                outcome=CheckOutcome.DRY_RUN,
                state="landed",
                stage="check_release",
                next="would: write a request and start batch attempt 1 of a new run",
                bytes=candidate.landed.size_bytes,
            )
        )
    elif candidate is not None:
        check.reconcile(world, [candidate], is_asked=True)
    return check.answer()


def _write_request(
    check: Check, world: World, version: Version, offer: Release | None, candidate: Candidate | None, caller: str
) -> int:
    """Write the request under the next free number; it is there before anything that it changes."""
    asked, pointer = check.request, world.pointer
    is_older = pointer is not None and not pointer.is_sample and version < pointer.version
    offered = offer.sha256 if offer is not None else None
    landed = candidate.landed.sha256 if candidate is not None else None
    request = Request(
        version=version,
        number=world.last_request(version) + 1,
        force=asked.force,
        rollback=asked.rollback,
        backfill=is_older and not asked.rollback,
        accept_shrink=asked.accept_shrink,
        zip_sha256=offered or landed,
        requested_by=caller,
        requested_at=datetime.now(UTC),
    )
    return write_request(check.deployment.state, request)
