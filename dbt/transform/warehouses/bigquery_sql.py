"""The SQL that BigQuery runs for the transform, as text, so that it can be read and tested without an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def control_table_sql(control: str) -> str:
    """Make the control record where there is none yet; safe to repeat."""
    return f"""\
create table if not exists `{control}` (
  id int64 not null,
  fence int64 not null,
  published_fence int64,
  version string,
  run string,
  published_at timestamp
);
merge `{control}` as control
using (select 1 as id) as wanted
on control.id = wanted.id
when not matched then insert (id, fence) values (1, 0);
"""  # noqa: S608 # the name is ours


def claim_sql(control: str) -> str:
    """Write @fence into the control record unless a greater one is there; the assertion tells."""
    return f"""\
update `{control}` set fence = @fence where id = 1 and fence < @fence;
assert (select fence from `{control}` where id = 1) = @fence as 'the control record has a greater fence';
"""  # noqa: S608 # names are ours, values are parameters


def rename_columns_sql(table: str, columns: Sequence[str]) -> str | None:
    """Give a loaded table's columns their snake-case names; None when they have them already."""
    renamed = [f"rename column `{name}` to `{snake_case(name)}`" for name in columns if snake_case(name) != name]
    return f"alter table `{table}` {', '.join(renamed)};\n" if renamed else None


def publish_sql(control: str, tables: Mapping[str, tuple[str, Sequence[str]]], emptied: Sequence[str]) -> str:
    """Replace the published rows by the private ones in one transaction that begins with the fence.

    `tables`: published table → (private table, columns). `emptied`: published tables that this release does not have.
    """
    moves = []
    for published, (private, columns) in sorted(tables.items()):
        names = ", ".join(f"`{column}`" for column in columns)
        moves.append(
            f"  delete from `{published}` where true;\n"  # noqa: S608 # names come from the warehouse's own schema
            f"  insert into `{published}` ({names}) select {names} from `{private}`;\n"
        )
    moves += [f"  delete from `{published}` where true;\n" for published in sorted(emptied)]  # noqa: S608 # as above
    return f"""\
begin
  begin transaction;
  update `{control}`
  set published_fence = @fence, version = @version, run = @run, published_at = current_timestamp()
  where id = 1 and fence = @fence;
  assert @@row_count = 1 as 'the control record carries another fence';
{"".join(moves)}  commit transaction;
exception when error then
  rollback transaction;
  raise;
end;
"""  # noqa: S608 # names come from the warehouse's own schema, values are parameters
