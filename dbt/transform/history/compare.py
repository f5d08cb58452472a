"""The step between load and build: this release against the one before it, and the history to publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from pipeline.decisions import Purpose
from pipeline.manifests import Manifest
from pipeline.state import read_manifest
from transform.errors import FaultError
from transform.history.changes_sql import CHANGES, SUMMARIES, comparison_sql
from transform.history.findings import read_findings
from transform.history.kept import KeptHistory, schemas
from transform.history.releases import SoundRelease, read_outcomes, sound_releases, with_current
from transform.history.shrink import refuse_losses, shrink_sql
from transform.history.sides import AFTER, BEFORE, HISTORY, RAW, Side, pair_tables
from transform.raw_tables import raw_tables, same_tables, snake_case
from transform.warehouses.protocol import PrivatePlace, Warehouse
from transform.work import Buckets, Work

WORKING_DATASETS = (BEFORE, AFTER, HISTORY)


class Steps(Protocol):
    def begin(self, step: str, message: str) -> None: ...

    def warn(self, step: str, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class History:
    """History as one run's transform sees and extends it; `now` is the time of publication that everybody will see."""

    buckets: Buckets
    warehouse: Warehouse
    place: PrivatePlace
    work: Work
    manifest: Manifest
    now: datetime
    steps: Steps

    def compare(self, drivers: Sequence[str]) -> None:
        """Compare what has not been compared, check for losses, and fill the tables that dbt publishes.

        Raises:
            RefusalError: `history_shrunk`.
            FaultError: `parquet_missing`, when the release before this one cannot be read any more.
        """
        kept = KeptHistory.listed(self.buckets.curated)
        chain = self._chain()
        pairs = list(zip([None, *chain], chain, strict=False))
        for previous, release in pairs:
            is_checked = previous is not None and release.run == self.work.run and self.refuses_losses
            if is_checked or not kept.has_comparison(previous.run if previous else None, release.run):
                self._compare(kept, previous, release, is_checked=is_checked)
        self._fill(kept, chain, drivers)

    def keep_headlines(self) -> None:
        """Keep every driver's numbers of this release, as the marts in the private place have them."""
        if self.work.run.version.is_sample:
            return
        import pyarrow as pa

        careers = f"f1db{self.place.dataset_suffix}.mart_driver_careers"
        found = self.warehouse.rows(self.place, f"select * from {careers}", 1_000_000)  # noqa: S608 # our own name
        rows = [
            {"driver_id": career["driver_id"], "metric": name, "value": Decimal(value).quantize(Decimal("0.01"))}
            for career in found
            for name, value in career.items()
            if isinstance(value, int | Decimal) and not isinstance(value, bool)
        ]
        schema = schemas()["headlines"]
        columns = pa.schema([schema.field(name) for name in ("driver_id", "metric", "value")])
        kept = KeptHistory(self.buckets.curated)
        kept.keep_headlines(self.work.run, self.place.fence, pa.Table.from_pylist(rows, schema=columns))

    @property
    def refuses_losses(self) -> bool:
        """Say whether losses are refused: a rollback, a backfill and a repeated publication lose nothing new."""
        request = self.work.candidate.request
        return self.work.purpose is Purpose.PUBLISH and not (request is not None and request.accept_shrink)

    def _chain(self) -> list[SoundRelease]:
        outcomes = read_outcomes(self.work.world)
        run = self.work.run
        published_at = next((outcome.at for outcome in outcomes if outcome.run == run), self.now)
        current = SoundRelease(run, self.manifest.attempt, self.place.fence, published_at)
        return with_current(sound_releases(outcomes), current)

    def _compare(
        self, kept: KeptHistory, previous: SoundRelease | None, release: SoundRelease, *, is_checked: bool
    ) -> None:
        if previous is None:
            manifest = self._manifest(release)
            kept.keep_comparison(None, release.run, schemas()["changes"].empty_table(), _first(manifest))
            return
        old, new = self._manifest(previous), self._manifest(release)
        try:
            same = same_tables(self.buckets.curated, raw_tables(old), raw_tables(new))
            told = f"{len(same)} of {len(new.tables)} tables are the same"
            self.steps.begin("compare", f"comparing {release.version} with {previous.version}: {told}")
            before, after = self._sides(old, new, same)
        except FaultError as error:
            told = f"{previous.version} and {release.version} cannot be compared: {error.reason}"
            if self.work.run == release.run:
                hint = f"{told}; ask for {previous.version} with force, which makes its Parquet again"
                raise FaultError(error.code, hint, error.details) from error
            self.steps.warn("compare", told)
            return
        dialect = self.warehouse.dialect(self.place)
        pairs = list(pair_tables(old, new, same))
        self.warehouse.execute(self.place, comparison_sql(dialect, before, after, pairs))
        if is_checked:
            losses = self.warehouse.fetch(self.place, shrink_sql(dialect, before, after, pairs)).to_pylist()
            refuse_losses(losses, before.release)
        changes, summaries = (
            self._found(table, name) for table, name in ((CHANGES, "changes"), (SUMMARIES, "summaries"))
        )
        kept.keep_comparison(previous.run, release.run, changes, summaries)

    def _sides(self, old: Manifest, new: Manifest, same: frozenset[str]) -> tuple[Side, Side]:
        """Return both sides, having loaded what is not there yet: what is the same in both once."""
        if old.run == self.work.run:
            before = self._side(old, BEFORE)
            return before, self._side(new, AFTER, dict.fromkeys(same, before.dataset))
        after = self._side(new, AFTER)
        return self._side(old, BEFORE, dict.fromkeys(same, after.dataset)), after

    def _side(self, manifest: Manifest, dataset: str, elsewhere: Mapping[str, str] | None = None) -> Side:
        """Return where a release's raw tables lie, having loaded them unless they are this run's own, or elsewhere."""
        there = elsewhere or {}
        if manifest.run == self.work.run:
            return Side(str(manifest.version), RAW)
        tables = [table for table in raw_tables(manifest) if table.name not in there]
        self.warehouse.load(self.place, self.buckets.curated, tables, lambda done, total: None, dataset=dataset)
        return Side(str(manifest.version), dataset, there)

    def _manifest(self, release: SoundRelease) -> Manifest:
        return self.manifest if release.run == self.work.run else read_manifest(self.buckets.state, release.run)

    def _found(self, table: str, name: str) -> Any:
        dialect, schema = self.warehouse.dialect(self.place), schemas()[name]
        order = ("table_name", "key", "column_name") if name == "changes" else ("table_name",)
        columns = ", ".join(map(dialect.name, schema.names))
        ordered = ", ".join(map(dialect.name, order))
        sql = f"select {columns} from {dialect.table(HISTORY, table)} order by {ordered}"  # noqa: S608 # our own names
        return self.warehouse.fetch(self.place, sql).cast(schema)

    def _fill(self, kept: KeptHistory, chain: Sequence[SoundRelease], drivers: Sequence[str]) -> None:
        import pyarrow as pa

        pairs = list(zip([None, *chain], chain, strict=False))
        others = [release for release in chain if release.run != self.work.run]
        releases = [
            {
                "release": str(release.version),
                "position": position,
                "published_at_utc": release.published_at.replace(tzinfo=None),
                "is_current": release.run == self.work.run,
            }
            for position, release in enumerate(chain, start=1)
        ]
        tables = {
            "changes": kept.changes(pairs),
            "summaries": kept.summaries(pairs),
            "headlines": kept.headlines(others, drivers),
            "releases": pa.Table.from_pylist(releases, schema=schemas()["releases"]),
            "findings": self._findings(chain),
        }
        for name, data in tables.items():
            self.warehouse.store(self.place, HISTORY, name, data)

    def _findings(self, chain: Sequence[SoundRelease]) -> Any:
        found, lost = read_findings(self.buckets.curated, chain)
        for release in lost:
            name = release.run.findings(release.attempt)
            if release.run == self.work.run:
                raise FaultError("parquet_missing", f"{name}, which the batch has written, is not there")
            self.steps.warn("compare", f"{name} is gone: {release.version} is without its findings")
        return found


def _first(manifest: Manifest) -> Any:
    """Sum up the first release of all: there is nothing that its rows could be compared with."""
    import pyarrow as pa

    rows = [
        {
            "release": str(manifest.version),
            "table_name": snake_case(table.name),
            "rows_after": table.rows,
            **{f"rows_{name}": 0 for name in ("added", "removed", "changed", "restated")},
        }
        for table in sorted(manifest.tables, key=lambda table: table.name)
    ]
    return pa.Table.from_pylist(rows, schema=schemas()["summaries"])
