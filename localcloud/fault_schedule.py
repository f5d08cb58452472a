"""Which rule of `<state>/faults.json` takes a request, remembered in `<state>/logs/faults.jsonl` across restarts."""

import hashlib
import json
import logging
import threading
from pathlib import Path

from localcloud import durable
from localcloud.fault_rules import Call, Rule, ScheduleError, read_rules

_LOG = logging.getLogger("localcloud.faults")
_Stamp = tuple[int, int, int]


class Schedule:
    """The rules as the file is now; without a file a request costs one look for it.

    The first rule whose turn it is takes a request, and the rules after it do not see it. A rule that has fired goes on
    where it stopped after a restart; what it had let pass before its first firing is counted anew.
    """

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / "faults.json"
        self._journal = state_dir / "logs" / "faults.jsonl"
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._rules: tuple[Rule, ...] = ()
        self._name = ""
        self._seen: list[int] = []

    def is_empty(self) -> bool:
        """Tell whether there is nothing to disturb."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return True
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                self._read()
            return not self._rules

    def wants_objects(self) -> bool:
        """Tell whether a rule asks for the object that a request is about."""
        return any(rule.object is not None for rule in self._rules)

    def take(self, call: Call) -> Rule | None:
        """Count a request and return the rule whose turn it is; its firing is on disk then."""
        with self._lock:
            for index, rule in enumerate(self._rules):
                if not rule.matches(call):
                    continue
                self._seen[index] += 1
                if rule.is_due(self._seen[index]):
                    self._note(index, call)
                    return rule
        return None

    def _read(self) -> None:
        self._rules, self._seen = (), []
        try:
            document = durable.read_json(self._path)
            rules = read_rules(document)
        except (ScheduleError, TypeError, ValueError) as error:
            _LOG.error("%s is ill-formed, so nothing is disturbed: %s", self._path.name, error)
            return
        self._name = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:12]
        fired = self._fired()
        # What has fired had seen all that came before its turn.
        self._seen = [rule.nth - 1 + fired[index] if index in fired else 0 for index, rule in enumerate(rules)]
        self._rules = rules

    def _fired(self) -> dict[int, int]:
        counts: dict[int, int] = {}
        lines = self._journal.read_bytes().splitlines() if self._journal.exists() else []
        for line in lines:
            try:
                firing = json.loads(line)
            except ValueError:  # the end of a disk that was full
                continue
            if firing["schedule"] == self._name:
                counts[firing["rule"]] = counts.get(firing["rule"], 0) + 1
        return counts

    def _note(self, index: int, call: Call) -> None:
        firing = {"at_utc": durable.now_utc(), "schedule": self._name, "rule": index, "service": call.service}
        firing |= {"method": call.method, "path": call.path, "object": call.object_name}
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        with self._journal.open("ab") as stream:
            stream.write(json.dumps(firing).encode() + b"\n")
