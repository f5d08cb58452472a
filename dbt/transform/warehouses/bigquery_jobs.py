"""BigQuery jobs: ids that say what they do and for which fence, because an id can never be used again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transform.errors import FaultError
from transform.raw_tables import RawTable
from transform.warehouses import bigquery_sql as sql

_MAX_SUFFIX = 5


def load_table(client: Any, table: RawTable, destination: str, fence: int, role: str = "") -> Any:
    """Start the load of one table from its Parquet, or find the job that already does it; returns the job.

    A job with the same id is looked up: one that runs or is done serves, one that failed gets the next suffix.

    Raises:
        FaultError: `load_failed`, when every suffix has failed.
    """
    from google.api_core.exceptions import Conflict

    failure = ""
    for suffix in range(1, _MAX_SUFFIX + 1):
        job_id = load_job_id(table, fence, suffix, role)
        try:
            return client.load_table_from_uri(table.parquet, destination, job_id=job_id, job_config=_load_config(table))
        except Conflict:
            job = client.get_job(job_id)
        if job.error_result is None:
            return job
        failure = str(job.error_result.get("message", "unknown"))
    raise FaultError("load_failed", f"{destination}: {failure}")


def load_job_id(table: RawTable, fence: int, suffix: int, role: str = "") -> str:
    """Return the id of one load: the run's folder, the fence, the table and how many failed before it.

    `role` tells a load for a comparison, `-before` or `-after`, from the release's own.
    """
    folder = table.parquet.rpartition("/")[0].rpartition("/runs/")[2].replace("/", "-")
    return f"transform-{folder}-fence-{fence}{role}-{table.name}-{suffix}"


def run_script(client: Any, script: str, parameters: Mapping[str, int | str]) -> None:
    """Run a multi-statement script to its end; an empty one is nothing to do."""
    from google.cloud import bigquery

    if not script:
        return
    typed = [
        bigquery.ScalarQueryParameter(name, "INT64" if isinstance(value, int) else "STRING", value)
        for name, value in parameters.items()
    ]
    client.query(script, job_config=bigquery.QueryJobConfig(query_parameters=typed)).result()


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
        labels={"component": "transform", "table": table.name[:63]},
    )


def _schema_field(field: sql.Field) -> Any:
    from google.cloud import bigquery

    if field.precision is None or field.scale is None:
        return bigquery.SchemaField(field.name, field.type, field.mode)
    return bigquery.SchemaField(field.name, field.type, field.mode, precision=field.precision, scale=field.scale)
