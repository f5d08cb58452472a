"""How tests disturb the delivery of events; read for each event from `<state>/events-switches.json`.

`duplicate`: further deliveries at the same moment; `delay_s`; `drop`: the next n events, counted down in the file;
`reorder`: newest first, after a short gathering; `match`: a part of `<bucket>/<object>` to which the others apply.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Switches:
    """How deliveries are disturbed."""

    duplicate: int = 0
    delay_s: float = 0
    drop: int = 0
    reorder: bool = False
    match: str = ""


def as_switches(document: dict[str, Any]) -> Switches:
    """Read the switches; those that are missing are not set.

    Raises:
        TypeError: an unknown switch, or one of a wrong type.
    """
    switches = Switches(**document)
    numbers = (switches.duplicate, switches.delay_s, switches.drop, switches.reorder)
    if not all(isinstance(number, int | float) for number in numbers) or not isinstance(switches.match, str):
        raise TypeError(f"a switch of a wrong type: {document}")
    return switches
