"""Eventarc with its queue: every finalised object of a triggered bucket wakes a function up, at least once.

Honours: CloudEvents in binary mode with the attributes of a direct GCS trigger; an ID token of the trigger's account;
acknowledged by a 2xx, otherwise retried with exponential backoff (1 s doubling to 10 min) until the event is 24 h old;
an event is on disk before the upload is answered, so `kill -9` loses none.
Does not check: filters other than the bucket, ordering (there is none), quotas.
Switches, for tests, disturb deliveries: `event_switches` says how.
Source: https://cloud.google.com/eventarc/docs/workflows/cloudevents
"""

import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud import durable
from localcloud.event_switches import Switches, as_switches
from localcloud.stage_logs import StageLog

EVENT_TYPE = "google.cloud.storage.object.v1.finalized"
_SCHEMA = (
    "https://googleapis.github.io/google-cloudevents/jsonschema/google/events/cloud/storage/v1/StorageObjectData.json"
)
_MAX_AGE_S = 24 * 3600
_MAX_BACKOFF_S = 600
_GATHERING_S = 0.5
_DELIVERY_TIMEOUT_S = 600


@dataclass(frozen=True, slots=True)
class Trigger:
    """Sends the events of a bucket to a function's URL."""

    bucket: str
    url: str
    id_token: Callable[[str], str]


@dataclass(slots=True)
class _Queued:
    path: Path
    document: dict[str, Any]
    due: float
    attempts: int = 0
    in_flight: bool = False
    copies: int = 0


