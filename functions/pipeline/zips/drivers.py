"""Whose story is told: the deployed drivers against the release's own list, before anything that costs is started."""

from __future__ import annotations

import csv
import difflib
import io
import zipfile
import zlib

from pipeline.clients.storage import Bucket
from pipeline.errors import ErrorCode, PermanentError
from pipeline.state import LandedZip

_MEMBER = "f1db-drivers.csv"
_MAX_MEMBER_BYTES = 16 * 1024 * 1024
SAMPLE_DRIVERS = ("lewis-hamilton",)


def check_drivers(landing: Bucket, landed: LandedZip, drivers: tuple[str, ...]) -> None:
    """Make sure that a landed release knows every driver.

    Raises:
        PermanentError: `unknown_driver`, with the nearest ids.
        TransientError: when the ZIP cannot be read.
    """
    if landed.version.is_sample:
        known: tuple[str, ...] = SAMPLE_DRIVERS
    else:
        known = _known_drivers(landing, landed)
    unknown = [driver for driver in drivers if driver not in known]
    if not known or not unknown:
        return
    nearest = {driver: difflib.get_close_matches(driver, known, n=3, cutoff=0.6) for driver in unknown}
    told = "; ".join(f"{driver} ({_hint(ids, landed)})" for driver, ids in nearest.items())
    raise PermanentError(
        ErrorCode.UNKNOWN_DRIVER, f"release {landed.version} does not know {told}", drivers=unknown, nearest=nearest
    )


def _hint(nearest: list[str], landed: LandedZip) -> str:
    if landed.version.is_sample:
        return f"the sample has {', '.join(SAMPLE_DRIVERS)} only: choose a real release"
    return f"nearest: {', '.join(nearest)}" if nearest else "nothing like it"


def _known_drivers(landing: Bucket, landed: LandedZip) -> tuple[str, ...]:
    """Read the ids by range requests; none where the archive or its table is unusable, which the batch reports."""
    with landing.open(str(landed.name), landed.generation) as stream:
        try:
            with zipfile.ZipFile(stream) as archive, archive.open(_MEMBER) as member:
                content = member.read(_MAX_MEMBER_BYTES + 1)
            text = content.decode("utf-8-sig")
        except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError):
            return ()
    if len(content) > _MAX_MEMBER_BYTES:
        return ()
    try:
        return tuple(row["id"] for row in csv.DictReader(io.StringIO(text), strict=True) if row.get("id"))
    except csv.Error:
        return ()
