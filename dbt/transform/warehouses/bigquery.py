"""BigQuery: load jobs and dbt work in private datasets named after the fence; one update of one row publishes them.

Made beforehand (Terraform): the published datasets and the control dataset. Made here: the private datasets, which
need `bigquery.datasets.create` on the project and expire by themselves until views show them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from pipeline.clients.storage import Bucket
from transform.errors import LeaseLostError
from transform.history.dialects import Dialect
from transform.history.sides import AFTER, BEFORE, HISTORY, RAW
from transform.raw_tables import RawTable, find_parquet, table_descriptions
from transform.report import MartQuery
from transform.warehouses import bigquery_sql as sql
from transform.warehouses.bigquery_client import open_client
from transform.warehouses.bigquery_jobs import LABELS, finish_load, load_table, rows_changed, run_all, store_table
from transform.warehouses.bigquery_views import SHOWN, PublishedViews, suffix_of
from transform.warehouses.protocol import PrivatePlace, Progress, Stamp

_EXPIRES_MS = 24 * 3600 * 1000
_PRIVATE = re.compile(r"(?P<name>.+)__fence_(?P<place>(?P<fence>[0-9]+)_[0-9]+)")
_RAW_LABELS = {**LABELS, "layer": "raw", "source": "f1db"}
WORKING = (BEFORE, AFTER, HISTORY)


@dataclass(frozen=True, slots=True)
class BigQueryMarts:
    """Reads columns of published marts, with the client's own limit on bytes."""

    client: Any
    project_id: str

    def rows(self, query: MartQuery) -> list[dict[str, Any]]:
        """Return all rows of a published table."""
        from google.cloud import bigquery

        parameters = [
            bigquery.ScalarQueryParameter(name, "BOOL" if isinstance(value, bool) else "STRING", value)
            for name, value in query.where.items()
        ]
        text = query.sql(f"`{self.project_id}.{query.table}`", "`", lambda name: f"@{name}")
        config = bigquery.QueryJobConfig(query_parameters=parameters)
        return [dict(row.items()) for row in self.client.query_and_wait(text, job_config=config)]


@dataclass(frozen=True, slots=True)
class _PrivateDataset:
    reference: Any
    name: str
    place: str
    fence: int
    may_be_shown: bool


