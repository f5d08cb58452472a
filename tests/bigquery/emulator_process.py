"""A BigQuery emulator in a process of its own: `python -m tests.bigquery.emulator_process PORT FOLDER`.

FOLDER has a folder for each bucket: there the emulator looks for `gs://` addresses. The spatial extension, which it
downloads when it starts, is left out: nothing here is a GEOGRAPHY, and a test does not reach for the network.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bqemulator.config import LogLevel, Settings
from bqemulator.server import run_forever
from bqemulator.storage.engine import DuckDBEngine


def main(port: int, buckets: Path) -> None:
    DuckDBEngine._load_spatial = lambda self: None  # type: ignore[method-assign]
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
