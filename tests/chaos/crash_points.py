"""Where the chain can be cut: found in the record of one undisturbed release, not listed by hand.

A step is a request that changes something (an object, a batch, a job, a function that is woken up), with names made
general, as the fault schedule's journal has it; what happens often in one stage (47 tables) has its first and its last.
At each step its caller is killed before and after the effect, and after it everything dies, by the death of localcloud
(whose warden kills the rest) and of all at once in turns: what is on disk after one step is there before the next, and
when everything dies nothing else counts. Where batch and transform are silent they die without a request in flight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from typing import Any

# From which prepared world on a stage goes: nothing landed, the ZIP landed, the manifest written.
STAGES = ("offered", "landed", "processed")
# The same worlds without the event that leads on: there a tick makes check_release wake the function up.
LOST = {f"{stage}, its event lost": stage for stage in STAGES[1:]}
FRONT_DOORS = ("check_release", "start_batch", "start_dbt")
_WRITING = ("POST", "PUT", "PATCH", "DELETE")
# Numbers of attempts, fences and batches.
NUMBERS = (
    (r"(?<=<run>/)\d+(?=/)", "<n>"),
    (r"(?<=/headlines-)\d+", "<n>"),
    (r"(?<=/batch_usage-)[0-9a-f]{12}", "<n>"),
    (r"(?<=/batch-)\d+", "<n>"),
    (r"(?<=<run>/transform-)\d+", "<n>"),
)
_GENERAL = (
    (r"f1db-[0-9a-z-]+-[0-9a-f]{8}-[0-9a-f]{8}-\d+", "<run>"),
    (r"(?<=/)\d{4}\.\d+\.\d+(?=/)", "<version>"),
    (r"(?<=/)[0-9a-f]{12}(?=/)", "<zip>"),
    *NUMBERS,
    (r"(?<=<run>/<n>/)[a-z0-9-]+(?=\.parquet$)", "<table>"),
)
_CALLERS = (
    ("|".join(FRONT_DOORS), "", "localcloud"),
    ("storage", r"^landing/|^state/notices/", "check_release"),
    ("storage", r"^state/runs/.*/batch-<n>\.json$", "start_batch"),
    ("dataproc", "", "start_batch"),
    ("storage", r"^curated/runs/|/manifest\.json$", "batch"),
    ("run", "", "start_dbt"),
    ("storage", r"^curated/(history|reports)/|^state/(lease|published)\.json$|/outcome\.json$", "transform"),
)
_SILENCES = ("longest", "second longest")


@dataclass(frozen=True)
class Request:
    """A line of the journal of faults, in one stage."""

    stage: str
    at: datetime
    service: str
    method: str
    name: str
    is_beginning: bool = False  # of an upload: nothing has changed before its last part

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.service, self.method, self.name)

    @classmethod
    def of(cls, stage: str, line: dict[str, Any]) -> Request:
        at = datetime.fromisoformat(line["at_utc"].replace("Z", "+00:00"))
        is_beginning = "uploadType=resumable" in line["path"] and "upload_id=" not in line["path"]
        return cls(stage, at, line["service"], line["method"], _general(line), is_beginning)


@dataclass(frozen=True)
class Moment:
    """When to kill without a request in flight: at a line of a log, or some time after a request."""

    step: str = ""
    done: int = 0
    after: Request | None = None
    nth: int = 1
    wait_s: float = 0


@dataclass(frozen=True)
class Point:
    """One kill: `rule` cuts at a request, `moment` between requests."""

    row: str
    when: str
    victim: str
    stage: str
    rule: dict[str, Any] | None = None
    moment: Moment | None = None

    @property
    def name(self) -> str:
        return f"{self.row}: {self.victim} {self.when}"


def find_points(requests: Sequence[Request], log: Iterable[dict[str, Any]]) -> list[Point]:
    """Return every point of the chain whose requests were recorded; `log` has the transform's structured lines."""
    return [*_at_steps(requests), *_in_silences(requests), *_at_lines(log)]