class EventQueue:
    """The queue on disk, one file an event, and its one dispatching thread."""

    def __init__(self, state_dir: Path, triggers: list[Trigger], log: StageLog, first_retry_s: float = 1) -> None:
        self._folder = state_dir / "events"
        self._switches = state_dir / "events-switches.json"
        self._triggers = {trigger.bucket: trigger for trigger in triggers}
        self._log = log
        self._first_retry_s = first_retry_s
        self._changed = threading.Condition()
        self._stopping = False
        self._queued = {event["id"]: self._entry(event) for event in durable.read_all(self._folder)}
        self._thread = threading.Thread(target=self._dispatch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop dispatching; what is not acknowledged stays on disk for the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def put(self, resource: dict[str, Any]) -> None:
        """Queue the event of a finalised object; a bucket without a trigger wakes nobody."""
        if resource["bucket"] not in self._triggers:
            return
        # As in Cloud Storage, the id is unique a finalisation; the time orders the queue's files.
        event = {"id": f"{time.time_ns()}-{resource['generation']}", "time": durable.now_utc(), "resource": resource}
        durable.write_json(self._folder / f"{event['id']}.json", event)
        with self._changed:
            self._queued[event["id"]] = self._entry(event)
            self._changed.notify()

    def counts(self) -> tuple[int, int]:
        """Count the events that are queued and, of these, those in flight."""
        with self._changed:
            return len(self._queued), sum(entry.in_flight for entry in self._queued.values())

    def set_switches(self, switches: dict[str, Any]) -> Switches:
        """Replace the switches.

        Raises:
            TypeError: an unknown switch, or one of a wrong type.
        """
        checked = as_switches(switches)
        durable.write_json(self._switches, switches)
        return checked

    def _switches_now(self) -> Switches:
        try:
            return as_switches(durable.read_json(self._switches))
        except (TypeError, ValueError) as error:
            self._log.write("ERROR", f"{self._switches.name} is ill-formed, so nothing is disturbed: {error}")
            return Switches()

    def _entry(self, event: dict[str, Any]) -> _Queued:
        return _Queued(self._folder / f"{event['id']}.json", event, time.monotonic())

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                ready = self._take_due()
                if not ready:
                    self._changed.wait(self._idle_s())
            for entry, copies in ready:
                threading.Thread(target=self._deliver, args=(entry, copies), daemon=True).start()

    def _idle_s(self) -> float:
        waiting = [entry.due for entry in self._queued.values() if not entry.in_flight]
        return max(0.01, min([due - time.monotonic() for due in waiting], default=60))

    def _take_due(self) -> list[tuple[_Queued, int]]:
        now = time.monotonic()
        due = [entry for entry in self._queued.values() if not entry.in_flight and entry.due <= now]
        if not due:
            return []
        ready = []
        for entry in due:
            copies = self._disturb(entry, now)
            if copies:
                entry.in_flight = True
                ready.append((entry, copies))
        if self._switches_now().reorder:
            ready.reverse()
        return ready

    def _disturb(self, entry: _Queued, now: float) -> int:
        """Apply the switches, once an event; answer how many deliveries are due now, 0 for none."""
        if entry.copies == 0:
            entry.copies = 1
            resource, switches = entry.document["resource"], self._switches_now()
            if switches.match in f"{resource['bucket']}/{resource['name']}":
                if switches.drop > 0:
                    remaining = {**durable.read_json(self._switches), "drop": switches.drop - 1}
                    durable.write_json(self._switches, remaining)
                    self._log.write("WARNING", f"dropped the event of {resource['name']}: a switch asked for it")
                    self._forget(entry)
                    return 0
                entry.copies += switches.duplicate
                gathered = _GATHERING_S * (now // _GATHERING_S + 2) if switches.reorder else now
                entry.due = gathered + switches.delay_s
        return entry.copies if entry.due <= now else 0

    def _deliver(self, entry: _Queued, copies: int) -> None:
        statuses: list[int] = []
        twins = [threading.Thread(target=lambda: statuses.append(self._post(entry))) for _ in range(copies)]
        for twin in twins:
            twin.start()
        for twin in twins:
            twin.join()
        with self._changed:
            entry.in_flight = False
            if all(200 <= status < 300 for status in statuses):
                self._forget(entry)
            else:
                self._retry_later(entry, max(statuses))
            self._changed.notify()

    def _retry_later(self, entry: _Queued, status: int) -> None:
        age_s = time.time() - int(entry.document["id"].partition("-")[0]) / 1e9
        name = entry.document["resource"]["name"]
        if age_s > _MAX_AGE_S:
            self._log.write("ERROR", f"gave up the event of {name}: not acknowledged for 24 h", status=status)
            self._forget(entry)
            return
        wait_s = min(self._first_retry_s * 2**entry.attempts, _MAX_BACKOFF_S)
        entry.attempts += 1
        entry.copies = 1
        entry.due = time.monotonic() + wait_s
        self._log.write("WARNING", f"the event of {name} was not acknowledged, again in {wait_s:g} s", status=status)

    def _forget(self, entry: _Queued) -> None:
        entry.path.unlink(missing_ok=True)
        self._queued.pop(entry.document["id"], None)

    def _post(self, entry: _Queued) -> int:
        trigger = self._triggers[entry.document["resource"]["bucket"]]
        try:
            return post(trigger.url, cloud_event_headers(entry.document), entry.document["resource"], trigger.id_token)
        except (OSError, http.client.HTTPException) as error:
            self._log.write("WARNING", f"{trigger.url} could not be reached: {error!r}")
            return 503


def cloud_event_headers(event: dict[str, Any]) -> dict[str, str]:
    """Build the attributes that Eventarc sends for a finalised object."""
    resource = event["resource"]
    return {
        "ce-id": event["id"],
        "ce-source": f"//storage.googleapis.com/projects/_/buckets/{resource['bucket']}",
        "ce-specversion": "1.0",
        "ce-type": EVENT_TYPE,
        "ce-subject": f"objects/{urllib.parse.quote(resource['name'])}",
        "ce-time": event["time"],
        "ce-dataschema": _SCHEMA,
        "ce-bucket": resource["bucket"],
        "ce-datacontenttype": "application/json",
        "content-type": "application/json",
    }


def post(url: str, headers: dict[str, str], body: dict[str, Any], id_token: Callable[[str], str]) -> int:
    """POST a JSON document with an ID token for the URL; answer the status."""
    address = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_DELIVERY_TIMEOUT_S)
    try:
        sent = {**headers, "Authorization": f"Bearer {id_token(url)}", "User-Agent": "CloudPubSub-Google"}
        connection.request("POST", address.path or "/", json.dumps(body), sent)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
