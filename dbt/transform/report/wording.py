"""Says numbers, dates and findings in English, the same way everywhere in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from transform.report.marts import Career, Season

NOTHING: Final = "\N{EN DASH}"
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def number(value: int | Decimal) -> str:
    """Say 5187.50 as 5,187.5."""
    text = f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ordinal(value: int) -> str:
    """Say 2 as 2nd."""
    ending = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def count(value: int, singular: str, plural: str | None = None) -> str:
    """Say how many there are of something."""
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def day(value: date) -> str:
    """Say a date as 10 June 2007."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(iso_utc: str) -> str:
    """Say a time in UTC as 23 November 2026, 18:30 UTC."""
    value = datetime.fromisoformat(iso_utc)
    return f"{day(value)}, {value:%H:%M} UTC"


def share(part: int, whole: int) -> str | None:
    """Say a part of the starts; None when there was no start."""
    return f"{100 * part / whole:.1f}% of starts" if whole else None


def listing(items: Sequence[str]) -> str:
    """Join with commas and a last and."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def peak(values: Mapping[int, int], singular: str, plural: str) -> str:
    """Say in which seasons the most were reached; many such seasons are counted, not listed."""
    most = max(values.values(), default=0)
    if most == 0:
        return f"No {singular} in any season"
    years = [str(year) for year, value in values.items() if value == most]
    when = listing(years) if len(years) <= 4 else f"{len(years)} seasons"
    return f"{count(most, singular, plural)} at most, in {when}"


def summary(career: Career) -> str:
    """Say the career in one sentence, also when it has no win, no start or no entry."""
    if career.race_entries == 0:
        return "No race entry in this release."
    if career.race_starts == 0:
        return f"{count(career.race_entries, 'race entry', 'race entries')}, but no start."
    titles = f" and {count(career.championships, 'world title')}" if career.championships else ""
    if career.race_wins:
        return f"{count(career.race_wins, 'win')}{titles} from {count(career.race_starts, 'start')}."
    best = f"; best result {ordinal(career.best_race_result)}" if career.best_race_result else ""
    return f"No win in {count(career.race_starts, 'start')}{best}."


def standing(season: Season) -> str:
    """Say the place in the championship."""
    if season.is_champion:
        return "Champion"
    if season.championship_position is None:
        return season.championship_position_text or NOTHING
    place = ordinal(season.championship_position)
    return place if season.is_final else f"{place} so far"
