"""DuckDB: a release is built in a file of its own, and one rename under a lock makes it the published one."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.clients.storage import Bucket
from pipeline.clients.warehouse import control_file, read_control_file
from transform.errors import FaultError, LeaseLostError
from transform.history.dialects import DUCKDB, Dialect
from transform.history.sides import RAW
from transform.raw_tables import RawTable, read_parquet
from transform.report import DuckDBMarts
from transform.warehouses.protocol import PrivatePlace, Progress, Stamp

_PATH = "DBT_DUCKDB_PATH"


@dataclass(frozen=True, slots=True)
class DuckDbWarehouse:
    """`path` is the published file; beside it lie the control record, its lock, and private places."""

    path: Path

    @property
    def url(self) -> str:
        return f"duckdb://{self.path}"

    def greatest_fence(self) -> int:
        fence = self._control().get("fence", 0)
        return fence if isinstance(fence, int) else 0

    def claim(self, fence: int) -> None:
        with self._locked():
            control = self._control()
            if fence < control.get("fence", 0):
                raise LeaseLostError(f"the warehouse knows fence {control['fence']}, greater than our {fence}")
            self._write_control({**control, "fence": fence})

    def prepare(self, fence: int, datasets: Sequence[str]) -> PrivatePlace:
        folder = self._private(fence)
        for leftover in self.path.parent.glob(f"{self.path.name}.fence-*"):
            number = leftover.name.rpartition("-")[2]
            if number.isdigit() and int(number) <= fence:
                shutil.rmtree(leftover)
        folder.mkdir(parents=True)
        with _connected(folder / self.path.name) as connection:
            for dataset in datasets:
                connection.execute(f'create schema "{dataset}"')
        # The same file name as the published one: DuckDB names its catalog after it.
        environment = {_PATH: str(folder / self.path.name), "DBT_THREADS": str(min(4, os.cpu_count() or 1))}
        return PrivatePlace(fence, "duckdb", self.path.stem, "", environment, folder / "dbt")

    def load(
        self, place: PrivatePlace, bucket: Bucket, tables: Sequence[RawTable], progress: Progress, *, dataset: str = RAW
    ) -> None:
        with _connected(_file(place)) as connection:
            connection.execute(f"drop schema if exists {dataset} cascade")
            connection.execute(f"create schema {dataset}")
            for done, (table, data) in enumerate(read_parquet(bucket, list(tables)), start=1):
                connection.register("arriving", data.rename_columns(_renamed(table, data.column_names)))
                connection.execute(f'create table {dataset}."{table.name}" as select * from arriving')  # noqa: S608 # ours
                connection.unregister("arriving")
                progress(done, len(tables))

    def store(self, place: PrivatePlace, dataset: str, name: str, data: Any) -> None:
        with _connected(_file(place)) as connection:
            connection.execute(f"create schema if not exists {dataset}")
            connection.register("arriving", data)
            connection.execute(f'create or replace table {dataset}."{name}" as select * from arriving')  # noqa: S608 # ours

    def dialect(self, place: PrivatePlace) -> Dialect:
        return DUCKDB

    def execute(self, place: PrivatePlace, statements: Sequence[str]) -> None:
        with _connected(_file(place)) as connection:
            for statement in statements:
                connection.execute(statement)

    def fetch(self, place: PrivatePlace, sql: str) -> Any:
        with _connected(_file(place)) as connection:
            return connection.execute(sql).fetch_arrow_table()

    def rows(self, place: PrivatePlace, sql: str, limit: int) -> list[dict[str, Any]]:
        with _connected(_file(place)) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(limit)]

    def publish(self, place: PrivatePlace, stamp: Stamp) -> None:
        built = _file(place)
        _close_dbt()
        with _connected(built) as connection:
            own = "select schema_name from duckdb_schemas() where not internal and database_name = current_database()"
            for (schema,) in connection.execute(own).fetchall():
                if schema not in stamp.datasets:
                    connection.execute(f'drop schema "{schema}" cascade')
            connection.execute("checkpoint")
        if built.with_name(built.name + ".wal").exists():
            raise FaultError("warehouse_not_checkpointed", "the private file still has a write-ahead log")
        _sync(built)
        with self._locked():
            control = self._control()
            if control.get("fence") != place.fence:
                raise LeaseLostError(f"the warehouse belongs to fence {control.get('fence')}, ours is {place.fence}")
            os.replace(built, self.path)
            _sync(self.path.parent)
            self._write_control({**control, "published_fence": place.fence, "version": stamp.version, "run": stamp.run})

    def discard(self, place: PrivatePlace) -> None:
        _close_dbt()
        if self._private(place.fence).exists():
            shutil.rmtree(self._private(place.fence))

    def published_marts(self) -> AbstractContextManager[DuckDBMarts]:
        return DuckDBMarts.opened(self.path)

    def _private(self, fence: int) -> Path:
        return self.path.with_name(f"{self.path.name}.fence-{fence}")

    def _control(self) -> dict[str, Any]:
        return read_control_file(self.path)

    def _write_control(self, control: Mapping[str, Any]) -> None:
        target = control_file(self.path)
        arriving = target.with_name(target.name + ".new")
        arriving.write_text(json.dumps(control) + "\n")
        _sync(arriving)
        os.replace(arriving, target)
        _sync(self.path.parent)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _file(place: PrivatePlace) -> Path:
    return Path(place.environment[_PATH])


@contextmanager
def _connected(path: Path) -> Iterator[Any]:
    import duckdb

    connection = duckdb.connect(str(path))
    try:
        yield connection
    finally:
        connection.close()


def _close_dbt() -> None:
    """Close what dbt-duckdb keeps open for the life of the process: an open file can be neither moved nor made anew."""
    connections = sys.modules.get("dbt.adapters.duckdb.connections")
    if connections is not None:
        connections.DuckDBConnectionManager.close_all_connections()


def _renamed(table: RawTable, found: list[str]) -> list[str]:
    names = dict(zip((column.name for column in table.columns), table.column_names(), strict=True))
    if sorted(names) != sorted(found):
        raise FaultError("parquet_differs", f"{table.parquet} has other columns than the manifest says")
    return [names[name] for name in found]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
