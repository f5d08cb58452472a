"""From a tested private place to the pointer, in an order that a crash anywhere leaves to be finished, not undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from pipeline import objects
from pipeline.clients.storage import Bucket
from pipeline.decisions import Purpose
from pipeline.documents import format_utc
from pipeline.manifests import Manifest
from pipeline.objects import Run
from pipeline.records import Outcome, OutcomeKind, Pointer
from pipeline.releases import Version
from transform.errors import LeaseLostError
from transform.report import ReleaseStamp, render_report
from transform.settings import Settings
from transform.warehouses.protocol import PrivatePlace, Stamp, Warehouse
from transform.work import Buckets, Work

_SHARED_DATASETS = ("f1db_raw", "f1db")


class Steps(Protocol):
    def begin(self, step: str, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Publication:
    """Publishes one private place: warehouse, report, pointer, outcome."""

    settings: Settings
    buckets: Buckets
    warehouse: Warehouse
    place: PrivatePlace
    now: datetime

    def publish(self, work: Work, manifest: Manifest, steps: Steps) -> None:
        """Make the private place the release that everybody sees.

        Raises:
            LeaseLostError: the warehouse or the pointer has passed to another holder.
        """
        run, drivers = work.run, self.settings.drivers
        datasets = datasets_of(drivers)
        headlines = {driver: self._headlines(driver) for driver in drivers}
        steps.begin("publish", f"publishing {run.version} in {self.warehouse.url}")
        self.warehouse.publish(self.place, Stamp(str(run.version), str(run), datasets))
        # Before the pointer: what a crash after it leaves undone needs no transform, so nobody would come to tidy up.
        self.warehouse.discard(self.place)
        pointer = Pointer(
            version=run.version,
            run=run,
            attempt=manifest.attempt,
            zip_sha256=manifest.zip_sha256,
            transform_digest=self.settings.transform_digest,
            drivers=drivers,
            fence=self.place.fence,
            hold_above=hold_above(work),
            published_at=self.now,
            manifest=f"gs://{self.buckets.state.name}/{run.manifest}",
            report=f"gs://{self.buckets.curated.name}/{objects.report_name(run, self.place.fence)}",
            warehouse=self.warehouse.url,
            datasets=datasets,
            headlines=headlines,
        )
        steps.begin("report", "writing the report")
        self._write_reports(pointer)
        generation = work.world.pointer_generation
        if self.buckets.state.replace_json(objects.POINTER, pointer.to_json(), generation) is None:
            raise LeaseLostError("the pointer has been moved by somebody else")
        reason = f"{work.purpose.value}: fence {self.place.fence}"
        record_outcome(
            self.buckets.state, run, OutcomeKind.PUBLISHED, reason, manifest.attempt, self.place.fence,
            pointer.hold_above, at=pointer.published_at,
        )  # fmt: skip

    def _headlines(self, driver_id: str) -> dict[str, Any]:
        dataset = dataset_of(driver_id) + self.place.dataset_suffix
        [career] = self.warehouse.rows(self.place, f"select * from {dataset}.mart_career", 2)  # noqa: S608 # our names
        return {name: number for name, value in career.items() if (number := _number(value)) is not None}

    def _write_reports(self, pointer: Pointer) -> None:
        """Write one page a driver: the first one's is what the pointer names, the others lie beside it."""
        first = objects.report_name(pointer.run, pointer.fence)
        stamp = stamp_of(pointer)
        with self.warehouse.published_marts() as marts:
            pages = {driver_id: render_report(marts, driver_id, stamp) for driver_id in pointer.drivers}
        for driver_id, html in pages.items():
            self.buckets.curated.write_page(first.replace("index.html", page_name(pointer.drivers, driver_id)), html)


def stamp_of(pointer: Pointer) -> ReleaseStamp:
    """Say where a report's figures come from."""
    return ReleaseStamp(
        version=str(pointer.version),
        run=str(pointer.run),
        zip_sha256=pointer.zip_sha256,
        published_at_utc=format_utc(pointer.published_at),
        is_sample=pointer.is_sample,
    )


def page_name(drivers: Sequence[str], driver_id: str) -> str:
    """Name a driver's page: the first driver's is the index, the others lie beside it."""
    return "index.html" if driver_id == drivers[0] else f"{driver_id}.html"


def datasets_of(drivers: Sequence[str]) -> tuple[str, ...]:
    """Return the published datasets: the raw layer, the shared one, and one for each driver."""
    return (*_SHARED_DATASETS, *(dataset_of(driver) for driver in drivers))


def dataset_of(driver_id: str) -> str:
    return driver_id.replace("-", "_")


def hold_above(work: Work) -> Version | None:
    """Return up to which version nothing is published by itself: set by a rollback, cleared by anything newer."""
    pointer, version = work.world.pointer, work.run.version
    if work.purpose is Purpose.RESTORE:
        return _restored_hold(work)
    if pointer is None:
        return None
    if work.purpose is Purpose.ROLLBACK:
        return max(pointer.version, pointer.hold_above or pointer.version)
    held = pointer.hold_above
    return None if held is None or version > held else held


def _restored_hold(work: Work) -> Version | None:
    found = work.world.state.read_json(work.run.outcome)
    return Outcome.from_json(found[0]).hold_above if found else None


def record_outcome(
    state: Bucket, run: Run, kind: OutcomeKind, reason: str, attempt: int, fence: int, held: Version | None = None,
    *, at: datetime,
) -> bool:  # fmt: skip
    """Write how a run ended; an outcome that is there already stays. Returns whether this call wrote it."""
    outcome = Outcome(kind, run.version, run, reason, at, attempt, fence, held)
    return state.create_json(run.outcome, outcome.to_json())


def published_runs(outcomes: Sequence[Outcome]) -> list[Run]:
    """Return the runs that were published, the newest publication first."""
    published = [outcome for outcome in outcomes if outcome.outcome is OutcomeKind.PUBLISHED]
    return [outcome.run for outcome in sorted(published, key=lambda outcome: outcome.fence or 0, reverse=True)]


def _number(value: Any) -> int | float | None:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
