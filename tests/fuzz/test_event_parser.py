"""Events, trigger bodies and tokens of any shape: read right, or refused with every problem in one line."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cloudevents.http import CloudEvent
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import PermanentError
from pipeline.stages.check_body import CheckRequest, caller_of, parse_check_request
from pipeline.stages.events import FINALIZED, ObjectFinalized, parse_object_finalized
from tests.fuzz.bounds import fuzzed, is_one_clear_message, within_memory

pytestmark = pytest.mark.slow

NAME = "releases/2026.11.0/0123456789ab/f1db-csv.zip"
# Any text, lone surrogates included, which JSON can carry; and the traps.
TEXTS = st.text(max_size=30) | st.sampled_from(
    [NAME, "landing", "../../state/published.json", "a/../b", "x\nseverity: INFO", "\x1b[2J", "\ud800", "v2026.11.0",
     "2026.11.0; rm -rf /", "--zip-uri=gs://x/y", "'; drop table races --", "latest", "x" * 2000]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=8
)
DEEP = st.integers(1, 100_000).map(lambda depth: b"[" * depth + b"]" * depth)
BODIES = st.binary(max_size=200) | DEEP | VALUES.map(lambda value: json.dumps(value).encode())


def mutated(sound: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Documents that are sound but for a few fields, or that have fields nobody knows."""
    changes = st.dictionaries(st.sampled_from(sorted(sound)) | TEXTS, VALUES, max_size=3)
    return st.tuples(changes, st.sets(st.sampled_from(sorted(sound)), max_size=1)).map(
        lambda drawn: {key: value for key, value in {**sound, **drawn[0]}.items() if key not in drawn[1]}
    )


DATA = mutated({"bucket": "landing", "name": NAME, "generation": "1700000000000001"})
ATTRIBUTES = st.fixed_dictionaries(
    {"type": st.just(FINALIZED) | TEXTS, "source": st.just("//storage.googleapis.com/projects/_/buckets/landing")},
    optional={"id": TEXTS, "subject": st.just(f"objects/{NAME}") | TEXTS},
)


@fuzzed()
@given(ATTRIBUTES, DATA | VALUES | BODIES)
@example({"type": FINALIZED, "source": "s"}, {"bucket": "landing", "name": NAME, "generation": [[[]]]})
def test_event_is_an_object_of_our_bucket_or_refused_when_it_is_anything(attributes: dict[str, Any], data: Any) -> None:
    event = CloudEvent(attributes, data)
    with within_memory(8):
        try:
            read = parse_object_finalized(event, "landing")
        except PermanentError as error:
            assert error.code == "malformed_event"
            assert is_one_clear_message(error.message)
            assert error.message == "the event is malformed: " + "; ".join(error.details["problems"])
            json.dumps(error.details)
        else:
            assert isinstance(read, ObjectFinalized)
            assert read.bucket == "landing"
            assert {"", ".", ".."} & set(read.name.split("/")) <= {""}
            assert read.name.encode().decode() == read.name
            assert min(map(ord, read.name)) >= 32
            assert 0 < read.generation < 10**19


@fuzzed()
@given(st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "x\n"]), BODIES | mutated(
    {"release": "2026.11.0", "force": True, "rollback": False, "accept_shrink": False, "dry_run": True}
).map(lambda document: json.dumps(document).encode()))  # fmt: skip
@example("POST", b'{"a\\nb": 1}')
@example("POST", b"{" + b",".join(b'"%d":1' % number for number in range(7_000)) + b"}")
@example("POST", b"{" + b",".join(b'"a":{"%d":1}' % number for number in range(5_000)) + b"}")
def test_body_is_a_request_or_refused_when_it_is_anything(method: str, body: bytes) -> None:
    with within_memory(16):
        try:
            read = parse_check_request(method, body)
        except PermanentError as error:
            assert error.code in ("malformed_request", "method_not_allowed")
            assert is_one_clear_message(error.message)
        else:
            assert isinstance(read, CheckRequest)
            assert method in ("GET", "POST")
            if read.release is not None:
                assert set(read.release.slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
                assert len(read.release.slug) <= 24


@fuzzed()
@given(st.text(max_size=100) | BODIES.map(lambda body: f"Bearer x.{base64.urlsafe_b64encode(body).decode()}.y"))
def test_caller_is_a_short_name_when_the_token_is_anything(authorization: str) -> None:
    assert 1 <= len(caller_of(authorization)) <= 200
