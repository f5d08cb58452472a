"""BigQuery: load jobs and dbt work in private datasets named after the fence; one update of one row publishes them.

Made beforehand (Terraform): the published datasets and the control dataset. Made here: the private datasets, which
need `bigquery.datasets.create` on the project and expire by themselves until views show them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.clients.storage import Bucket
from transform.errors import LeaseLostError
from transform.history.dialects import Dialect
from transform.history.sides import AFTER, BEFORE, HISTORY, RAW
from transform.raw_tables import RawTable, table_descriptions
from transform.warehouses import bigquery_sql as sql
from transform.warehouses.bigquery_jobs import LABELS, finish_load, load_table, rows_changed, run_all, store_table
from transform.warehouses.bigquery_views import PublishedViews
from transform.warehouses.protocol import PrivatePlace, Progress, Stamp

_EXPIRES_MS = 24 * 3600 * 1000
# A dataset with this label may be behind views: it goes when they have settled on another fence.
_SHOWN = "shown"
_RAW_LABELS = {**LABELS, "layer": "raw", "source": "f1db"}
WORKING = (BEFORE, AFTER, HISTORY)


@dataclass(frozen=True, slots=True)
class BigQueryMarts:
    """Reads whole published marts, each a few dozen rows, with the client's own limit on bytes."""

    client: Any
    project_id: str

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a published table, named `dataset.table`."""
        found = self.client.query_and_wait(f"select * from `{self.project_id}.{table}`")  # noqa: S608 # our own names
        return [dict(row.items()) for row in found]


@dataclass(frozen=True)
class BigQueryWarehouse:
    """One project's datasets; a private dataset is the published name and `__fence_<n>`."""

    project_id: str
    location: str
    control_dataset: str
    maximum_bytes_billed: int

    @property
    def url(self) -> str:
        return f"bigquery://{self.project_id}?location={self.location}"

    def greatest_fence(self) -> int:
        return self._control("fence")

    def claim(self, fence: int) -> None:
        for statement in sql.control_table_sql(self._control_table):
            self._client.query(statement).result()
        self._fenced(sql.claim_sql(self._control_table), {"fence": fence})

    def prepare(self, fence: int, datasets: Sequence[str]) -> PrivatePlace:
        from google.cloud import bigquery

        found = list(self._client.list_datasets())
        shown = self._control("published_fence")
        bases = sorted({*datasets, *(base for one in found if (base := _split(one.dataset_id)[0]))})
        self._views(fence).settle(_published(bases), shown)
        for one in found:
            base, number = _split(one.dataset_id)
            if base and number <= fence and (number != shown or base in WORKING):
                self._client.delete_dataset(one.reference, delete_contents=True, not_found_ok=True)
        for name in datasets:
            dataset = bigquery.Dataset(f"{self.project_id}.{name}{_suffix(fence)}")
            dataset.location = self.location
            dataset.default_table_expiration_ms = _EXPIRES_MS
            dataset.labels = {**LABELS, "fence": str(fence)}
            self._client.create_dataset(dataset)
        environment = {
            "DBT_BIGQUERY_PROJECT": self.project_id,
            "DBT_BIGQUERY_LOCATION": self.location,
            "DBT_BIGQUERY_MAX_BYTES": str(self.maximum_bytes_billed),
        }
        scratch = Path(tempfile.mkdtemp(prefix=f"transform-fence-{fence}-"))
        return PrivatePlace(fence, "bigquery", _suffix(fence), environment, scratch)

    def load(
        self, place: PrivatePlace, bucket: Bucket, tables: Sequence[RawTable], progress: Progress, *, dataset: str = RAW
    ) -> None:
        role = "" if dataset == RAW else f"-{dataset.removeprefix('f1db_')}"
        dataset = f"{self.project_id}.{dataset}{place.dataset_suffix}"
        for leftover in self._client.list_tables(dataset):
            self._client.delete_table(leftover.reference, not_found_ok=True)
        jobs = [
            (table, load_table(self._client, table, f"{dataset}.{table.name}", place.fence, role)) for table in tables
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
        shown = self._control("published_fence")
        bases = {base for one in self._client.list_datasets() if (base := _split(one.dataset_id)[0])}
        datasets = _published([*stamp.datasets, *bases])
        for name in stamp.datasets:
            self._keep(name, place)
        views = self._views(place.fence)
        views.announce(datasets, shown, place.fence)
        self._fenced(
            sql.flip_sql(self._control_table),
            {"fence": place.fence, "version": stamp.version, "run": stamp.run},
        )
        views.settle(datasets, place.fence)

    def discard(self, place: PrivatePlace) -> None:
        """Remove what no view can show; the rest is removed by the next holder, after its views have settled."""
        for dataset in self._client.list_datasets():
            if _split(dataset.dataset_id)[1] == place.fence and _SHOWN not in dataset.labels:
                self._client.delete_dataset(dataset.reference, delete_contents=True, not_found_ok=True)

    def published_marts(self) -> BigQueryMarts:
        return BigQueryMarts(self._client, self.project_id)

    @property
    def _control_table(self) -> str:
        return f"{self.project_id}.{self.control_dataset}.published"

    @cached_property
    def _client(self) -> Any:
        from google.cloud import bigquery

        limits = bigquery.QueryJobConfig(maximum_bytes_billed=self.maximum_bytes_billed, labels=LABELS)
        return bigquery.Client(self.project_id, location=self.location, default_query_job_config=limits)

    def _control(self, column: str) -> int:
        """Return one of the control record's fences, 0 where there is none."""
        from google.api_core.exceptions import NotFound

        query = f"select {column} from `{self._control_table}` where id = 1"  # noqa: S608 # our own names
        try:
            rows = list(self._client.query_and_wait(query))
        except NotFound:
            return 0
        return int(rows[0][column] or 0) if rows else 0

    def _views(self, fence: int) -> PublishedViews:
        def guard() -> None:
            if (found := self._control("fence")) != fence:
                raise LeaseLostError(f"the warehouse belongs to fence {found}, ours is {fence}")

        return PublishedViews(self._client, self.project_id, self._control_table, guard)

    def _keep(self, name: str, place: PrivatePlace) -> None:
        """Let a private dataset and its tables live, and let the published dataset's views read it for everybody."""
        from google.cloud import bigquery

        dataset = self._client.get_dataset(f"{self.project_id}.{name}{place.dataset_suffix}")
        for item in self._client.list_tables(dataset):
            table = self._client.get_table(item.reference)
            table.expires = None
            self._client.update_table(table, ["expires"])
        readers = {"dataset": {"projectId": self.project_id, "datasetId": name}, "targetTypes": ["VIEWS"]}
        dataset.access_entries = [*dataset.access_entries, bigquery.AccessEntry(None, "dataset", readers)]
        dataset.default_table_expiration_ms = None
        dataset.labels = {**dataset.labels, _SHOWN: "true"}
        self._client.update_dataset(dataset, ["access_entries", "default_table_expiration_ms", "labels"])

    def _fenced(self, statement: str, parameters: dict[str, int | str]) -> None:
        if rows_changed(self._client, statement, parameters) != 1:
            raise LeaseLostError(f"the warehouse belongs to another fence than {parameters['fence']}")


def _suffix(fence: int) -> str:
    return f"__fence_{fence}"


def _split(dataset: str) -> tuple[str, int]:
    """Split a private dataset's name into the published name and the fence; another dataset has no name."""
    name, _, number = dataset.rpartition("__fence_")
    return (name, int(number)) if name and number.isdigit() else ("", 0)


def _published(names: Sequence[str]) -> list[str]:
    return sorted(set(names) - set(WORKING))
