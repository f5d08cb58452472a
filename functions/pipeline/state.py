"""Reading the objects in GCS, which are the whole truth, as one picture of ZIPs, requests, runs, pointer and lease."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline import objects
from pipeline.clients.storage import Bucket, StoredObject
from pipeline.documents import InvalidDocumentError
from pipeline.errors import PermanentError
from pipeline.manifests import Manifest
from pipeline.objects import Run, ZipName, parse_request_name, parse_run_object, parse_zip_name, run_of
from pipeline.records import Lease, Outcome, OutcomeKind, Pointer, Request
from pipeline.releases import Version

ExecutionLookup = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class LandedZip:
    name: ZipName
    sha256: str
    generation: int
    size_bytes: int
    created_at: datetime
    metadata: Mapping[str, str]

    @property
    def version(self) -> Version:
        return self.name.version


@dataclass(slots=True)
class RunObjects:
    """Which objects a run has, by the listing alone."""

    batches: dict[int, StoredObject] = field(default_factory=dict)
    transforms: dict[int, StoredObject] = field(default_factory=dict)
    manifest: StoredObject | None = None
    outcome: StoredObject | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One run to decide on: of a landed ZIP, for an open request or for none."""

    run: Run
    landed: LandedZip
    request: Request | None


@dataclass(frozen=True, slots=True)
class World:
    """One reading of the landing and state buckets. `pointer` is None when there is none that can be read."""

    now: datetime
    code_digest: str
    transform_digest: str
    state: Bucket
    zips: dict[Version, tuple[LandedZip, ...]]
    requests: dict[Version, tuple[int, ...]]
    runs: dict[Run, RunObjects]
    pointer: Pointer | None
    pointer_generation: int
    pointer_problem: str
    pointer_moved_at: datetime | None
    lease: Lease | None
    lease_info: StoredObject | None

    def newest_zip(self, version: Version) -> LandedZip | None:
        zips = self.zips.get(version, ())
        return zips[-1] if zips else None

    def last_request(self, version: Version) -> int:
        return max(self.requests.get(version, ()), default=0)

    def is_request_open(self, version: Version, number: int) -> bool:
        """A request is closed by the outcome of any run that answers it."""
        return number > 0 and not any(
            run.version == version and run.request == number and found.outcome is not None
            for run, found in self.runs.items()
        )


def read_world(landing: Bucket, state: Bucket, *, code_digest: str, transform_digest: str, now: datetime) -> World:
    """Read what the buckets say now: three listings, the pointer and the lease."""
    zips: dict[Version, list[LandedZip]] = {}
    for info in landing.list_objects("releases/"):
        name = parse_zip_name(info.name)
        if name is not None:
            sha256 = info.metadata.get("sha256", name.zip12)
            zips.setdefault(name.version, []).append(
                LandedZip(name, sha256, info.generation, info.size_bytes, info.created_at, info.metadata)
            )
    requests: dict[Version, list[int]] = {}
    for info in state.list_objects("requests/"):
        request = parse_request_name(info.name)
        if request is not None:
            requests.setdefault(request[0], []).append(request[1])
    pointer, pointer_info, problem = _read_pointer(state)
    lease, lease_info = _read_lease(state)
    return World(
        now=now,
        code_digest=code_digest,
        transform_digest=transform_digest,
        state=state,
        zips={version: tuple(sorted(found, key=lambda zip_: zip_.created_at)) for version, found in zips.items()},
        requests={version: tuple(sorted(numbers)) for version, numbers in requests.items()},
        runs=_read_runs(state),
        pointer=pointer,
        pointer_generation=pointer_info.generation if pointer_info else 0,
        pointer_problem=problem,
        pointer_moved_at=pointer_info.created_at if pointer_info else None,
        lease=lease,
        lease_info=lease_info,
    )


def candidate_of(world: World, version: Version) -> Candidate | None:
    """Return the run that stands for a version now, or None when its ZIP is not landed."""
    number = world.last_request(version)
    request = read_request(world, version, number) if world.is_request_open(version, number) else None
    if request is None and world.pointer is not None and world.pointer.version == version:
        return _candidate_of_run(world, world.pointer.run)
    landed = world.newest_zip(version)
    if request is not None and request.zip_sha256 is not None:
        wanted = [zip_ for zip_ in world.zips.get(version, ()) if zip_.sha256 == request.zip_sha256]
        landed = wanted[-1] if wanted else None
    if landed is None:
        return None
    return Candidate(run_of(version, landed.sha256, world.code_digest, number), landed, request)


