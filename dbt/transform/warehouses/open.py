"""Which adapter a warehouse's address asks for."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipeline.clients.warehouse import CONTROL_DATASET
from transform.warehouses.protocol import Warehouse


def open_warehouse(url: str) -> Warehouse:
    """Return the adapter for `duckdb:///path` or `bigquery://project?location=…`; the address has been validated."""
    parts = urlsplit(url)
    if parts.scheme == "duckdb":
        from transform.warehouses.duckdb import DuckDbWarehouse

        return DuckDbWarehouse(Path(parts.path))
    from transform.warehouses.bigquery import BigQueryWarehouse

    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return BigQueryWarehouse(
        project_id=parts.netloc,
        location=options.get("location", "EU"),
        control_dataset=options.get("control", CONTROL_DATASET),
        maximum_bytes_billed=int(options.get("maximum_bytes_billed", str(10 * 1024**3))),
    )
