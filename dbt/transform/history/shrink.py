"""History that has become less: tables, seasons, races and career totals that a sound release does not lose."""
# ruff: noqa: S608 -- all names are our own, and quoted

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from transform.errors import RefusalError
from transform.history.changes_sql import CHANGES, SUMMARIES
from transform.history.dialects import Dialect
from transform.history.sides import HISTORY, Pair, Side

_RESULTS = ("races_race_results", "races_sprint_race_results")
_RACE, _SPRINT = _RESULTS
_STANDINGS = "seasons_driver_standings"
# Which change of a result explains that a total of F1DB's went down; a result that was removed explains every one.
_EXPLAINED_BY: dict[str, tuple[tuple[str, str], ...]] = {
    "total_championship_wins": ((_STANDINGS, "championship_won"),),
    "total_championship_points": ((_STANDINGS, "points"),),
    "total_race_entries": (),
    "total_race_starts": ((_RACE, "position_text"),),
    "total_race_wins": ((_RACE, "position_number"),),
    "total_race_laps": ((_RACE, "laps"),),
    "total_podiums": ((_RACE, "position_number"),),
    "total_points": ((_RACE, "points"), (_SPRINT, "points")),
    "total_pole_positions": ((_RACE, "pole_position"),),
    "total_fastest_laps": ((_RACE, "fastest_lap"),),
    "total_sprint_race_starts": ((_SPRINT, "position_text"),),
    "total_sprint_race_wins": ((_SPRINT, "position_number"),),
    "total_driver_of_the_day": ((_RACE, "driver_of_the_day"),),
    "total_grand_slams": ((_RACE, "grand_slam"),),
}
EVIDENCE_COLUMNS = ("what", "entity", "metric", "before", "after")


def shrink_sql(dialect: Dialect, before: Side, after: Side, pairs: Sequence[Pair]) -> str:
    """Return the query for every loss: `what`, `entity`, `metric`, and how much it was `before` and is `after`."""
    shared = {pair.name: pair for pair in pairs if pair.is_before and pair.is_after and not pair.is_same}
    parts = [_tables(dialect)]
    parts += [_lost(dialect, before, after, name, what) for name in _RESULTS if name in shared
              for what in ("season", "race")]  # fmt: skip
    if "drivers" in shared:
        totals = [name for name, types in shared["drivers"].columns.items() if name in _EXPLAINED_BY and all(types)]
        parts += [_total(dialect, before, after, name) for name in totals]
    return "\nunion all\n".join(parts) + "\norder by what, entity, metric"


def refuse_losses(losses: Sequence[dict[str, Any]], previous: str) -> None:
    """Refuse a release that has lost history.

    Raises:
        RefusalError: `history_shrunk`, with the losses as evidence.
    """
    if not losses:
        return
    told = "; ".join(_in_words(loss) for loss in losses[:3])
    more = f"; and {len(losses) - 3} more" if len(losses) > 3 else ""
    reason = f"history has shrunk since {previous}: {told}{more} (ask with accept_shrink if that is right)"
    raise RefusalError("history_shrunk", reason, [dict(loss) for loss in losses])


def _in_words(loss: dict[str, Any]) -> str:
    return f"{loss['what']} {loss['entity']}: {loss['metric']} {loss['before']} → {loss['after']}"


def _tables(dialect: Dialect) -> str:
    return (
        "select 'table' as what, table_name as entity, 'rows' as metric, "
        f"{_text(dialect, 'rows_before')} as {dialect.name('before')}, "
        f"{_text(dialect, 'rows_after')} as {dialect.name('after')} "
        f"from {dialect.table(HISTORY, SUMMARIES)} where (rows_before - rows_after) * 100 > rows_before"
    )


def _lost(dialect: Dialect, before: Side, after: Side, results: str, what: str) -> str:
    """Seasons or races that had results of a kind and have none of them any more."""
    column = {"season": dialect.name("year"), "race": "race_id"}[what]
    old, new = (side.table(dialect, results) for side in (before, after))
    return (
        f"select '{what}' as what, {_text(dialect, f'b.{column}')} as entity, '{results}' as metric, "
        f"{_text(dialect, 'count(*)')} as {dialect.name('before')}, '0' as {dialect.name('after')} "
        f"from {old} as b where b.{column} not in (select {column} from {new} where {column} is not null) "
        f"group by b.{column}"
    )


def _total(dialect: Dialect, before: Side, after: Side, metric: str) -> str:
    """Drivers whose total went down while none of the results that it counts has changed or gone."""
    old, new = (side.table(dialect, "drivers") for side in (before, after))
    tables = (_STANDINGS,) if metric.startswith("total_championship") else _RESULTS
    removed = f"(change = 'removed' and table_name in ({', '.join(map(dialect.literal, tables))}))"
    changed = [
        f"(table_name = {dialect.literal(table)} and column_name = {dialect.literal(column)})"
        for table, column in _EXPLAINED_BY[metric]
    ]
    value = dialect.name(metric)
    return (
        f"select 'driver' as what, b.id as entity, '{metric}' as metric, "
        f"{_text(dialect, f'b.{value}')} as {dialect.name('before')}, "
        f"{_text(dialect, f'coalesce(a.{value}, 0)')} as {dialect.name('after')} "
        f"from {old} as b left join {new} as a on a.id = b.id "
        f"where coalesce(a.{value}, 0) < b.{value} and b.id not in (select driver_id "
        f"from {dialect.table(HISTORY, CHANGES)} where driver_id is not null and ({' or '.join([removed, *changed])}))"
    )


def _text(dialect: Dialect, expression: str) -> str:
    return f"cast({expression} as {dialect.string})"
