"""Events come from outside: each wrong field must be named, all at once, and nothing may slip through."""

from typing import Any

import pytest
from cloudevents.http import CloudEvent

from pipeline.errors import PermanentError
from pipeline.stages.events import FINALIZED, ObjectFinalized, parse_object_finalized

NAME = "releases/2026.11.0/0123456789ab/f1db-csv.zip"
ATTRIBUTES = {
    "type": FINALIZED,
    "source": "//storage.googleapis.com/projects/_/buckets/landing",
    "subject": f"objects/{NAME}",
    "id": "17",
}
DATA = {"bucket": "landing", "name": NAME, "generation": "1700000000000001", "size": "12"}


def problems_of(attributes: dict[str, str], data: Any) -> list[str]:
    with pytest.raises(PermanentError) as raised:
        parse_object_finalized(CloudEvent(attributes, data), "landing")
    assert raised.value.code == "malformed_event"
    problems: list[str] = raised.value.details["problems"]
    return problems


@pytest.mark.parametrize(
    "data", [DATA, b'{"bucket": "landing", "name": "%s", "generation": 1700000000000001}' % NAME.encode()]
)
def test_reads_the_object_when_data_is_a_mapping_or_bytes(data: Any) -> None:
    event = parse_object_finalized(CloudEvent(ATTRIBUTES, data), "landing")
    assert event == ObjectFinalized("17", "landing", NAME, 1700000000000001)


def test_lists_every_problem_at_once_when_several_fields_are_wrong() -> None:
    assert problems_of({**ATTRIBUTES, "type": "x"}, {"bucket": 7, "name": "", "generation": "-1"}) == [
        f"type is 'x' instead of {FINALIZED}",
        "bucket is no text",
        "name is missing",
        "generation is '-1', no number above 0",
    ]


@pytest.mark.parametrize("data", [b"{broken", b"\xff", "{", b"[" * 100_000])
def test_says_so_when_data_is_no_json(data: Any) -> None:
    assert problems_of(ATTRIBUTES, data) == ["data is no JSON"]


@pytest.mark.parametrize("data", [None, [], 7, b"[]", b"null"])
def test_says_so_when_data_is_no_object(data: Any) -> None:
    assert problems_of(ATTRIBUTES, data) == ["data is no JSON object"]


def test_lists_what_is_missing_when_data_is_an_empty_object() -> None:
    missing = ["bucket is missing", "name is missing", "generation is missing"]
    attributes = {key: value for key, value in ATTRIBUTES.items() if key not in ("subject", "source")}
    assert problems_of({**attributes, "source": "s"}, {}) == missing
    assert problems_of({**attributes, "source": "s"}, b"{}") == missing


def test_says_so_when_a_value_is_nested_too_deeply_for_its_text() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert problems_of(ATTRIBUTES, {**DATA, "generation": nested}) == ["generation is a list, no number above 0"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("a" * 1025, "name has 1025 bytes; more than 1024 are impossible"),
        ("é" * 513, "name has 1026 bytes; more than 1024 are impossible"),
        ("releases/../published.json", "name has a part . or .."),
        ("a\nb", "name has control characters"),
        ("\ud800", "name is no valid text"),
    ],
)
def test_refuses_names_that_are_traps(name: str, problem: str) -> None:
    attributes = {key: value for key, value in ATTRIBUTES.items() if key != "subject"}
    assert problems_of(attributes, {**DATA, "name": name}) == [problem]


def test_refuses_an_event_whose_attributes_and_data_disagree() -> None:
    assert problems_of(ATTRIBUTES, {**DATA, "bucket": "elsewhere", "name": "x"}) == [
        "bucket is 'elsewhere' instead of landing",
        f"subject is 'objects/{NAME}', which is not the object that data names",
        "source is '//storage.googleapis.com/projects/_/buckets/landing', which is not the bucket that data names",
    ]


@pytest.mark.parametrize("generation", [True, 0, 1.5, "", "1e3", "٣", "9" * 20, None])
def test_refuses_generations_that_are_no_numbers(generation: Any) -> None:
    [problem] = problems_of(ATTRIBUTES, {**DATA, "generation": generation})
    assert problem.startswith("generation is")
