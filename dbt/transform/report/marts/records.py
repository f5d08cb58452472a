"""Records, what comes next to them, the measures of a greatest driver, and the definitions of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from transform.report.reader import MartReader
from transform.report.typed_rows import dataset_of, read_rows


@dataclass(frozen=True, slots=True)
class Record:
    """A row of mart_records; without a rank the driver is not eligible, or has no value."""

    statistic_id: str
    value: Decimal | None
    rank: int | None
    drivers_ranked: int | None
    leader_names: str | None
    leader_value: Decimal | None
    gap: Decimal | None
    is_leader: bool
    is_eligible: bool
    eligibility: str | None
    is_higher_better: bool
    unit: str
    category: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class RecordWatch:
    """A row of mart_record_watch: one mark ahead."""

    statistic_id: str
    kind: str
    value: Decimal
    target: Decimal
    target_holder_names: str | None
    gap: Decimal
    unit: str
    chances_left: int | None
    is_possible_this_season: bool | None
    next_race_date: date | None
    next_grand_prix_name: str | None
    next_race_effect: str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of mart_goat_view: one argument in the debate."""

    statistic_id: str
    value: Decimal | None
    rank: int | None
    drivers_ranked: int | None
    minimum_starts: int | None
    leader_names: str | None
    leader_value: Decimal | None
    is_led: bool
    argument: str
    category: str
    unit: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A row of statistic_definitions; `alternatives` are ids joined with `|`."""

    id: str
    name: str
    definition: str
    rule: str
    source: str
    alternatives: str | None
    is_default: bool

    @property
    def rivals(self) -> tuple[str, ...]:
        return tuple(one for one in (self.alternatives or "").split("|") if one)


def read_records(reader: MartReader, driver_id: str) -> tuple[Record, ...]:
    """Read the driver's place in every record."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_records", Record)
    return tuple(sorted(rows, key=lambda row: (row.category, row.rank or 10**6, row.statistic_id)))


def read_record_watch(reader: MartReader, driver_id: str) -> tuple[RecordWatch, ...]:
    """Read the marks ahead: those of the next race, then the possible ones, each in the order of what is missing."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_record_watch", RecordWatch)

    def key(row: RecordWatch) -> tuple[bool, bool, Decimal, str, str]:
        missing = row.gap / row.target if row.target else Decimal(0)
        return not row.next_race_effect, not row.is_possible_this_season, missing, row.statistic_id, row.kind

    return tuple(sorted(rows, key=key))


def read_measures(reader: MartReader, driver_id: str) -> tuple[Measure, ...]:
    """Read the measures of the debate, those that the driver leads first."""
    rows = read_rows(reader, f"{dataset_of(driver_id)}.mart_goat_view", Measure)
    return tuple(sorted(rows, key=lambda row: (not row.is_led, row.rank or 10**6, row.statistic_id)))


def read_definitions(reader: MartReader) -> Mapping[str, Definition]:
    """Read all definitions by id, in the order of ids."""
    rows = read_rows(reader, "f1db.statistic_definitions", Definition)
    return {row.id: row for row in sorted(rows, key=lambda row: row.id)}
