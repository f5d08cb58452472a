"""One project in which everything runs: the functions and the transform from their own edges on, the rest as models.

What is replaced is only what would leave the process: clients, the clock, dbt and the report. Events are kept by the
test, which delivers them when, in which order and as often as it likes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from unittest.mock import patch

from pipeline.clients.release_json import Release
from pipeline.clients.storage import Bucket, StoredObject
from pipeline.decisions import Purpose
from pipeline.logs import StageLog
from pipeline.objects import LEASE, POINTER, Run, parse_run_object, parse_zip_name, zip_name
from pipeline.records import OutcomeKind, Pointer
from pipeline.releases import Version
from pipeline.settings import Settings
from pipeline.stages.deployment import Deployment
from pipeline.stages.events import FINALIZED
from pipeline.stages.handlers import handle_check, handle_landed, handle_manifest
from pipeline.state import World, read_manifest, read_world
from pipeline.zips.landing import Landing
from tests.model.bucket import ModelBucket
from tests.model.programs import Program, call_of_a_service, running
from tests.model.services import ModelDataproc, ModelGitHub, ModelWarehouse
from transform.errors import FaultError, RefusalError
from transform.main import main as transform
from transform.publication import Publication, record_outcome
from transform.warehouses.protocol import PrivatePlace
from transform.work import Buckets, Work

JOB = "projects/model/locations/europe-west1/jobs/transform"


@dataclass(frozen=True)
class Event:
    """A finalised object, on its way to the stage that it wakes."""

    stage: str
    bucket: str
    name: str
    generation: int

    def get_attributes(self) -> Mapping[str, Any]:
        return {"type": FINALIZED, "id": "1"}

    def get_data(self) -> Any:
        return {"bucket": self.bucket, "name": self.name, "generation": str(self.generation)}


class Move(NamedTuple):
    """One writing of the pointer; `is_asked`: for a request that no outcome had answered before."""

    pointer: Pointer
    purpose: Purpose
    is_asked: bool


class Fault(NamedTuple):
    """An execution of the transform that ended with a fault; who is killed, or loses the lease, has none."""

    run: Run
    transform_digest: str
    fence: int
    at: datetime


@dataclass
class ModelCloud:
    """The whole world; what happens in it is what a test's rules do."""

    clock: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    code: str = "c" * 64
    transform_digest: str = "d" * 64
    events: list[Event] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    executions: dict[str, Program] = field(default_factory=dict)
    pointers: list[Move] = field(default_factory=list)
    purposes: dict[int, Purpose] = field(default_factory=dict)
    answered: set[tuple[Version, int]] = field(default_factory=set)
    late_zips: list[Version] = field(default_factory=list)
    failing: dict[str, Fault] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    refused: set[tuple[Version, str]] = field(default_factory=set)
    is_dbt_broken: bool = False
    unforeseen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        kinds = ("landing", "state", "curated")
        self.landing, self.state, self.curated = (
            ModelBucket(f"model-{kind}", lambda: self.clock, self._finalized) for kind in kinds
        )
        self.github, self.warehouse = ModelGitHub(), ModelWarehouse()
        self.dataproc = ModelDataproc(lambda: self.clock)

    # what a test starts

    def check(self, skew: timedelta, body: Mapping[str, Any] | None = None) -> Program:
        """Call check_release: a tick, or a wish."""
        content = json.dumps(body).encode() if body else b""
        return self._start("check_release", skew, lambda: handle_check(self._environment(), "POST", {}, content))

    def deliver(self, event: Event, skew: timedelta) -> Program:
        """Wake the stage that an event is for; what the stage raises is delivered again some day."""
        handle = handle_landed if event.stage == "start_batch" else handle_manifest

        def body() -> None:
            try:
                handle(self._environment(), {}, event)
            except Exception:
                self.events.append(event)
                if self.unforeseen:
                    raise

        return self._start(event.stage, skew, body)

    def world(self) -> World:
        return read_world(
            cast(Bucket, self.landing), cast(Bucket, self.state),
            code_digest=self.code, transform_digest=self.transform_digest, now=self.clock,
        )  # fmt: skip

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the models where the programs would reach for the clients."""
        clock = SimpleNamespace(now=lambda _: self.clock + (program.skew if (program := running()) else timedelta()))
        replaced: dict[str, Any] = {
            "pipeline.stages.handlers.open_deployment": self._open_deployment,
            "pipeline.stages.deployment.datetime": clock,
            "pipeline.stages.deployment.published_fence": self.warehouse.published_fence,
            "pipeline.stages.reconcile.wake": self._wake,
            "pipeline.stages.check_release.land": self._land,
            **{f"pipeline.stages.{stage}.check_drivers": _know_every_driver for stage in _CHECKING},
            "transform.main.open_buckets": lambda _: self._buckets(),
            "transform.main.open_warehouse": lambda _: self.warehouse,
            "transform.main.Processing": self._processing,
            "transform.main.RunJob": lambda *_: self,
            "transform.work.datetime": clock,
            "transform.work.published_fence": self.warehouse.published_fence,
            "transform.publication.render_report": lambda *_: "",
        }
        with ExitStack() as stack:
            for name, model in replaced.items():
                stack.enter_context(patch(name, model))
            stack.enter_context(patch.object(StageLog, "line", self._log_line()))
            yield

    # Cloud Run, as a job that is started and asked for

    def start(self, _: list[str]) -> str:
        call_of_a_service()
        name = f"transform-{len(self.executions) + 1}"
        environment = {**self._environment(), "CLOUD_RUN_EXECUTION": name}
        skew = timedelta(minutes=(-10, 0, 10)[len(self.executions) % 3])
        self.executions[name] = self._start("transform", skew, lambda: self._transform(name, environment))
        return f"{JOB}/executions/{name}"

    def has_ended(self, execution: str) -> bool:
        call_of_a_service()
        return self.executions[execution].has_ended

    def _transform(self, name: str, environment: Mapping[str, str]) -> None:
        transform([], environment)
        fault = self.failing.pop(name, None)
        if fault is not None and fault.fence == json.loads(self.state.objects[LEASE][1])["fence"]:
            self.faults.append(fault)

    # what the programs reach

    def _start(self, name: str, skew: timedelta, body: Callable[[], object]) -> Program:
        self.programs = [program for program in self.programs if not program.has_ended]
        self.programs.append(Program(name, skew, body))
        return self.programs[-1]

    def _finalized(self, bucket: str, info: StoredObject, document: Any) -> None:
        if bucket == self.landing.name:
            self.events.append(Event("start_batch", bucket, info.name, info.generation))
            landed = parse_zip_name(info.name)
            assert landed is not None
            version = landed.version
            is_new = not version.is_sample and all(version != ended for ended, _ in self.answered)
            if is_new and self.pointers and version < self.pointers[-1].pointer.version:
                self.late_zips.append(version)
        elif info.name == POINTER:
            pointer = Pointer.from_json(document)
            request = pointer.version, pointer.run.request
            is_asked = pointer.run.request > 0 and request not in self.answered
            self.pointers.append(Move(pointer, self.purposes[pointer.fence], is_asked))
        elif bucket == self.state.name and (found := parse_run_object(info.name)):
            if found.kind == "manifest":
                self.events.append(Event("start_dbt", bucket, info.name, info.generation))
            elif found.kind == "outcome":
                self.answered.add((found.run.version, found.run.request))

    def _wake(self, url: str, bucket: str, name: str, generation: int, *, trace: str | None) -> None:
        del trace
        call_of_a_service()
        self.events.append(Event(url.rpartition("/")[2], bucket, name, generation))

    def _land(self, landing: ModelBucket, github: object, release: Release, *_: object) -> Landing:
        del github
        assert release.sha256 is not None
        name = zip_name(release.version, release.sha256)
        is_new = landing.create_json(name, {}, {"sha256": release.sha256})
        return Landing(name, release.sha256, 1, 0, is_new)

    def _open_deployment(self, settings: Settings) -> Deployment:
        parts: dict[str, Any] = {"landing": self.landing, "state": self.state, "github": self.github,
                                 "dataproc": self.dataproc, "job": self}  # fmt: skip
        return Deployment(settings, **parts)

    def _buckets(self) -> Buckets:
        return Buckets(*(cast(Bucket, bucket) for bucket in (self.landing, self.state, self.curated)))

    def _processing(self, settings: Any, buckets: Buckets, warehouse: Any, fence: int) -> ModelProcessing:
        return ModelProcessing(self, settings, buckets, warehouse, fence)

    def _log_line(self) -> Callable[..., None]:
        def line(log: StageLog, severity: str, message: str, **fields: Any) -> None:
            if fields.get("error_code") in _UNFORESEEN:
                self.unforeseen.append(f"{log.stage}: {message}\n{fields.get('details')}")

        return line

    def _environment(self) -> dict[str, str]:
        return {
            "PROJECT_ID": "model", "REGION": "europe-west1", "LANDING_BUCKET": self.landing.name,
            "STATE_BUCKET": self.state.name, "CURATED_BUCKET": self.curated.name, "CODE_URI": f"gs://code/{self.code}",
            "CODE_DIGEST": self.code, "TRANSFORM_DIGEST": self.transform_digest, "TRANSFORM_JOB": JOB,
            "DRIVERS": "lewis-hamilton", "WAREHOUSE_URL": self.warehouse.url, "BATCH_SERVICE_ACCOUNT": "batch@model",
            "START_BATCH_URL": "http://model/start_batch", "START_DBT_URL": "http://model/start_dbt",
        }  # fmt: skip


@dataclass(frozen=True)
class ModelProcessing:
    """dbt and its tests as one verdict; everything from there to the pointer is the real publication."""

    cloud: ModelCloud
    settings: Any
    buckets: Buckets
    warehouse: Any
    fence: int

    def process(self, work: Work, log: StageLog) -> OutcomeKind:
        del log
        try:
            return self._process(work)
        except FaultError:
            fault = Fault(work.run, self.settings.transform_digest, self.fence, self.cloud.clock)
            self.cloud.failing[self.settings.holder] = fault
            raise

    def _process(self, work: Work) -> OutcomeKind:
        cloud, run, state = self.cloud, work.run, self.buckets.state
        cloud.purposes[self.fence] = work.purpose
        manifest = read_manifest(state, run)
        if not self.buckets.curated.list_objects(run.curated_prefix(manifest.attempt)):
            raise FaultError("parquet_missing", "the Parquet is gone")
        if cloud.warehouse.fence != self.fence:
            raise FaultError("place_gone", "a successor has removed the private place")
        if cloud.is_dbt_broken:
            raise FaultError("dbt_failed", "dbt is broken")
        if (run.version, self.settings.transform_digest) in cloud.refused:
            raise RefusalError("tests_failed", "a total does not reconcile", [])
        if work.purpose is Purpose.BACKFILL:
            record_outcome(state, run, OutcomeKind.BACKFILLED, "", manifest.attempt, self.fence, at=cloud.clock)
            return OutcomeKind.BACKFILLED
        place = PrivatePlace(self.fence, "model", "model", "", {}, Path("/nowhere"))
        publication = Publication(self.settings, self.buckets, self.warehouse, place, cloud.clock)
        publication.publish(work, manifest, cast(Any, SimpleNamespace(begin=lambda *_: None)))
        return OutcomeKind.PUBLISHED


_UNFORESEEN = ("internal", "bad_settings", "malformed_document", "malformed_event", "batch_invalid")
_CHECKING = ("start_batch", "start_dbt", "reconcile")


def _know_every_driver(*_: object) -> None:
    """The ZIPs of the model have no table of drivers; tests/integration and tests/unit read real ones."""
