"""One run from its Parquet to the pointer: load, build and test in private, publish, report, pointer, outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.decisions import Purpose
from pipeline.documents import format_utc, parse_utc
from pipeline.logs import StageLog
from pipeline.objects import Run
from pipeline.records import OutcomeKind
from pipeline.releases import Version
from pipeline.state import read_manifest
from pipeline.zips.drivers import SAMPLE_DRIVERS, nearest_ids
from transform.build import build
from transform.errors import FaultError, RefusalError
from transform.history.compare import WORKING_DATASETS, History
from transform.publication import Publication, datasets_of, record_outcome
from transform.raw_tables import RawTable, raw_tables
from transform.settings import Settings
from transform.warehouses.protocol import PrivatePlace, Progress, Warehouse
from transform.work import Buckets, Work


@dataclass(frozen=True, slots=True)
class Processing:
    """What every run of one holding of the lease shares."""

    settings: Settings
    buckets: Buckets
    warehouse: Warehouse
    fence: int

    def process(self, work: Work, log: StageLog) -> OutcomeKind:
        """Take one run to its outcome; nothing that readers see changes before everything has been tested.

        Raises:
            RefusalError: the data may not be published.
            FaultError: Parquet, dbt or the warehouse are not what they must be.
            LeaseLostError: somebody else has the lease; nothing of this run was published.
        """
        place = self.warehouse.prepare(self.fence, (*datasets_of(self.settings.drivers), *WORKING_DATASETS))
        try:
            return self._process(work, place, StepLog(log, work.run))
        finally:
            self.warehouse.discard(place)

    def _process(self, work: Work, place: PrivatePlace, told: StepLog) -> OutcomeKind:
        manifest = read_manifest(self.buckets.state, work.run)
        drivers = self.settings.drivers
        tables = raw_tables(manifest)
        told.begin("load", f"loading {len(tables)} tables into {self.warehouse.url}")
        self.warehouse.load(place, self.buckets.curated, tables, told.progress("load", "tables"))
        self._require_drivers(place, work.run.version, tables)
        now = parse_utc(format_utc(datetime.now(UTC)))  # as the documents write it, so that it is the same read again
        history = History(self.buckets, self.warehouse, place, work, manifest, now, told)
        told.begin("compare", "looking for what has changed since the release before")
        history.compare(drivers)
        told.begin("build", f"building and testing the models for {', '.join(drivers)}")
        build(
            self.warehouse, place, work.run.version, drivers, told.progress("build", "nodes"),
            raw_rows={table.name: table.rows for table in tables}, accepts_losses=not history.refuses_losses,
        )  # fmt: skip
        history.keep_headlines()
        if work.purpose is Purpose.BACKFILL:
            reason = "loaded and tested as asked; the published release stays"
            record_outcome(
                self.buckets.state, work.run, OutcomeKind.BACKFILLED, reason, manifest.attempt, place.fence, at=now
            )
            return OutcomeKind.BACKFILLED
        Publication(self.settings, self.buckets, self.warehouse, place, now).publish(work, manifest, told)
        return OutcomeKind.PUBLISHED

    def _require_drivers(self, place: PrivatePlace, version: Version, tables: Sequence[RawTable]) -> None:
        rows_in_table = {table.name: table.rows for table in tables}
        if "drivers" not in rows_in_table:
            raise FaultError("parquet_missing", "the manifest names no table of drivers")
        sql = f"select id from f1db_raw{place.dataset_suffix}.drivers"  # noqa: S608 # the suffix is our own
        known = {str(row["id"]) for row in self.warehouse.rows(place, sql, rows_in_table["drivers"])}
        known &= set(SAMPLE_DRIVERS) if version.is_sample else known
        unknown = [driver for driver in self.settings.drivers if driver not in known]
        if unknown:
            details = [{"driver": one, "nearest": nearest_ids(one, sorted(known))} for one in unknown]
            raise RefusalError("unknown_driver", f"release {version} does not know {', '.join(unknown)}", details)


@dataclass(frozen=True, slots=True)
class StepLog:
    """Log lines of one run: which step, and how far."""

    log: StageLog
    run: Run

    def begin(self, step: str, message: str) -> None:
        self.log.info(message, step=step, release=str(self.run.version), run=str(self.run))

    def warn(self, step: str, message: str) -> None:
        self.log.warning(message, step=step, release=str(self.run.version), run=str(self.run))

    def progress(self, step: str, unit: str) -> Progress:
        def tell(done: int, total: int) -> None:
            self.log.info(
                f"{step}: {done} of {total} {unit}",
                step=step,
                release=str(self.run.version),
                run=str(self.run),
                progress={"done": done, "total": total, "unit": unit},
            )

        return tell
