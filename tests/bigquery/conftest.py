"""What the checks of BigQuery's dialect share: the analyser, the compiled project and the tables that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from f1db_batch.contract import load_contract
from tests.bigquery.analyser import Analyser, Schema
from tests.bigquery.compiled import PROJECT_ID, SUFFIX, Node, compile_project
from tests.bigquery.zetasql_module import ZetaSql
from transform.history.kept import schemas
from transform.raw_tables import snake_case
from transform.warehouses.bigquery_sql import field_of

ARROW = {
    pa.string(): "STRING", pa.int64(): "INT64", pa.bool_(): "BOOL", pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP", pa.decimal128(12, 2): "NUMERIC",
}  # fmt: skip


@pytest.fixture(scope="session")
def analyser(request: pytest.FixtureRequest) -> Analyser:
    cache: Path = request.config.cache.mkdir("zetasql")
    return Analyser(ZetaSql(cache))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `project` is compiled into."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def project(compiled: Path) -> list[Node]:
    return compile_project(compiled)


@pytest.fixture(scope="session")
def sources() -> dict[str, Schema]:
    """The raw tables as the load types them, and the history's tables as the transform fills them."""
    tables: dict[str, Schema] = {f"{PROJECT_ID}.f1db_raw{SUFFIX}.{name}": schema for name, schema in raw_schemas()}
    for name, schema in schemas().items():
        tables[f"{PROJECT_ID}.f1db_history{SUFFIX}.{name}"] = {one.name: ARROW[one.type] for one in schema}
    return tables


def raw_schemas() -> Iterator[tuple[str, Schema]]:
    for table in load_contract().tables.values():
        fields = [field_of(snake_case(column.name), str(column.type)) for column in table.columns]
        schema = {one.name: f"ARRAY<{one.type}>" if one.mode == "REPEATED" else one.type for one in fields}
        yield snake_case(table.name), schema
