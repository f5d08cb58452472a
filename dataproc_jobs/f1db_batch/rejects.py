"""The rows that cannot be read, kept as they came so that somebody can look at them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from f1db_batch.csv_text import TextTable

_BATCH_ROWS = 1000


@dataclass(slots=True)
class Rejects:
    """Collects one table's rejected rows; `mask` marks those that fit the header, `others` do not.

    `dropped` marks those of them that are not in the table either.
    """

    texts: TextTable | None = None
    mask: Any | None = None
    dropped: Any | None = None
    reasons: dict[int, list[str]] = field(default_factory=dict)
    others: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.reasons) + len(self.others)

    @property
    def seen(self) -> int:
        """Count the file's rows, those included that are no rows of the table."""
        return len(self.others) + (self.texts.row_count if self.texts else 0)

    def mark(self, bad: Any, texts: Any, reason: str, *, drops: bool = True) -> Iterator[tuple[int, str]]:
        """Reject rows for a reason; yield line and raw text of each. Those it does not drop stay in the table, too."""
        assert self.texts is not None  # noqa: S101 # rows are only marked in a table that was read
        self.mask = bad if self.mask is None else pc.or_(self.mask, bad)
        if drops:
            self.dropped = bad if self.dropped is None else pc.or_(self.dropped, bad)
        lines = self.texts.lines.filter(bad).to_pylist()
        values = texts.filter(bad).to_pylist()
        for line, value in zip(lines, values, strict=True):
            self.reasons.setdefault(line, []).append(reason)
            yield line, value or ""

    def add_line(self, line: int, text: str, reason: str) -> None:
        """Reject a line that is no row of the table."""
        self.others.append((line, text, reason))

    def kept(self) -> Any | None:
        """Return the mask of the rows to keep, None for all."""
        return None if self.dropped is None else pc.invert(self.dropped)

    def json_lines(self) -> Iterator[bytes]:
        """Yield one JSON object a row: its line, why, and its texts by column, or its whole text if it fits none."""
        if self.texts is not None and self.mask is not None:
            lines = self.texts.lines.filter(self.mask)
            columns = [column.filter(self.mask).dictionary_decode() for column in self.texts.columns]
            table = pa.table(columns, names=list(self.texts.header))
            for start in range(0, table.num_rows, _BATCH_ROWS):
                rows = table.slice(start, _BATCH_ROWS).to_pylist()
                for line, values in zip(lines.slice(start, _BATCH_ROWS).to_pylist(), rows, strict=True):
                    yield _json_line({"row": line, "reasons": self.reasons[line], "values": values})
        for line, text, reason in self.others:
            yield _json_line({"row": line, "reasons": [reason], "text": text})


def _json_line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"
