"""What the transform needs of a warehouse: a control record with the fence, a private place, one publishing step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pipeline.clients.storage import Bucket
from transform.history.dialects import Dialect
from transform.history.sides import RAW
from transform.raw_tables import RawTable
from transform.report import MartReader

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PrivatePlace:
    """Where one fence builds and nobody reads; `environment` and `dataset_suffix` tell dbt where that is.

    `catalog` is what dbt calls the database: DuckDB names it after the file, BigQuery after the project.
    """

    fence: int
    dbt_target: str
    catalog: str
    dataset_suffix: str
    environment: Mapping[str, str]
    scratch: Path


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the control record says of the release that was published last."""

    version: str
    run: str
    datasets: tuple[str, ...] = field(default_factory=tuple)


class Warehouse(Protocol):
    """A warehouse; every method may be repeated after a crash."""

    @property
    def url(self) -> str: ...

    def greatest_fence(self) -> int:
        """Return the fence in the control record, 0 when there is none."""

    def claim(self, fence: int) -> None:
        """Write the fence into the control record; LeaseLostError unless it is greater than the one there, or equal."""

    def prepare(self, fence: int, datasets: Sequence[str]) -> PrivatePlace:
        """Make an empty private place for this fence, with room for these datasets; remove what older ones left."""

    def load(
        self, place: PrivatePlace, bucket: Bucket, tables: Sequence[RawTable], progress: Progress, *, dataset: str = RAW
    ) -> None:
        """Load a release's raw tables into a private dataset, in the place of what was in it."""

    def store(self, place: PrivatePlace, dataset: str, name: str, data: Any) -> None:
        """Make a table of a private dataset from Arrow data."""

    def dialect(self, place: PrivatePlace) -> Dialect:
        """Return how SQL names and writes things in the private place."""

    def execute(self, place: PrivatePlace, statements: Sequence[str]) -> None:
        """Run statements in the private place, one after the other."""

    def fetch(self, place: PrivatePlace, sql: str) -> Any:
        """Return all rows of a query in the private place, as Arrow data."""

    def rows(self, place: PrivatePlace, sql: str, limit: int) -> list[dict[str, Any]]:
        """Return at most `limit` rows of a query in the private place."""

    def publish(self, place: PrivatePlace, stamp: Stamp) -> None:
        """Make the stamp's datasets of the private place the published ones in one step, and nothing else of it.

        LeaseLostError when the fence is no longer ours.
        """

    def discard(self, place: PrivatePlace) -> None:
        """Remove the private place."""

    def published_marts(self) -> AbstractContextManager[MartReader]:
        """Open what the report reads the published marts with."""
