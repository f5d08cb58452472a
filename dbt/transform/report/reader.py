"""What the report asks of a warehouse: whole columns of one published table, filtered by equality, or counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class DriverMissingError(LookupError):
    """The published marts have no career of this driver."""


@dataclass(frozen=True, slots=True)
class MartQuery:
    """Columns of a published table, named `dataset.table`; `is_tally` groups by them and counts as `tally`.

    Table and columns are names of our own making; the values of `where` are not, and are always parameters.
    """

    table: str
    columns: tuple[str, ...]
    where: Mapping[str, str | bool] = field(default_factory=dict)
    is_tally: bool = False

    def sql(self, relation: str, quote: str, parameter: Callable[[str], str]) -> str:
        """Write the query; `parameter` tells how the warehouse writes the parameter of a column."""
        names = ", ".join(f"{quote}{name}{quote}" for name in self.columns)
        wanted = f"{names}, count(*) as tally" if self.is_tally else names
        text = f"select {wanted} from {relation}"  # noqa: S608  # see above
        if self.where:
            text += " where " + " and ".join(f"{quote}{name}{quote} = {parameter(name)}" for name in self.where)
        return f"{text} group by {names}" if self.is_tally else text


class MartReader(Protocol):
    """A published warehouse."""

    def rows(self, query: MartQuery) -> list[dict[str, Any]]:
        """Return all rows by column name; a table or column that is not there is an error of the warehouse."""


@dataclass(frozen=True, slots=True)
class DuckDBMarts:
    """Reads a published DuckDB file over one connection, so that a whole page shows one publication."""

    connection: Any

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[DuckDBMarts]:
        """Open the file to read only."""
        import duckdb

        with duckdb.connect(str(path), read_only=True) as connection:
            yield cls(connection)

    def rows(self, query: MartQuery) -> list[dict[str, Any]]:
        """Return all rows of a published table."""
        dataset, name = query.table.split(".")
        text = query.sql(f'"{dataset}"."{name}"', '"', lambda _: "?")
        cursor = self.connection.execute(text, list(query.where.values()))
        names: Sequence[str] = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
