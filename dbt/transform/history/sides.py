"""Two releases side by side: which tables and columns both have, and what tells a table's rows apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.manifests import Manifest, Table
from transform.history.dialects import Dialect
from transform.raw_tables import snake_case

RAW, BEFORE, AFTER, HISTORY = "f1db_raw", "f1db_before", "f1db_after", "f1db_history"


@dataclass(frozen=True, slots=True)
class Side:
    """One release of a comparison, and where its raw tables lie.

    Tables that are the same in both releases are loaded once: `elsewhere` says in which dataset those of this side lie.
    """

    release: str
    dataset: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def table(self, dialect: Dialect, name: str) -> str:
        """Write a raw table's name."""
        return dialect.table(self.elsewhere.get(name, self.dataset), name)


@dataclass(frozen=True, slots=True)
class Pair:
    """One table in both releases, in the warehouse's spelling; a type is None where that release lacks the column.

    Without a key both releases know, all shared columns are the key, and equal rows are told apart by counting them.
    A table that `is_same` has no rows that differ: nobody has to look for them.
    """

    name: str
    is_before: bool
    is_after: bool
    key: tuple[str, ...]
    is_counted: bool
    race_column: str | None
    driver_column: str | None
    columns: dict[str, tuple[str | None, str | None]]
    is_same: bool = False

    @property
    def compared(self) -> list[str]:
        """Name the columns that can change: all but the key."""
        return [name for name in self.columns if name not in self.key]


def pair_tables(before: Manifest, after: Manifest, same: Collection[str] = ()) -> Iterator[Pair]:
    """Match the tables of two releases by name, in the order of their names; `same` are those that do not differ."""
    old, new = ({table.name: table for table in manifest.tables} for manifest in (before, after))
    for name, known in sorted({**old, **new}.items()):
        yield _pair(known, old.get(name), new.get(name), is_same=snake_case(name) in same)


def _pair(known: Table, old: Table | None, new: Table | None, *, is_same: bool) -> Pair:
    columns = _columns(old, new)
    key = tuple(map(snake_case, known.key or (old.key if old else ())))
    is_known = bool(key) and all(column in columns and _is_shared(columns[column], old, new) for column in key)
    return Pair(
        name=snake_case(known.name),
        is_before=old is not None,
        is_after=new is not None,
        key=key if is_known else tuple(one for one in columns if _is_shared(columns[one], old, new)),
        is_counted=not is_known,
        race_column=snake_case(known.race_column) if known.race_column else None,
        driver_column=snake_case(known.driver_column) if known.driver_column else None,
        columns=columns,
        is_same=is_same,
    )


def _columns(old: Table | None, new: Table | None) -> dict[str, tuple[str | None, str | None]]:
    types = [{snake_case(one.name): one.type for one in table.columns} if table else {} for table in (old, new)]
    names = [*types[1], *(name for name in types[0] if name not in types[1])]
    return {name: (types[0].get(name), types[1].get(name)) for name in names}


def _is_shared(types: tuple[str | None, str | None], old: Table | None, new: Table | None) -> bool:
    return (old is None or types[0] is not None) and (new is None or types[1] is not None)
