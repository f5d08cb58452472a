"""What a caller may send to check_release: hostile bodies and tokens cost little and are told in one line."""

import base64
import time

import pytest

from pipeline.errors import PermanentError
from pipeline.stages.check_body import caller_of, parse_check_request


def problems_of(body: bytes) -> list[str]:
    with pytest.raises(PermanentError) as raised:
        parse_check_request("POST", body)
    assert raised.value.code == "malformed_request"
    assert raised.value.message.isprintable()
    problems: list[str] = raised.value.details["problems"]
    return problems


def test_key_stays_in_its_line_when_it_has_line_breaks() -> None:
    assert problems_of(b'{"a\\nseverity: INFO": 1}') == [
        "'a\\nseverity: INFO': unknown; known are release, force, rollback, accept_shrink, dry_run"
    ]


def best_s(body: bytes) -> float:
    """Return the processor time of the quickest of five readings: the others may have met Python's search of cycles."""
    times = []
    for _ in range(5):
        began_s = time.process_time()
        problems_of(body)
        times.append(time.process_time() - began_s)
    return min(times)


@pytest.mark.parametrize(("keys", "count"), [(b'"%d":1', 7_000), (b'"%d":1,"%d":1', 3_500)], ids=["unknown", "twice"])
def test_few_problems_are_told_at_once_when_thousands_of_keys_are_wrong(keys: bytes, count: int) -> None:
    few, many = (
        b"{" + b",".join(keys.replace(b"%d", b"%d" % number) for number in range(size)) + b"}"
        for size in (count // 20, count)
    )

    assert 20 <= len(problems_of(many)) <= 40
    assert best_s(many) < 100 * best_s(few), "twenty times as many cost some twenty times as much, not four hundred"


@pytest.mark.parametrize("claims", [b"[" * 100_000, b'{"email": ""}', b'{"email": 7}', b"null", b"\xff", b""])
def test_caller_is_unknown_when_the_token_says_nothing(claims: bytes) -> None:
    token = base64.urlsafe_b64encode(claims).decode()
    assert caller_of(f"Bearer x.{token}.y") == "unknown"
