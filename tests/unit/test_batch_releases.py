"""Whole releases against the contract, without Spark: the sample always, the real one where it is at hand."""

import pytest

from localcloud.sample.archive import build_sample_zip
from tests.unit.released_tables import F1DB_ZIP, ReleaseReader


def test_sample_has_no_finding_when_it_is_read() -> None:
    results, findings = ReleaseReader().read(build_sample_zip())

    assert findings == []
    assert len(results) == 47


@pytest.mark.slow
@pytest.mark.skipif(not F1DB_ZIP.is_file(), reason=f"needs the real release, {F1DB_ZIP.name} (set F1DB_ZIP)")
def test_real_release_has_no_finding_when_it_is_read() -> None:
    results, findings = ReleaseReader().read(F1DB_ZIP.read_bytes())

    assert findings == []
    rows = {name: result.data.num_rows for name, result in results.items()}
    assert sum(rows.values()) == 246_166
    assert (rows["races"], rows["drivers"], rows["races-race-results"], rows["races-pit-stops"]) == (
        1171,
        917,
        27533,
        22430,
    )
