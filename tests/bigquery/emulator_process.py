"""A BigQuery emulator in a process of its own: `python -m tests.bigquery.emulator_process PORT FOLDER`.

FOLDER has a folder for each bucket: there the emulator looks for `gs://` addresses. The spatial extension, which it
downloads when it starts, is left out: nothing here is a GEOGRAPHY, and a test does not reach for the network. It hands
a NUMERIC to DuckDB as it is written, and DuckDB takes that for three decimal places; BigQuery's has nine.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bqemulator.config import LogLevel, Settings
from bqemulator.server import run_forever
from bqemulator.storage.engine import DuckDBEngine
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB


def main(port: int, buckets: Path) -> None:
    DuckDBEngine._load_spatial = lambda self: None  # type: ignore[method-assign]
    written = DuckDB.Generator.datatype_sql

    def with_nine_places(self: Any, expression: exp.DataType) -> str:
        is_bare = expression.is_type(exp.DataType.Type.DECIMAL) and not expression.expressions
        return "DECIMAL(38, 9)" if is_bare else written(self, expression)

    DuckDB.Generator.datatype_sql = with_nine_places  # type: ignore[method-assign]
    run_forever(
        Settings(
            rest_port=port,
            grpc_port=0,
            gcs_local_root=buckets,
            log_level=LogLevel.ERROR,
            enable_format_extensions=False,
            query_cache_ttl_seconds=0,
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
