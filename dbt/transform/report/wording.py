"""Says numbers, dates and findings in English, the same way everywhere in the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from transform.report.marts.career import Career, Season

NOTHING: Final = "\N{EN DASH}"
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# Units whose values are ratios from 0 to 1.
_SHARES: Final = frozenset(("share", "ratio", "rate"))


def number(value: int | Decimal, places: int = 2) -> str:
    """Say 5187.50 as 5,187.5."""
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ordinal(value: int) -> str:
    """Say 2 as 2nd."""
    ending = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value:,}{ending}"


def count(value: int | Decimal, singular: str, plural: str | None = None) -> str:
    """Say how many there are of something."""
    return f"{number(value)} {singular if value == 1 else plural or singular + 's'}"


def day(value: date) -> str:
    """Say a date as 10 June 2007."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def race(grand_prix_name: str, value: date) -> str:
    """Say which race: Canadian Grand Prix, 2007."""
    return f"{grand_prix(grand_prix_name)} {value.year}"


def grand_prix(name: str) -> str:
    """Say a Grand Prix by its short name, with the two words that tell what it is."""
    return name if "grand prix" in name.lower() or "500" in name else f"{name} GP"


def moment(iso_utc: str) -> str:
    """Say a time in UTC as 23 November 2026, 18:30 UTC."""
    value = datetime.fromisoformat(iso_utc)
    return f"{day(value)}, {value:%H:%M} UTC"


def years(first: int, last: int) -> str:
    """Say a span of years."""
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def percent(part: int, whole: int) -> str | None:
    """Say a part of a whole; None when there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else None


def share(part: int, whole: int) -> str:
    """Say a part of the starts; nothing when there was no start."""
    said = percent(part, whole)
    return f"{said} of starts" if said else ""


def measure(value: Decimal | None, unit: str) -> str:
    """Say a value in its unit: a share as percent, days as years and days, anything else as a number."""
    if value is None:
        return NOTHING
    if unit in _SHARES:
        return f"{100 * value:.1f}%"
    if unit == "days" and value == value.to_integral_value():
        whole_years, days = divmod(int(value), 365)
        return f"{number(value)} days ({whole_years} y {days} d)" if whole_years >= 10 else count(value, "day")
    return number(value)


def listing(items: Sequence[str]) -> str:
    """Join with commas and a last and."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def few(names: str | None, most: int = 3) -> str:
    """Say names that are joined with commas, none of them broken; beyond a few they are counted."""
    if not names:
        return NOTHING
    split = [name.replace(" ", "\N{NO-BREAK SPACE}") for name in names.split(", ")]
    return listing(split) if len(split) <= most else f"{split[0]} and {len(split) - 1} others"


def peak(values: Mapping[int, int], singular: str, plural: str) -> str:
    """Say in which seasons the most were reached; many such seasons are counted, not listed."""
    most = max(values.values(), default=0)
    if most == 0:
        return f"no {singular} in any season"
    found = [str(year) for year, value in values.items() if value == most]
    when = listing(found) if len(found) <= 4 else f"{len(found)} seasons"
    return f"{count(most, singular, plural)} at most, in {when}"


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


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
