"""A BigQuery emulator in a process of its own: `python -m tests.bigquery.emulator_process PORT FOLDER`.

FOLDER has a folder for each bucket: there the emulator looks for `gs://` addresses. The spatial extension, which it
downloads when it starts, is left out: nothing here is a GEOGRAPHY, and a test does not reach for the network. Two gaps
are closed: DuckDB takes a NUMERIC for one of three decimal places, where BigQuery's has nine; and a table with declared
columns is not made from a query in parentheses, which is how dbt writes one with a contract.

And it is made quicker, with the same answers: it parses each statement some twenty times, once for each thing that a
statement may be. What was parsed is remembered here, and each who asks gets a copy.
"""

from __future__ import annotations

import copy
import gc
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from bqemulator.config import LogLevel, Settings
from bqemulator.server import run_forever
from bqemulator.sql.rewriter import create_table_schema_ctas
from bqemulator.storage.engine import DuckDBEngine
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.expressions import core

# A few statements at a time (dbt's threads), each with what the emulator's rewriters make of it one after the other.
_TEXTS_REMEMBERED = 64
# What a copy may share: sqlglot's notes on a node are mostly of these.
_FLAT = frozenset((str, int, bool))


def main(port: int, buckets: Path) -> None:
    gc.set_threshold(50_000, 50, 50)  # trees are made and dropped all the time, and hold few cycles
    DuckDBEngine._load_spatial = lambda self: None  # type: ignore[method-assign]
    written = DuckDB.Generator.datatype_sql
    first_select = create_table_schema_ctas._first_select

    def with_nine_places(self: Any, expression: exp.DataType) -> str:
        is_bare = expression.is_type(exp.DataType.Type.DECIMAL) and not expression.expressions
        return "DECIMAL(38, 9)" if is_bare else written(self, expression)

    def without_parentheses(body: exp.Expression | None) -> exp.Select | None:
        return first_select(body.unnest() if isinstance(body, exp.Subquery) else body)

    create_table_schema_ctas._first_select = without_parentheses
    DuckDB.Generator.datatype_sql = with_nine_places  # type: ignore[method-assign]
    parse_each_text_once()
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


def parse_each_text_once() -> None:
    """Let sqlglot remember what it has parsed, and copy a tree without looking into each node's flat notes."""
    parse = Dialect.parse

    @lru_cache(maxsize=_TEXTS_REMEMBERED)
    def parsed(dialect: type[Dialect], sql: str) -> list[Any]:
        return parse(dialect(), sql)

    def copies(self: Dialect, sql: str, **options: Any) -> list[Any]:
        if options or self.settings or self.normalization_strategy is not self.NORMALIZATION_STRATEGY:
            return parse(self, sql, **options)
        return [tree.copy() if tree is not None else None for tree in parsed(type(self), sql)]

    def copied(value: Any) -> Any:
        is_flat = type(value) is dict and _FLAT.issuperset(map(type, value.values()))
        return dict(value) if is_flat else copy.deepcopy(value)

    Dialect.parse = copies  # type: ignore[method-assign]
    core.deepcopy = copied  # type: ignore[assignment]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
