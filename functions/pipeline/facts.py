"""From one reading of the buckets to the facts that `next_action` decides on, for one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.clients.dataproc import FoundBatch
from pipeline.clients.storage import StoredObject
from pipeline.decisions import Attempt, Facts, TransformFailure
from pipeline.documents import Fields, InvalidDocumentError
from pipeline.manifests import Manifest
from pipeline.objects import Run
from pipeline.records import OutcomeKind, Pointer
from pipeline.state import Candidate, RunObjects, World, is_newest_published, read_manifest, read_outcome

BatchLookup = Callable[[str], FoundBatch]
FenceLookup = Callable[[], int | None]


def facts_of(
    world: World,
    candidate: Candidate,
    *,
    find_batch: BatchLookup | None,
    is_lease_live: bool,
    published_fence: FenceLookup,
) -> Facts:
    """Read what the decision on one candidate needs.

    Batches are asked for only while there is no manifest, the warehouse only for the run that the pointer names.
    """
    run = candidate.run
    found = world.runs.get(run, RunObjects())
    facts = Facts(
        run=run,
        now=world.now,
        transform_digest=world.transform_digest,
        pointer=world.pointer,
        request=candidate.request,
        is_lease_live=is_lease_live,
        outcome=read_outcome(world, run) if found.outcome else None,
        is_newest_published=world.pointer is None and is_newest_published(world, run),
        failures=tuple(_read_failure(world, run, *numbered) for numbered in sorted(found.transforms.items())),
    )
    pointer = world.pointer
    if pointer is not None and pointer.run == run:
        is_lost = published_fence() != pointer.fence
        return replace(facts, is_warehouse_lost=is_lost, is_history_behind=_is_history_behind(world, pointer))
    if facts.outcome is not None:
        return facts
    if found.manifest is not None:
        return replace(facts, manifest_status=read_manifest(world.state, run).status)
    if find_batch is None or not found.batches:
        return facts
    attempts = []
    for number, info in sorted(found.batches.items()):
        batch = find_batch(run.batch_id(number))
        # A batch may be refused for long after its record was made: its day begins with the batch.
        attempts.append(Attempt(number, batch.created_at or info.created_at, batch.state, batch.message))
    # A manifest may have come while the batches were asked: it is the truth, and it is read after them.
    late = world.state.read_json(run.manifest)
    if late is not None:
        return replace(facts, manifest_status=Manifest.from_json(late[0]).status)
    return replace(facts, attempts=tuple(attempts))


def _is_history_behind(world: World, pointer: Pointer) -> bool:
    """Say whether a release was backfilled after the pointer was moved; only outcomes younger than it are read."""
    for run, found in world.runs.items():
        moved_at, outcome = world.pointer_moved_at, found.outcome
        if outcome is None or run == pointer.run or run.version.is_sample:
            continue
        if moved_at is not None and outcome.created_at < moved_at:
            continue
        ended = read_outcome(world, run)
        if ended.outcome is OutcomeKind.BACKFILLED and (ended.fence or 0) > pointer.fence:
            return True
    return False


def _read_failure(world: World, run: Run, number: int, info: StoredObject) -> TransformFailure:
    name = run.transform(number)
    found = world.state.read_json(name)
    if found is None:
        raise InvalidDocumentError(name, ["was listed and is gone"])
    fields = Fields(name, found[0])
    failure = TransformFailure(
        number=number,
        is_refusal=fields.text("kind") == "refusal",
        transform_digest=fields.text("transform_digest"),
        created_at=info.created_at,
        reason=fields.text("reason"),
    )
    fields.finish()
    return failure
