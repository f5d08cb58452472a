"""The history objects in GCS: immutable Parquet, from which the published tables are made each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from pipeline.clients.storage import Bucket
from pipeline.objects import Run
from transform.errors import FaultError
from transform.history.findings import findings_schema
from transform.history.releases import SoundRelease

_READERS = 8
Pairs = Sequence[tuple[SoundRelease | None, SoundRelease]]


@dataclass(slots=True)
class KeptHistory:
    """What lies below `history/`; `generations` is the listing, kept up with what this process writes."""

    bucket: Bucket
    generations: dict[str, int] = field(default_factory=dict)

    @classmethod
    def listed(cls, bucket: Bucket) -> KeptHistory:
        return cls(bucket, {found.name: found.generation for found in bucket.list_objects("history/")})

    def has_comparison(self, previous: Run | None, run: Run) -> bool:
        """Say whether two releases have been compared; the summaries are written last."""
        return {run.changes_since(previous), run.summaries_since(previous)} <= self.generations.keys()

    def keep_comparison(self, previous: Run | None, run: Run, changes: Any, summaries: Any) -> None:
        """Write what a comparison has found; one that is there already stays."""
        self._keep(run.changes_since(previous), changes)
        self._keep(run.summaries_since(previous), summaries)

    def keep_headlines(self, run: Run, fence: int, headlines: Any) -> None:
        self._keep(run.headlines(fence), headlines)

    def changes(self, pairs: Pairs) -> Any:
        return self._joined(
            [release.run.changes_since(_run(before)) for before, release in pairs], schemas()["changes"]
        )

    def summaries(self, pairs: Pairs) -> Any:
        names = [release.run.summaries_since(_run(before)) for before, release in pairs]
        return self._joined(names, schemas()["summaries"])

    def headlines(self, releases: Sequence[SoundRelease], drivers: Sequence[str]) -> Any:
        """Return the values of these drivers in each release, as its newest publication computed them."""
        import pyarrow as pa

        names = {str(release.version): self._newest_headlines(release.run) for release in releases}
        kept = {version: name for version, name in names.items() if name is not None}
        parts = []
        for version, data in zip(kept, self._read(list(kept.values())), strict=True):
            chosen = data.filter(pa.compute.is_in(data.column("driver_id"), value_set=pa.array(drivers, pa.string())))
            parts.append(chosen.add_column(0, "release", pa.array([version] * chosen.num_rows, pa.string())))
        schema = schemas()["headlines"]
        return pa.concat_tables([part.select(schema.names).cast(schema) for part in parts] or [schema.empty_table()])

    def _newest_headlines(self, run: Run) -> str | None:
        start = f"{run.history_prefix}headlines-"
        fences = [name[len(start) : -len(".parquet")] for name in self.generations if name.startswith(start)]
        return run.headlines(max(map(int, fences))) if fences else None

    def _joined(self, names: Sequence[str], schema: Any) -> Any:
        import pyarrow as pa

        kept = [name for name in names if name in self.generations]
        return pa.concat_tables([*(data.cast(schema) for data in self._read(kept)), schema.empty_table()])

    def _read(self, names: Sequence[str]) -> list[Any]:
        import pyarrow as pa
        import pyarrow.compute  # used through pa by the callers
        import pyarrow.parquet as pq

        def read(name: str) -> Any:
            with self.bucket.open(name, self.generations[name]) as stream:
                return pq.read_table(pa.BufferReader(stream.read()))

        reader: Callable[[str], Any] = read
        with ThreadPoolExecutor(_READERS) as pool:
            return list(pool.map(reader, names))

    def _keep(self, name: str, data: Any) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(data, sink)
        self.bucket.create_bytes(name, sink.getvalue().to_pybytes(), "application/vnd.apache.parquet")
        found = self.bucket.find(name)
        if found is None:
            raise FaultError("internal", f"{name} has just been written and is gone")
        self.generations[name] = found.generation


def schemas() -> Mapping[str, Any]:
    """Return the columns of the tables that dbt reads as its source `f1db_history`."""
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    texts: Callable[..., list[Any]] = lambda *names: [(name, text) for name in names]  # noqa: E731 # a shorthand
    return {
        "changes": pa.schema(
            [
                *texts("release", "previous_release", "table_name", "change", "key"),
                *texts("column_name", "old_value", "new_value"),
                ("race_date", pa.date32()),
                ("driver_id", text),
                ("is_restatement", pa.bool_()),
            ]
        ),
        "summaries": pa.schema(
            [
                *texts("release", "previous_release", "table_name"),
                *((f"rows_{name}", whole) for name in ("before", "after", "added", "removed", "changed", "restated")),
            ]
        ),
        "headlines": pa.schema([*texts("release", "driver_id", "metric"), ("value", pa.decimal128(12, 2))]),
        "releases": pa.schema(
            [
                ("release", text),
                ("position", whole),
                ("published_at_utc", pa.timestamp("us")),
                ("is_current", pa.bool_()),
            ]
        ),
        "findings": findings_schema(),
    }


def _run(release: SoundRelease | None) -> Run | None:
    return release.run if release is not None else None
