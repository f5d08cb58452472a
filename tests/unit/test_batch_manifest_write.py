"""The manifest is written once; an account that may only create learns from a 403 that somebody was first."""

from collections.abc import Iterator

import pytest
from google.api_core.exceptions import Forbidden

from f1db_batch.settings import GsUri
from f1db_batch.storage import create_once
from tests.integration.stand_ins import Asked, Reply, StandIn, error_reply, json_reply

MANIFEST = GsUri("state", "runs/2026.11.0/r/manifest.json")


class Bucket:
    """Cloud Storage as an account sees it that may create and get, but not write over what is there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_there = False
        self.may_create = True
        self.server = StandIn(self._reply)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", self.server.url)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "a-project")

    def _reply(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return json_reply({"name": MANIFEST.name}) if self.is_there else error_reply(404, "NOT_FOUND", "no object")
        if self.is_there or not self.may_create:
            return error_reply(403, "PERMISSION_DENIED", "does not have storage.objects.delete access")
        self.is_there = True
        return json_reply({"name": MANIFEST.name, "generation": "1"})


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    bucket = Bucket(monkeypatch)
    yield bucket
    bucket.server.stop()


def test_second_writer_learns_that_it_is_late_when_it_may_not_overwrite(bucket: Bucket) -> None:
    assert create_once(MANIFEST, "{}") is True
    assert create_once(MANIFEST, "{}") is False


def test_missing_right_stays_an_error_when_there_is_no_manifest(bucket: Bucket) -> None:
    bucket.may_create = False
    with pytest.raises(Forbidden):
        create_once(MANIFEST, "{}")
