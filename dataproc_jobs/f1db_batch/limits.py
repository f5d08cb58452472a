"""The limits that keep a hostile or broken release from costing more than a finding; each is a setting."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are bytes before compression, except `max_zip_bytes`; `max_ratio` is one member's compression.

    A member is held in memory whole, one at a time, so `max_member_bytes` bounds what one task needs: about four times
    as much. That is thirty times the largest file of 2026.11.0. `max_lines` bounds what findings and rejects need.
    """

    max_zip_bytes: int = 1024 * MIB
    max_members: int = 1000
    max_member_bytes: int = 128 * MIB
    max_total_bytes: int = 1024 * MIB
    max_ratio: int = 200
    max_lines: int = 1_000_000
    max_columns: int = 1000
    max_field_bytes: int = MIB
    max_reject_share: float = 0.001
    max_findings: int = 1000
