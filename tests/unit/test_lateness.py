"""A release is late when GitHub's date is a day old and it has been with us for hours."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.lateness import late_by
from pipeline.objects import ZipName
from pipeline.releases import parse_version
from pipeline.state import LandedZip

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def _landed(published_at: str, hours_here: float) -> LandedZip:
    name = ZipName(parse_version("2026.11.0"), "e55e843c0000")
    created_at = NOW - timedelta(hours=hours_here)
    return LandedZip(name, "e" * 64, 1, 1, created_at, {"published_at": published_at})


@pytest.mark.parametrize(
    ("published_at", "hours_here", "hours_late"),
    [
        ("2026-11-24T11:00:00Z", 3, 25),
        ("2026-11-24T13:00:00Z", 3, None),  # 23 hours old
        ("2026-07-06T08:00:00Z", 1, None),  # old, but landed an hour ago: a first installation
        ("2026-11-23T12:00:00Z", 2.1, 48),
        ("", 100, None),
        ("yesterday", 100, None),
    ],
)
def test_release_is_late_by_its_age_when_it_has_been_here_for_hours(
    published_at: str, hours_here: float, hours_late: int | None
) -> None:
    late = late_by(_landed(published_at, hours_here), NOW)
    assert late == (None if hours_late is None else timedelta(hours=hours_late))
