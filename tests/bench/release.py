"""The release that is measured: a real one where there is one, else the sample."""

from __future__ import annotations

import os
from pathlib import Path

from localcloud.sample.archive import build_sample_zip
from tests.bench.commands import ROOT

REAL_ZIP = Path(os.environ.get("F1DB_ZIP", ROOT / "../shared/f1db/f1db-csv-2026.11.0.zip"))


def release_zip(folder: Path) -> Path:
    """Return the real release's ZIP, or write the sample's into the folder."""
    if REAL_ZIP.exists():
        return REAL_ZIP
    sample = folder / "sample.zip"
    sample.write_bytes(build_sample_zip())
    return sample
