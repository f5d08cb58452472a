"""The lease: one transform at a time, told apart by a fence that grows with each taking, timed by GCS's own clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from pipeline import objects
from pipeline.clients.storage import Bucket, StoredObject
from pipeline.records import Lease
from transform.errors import LeaseHeldError, LeaseLostError


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A lease that this process has taken; `generation` proves that nobody has taken it since.

    `left` is the lease of another holder that had not let go, where it was taken from one.
    """

    lease: Lease
    generation: int
    left: Lease | None = None

    @property
    def fence(self) -> int:
        return self.lease.fence


def take(
    state: Bucket,
    holder: str,
    ttl_s: int,
    *,
    fence_floor: int,
    has_ended: Callable[[str], bool],
    run: str | None = None,
) -> HeldLease:
    """Take the lease, to work on a run, with a fence greater than every one before.

    `fence_floor` is the greatest fence known elsewhere (pointer, warehouse), so that a lost lease object is no harm.

    Raises:
        LeaseHeldError: somebody else holds it, or was faster.
    """
    found = _read(state)
    if found is None:
        lease = Lease(holder, fence_floor + 1, ttl_s, run)
        if not state.create_json(objects.LEASE, lease.to_json()):
            raise LeaseHeldError("somebody else has just taken the lease")
        # Created under a mark of our own, so this reads our object, or that of a successor whose replace will fail.
        return _confirmed(state, lease)
    document, info = found
    current = Lease.from_json(document)
    if _is_live(state, current, info, holder, has_ended):
        raise LeaseHeldError(f"{current.holder} holds the lease")
    lease = Lease(holder, max(current.fence, fence_floor) + 1, ttl_s, run)
    generation = state.replace_json(objects.LEASE, lease.to_json(), info.generation)
    if generation is None:
        raise LeaseHeldError("somebody else has just taken the lease")
    return HeldLease(lease, generation, current if current.holder not in (None, holder) else None)


def renew(state: Bucket, held: HeldLease, run: str | None = None) -> HeldLease:
    """Take the own lease once more, for another run: each gets a fence of its own, and a full term.

    Raises:
        LeaseLostError: somebody else has it.
    """
    lease = replace(held.lease, fence=held.fence + 1, run=run)
    generation = state.replace_json(objects.LEASE, lease.to_json(), held.generation)
    if generation is None:
        raise LeaseLostError("the lease has been taken by somebody else")
    return HeldLease(lease, generation)


def is_ours(state: Bucket, held: HeldLease) -> bool:
    """Say whether nobody has taken the lease since this process took it."""
    info = state.find(objects.LEASE)
    return info is not None and info.generation == held.generation


def release(state: Bucket, held: HeldLease) -> bool:
    """Let go: the same fence with no holder. Returns False when somebody else has taken it meanwhile."""
    free = replace(held.lease, holder=None, run=None)
    return state.replace_json(objects.LEASE, free.to_json(), held.generation) is not None


def _confirmed(state: Bucket, lease: Lease) -> HeldLease:
    found = _read(state)
    if found is None or Lease.from_json(found[0]) != lease:
        raise LeaseHeldError("the lease was taken away at once")
    return HeldLease(lease, found[1].generation)


def _read(state: Bucket) -> tuple[dict[str, Any], StoredObject] | None:
    """Return the lease and what is known of that very generation: its times are the lease's."""
    while (info := state.find(objects.LEASE)) is not None:
        found = state.read_json(objects.LEASE)
        if found is not None and found[1] == info.generation:
            return found[0], info
    return None


def _is_live(state: Bucket, lease: Lease, info: StoredObject, holder: str, has_ended: Callable[[str], bool]) -> bool:
    if lease.holder is None or lease.holder == holder:
        return False
    touched = state.touch(info)
    if touched is None:  # replaced since it was read: whoever did that is alive
        return True
    if touched.updated_at - info.created_at >= timedelta(seconds=lease.ttl_s):
        return False
    return not has_ended(lease.holder)
