"""A CSV file as texts: header, dictionary-encoded columns, line numbers, and the rows that do not fit the header."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from f1db_batch.limits import MIB, Limits

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAX_HEADER_BYTES: Final = 64 * 1024
_PIECE_BYTES: Final = MIB
_TEXTS: Final = pa.dictionary(pa.int32(), pa.string())
# A record as Arrow's parser sees it: a quote counts where a field begins, and what follows its end is taken as it is.
_FIELD: Final = rb'(?:"(?:[^"]++|"")*+"?)?[^,\r\n]*+'
_RECORD: Final = re.compile(rb"(" + _FIELD + rb"(?:," + _FIELD + rb")*+)(?:\r\n|\r|\n|\Z)")


class UnreadableError(Exception):
    """A file of which nothing can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class RaggedRow:
    """A row with more or fewer fields than the header."""

    line: int
    text: str
    fields: int


@dataclass(frozen=True, slots=True)
class TextTable:
    """What a file says: `columns` in the header's order, `lines` where each row stands (the header is line 1)."""

    header: tuple[str, ...]
    columns: tuple[Any, ...]
    lines: Any
    ragged: tuple[RaggedRow, ...]
    repeated_headers: tuple[int, ...]

    @property
    def row_count(self) -> int:
        return len(self.lines)

    def column(self, name: str) -> Any | None:
        """Find a column's texts."""
        return self.columns[self.header.index(name)] if name in self.header else None


def read_texts(raw: bytes, limits: Limits) -> TextTable:
    """Read a CSV file into texts; both kinds of empty are null, empty lines are skipped.

    Raises:
        UnreadableError: it is not UTF-8, its header is missing or ambiguous, or it is beyond the limits.
    """
    header = _read_header(raw)
    if len(header) > limits.max_columns:
        raise UnreadableError(f"has {len(header):,} columns, more than {limits.max_columns:,}")
    line_count = max(raw.count(b"\n"), raw.count(b"\r"))
    if line_count > limits.max_lines:
        raise UnreadableError(f"has {line_count:,} lines, more than {limits.max_lines:,}")
    _check_utf8(raw)
    ragged: list[RaggedRow] = []

    def skip(row: Any) -> str:
        ragged.append(RaggedRow(row.number, row.text, row.actual_columns))
        return "skip"

    try:
        table = _parse(raw, header, skip)
    except pa.ArrowInvalid as error:
        raise UnreadableError(f"is no CSV: {error}") from error
    _check_sizes(table, ragged, limits)
    starts = _starts(raw, table.num_rows + len(ragged))
    lines = _without(starts, [row.line for row in ragged])
    ragged = [replace(row, line=starts[row.line - 2].as_py()) for row in ragged]
    return _without_headers(TextTable(header, tuple(map(_one_chunk, table.columns)), lines, tuple(ragged), ()))


def _parse(raw: bytes, header: tuple[str, ...], skip: Callable[[Any], str]) -> Any:
    content = raw if raw.endswith((b"\n", b"\r")) else raw + b"\n"
    return arrow_csv.read_csv(
        pa.BufferReader(content),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=len(content) + 1, column_names=list(header), skip_rows=1
        ),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header, _TEXTS),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _without_headers(texts: TextTable) -> TextTable:
    """Take out rows that are the header once more, which in a table of texts would pass as data."""
    again = None
    for name, column in zip(texts.header, texts.columns, strict=True):
        same = pc.equal(column.dictionary, name)
        if not pc.any(same).as_py():
            return texts
        rows = pc.fill_null(same.take(column.indices), fill_value=False)
        again = rows if again is None else pc.and_(again, rows)
    if again is None or not pc.any(again).as_py():
        return texts
    kept = pc.invert(again)
    columns = tuple(column.filter(kept) for column in texts.columns)
    repeated = tuple(texts.lines.filter(again).to_pylist())
    return replace(texts, columns=columns, lines=texts.lines.filter(kept), repeated_headers=repeated)


def _check_sizes(table: Any, ragged: Sequence[RaggedRow], limits: Limits) -> None:
    """Refuse a field that no table of F1DB can mean, such as what an open quote has swallowed."""
    most = limits.max_field_bytes
    for name, column in zip(table.column_names, table.columns, strict=True):
        if column.nbytes <= most:
            continue
        longest = max((pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0 for chunk in column.chunks), default=0)
        if longest > most:
            raise UnreadableError(f"has {longest:,} bytes in a field of {name}, more than {most:,}")
    for row in ragged:
        if len(row.text) > most:
            raise UnreadableError(f"has {len(row.text):,} characters in line {row.line}, more than {most:,}")


def _read_header(raw: bytes) -> tuple[str, ...]:
    if raw.startswith(_UTF16):
        raise UnreadableError("is UTF-16, not UTF-8")
    start = raw[: _MAX_HEADER_BYTES + 1].removeprefix(codecs.BOM_UTF8)
    line = start.partition(b"\n")[0].partition(b"\r")[0]
    if len(line) > _MAX_HEADER_BYTES - len(codecs.BOM_UTF8):
        raise UnreadableError(f"has a header of more than {_MAX_HEADER_BYTES:,} bytes")
    try:
        fields = next(csv.reader([line.decode()], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableError(f"has a header that cannot be read: {error}") from error
    if not any(fields):
        raise UnreadableError("has no header")
    twice = sorted({name for name in fields if fields.count(name) > 1})
    if twice:
        raise UnreadableError(f"names a column twice: {', '.join(map(repr, twice))}")
    return tuple(fields)


def _check_utf8(raw: bytes) -> None:
    """Decode piece by piece, as a whole text may need four times the bytes."""
    if raw.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), _PIECE_BYTES):
        waiting = len(decoder.getstate()[0])
        piece = raw[start : start + _PIECE_BYTES]
        try:
            decoder.decode(piece, final=start + len(piece) == len(raw))
        except UnicodeDecodeError as error:
            place = start - waiting + error.start
            line = raw.count(b"\n", 0, place) + 1
            raise UnreadableError(f"is not UTF-8: byte 0x{raw[place]:02x} in line {line}") from error


def _starts(raw: bytes, record_count: int) -> Any:
    """Number the lines in which the records behind the header start, as an editor counts."""
    if _breaks(raw) - raw.endswith((b"\n", b"\r")) == record_count:
        return pc.cumulative_sum(pa.repeat(1, record_count), start=1)
    # There are empty lines, which the parser skips without counting them, or records of several lines.
    starts = []
    at, line = _RECORD.match(raw, 0).end(), 2  # type: ignore[union-attr] # it matches everywhere
    while at < len(raw):
        record = _RECORD.match(raw, at)
        assert record is not None  # noqa: S101 # as above
        if record[1]:
            starts.append(line)
        line += _breaks(record[0])
        at = record.end()
    return pa.array(starts, pa.int64())


def _breaks(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def _without(starts: Any, records: Sequence[int]) -> Any:
    """Leave out the lines of some records, which the parser counts from the header, number 1."""
    if not records:
        return starts
    every = pc.cumulative_sum(pa.repeat(1, len(starts)), start=1)
    return starts.filter(pc.invert(pc.is_in(every, value_set=pa.array(records, pa.int64()))))


def _one_chunk(column: Any) -> Any:
    whole = column.unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
