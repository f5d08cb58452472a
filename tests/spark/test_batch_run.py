"""The batch as a whole, from a landed ZIP to the manifest."""

import pytest

from tests.spark.conftest import BatchCloud

pytestmark = pytest.mark.slow


def test_real_release_is_processed_when_it_is_sound(cloud: BatchCloud, f1db_zip: bytes) -> None:
    ended = cloud.run(f1db_zip)

    manifest = ended.done()
    assert manifest["findings"] == []
    assert manifest["status"] == "processed"
    assert len(manifest["tables"]) == 47
