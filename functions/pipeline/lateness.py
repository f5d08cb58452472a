"""When a release is late: F1DB published it a day ago, it has been with us for hours, and it is still on its way."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.documents import parse_utc
from pipeline.state import LandedZip

LATE_AFTER = timedelta(hours=24)  # since GitHub's date
DUE_WITHIN = timedelta(hours=2)  # since it was landed: a first installation takes a release that is weeks old


def late_by(landed: LandedZip, now: datetime) -> timedelta | None:
    """Return how long ago GitHub published a release that should be through by now, or None while it is in time."""
    try:
        published_at = parse_utc(landed.metadata.get("published_at", ""))
    except ValueError:  # landed without GitHub's date: by hand, or by the website's redirect
        return None
    age = now - published_at
    return age if age > LATE_AFTER and now - landed.created_at > DUE_WITHIN else None
