"""A replayed event must look like Eventarc's: the receiver's own parser is the judge."""

from collections.abc import Iterator

import pytest
from cloudevents.http import from_http

from pipeline.clients import trigger
from pipeline.errors import TransientError
from pipeline.stages.events import ObjectFinalized, parse_object_finalized
from tests.integration.stand_ins import Reply, StandIn


@pytest.fixture
def replies() -> list[Reply]:
    return [Reply(200, b"OK")]


@pytest.fixture
def receiver(replies: list[Reply], monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    # The token itself is google-auth's: the integration tests get a real one from a token server.
    monkeypatch.setattr(trigger, "_id_token", lambda audience: f"token-for-{audience}")
    server = StandIn(lambda asked: replies[0])
    yield server
    server.stop()


def test_posts_an_event_that_the_receiver_understands(receiver: StandIn) -> None:
    trigger.wake(receiver.url, "landing", "releases/a/b/f1db-csv.zip", 7, trace="projects/p/traces/abc")
    [asked] = receiver.asked
    event = parse_object_finalized(from_http(dict(asked.headers), asked.body), "landing")
    assert event == ObjectFinalized(event.event_id, "landing", "releases/a/b/f1db-csv.zip", 7)
    assert event.event_id.startswith("replay-")
    assert asked.headers["authorization"] == f"Bearer token-for-{receiver.url}"
    assert asked.headers["x-cloud-trace-context"] == "abc/0;o=1"


@pytest.mark.parametrize("reply", [Reply(500), Reply(403), Reply(302, headers={"Location": "/x"})])
def test_raises_when_the_receiver_does_not_take_it(receiver: StandIn, replies: list[Reply], reply: Reply) -> None:
    replies[0] = reply
    with pytest.raises(TransientError) as raised:
        trigger.wake(receiver.url, "landing", "x", 7)
    assert raised.value.code == "replay_failed"
    assert len(receiver.asked) == 1