@dataclass(frozen=True)
class BigQueryWarehouse:
    """One project's datasets; a private one is called as the published one and `__fence_<fence>_<number>`.

    The number counts the places that one holder of the lease has prepared: it may publish several releases.
    """

    project_id: str
    location: str
    control_dataset: str
    maximum_bytes_billed: int

    @property
    def url(self) -> str:
        return f"bigquery://{self.project_id}?location={self.location}"

    def greatest_fence(self) -> int:
        return int(self._control("fence") or 0)

    def claim(self, fence: int) -> None:
        for statement in sql.control_table_sql(self._control_table):
            self._client.query(statement).result()
        self._fenced(sql.claim_sql(self._control_table), {"fence": fence})

    def prepare(self, fence: int, datasets: Sequence[str]) -> PrivatePlace:
        from google.cloud import bigquery

        found = self._private()
        shown = str(self._control("shown") or "")
        self._views(fence).settle(_published([*datasets, *(one.name for one in found)]), shown)
        for one in found:
            if one.fence <= fence and (one.place != shown or one.name in WORKING):
                self._client.delete_dataset(one.reference, delete_contents=True, not_found_ok=True)
        place = f"{fence}_{next(self._numbers)}"
        for name in datasets:
            dataset = bigquery.Dataset(f"{self.project_id}.{name}{suffix_of(place)}")
            dataset.location = self.location
            dataset.default_table_expiration_ms = _EXPIRES_MS
            dataset.labels = {**LABELS, "fence": str(fence)}
            self._client.create_dataset(dataset)
        environment = {
            "DBT_BIGQUERY_PROJECT": self.project_id,
            "DBT_BIGQUERY_LOCATION": self.location,
            "DBT_BIGQUERY_MAX_BYTES": str(self.maximum_bytes_billed),
        }
        scratch = Path(tempfile.mkdtemp(prefix=f"transform-fence-{place}-"))
        return PrivatePlace(fence, "bigquery", self.project_id, suffix_of(place), environment, scratch)

    def load(
        self, place: PrivatePlace, bucket: Bucket, tables: Sequence[RawTable], progress: Progress, *, dataset: str = RAW
    ) -> None:
        find_parquet(bucket, tables)
        role = "" if dataset == RAW else f"-{dataset.removeprefix('f1db_')}"
        dataset = f"{self.project_id}.{dataset}{place.dataset_suffix}"
        for leftover in self._client.list_tables(dataset):
            self._client.delete_table(leftover.reference, not_found_ok=True)
        jobs = [
            (table, load_table(self._client, table, f"{dataset}.{table.name}", _name_of(place), role))
            for table in tables
        ]
        for done, (table, job) in enumerate(jobs, start=1):
            finish_load(job, table)
            progress(done, len(tables))
        descriptions = table_descriptions()
        statements = [
            sql.named_table_sql(f"{dataset}.{one.name}", one.columns, descriptions.get(one.name, ""), _RAW_LABELS)
            for one in tables
        ]
        run_all(self._client, statements)

    def store(self, place: PrivatePlace, dataset: str, name: str, data: Any) -> None:
        store_table(self._client, data, f"{self.project_id}.{dataset}{place.dataset_suffix}.{name}")

    def dialect(self, place: PrivatePlace) -> Dialect:
        return Dialect("bigquery", place.dataset_suffix)

    def execute(self, place: PrivatePlace, statements: Sequence[str]) -> None:
        for statement in statements:
            self._client.query(statement).result()

    def fetch(self, place: PrivatePlace, sql: str) -> Any:
        return self._client.query_and_wait(sql).to_arrow(create_bqstorage_client=False)

    def rows(self, place: PrivatePlace, sql: str, limit: int) -> list[dict[str, Any]]:
        found = self._client.query_and_wait(sql, max_results=limit)
        return [dict(row.items()) for row in found]

    def publish(self, place: PrivatePlace, stamp: Stamp) -> None:
        arriving, views = _name_of(place), self._views(place.fence)
        datasets = _published([*stamp.datasets, *(one.name for one in self._private())])
        views.keep(stamp.datasets, arriving)
        views.announce(datasets, str(self._control("shown") or ""), arriving)
        self._fenced(
            sql.flip_sql(self._control_table),
            {"fence": place.fence, "shown": arriving, "version": stamp.version, "run": stamp.run},
        )
        views.settle(datasets, arriving)

    def discard(self, place: PrivatePlace) -> None:
        """Remove what no view can show; the rest is removed by the next `prepare`, after the views have settled."""
        for one in self._private():
            if one.place == _name_of(place) and not one.may_be_shown:
                self._client.delete_dataset(one.reference, delete_contents=True, not_found_ok=True)

    @contextmanager
    def published_marts(self) -> Iterator[BigQueryMarts]:
        yield BigQueryMarts(self._client, self.project_id)

    @property
    def _control_table(self) -> str:
        return f"{self.project_id}.{self.control_dataset}.published"

    @cached_property
    def _client(self) -> Any:
        return open_client(self.project_id, self.location, self.maximum_bytes_billed)

    @cached_property
    def _numbers(self) -> Iterator[int]:
        return count(1)

    def _private(self) -> list[_PrivateDataset]:
        found = ((one, _PRIVATE.fullmatch(one.dataset_id)) for one in self._client.list_datasets())
        return [
            _PrivateDataset(one.reference, match["name"], match["place"], int(match["fence"]), SHOWN in one.labels)
            for one, match in found
            if match
        ]

    def _control(self, column: str) -> int | str | None:
        """Return a value of the control record, None where there is none."""
        from google.api_core.exceptions import NotFound

        query = f"select {column} from `{self._control_table}` where id = 1"  # noqa: S608 # our own names
        try:
            rows = list(self._client.query_and_wait(query))
        except NotFound:
            return None
        found: int | str | None = rows[0][column] if rows else None
        return found

    def _views(self, fence: int) -> PublishedViews:
        def guard() -> None:
            if (found := self._control("fence")) != fence:
                raise LeaseLostError(f"the warehouse belongs to fence {found}, ours is {fence}")

        return PublishedViews(self._client, self.project_id, self._control_table, guard)

    def _fenced(self, statement: str, parameters: dict[str, int | str]) -> None:
        if rows_changed(self._client, statement, parameters) != 1:
            raise LeaseLostError(f"the warehouse belongs to another fence than {parameters['fence']}")


def _name_of(place: PrivatePlace) -> str:
    return place.dataset_suffix.removeprefix(suffix_of(""))


def _published(names: Sequence[str]) -> list[str]:
    return sorted(set(names) - set(WORKING))
