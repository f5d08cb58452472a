"""Reads whole releases against the contract without Spark; files that did not change are read once only."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from f1db_batch.archive import ArchiveError, Member, bad_member, list_members, unpack
from f1db_batch.contract import load_contract
from f1db_batch.findings import Finding, in_order, to_show
from f1db_batch.keys import missing_keys
from f1db_batch.limits import Limits
from f1db_batch.plan import order_tables
from f1db_batch.tables import TableResult, empty_table, missing_table, read_table
from f1db_batch.task import TableOrder

F1DB_ZIP = Path(
    os.environ.get("F1DB_ZIP", Path(__file__).parents[2] / "../shared/f1db/f1db-csv-2026.11.0.zip")
).resolve()


@dataclass(slots=True)
class ReleaseReader:
    """Reads releases that have most of their files in common."""

    _read: dict[tuple[str, int], TableResult] = field(default_factory=dict)

    def read(self, raw: bytes) -> tuple[dict[str, TableResult], list[Finding]]:
        """Read every table of an archive; return them with all findings in order."""
        contract = load_contract()
        members, findings = list_members(io.BytesIO(raw), Limits())
        if findings:
            return {}, findings
        orders, unknown = order_tables(contract, members)
        results = {order.table.name: self._table(order, raw) for order in orders}
        findings = unknown + [finding for result in results.values() for finding in result.findings.kept]
        findings += missing_keys(contract, {name: results[name].keys for name in contract.tables})
        return results, in_order(findings)

    def told(self, raw: bytes) -> list[tuple[str, str, str]]:
        """List what would be printed as (severity, code, message)."""
        return [(found.severity.value, found.code.value, found.message) for found in to_show(self.read(raw)[1])]

    def _table(self, order: TableOrder, raw: bytes) -> TableResult:
        if order.member is None:
            return missing_table(order.table, Limits())
        key = (order.table.name, order.member.crc)
        if key not in self._read:
            self._read[key] = _read_member(order, order.member, raw)
        return self._read[key]


def _read_member(order: TableOrder, member: Member, raw: bytes) -> TableResult:
    try:
        content = unpack(member, raw[member.offset : member.offset + member.length])
    except ArchiveError as error:
        return empty_table(order.table, bad_member(order.table.name, str(error)), Limits())
    return read_table(content, order.table, Limits(), is_referenced=order.is_referenced)


def files_of(raw: bytes) -> dict[str, bytes]:
    """Unpack a release into its files by their names."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Pack files without compression, which costs nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
