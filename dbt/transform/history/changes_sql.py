"""The comparison of two releases as SQL: every row that was added, removed or changed, and what each table sums to."""

from __future__ import annotations

from collections.abc import Sequence

from transform.history.dialects import Dialect
from transform.history.sides import HISTORY, Pair, Side

# The tables that a comparison leaves in its working dataset.
FOUND, CHANGES, SUMMARIES = "compared_found", "compared_changes", "compared_summaries"


def comparison_sql(dialect: Dialect, before: Side, after: Side, pairs: Sequence[Pair]) -> list[str]:
    """Return the statements that compare two releases, in their order; the last two tables they make are the answer."""
    differing = [pair for pair in pairs if not pair.is_same] or pairs[:1]  # a union of nothing would be no SQL
    found = "\nunion all\n".join(_found(dialect, before, after, pair) for pair in differing)
    return [
        f"create or replace table {dialect.table(HISTORY, name)} as\n{select}"
        for name, select in (
            (FOUND, found),
            (CHANGES, _changes(dialect, before, after)),
            (SUMMARIES, _summaries(dialect, before, after, pairs)),
        )
    ]


def _found(dialect: Dialect, before: Side, after: Side, pair: Pair) -> str:
    """One table's rows that differ: once for a row that came or went, once for each column of one that changed."""
    columns = range(len(pair.compared))
    values = ", ".join(f"b.c{number} as b{number}, a.c{number} as a{number}" for number in columns)
    differs = " or ".join(
        ["b.row_key is null", "a.row_key is null", *(f"b.c{number} is distinct from a.c{number}" for number in columns)]
    )
    null = f"cast(null as {dialect.string})"
    cells = [_cell(dialect, null, null, null)]
    cells += [
        _cell(dialect, dialect.literal(name), f"joined.b{number}", f"joined.a{number}")
        for number, name in enumerate(pair.compared)
    ]
    return f"""\
select
  {dialect.literal(pair.name)} as table_name,
  case when not joined.is_before then 'added' when not joined.is_after then 'removed' else 'changed' end as change,
  joined.row_key, joined.race, joined.driver_id, cell.column_name, cell.old_value, cell.new_value
from (
  select
    coalesce(a.row_key, b.row_key) as row_key, coalesce(a.race, b.race) as race,
    coalesce(a.driver_id, b.driver_id) as driver_id,
    b.row_key is not null as is_before, a.row_key is not null as is_after{", " + values if values else ""}
  from ({_rows(dialect, before, pair, 0)}) as b
  full outer join ({_rows(dialect, after, pair, 1)}) as a on a.row_key = b.row_key
  where {differs}
) as joined
cross join {dialect.unnested(cells, "cell")}
where
  case
    when joined.is_before and joined.is_after then cell.old_value is distinct from cell.new_value
    else cell.column_name is null
  end"""  # noqa: S608 # names come from the manifests and are quoted


def _cell(dialect: Dialect, name: str, old: str, new: str) -> str:
    return dialect.struct({"column_name": name, "old_value": old, "new_value": new})


def _rows(dialect: Dialect, side: Side, pair: Pair, place: int) -> str:
    """One release's rows of a table as texts: the key, race and driver, and the columns that can change."""
    null = f"cast(null as {dialect.string})"
    is_there = (pair.is_before, pair.is_after)[place]

    def text(column: str | None) -> str:
        type_ = pair.columns[column][place] if column in pair.columns else None
        return null if column is None or type_ is None else dialect.text(dialect.name(column), type_)

    columns = [f"{text(name)} as c{number}" for number, name in enumerate(pair.compared)]
    own = [f"{text(pair.race_column)} as race", f"{text(pair.driver_column)} as driver_id", *columns]
    if not is_there:
        return f"select {null} as row_key, {', '.join(own)} from (select 1 as one) as nothing where false"  # noqa: S608
    parts = [f"'{', ' if number else ''}{name}=', coalesce({text(name)}, '')" for number, name in enumerate(pair.key)]
    key = f"concat({', '.join(parts)})" if parts else "''"
    if pair.is_counted:
        key = f"concat({key}, ' #', cast(row_number() over (partition by {key} order by 1) as {dialect.string}))"
    return f"select {key} as row_key, {', '.join(own)} from {side.table(dialect, pair.name)}"  # noqa: S608


def _changes(dialect: Dialect, before: Side, after: Side) -> str:
    """Every difference with the date of its race, and whether that race was history already."""
    date, id_ = dialect.name("date"), dialect.text(dialect.name("id"), "int")
    old, new = (side.table(dialect, "races") for side in (before, after))
    results = before.table(dialect, "races_race_results")
    return f"""\
with race_dates as (
  select coalesce(a.race, b.race) as race, coalesce(a.race_date, b.race_date) as race_date
  from (select {id_} as race, {date} as race_date from {old}) as b
  full outer join (select {id_} as race, {date} as race_date from {new}) as a on a.race = b.race
),
newest as (
  select max({date}) as race_date from {old} where {dialect.name("id")} in (select race_id from {results})
)
select
  {dialect.literal(after.release)} as {dialect.name("release")},
  {dialect.literal(before.release)} as previous_release,
  found.table_name, found.change, found.row_key as {dialect.name("key")},
  found.column_name, found.old_value, found.new_value, race_dates.race_date, found.driver_id,
  case
    when race_dates.race_date is not null then coalesce(race_dates.race_date <= newest.race_date, false)
  end as is_restatement
from {dialect.table(HISTORY, FOUND)} as found
left join race_dates on race_dates.race = found.race
cross join newest"""  # noqa: S608 # names come from the manifests and are quoted


def _summaries(dialect: Dialect, before: Side, after: Side, pairs: Sequence[Pair]) -> str:
    """One row a table: how many rows before and after, and how many of them came, went, changed or restate history."""
    counts = "\n  union all\n".join(
        f"  select {dialect.literal(pair.name)} as table_name, "
        f"{_count(dialect, before, pair, pair.is_before)} as rows_before, "
        f"{_count(dialect, after, pair, pair.is_after)} as rows_after"
        for pair in pairs
    )

    def rows(condition: str) -> str:
        return f"count(distinct case when {condition} then changes.{dialect.name('key')} end)"

    return f"""\
with counts as (
{counts}
)
select
  {dialect.literal(after.release)} as {dialect.name("release")},
  {dialect.literal(before.release)} as previous_release,
  counts.table_name, counts.rows_before, counts.rows_after,
  {rows("changes.change = 'added'")} as rows_added,
  {rows("changes.change = 'removed'")} as rows_removed,
  {rows("changes.change = 'changed'")} as rows_changed,
  {rows("changes.is_restatement")} as rows_restated
from counts
left join {dialect.table(HISTORY, CHANGES)} as changes on changes.table_name = counts.table_name
group by counts.table_name, counts.rows_before, counts.rows_after"""  # noqa: S608 # as above


def _count(dialect: Dialect, side: Side, pair: Pair, is_there: bool) -> str:
    if not is_there:
        return f"cast(0 as {dialect.integer})"
    return f"(select count(*) from {side.table(dialect, pair.name)})"  # noqa: S608 # quoted names
