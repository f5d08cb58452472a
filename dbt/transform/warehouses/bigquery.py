"""BigQuery: load jobs and dbt work in private datasets named after the fence; one transaction publishes.

Made beforehand (Terraform): the published datasets and the control dataset. Made here: the private datasets, which
need `bigquery.datasets.create` on the project and expire by themselves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.clients.storage import Bucket
from transform.errors import FaultError, LeaseLostError
from transform.history.dialects import Dialect
from transform.history.sides import RAW
from transform.raw_tables import RawTable
from transform.warehouses import bigquery_sql as sql
from transform.warehouses.bigquery_jobs import load_table, run_script
from transform.warehouses.protocol import PrivatePlace, Progress, Stamp

_EXPIRES_MS = 24 * 3600 * 1000
_LABELS = {"component": "transform"}
_FENCE_MESSAGES = ("the control record has a greater fence", "the control record carries another fence")


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
        from google.api_core.exceptions import NotFound

        try:
            rows = list(self._client.query_and_wait(f"select fence from `{self._control}` where id = 1"))  # noqa: S608
        except NotFound:
            return 0
        return int(rows[0]["fence"]) if rows else 0

    def claim(self, fence: int) -> None:
        run_script(self._client, sql.control_table_sql(self._control), {})
        self._fenced(sql.claim_sql(self._control), {"fence": fence})

    def prepare(self, fence: int, datasets: Sequence[str]) -> PrivatePlace:
        from google.cloud import bigquery

        for found in self._client.list_datasets():
            name, _, number = str(found.dataset_id).rpartition("__fence_")
            if name and number.isdigit() and int(number) <= fence:
                self._client.delete_dataset(found.reference, delete_contents=True, not_found_ok=True)
        for name in datasets:
            dataset = bigquery.Dataset(f"{self.project_id}.{name}__fence_{fence}")
            dataset.location = self.location
            dataset.default_table_expiration_ms = _EXPIRES_MS
            dataset.labels = {**_LABELS, "fence": str(fence)}
            self._client.create_dataset(dataset)
        environment = {
            "DBT_BIGQUERY_PROJECT": self.project_id,
            "DBT_BIGQUERY_LOCATION": self.location,
            "DBT_BIGQUERY_MAX_BYTES": str(self.maximum_bytes_billed),
        }
        scratch = Path(tempfile.mkdtemp(prefix=f"transform-fence-{fence}-"))
        return PrivatePlace(fence, "bigquery", f"__fence_{fence}", environment, scratch)

    def load(
        self, place: PrivatePlace, bucket: Bucket, tables: Sequence[RawTable], progress: Progress, *, dataset: str = RAW
    ) -> None:
        role = "" if dataset == RAW else f"-{dataset.removeprefix('f1db_')}"
        dataset = f"{self.project_id}.{dataset}{place.dataset_suffix}"
        for leftover in self._tables(dataset):
            self._client.delete_table(f"{dataset}.{leftover}", not_found_ok=True)
        jobs = [
            (table, load_table(self._client, table, f"{dataset}.{table.name}", place.fence, role)) for table in tables
        ]
        for done, (table, job) in enumerate(jobs, start=1):
            job.result()
            if job.output_rows != table.rows:
                raise FaultError(
                    "parquet_differs", f"{table.parquet}: {job.output_rows} rows; the manifest says {table.rows}"
                )
            progress(done, len(tables))
        renames = [
            sql.rename_columns_sql(f"{dataset}.{table.name}", [column.name for column in table.columns])
            for table in tables
        ]
        run_script(self._client, "".join(rename for rename in renames if rename), {})

    def store(self, place: PrivatePlace, dataset: str, name: str, data: Any) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq
        from google.cloud import bigquery

        sink = pa.BufferOutputStream()
        pq.write_table(data, sink)
        config = bigquery.LoadJobConfig(
            source_format=bigquery.SourceFormat.PARQUET, write_disposition="WRITE_TRUNCATE", labels=_LABELS
        )
        destination = f"{self.project_id}.{dataset}{place.dataset_suffix}.{name}"
        self._client.load_table_from_file(pa.BufferReader(sink.getvalue()), destination, job_config=config).result()

    def dialect(self, place: PrivatePlace) -> Dialect:
        return Dialect("bigquery", place.dataset_suffix)

    def execute(self, place: PrivatePlace, statements: Sequence[str]) -> None:
        for statement in statements:
            run_script(self._client, statement, {})

    def fetch(self, place: PrivatePlace, sql: str) -> Any:
        return self._client.query_and_wait(sql).to_arrow(create_bqstorage_client=False)

    def rows(self, place: PrivatePlace, sql: str, limit: int) -> list[dict[str, Any]]:
        found = self._client.query_and_wait(sql, max_results=limit)
        return [dict(row.items()) for row in found]

    def publish(self, place: PrivatePlace, stamp: Stamp) -> None:
        moved: dict[str, tuple[str, list[str]]] = {}
        emptied: list[str] = []
        for dataset in (f"{self.project_id}.{name}" for name in stamp.datasets):
            private = self._tables(f"{dataset}{place.dataset_suffix}")
            for name in private:
                built = f"{dataset}{place.dataset_suffix}.{name}"
                schema = list(self._client.get_table(built).schema)
                self._make_room(f"{dataset}.{name}", schema)
                moved[f"{dataset}.{name}"] = (built, [field.name for field in schema])
            emptied += [f"{dataset}.{name}" for name in self._tables(dataset) if name not in private]
        script = sql.publish_sql(self._control, moved, emptied)
        self._fenced(script, {"fence": place.fence, "version": stamp.version, "run": stamp.run})

    def discard(self, place: PrivatePlace) -> None:
        for dataset in self._client.list_datasets():
            if str(dataset.dataset_id).endswith(place.dataset_suffix):
                self._client.delete_dataset(dataset.reference, delete_contents=True, not_found_ok=True)

    def published_marts(self) -> BigQueryMarts:
        return BigQueryMarts(self._client, self.project_id)

    @property
    def _control(self) -> str:
        return f"{self.project_id}.{self.control_dataset}.published"

    @cached_property
    def _client(self) -> Any:
        from google.cloud import bigquery

        limits = bigquery.QueryJobConfig(maximum_bytes_billed=self.maximum_bytes_billed, labels=_LABELS)
        return bigquery.Client(self.project_id, location=self.location, default_query_job_config=limits)

    def _tables(self, dataset: str) -> list[str]:
        return sorted(str(table.table_id) for table in self._client.list_tables(dataset))

    def _make_room(self, published: str, schema: list[Any]) -> None:
        """Make the published table, or give it the columns that are new: no DDL is allowed in the transaction."""
        from google.cloud import bigquery

        table = self._client.create_table(bigquery.Table(published, schema=schema), exists_ok=True)
        known = {field.name for field in table.schema}
        new = [field for field in schema if field.name not in known]
        if new:
            table.schema = [*table.schema, *new]
            self._client.update_table(table, ["schema"])

    def _fenced(self, script: str, parameters: dict[str, int | str]) -> None:
        from google.api_core.exceptions import BadRequest

        try:
            run_script(self._client, script, parameters)
        except BadRequest as error:
            if any(message in str(error) for message in _FENCE_MESSAGES):
                raise LeaseLostError(f"the warehouse belongs to another fence than {parameters['fence']}") from error
            raise
