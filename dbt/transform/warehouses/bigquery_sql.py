"""The SQL that BigQuery runs for the transform, as text, so that it can be read and tested without an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.manifests import Column
from transform.raw_tables import snake_case

_TYPES = {
    "string": "STRING",
    "int": "INT64",
    "boolean": "BOOL",
    "date": "DATE",
    "time": "TIME",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a load: BigQuery's type, and whether it repeats."""

    name: str
    type: str
    mode: str
    precision: int | None = None
    scale: int | None = None


def field_of(name: str, type_: str) -> Field:
    """Translate a type of the contract.

    Raises:
        ValueError: for a type that the contract does not have.
    """
    if type_ == "array<string>":
        return Field(name, "STRING", "REPEATED")
    if type_.startswith("decimal(") and type_.endswith(")"):
        precision, scale = (int(part) for part in type_[len("decimal(") : -1].split(","))
        return Field(name, "NUMERIC", "NULLABLE", precision, scale)
    if type_ not in _TYPES:
        raise ValueError(f"{type_!r} is no type of the contract")
    return Field(name, _TYPES[type_], "NULLABLE")


def control_table_sql(control: str) -> tuple[str, str]:
    """Make the control record where there is none yet; both statements are safe to repeat."""
    return (
        f"create table if not exists `{control}` (id int64 not null, fence int64 not null, published_fence int64, "
        "shown string, version string, run string, published_at timestamp)",
        f"merge `{control}` as control using (select 1 as id) as wanted on control.id = wanted.id "  # noqa: S608 # ours
        "when not matched then insert (id, fence) values (1, 0)",
    )


def claim_sql(control: str) -> str:
    """Write @fence into the control record unless a greater one is there: then no row changes."""
    return f"update `{control}` set fence = @fence where id = 1 and fence <= @fence"  # noqa: S608 # the name is ours


def flip_sql(control: str) -> str:
    """Let the views show the place @shown if @fence is still ours: one row of one table, so for all readers at once."""
    return (
        f"update `{control}` set published_fence = @fence, shown = @shown, version = @version, "  # noqa: S608 # our name
        "run = @run, published_at = current_timestamp() where id = 1 and fence = @fence"
    )


def named_table_sql(table: str, columns: Sequence[Column], description: str, labels: Mapping[str, str]) -> str:
    """Give a loaded table its snake-case names, its description and its labels; its types stay."""
    fields = [field_of(column.name, column.type) for column in columns]
    listed = ", ".join(f"`{snake_case(field.name)}` {_declared(field)}" for field in fields)
    selected = ", ".join(f"`{field.name}` as `{snake_case(field.name)}`" for field in fields)
    pairs = ", ".join(f"({literal(name)}, {literal(value)})" for name, value in labels.items())
    return (
        f"create or replace table `{table}` ({listed}) "  # noqa: S608 # names of the manifest, which are quoted
        f"options (description = {literal(description)}, labels = [{pairs}]) as select {selected} from `{table}`"
    )


def literal(text: str) -> str:
    """Write a text as BigQuery reads it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def _declared(field: Field) -> str:
    if field.mode == "REPEATED":
        return f"array<{field.type.lower()}>"
    sized = f"({field.precision}, {field.scale})" if field.precision is not None else ""
    return f"{field.type.lower()}{sized}"


@dataclass(frozen=True, slots=True)
class Built:
    """A table that a private place has: its full name, and its columns with their types, repeated ones as arrays."""

    place: str
    table: str
    columns: Mapping[str, str]


def settled_view_sql(built: Built) -> str:
    """Show one place's table as it is."""
    return f"select {_listed(built.columns)} from `{built.table}`"  # noqa: S608 # names of the warehouse's own schema


def moving_view_sql(control: str, shown: Built | None, arriving: Built | None) -> str:
    """Show the table of that place which the control record names: the old one now, the new one from the flip on.

    The columns are those of both: one that only the old one has is there until the view settles. A column whose type
    differs already has the new one.
    """
    both = [one for one in (shown, arriving) if one is not None]
    types = {name: type_ for one in both for name, type_ in one.columns.items()}
    return "\nunion all\n".join(_branch(control, one, types) for one in both)


def _branch(control: str, built: Built, types: Mapping[str, str]) -> str:
    columns = ", ".join(_as_type(name, built.columns.get(name), type_) for name, type_ in types.items())
    return (
        f"select {columns} from `{built.table}` "  # noqa: S608 # names of the warehouse's own schema
        f"where (select shown from `{control}` where id = 1) = {literal(built.place)}"
    )


def _as_type(name: str, type_: str | None, wanted: str) -> str:
    if type_ == wanted:
        return f"`{name}`"
    if type_ is None or "ARRAY" in type_ + wanted:  # nothing can be cast to or from a list
        return f"cast(null as {wanted}) as `{name}`"
    return f"safe_cast(`{name}` as {wanted}) as `{name}`"


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}`" for name in columns)
