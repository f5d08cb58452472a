"""Whole releases against the contract, without Spark: the sample always, the real one where it is at hand."""

import io
import os
from pathlib import Path

import pytest

from f1db_batch.archive import list_members, unpack
from f1db_batch.contract import load_contract
from f1db_batch.findings import Finding
from f1db_batch.keys import missing_keys
from f1db_batch.limits import Limits
from f1db_batch.plan import order_tables
from f1db_batch.tables import TableResult, read_table
from localcloud.sample.archive import build_sample_zip

F1DB_ZIP = Path(
    os.environ.get("F1DB_ZIP", Path(__file__).parents[2] / "../shared/f1db/f1db-csv-2026.11.0.zip")
).resolve()


def read_release(raw: bytes) -> tuple[dict[str, TableResult], list[Finding]]:
    """Read every table of an archive in this process."""
    contract = load_contract()
    members, findings = list_members(io.BytesIO(raw), Limits())
    orders, unknown = order_tables(contract, members)
    results = {}
    for order in orders:
        assert order.member is not None, order.table.name
        packed = raw[order.member.offset : order.member.offset + order.member.length]
        content = unpack(order.member, packed)
        results[order.table.name] = read_table(content, order.table, Limits(), is_referenced=order.is_referenced)
    findings += unknown + [finding for result in results.values() for finding in result.findings.kept]
    findings += missing_keys(contract, {name: result.keys for name, result in results.items()})
    return results, findings


def test_sample_has_no_finding_when_it_is_read() -> None:
    results, findings = read_release(build_sample_zip())

    assert findings == []
    assert len(results) == 47


@pytest.mark.slow
@pytest.mark.skipif(not F1DB_ZIP.is_file(), reason=f"needs the real release, {F1DB_ZIP.name} (set F1DB_ZIP)")
def test_real_release_has_no_finding_when_it_is_read() -> None:
    results, findings = read_release(F1DB_ZIP.read_bytes())

    assert findings == []
    rows = {name: result.data.num_rows for name, result in results.items()}
    assert sum(rows.values()) == 246_166
    assert (rows["races"], rows["drivers"], rows["races-race-results"], rows["races-pit-stops"]) == (
        1171,
        917,
        27533,
        22430,
    )
