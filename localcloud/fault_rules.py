"""The words of a fault schedule: which request of which service is disturbed, when and how.

A rule is an object with `service`, `do` and what narrows it: `method`, `path` (a regular expression searched in the
path with its query, percent-decoded), `object` (the same for `<bucket>/<name>`, of uploads too), `nth` (from which
matching request on, 1), `times` (for how many, 1; null for all the rest) and `when`, `before` or `after` the effect.
`do` has one of `status` (with `headers` and `body`), `reset`, `stall_s`, `truncate` or `kill`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SERVICES = ("storage", "metadata", "dataproc", "run", "github", "check_release", "start_batch", "start_dbt")
ROLES = ("localcloud", "check_release", "start_batch", "start_dbt", "batch", "transform", "all")
_FIELDS = frozenset(("service", "method", "path", "object", "nth", "times", "when", "do"))
_ACTIONS = ("status", "reset", "stall_s", "truncate", "kill")


@dataclass(frozen=True, slots=True)
class Action:
    """What happens to the request; exactly one of the fields before `headers` is set."""

    status: int | None = None
    reset: bool = False
    stall_s: float | None = None
    truncate: bool = False
    kill: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as rules see it; `object_name` is `<bucket>/<name>`, empty where the request names none."""

    service: str
    method: str
    path: str
    object_name: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Disturbs some requests of one service."""

    service: str
    action: Action
    method: str | None = None
    path: str | None = None
    object: str | None = None
    nth: int = 1
    times: int | None = 1
    is_after: bool = False

    def matches(self, call: Call) -> bool:
        """Tell whether the rule speaks of this request, whatever its turn."""
        return (
            self.service == call.service
            and self.method in (None, call.method)
            and (self.path is None or re.search(self.path, call.path) is not None)
            and (self.object is None or re.search(self.object, call.object_name) is not None)
        )

    def is_due(self, seen: int) -> bool:
        """Tell whether the matching request number `seen` is disturbed."""
        return self.nth <= seen and (self.times is None or seen < self.nth + self.times)


class ScheduleError(ValueError):
    """A schedule says what cannot be done; every problem is listed."""


def read_rules(document: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Read a schedule: `rules`, and a `name` that tells it from an equal one that has been worked off.

    Raises:
        ScheduleError: listing everything that is wrong.
    """
    rules, unknown = document.get("rules", []), set(document) - {"rules", "name"}
    problems = [f"unknown field {name!r}" for name in sorted(unknown)]
    if not isinstance(rules, list):
        raise ScheduleError("rules: a list is wanted")
    for index, rule in enumerate(rules):
        found = _problems(rule) if isinstance(rule, dict) else ["an object is wanted"]
        problems += [f"rule {index}: {problem}" for problem in found]
    if problems:
        raise ScheduleError("; ".join(problems))
    return tuple(_rule(rule) for rule in rules)


def _rule(rule: dict[str, Any]) -> Rule:
    given = {name: rule[name] for name in ("method", "path", "object", "nth", "times") if name in rule}
    action = Action(**rule["do"])
    # Only an answer can be cut in half, and there is one when the effect has happened.
    return Rule(rule["service"], action, **given, is_after=action.truncate or rule.get("when") == "after")


def _problems(rule: dict[str, Any]) -> list[str]:
    problems = [f"unknown field {name!r}" for name in sorted(set(rule) - _FIELDS)]
    if rule.get("service") not in SERVICES:
        problems.append(f"service: one of {', '.join(SERVICES)} is wanted")
    if rule.get("when", "before") not in ("before", "after"):
        problems.append("when: before or after is wanted")
    if not isinstance(rule.get("method", ""), str):
        problems.append("method: text is wanted")
    problems += [f"{name}: {problem}" for name in ("path", "object") if (problem := _regex_problem(rule, name))]
    if not _is_count(rule.get("nth", 1)):
        problems.append("nth: a number from 1 on is wanted")
    if rule.get("times", 1) is not None and not _is_count(rule.get("times", 1)):
        problems.append("times: a number from 1 on, or null, is wanted")
    return problems + _action_problems(rule.get("do"))


def _regex_problem(rule: dict[str, Any], name: str) -> str | None:
    try:
        re.compile(rule.get(name, ""))
    except (re.error, TypeError) as error:
        return str(error)
    return None


def _action_problems(action: object) -> list[str]:
    if not isinstance(action, dict):
        return ["do: an object is wanted"]
    problems = [f"do: unknown field {name!r}" for name in sorted(set(action) - {*_ACTIONS, "headers", "body"})]
    if len(set(action) & set(_ACTIONS)) != 1:
        problems.append(f"do: exactly one of {', '.join(_ACTIONS)} is wanted")
    if "status" in action and not (_is_count(action["status"]) and 200 <= action["status"] <= 599):
        problems.append("do: status: a number from 200 to 599 is wanted")
    if "stall_s" in action and not (_is_number(action["stall_s"]) and action["stall_s"] >= 0):
        problems.append("do: stall_s: a number of seconds is wanted")
    problems += [f"do: {name}: true is wanted" for name in ("reset", "truncate") if action.get(name, True) is not True]
    if "kill" in action and action["kill"] not in ROLES:
        problems.append(f"do: kill: one of {', '.join(ROLES)} is wanted")
    headers = action.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        problems.append("do: headers: an object of texts is wanted")
    if not isinstance(action.get("body", ""), str):
        problems.append("do: body: text is wanted")
    return problems


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