def candidates(world: World) -> list[Candidate]:
    """Return every run to decide on, in version order, then open requests as they came.

    A release older than the pointer is one of them until it has an outcome: the event that would have brought it may
    be lost. When the pointer is lost, all wait until it is restored, but for requests that are no older: the run that
    it named may be one that the deployed transform refuses.
    """
    lost = _newest_published(world) if world.pointer is None else None
    ended = {run.version for run, found in world.runs.items() if found.outcome is not None}
    waiting: list[Candidate] = [] if lost is None else [lost]
    asked: list[Candidate] = []
    for version in sorted(world.zips):
        candidate = candidate_of(world, version)
        if candidate is None:
            continue
        if candidate.request is not None:
            if lost is None or version >= lost.run.version:
                asked.append(candidate)
        elif lost is None and (world.pointer is None or version >= world.pointer.version or version not in ended):
            waiting.append(candidate)
    return waiting + sorted(
        asked, key=lambda candidate: candidate.request.requested_at if candidate.request else world.now
    )


def read_manifest(state: Bucket, run: Run) -> Manifest:
    """Read a run's manifest.

    Raises:
        InvalidDocumentError: when there is none, or it does not have its form.
    """
    found = state.read_json(run.manifest)
    if found is None:
        raise InvalidDocumentError(run.manifest, ["is not there"])
    return Manifest.from_json(found[0])


def is_lease_live(world: World, has_ended: ExecutionLookup, *, own_holder: str | None = None) -> bool:
    """Say whether somebody else may be publishing.

    Read with the caller's clock: good enough to decide whether to wake the transform, which judges by GCS's own.
    """
    lease, info = world.lease, world.lease_info
    if lease is None or info is None or lease.holder is None or lease.holder == own_holder:
        return False
    if world.now >= info.created_at + timedelta(seconds=lease.ttl_s):
        return False
    return not has_ended(lease.holder)


def _candidate_of_run(world: World, run: Run) -> Candidate | None:
    for landed in reversed(world.zips.get(run.version, ())):
        if landed.sha256.startswith(run.zip8):
            return Candidate(run, landed, None)
    return None


def _newest_published(world: World) -> Candidate | None:
    """Find what a lost pointer named: the published run with the greatest fence whose ZIP and manifest are there."""
    published = []
    for run, found in world.runs.items():
        if found.outcome is not None and found.manifest is not None:
            outcome = read_outcome(world, run)
            if outcome.outcome is OutcomeKind.PUBLISHED:
                published.append((outcome.fence or 0, run))
    for _, run in sorted(published, key=lambda pair: pair[0], reverse=True):
        if (candidate := _candidate_of_run(world, run)) is not None:
            return candidate
    return None


def is_newest_published(world: World, run: Run) -> bool:
    """Say whether a run is what a lost pointer named."""
    newest = _newest_published(world)
    return newest is not None and newest.run == run


def _read_runs(state: Bucket) -> dict[Run, RunObjects]:
    runs: dict[Run, RunObjects] = {}
    for info in state.list_objects("runs/"):
        parsed = parse_run_object(info.name)
        if parsed is None:
            continue
        found = runs.setdefault(parsed.run, RunObjects())
        if parsed.kind == "batch":
            found.batches[parsed.number] = info
        elif parsed.kind == "transform":
            found.transforms[parsed.number] = info
        elif parsed.kind == "manifest":
            found.manifest = info
        else:
            found.outcome = info
    return runs


def _read_pointer(state: Bucket) -> tuple[Pointer | None, StoredObject | None, str]:
    """Return the pointer with what is known of that very generation, and why it cannot be read."""
    while (info := state.find(objects.POINTER)) is not None:
        try:
            found = state.read_json(objects.POINTER)
            if found is not None and found[1] == info.generation:
                return Pointer.from_json(found[0]), info, ""
        except (InvalidDocumentError, PermanentError) as error:
            return None, info, str(error)
    return None, None, ""


def _read_lease(state: Bucket) -> tuple[Lease | None, StoredObject | None]:
    info = state.find(objects.LEASE)
    found = state.read_json(objects.LEASE) if info else None
    return (Lease.from_json(found[0]), info) if found else (None, None)


def read_request(world: World, version: Version, number: int) -> Request | None:
    """Read a request; None when there is none of that number. Raises: InvalidDocumentError."""
    found = world.state.read_json(objects.request_name(version, number))
    return Request.from_json(found[0]) if found else None


def read_outcome(world: World, run: Run) -> Outcome:
    """Read how a run ended, which the listing says it has."""
    found = world.state.read_json(run.outcome)
    if found is None:
        raise InvalidDocumentError(run.outcome, ["was listed and is gone"])
    return Outcome.from_json(found[0])
