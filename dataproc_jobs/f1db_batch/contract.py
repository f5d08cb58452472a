"""The contract as checked objects: what the rest of the package knows about F1DB's tables, it knows from here."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from f1db_batch.column_types import ColumnType, parse_column_type

FORMAT = 1
_COLUMN_FIELDS = {"type", "nullable", "required", "references", "values"}
_TABLE_FIELDS = {"description", "required", "may_be_empty", "key", "columns"}


class ContractError(ValueError):
    """The contract contradicts itself; every problem is listed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("the contract is wrong: " + "; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `references` names a table, `values` are those known so far (empty: any)."""

    name: str
    type: ColumnType
    is_nullable: bool
    is_required: bool
    references: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `key` is what tells its rows apart, empty for a table that nobody knows."""

    name: str
    description: str
    is_required: bool
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    may_be_empty: bool = False

    @property
    def file_name(self) -> str:
        return f"f1db-{self.name}.csv"

    def column(self, name: str) -> Column | None:
        """Find a column by its name."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def race_column(self) -> str | None:
        """Name the column that says which race a row is about, None where rows belong to no race."""
        return self._naming("races", "raceId")

    @property
    def driver_column(self) -> str | None:
        """Name the column that says which driver a row is about, None where rows belong to none."""
        return self._naming("drivers", "driverId")

    def is_vital(self, column: str) -> bool:
        """Tell whether a value of this column that cannot be read makes the release unusable."""
        found = self.column(column)
        return self.is_required and (column in self.key or (found is not None and found.is_required))

    def _naming(self, table: str, usual: str) -> str | None:
        if self.name == table:
            return self.key[0]
        found = [column.name for column in self.columns if column.references == table]
        return usual if usual in found else next(iter(found), None)


@dataclass(frozen=True, slots=True)
class Contract:
    """Every table by its name, in the contract's order."""

    schema: str
    tables: Mapping[str, Table]

    def referenced(self) -> frozenset[str]:
        """Name the tables that some foreign key points to."""
        return frozenset(
            column.references for table in self.tables.values() for column in table.columns if column.references
        )


def load_contract() -> Contract:
    """Read the contract that is packaged beside this module, also from a ZIP.

    Raises:
        ContractError: it is not consistent.
    """
    return parse_contract(files("f1db_batch").joinpath("contract.toml").read_text("utf-8"))


def parse_contract(text: str) -> Contract:
    """Build the contract from its TOML.

    Raises:
        ContractError: it is not consistent.
    """
    document = tomllib.loads(text)
    problems: list[str] = []
    if document.get("format") != FORMAT:
        problems.append(f"format is {document.get('format')!r}, not {FORMAT}")
    enumerations = document.get("enumerations", {})
    tables = {name: _table(name, fields, enumerations, problems) for name, fields in document.get("tables", {}).items()}
    if not tables:
        problems.append("no tables")
    problems += [problem for table in tables.values() for problem in _contradictions(table, tables)]
    if problems:
        raise ContractError(problems)
    return Contract(schema=str(document.get("schema", "")), tables=tables)


def _table(name: str, fields: dict[str, Any], enumerations: dict[str, list[str]], problems: list[str]) -> Table:
    problems += [f"{name}: unknown field {field!r}" for field in sorted(fields.keys() - _TABLE_FIELDS)]
    columns = tuple(
        _column(name, column, entry, enumerations, problems) for column, entry in fields.get("columns", {}).items()
    )
    return Table(
        name=name,
        description=str(fields.get("description", "")),
        is_required=fields.get("required", False),
        key=tuple(fields.get("key", ())),
        columns=columns,
        may_be_empty=fields.get("may_be_empty", False),
    )


def _column(
    table: str, name: str, entry: dict[str, Any], enumerations: dict[str, list[str]], problems: list[str]
) -> Column:
    where = f"{table}.{name}"
    problems += [f"{where}: unknown field {field!r}" for field in sorted(entry.keys() - _COLUMN_FIELDS)]
    values = entry.get("values")
    if values is not None and values not in enumerations:
        problems.append(f"{where}: no enumeration is called {values!r}")
    try:
        type_ = parse_column_type(str(entry.get("type")))
    except ValueError as error:
        problems.append(f"{where}: {error}")
        type_ = parse_column_type("string")
    return Column(
        name=name,
        type=type_,
        is_nullable=entry.get("nullable", False),
        is_required=entry.get("required", False),
        references=entry.get("references"),
        values=tuple(enumerations.get(values, ())) if values else (),
    )


def _contradictions(table: Table, tables: dict[str, Table]) -> Iterator[str]:
    if not table.description.endswith("."):
        yield f"{table.name}: its description is no sentence"
    if not table.key:
        yield f"{table.name}: no key"
    for name in table.key:
        column = table.column(name)
        if column is None:
            yield f"{table.name}: its key names {name!r}, which is no column of it"
        elif column.is_nullable:
            yield f"{table.name}.{name}: a key may not be empty"
        elif table.is_required and not column.is_required:
            yield f"{table.name}.{name}: a key of a required table is required"
    for column in table.columns:
        if column.is_required and not table.is_required:
            yield f"{table.name}.{column.name}: required, but its table is not"
        if column.references is not None:
            yield from _broken_reference(table, column, tables)


def _broken_reference(table: Table, column: Column, tables: dict[str, Table]) -> Iterator[str]:
    target = tables.get(column.references or "")
    if target is None or len(target.key) != 1:
        yield f"{table.name}.{column.name}: {column.references!r} is no table with a key of one column"
        return
    key = target.column(target.key[0])
    if key is not None and key.type != column.type:
        yield f"{table.name}.{column.name}: is {column.type}, but {target.name}.{key.name} is {key.type}"
