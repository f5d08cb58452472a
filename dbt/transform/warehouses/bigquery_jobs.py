"""BigQuery jobs: ids that say what they do and for which fence, because an id can never be used again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from transform.errors import FaultError
from transform.raw_tables import RawTable
from transform.warehouses import bigquery_sql as sql

LABELS = {"component": "transform"}
_MAX_SUFFIX = 5


def load_table(client: Any, table: RawTable, destination: str, place: str, role: str = "") -> Any:
    """Start the load of one table from its Parquet, or find the job that already does it; returns the job.

    A job with the same id is looked up: one that runs or is done serves, one that failed gets the next suffix.

    Raises:
        FaultError: `load_failed`, when every suffix has failed.
    """
    from google.api_core.exceptions import Conflict

    failure = ""
    for suffix in range(1, _MAX_SUFFIX + 1):
        job_id = load_job_id(table, place, suffix, role)
        try:
            return client.load_table_from_uri(table.parquet, destination, job_id=job_id, job_config=_load_config(table))
        except Conflict:
            job = client.get_job(job_id)
        if job.error_result is None:
            return job
        failure = str(job.error_result.get("message", "unknown"))
    raise FaultError("load_failed", f"{destination}: {failure}")


def load_job_id(table: RawTable, place: str, suffix: int, role: str = "") -> str:
    """Return the id of one load: the run's folder, the place with its fence, the table, and how many failed before it.

    `role` tells a load for a comparison, `-before` or `-after`, from the release's own.
    """
    folder = table.parquet.rpartition("/")[0].rpartition("/runs/")[2].replace("/", "-")
    return f"transform-{folder}-fence-{place}{role}-{table.name}-{suffix}"


def run_all(client: Any, statements: Sequence[str]) -> None:
    """Run statements that do not need each other, all at the same time."""
    for job in [client.query(statement) for statement in statements]:
        job.result()


def rows_changed(client: Any, statement: str, parameters: Mapping[str, int | str]) -> int:
    """Run one statement that changes rows, and return how many."""
    from google.cloud import bigquery

    typed = [
        bigquery.ScalarQueryParameter(name, "INT64" if isinstance(value, int) else "STRING", value)
        for name, value in parameters.items()
    ]
    job = client.query(statement, job_config=bigquery.QueryJobConfig(query_parameters=typed))
    job.result()
    return int(job.num_dml_affected_rows or 0)


def finish_load(job: Any, table: RawTable) -> None:
    """Wait for a load and count its rows.

    Raises:
        FaultError: `parquet_missing`, `parquet_differs`, or `load_failed` when the load itself has failed.
        GoogleAPICallError: nobody can tell how it went.
    """
    from google.api_core.exceptions import GoogleAPICallError

    try:
        job.result()
    except GoogleAPICallError as error:
        reason = str((job.error_result or {}).get("reason", ""))
        is_missing = error.code == HTTPStatus.NOT_FOUND or reason == "notFound"
        if is_missing:
            told = f"{table.parquet}, which the manifest names, is not there"
            raise FaultError("parquet_missing", told) from error
        if job.error_result is None:
            raise
        raise FaultError("load_failed", f"{table.parquet}: {error.message}") from error
    if job.output_rows != table.rows:
        told = f"{table.parquet} has {job.output_rows} rows; the manifest says {table.rows}"
        raise FaultError("parquet_differs", told)


def store_table(client: Any, data: Any, destination: str) -> None:
    """Make a table from Arrow data; times are UTC, and a file that did not say so would make them local ones."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from google.cloud import bigquery

    utc = [
        field.with_type(pa.timestamp("us", "UTC")) if pa.types.is_timestamp(field.type) else field
        for field in data.schema
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(data.cast(pa.schema(utc)), sink)
    config = bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        schema=[bigquery.SchemaField(field.name, _type_of_arrow(field.type)) for field in data.schema],
        create_disposition="CREATE_IF_NEEDED",
        write_disposition="WRITE_TRUNCATE",
        labels=LABELS,
    )
    client.load_table_from_file(pa.BufferReader(sink.getvalue()), destination, job_config=config).result()


def _type_of_arrow(type_: Any) -> str:
    import pyarrow as pa

    known = {pa.string(): "STRING", pa.int64(): "INT64", pa.bool_(): "BOOL", pa.date32(): "DATE"}
    if pa.types.is_decimal(type_):
        return "NUMERIC"
    return "TIMESTAMP" if pa.types.is_timestamp(type_) else known[type_]


def _load_config(table: RawTable) -> Any:
    from google.cloud import bigquery

    lists: Any = bigquery.format_options.ParquetOptions()  # type: ignore[no-untyped-call] # the client's own gap
    lists.enable_list_inference = True
    return bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        parquet_options=lists,
        schema=[_schema_field(sql.field_of(column.name, column.type)) for column in table.columns],
        create_disposition="CREATE_IF_NEEDED",
        write_disposition="WRITE_TRUNCATE",
        labels={**LABELS, "table": table.name[:63]},
    )


def _schema_field(field: sql.Field) -> Any:
    from google.cloud import bigquery

    if field.precision is None or field.scale is None:
        return bigquery.SchemaField(field.name, field.type, field.mode)
    return bigquery.SchemaField(field.name, field.type, field.mode, precision=field.precision, scale=field.scale)