def caller_of(service: str, name: str) -> str:
    """Return which process makes a request. Raises: LookupError, for a write that nobody is known to make."""
    for services, names, caller in _CALLERS:
        if re.fullmatch(services, service) and re.search(names, name):
            return caller
    raise LookupError(f"who writes {service} {name}?")


def _general(line: dict[str, Any]) -> str:
    service, name = line["service"], line["object"]
    if service in ("dataproc", "run"):
        return str(line["path"]).partition("?")[0].rpartition("/")[2]
    for found, meant in _GENERAL:
        name = re.sub(found, meant, name)
    if service == "start_dbt" and not name.endswith("/manifest.json"):
        return "any other object"  # all are ignored in one way
    return str(name)


def _at_steps(requests: Sequence[Request]) -> list[Point]:
    counts: dict[tuple[str, str, str, str], int] = {}
    for request in requests:
        if request.method in _WRITING and not request.is_beginning:
            key = (request.stage, *request.key)
            counts[key] = counts.get(key, 0) + 1
    points: list[Point] = []
    turns = cycle(("localcloud", "all"))
    for (stage, service, method, name), count in counts.items():
        for nth in dict.fromkeys((1, count)):
            row = f"{service} {method} {name}".rstrip()
            row += f" ({stage})" if name in ("", "any other object") or stage in LOST else ""
            row += "" if count == 1 else f", {'first' if nth == 1 else 'last'}"
            rule = {"service": service, "method": method, "nth": nth, **_narrowed(service, name)}
            caller = "check_release" if stage in LOST else caller_of(service, name)
            kills = [("before", caller), ("after", caller), ("after", "all" if caller == "localcloud" else next(turns))]
            points += [
                Point(row, when, victim, stage, {**rule, "when": when, "do": {"kill": victim}})
                for when, victim in kills
            ]
    return points


def _narrowed(service: str, name: str) -> dict[str, str]:
    if service in ("dataproc", "run"):
        return {"path": f"/{re.escape(name)}(\\?|$)"}
    if name == "any other object":
        return {"object": r"(?<!/manifest\.json)$"}
    return {"object": "^" + re.sub("<[a-z]+>", "[^/]+", re.escape(name)) + "$"} if name else {}


def _in_silences(requests: Sequence[Request]) -> list[Point]:
    """The batch's: what its driver prints comes only at its end, so its silences are seen from outside."""
    batch = [request for request in requests if request.stage == "landed"]
    created = next(index for index, request in enumerate(batch) if request.service == "dataproc")
    pairs = zip(batch[created:], batch[created + 1 :], strict=False)
    silences = sorted(((later.at - one.at).total_seconds(), index, one) for index, (one, later) in enumerate(pairs))
    points = []
    for name, (length_s, index, one) in zip(_SILENCES, reversed(silences[-len(_SILENCES) :]), strict=True):
        nth = sum(request.key == one.key for request in batch[: created + index + 1])
        moment = Moment(after=one, nth=nth, wait_s=length_s / 2)
        points.append(Point(f"batch, its {name} silence", "during", "batch", "landed", moment=moment))
    return points


def _at_lines(log: Iterable[dict[str, Any]]) -> list[Point]:
    """The transform's: the first line of each of its steps, and half of what it counts."""
    points: list[Point] = []
    seen: set[str] = set()
    for line in log:
        step, progress = line.get("step"), line.get("progress")
        if step is None:
            continue
        if step not in seen:
            seen.add(step)
            row, moment = f"transform, {step} begins", Moment(step)
        elif progress and 2 * progress["done"] >= progress["total"] and f"half of {step}" not in seen:
            seen.add(f"half of {step}")
            row, moment = f"transform, half of {step}", Moment(step, progress["done"])
        else:
            continue
        points.append(Point(row, "during", "transform", "processed", moment=moment))
    return points
