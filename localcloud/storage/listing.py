"""Turns a bucket's folder into GCS's flat, ordered, paged listing."""

import base64
import binascii
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from localcloud.storage import errors
from localcloud.storage.layout import name_problem
from localcloud.storage.records import ObjectRecord


@dataclass(frozen=True, slots=True)
class Query:
    """Ask for names by prefix, grouped at a delimiter, from start (inclusive) to end (exclusive), one page."""

    prefix: str = ""
    delimiter: str = ""
    start_offset: str = ""
    end_offset: str = ""
    page_token: str = ""
    max_results: int = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one page of a listing."""

    items: list[ObjectRecord]
    prefixes: list[str]
    next_page_token: str | None


def names_under(folder: Path, prefix: str, is_marker: Callable[[str], bool]) -> Iterator[str]:
    """Yield the names of files that begin with `prefix`, and of folders that are objects themselves."""
    start = prefix.rpartition("/")[0]
    if start and name_problem(start):
        return
    for path, _, files in os.walk(folder / start):
        relative = os.path.relpath(path, folder)
        base = "" if relative == "." else f"{relative}/"
        if base and base.startswith(prefix) and is_marker(base):
            yield base
        for file in files:
            name = base + file
            if name.startswith(prefix) and not name_problem(name):
                yield name


def page_of(names: Iterable[str], query: Query, load: Callable[[str], ObjectRecord | None]) -> Page:
    """Return the page that `query` asks for; only its own objects are loaded."""
    after = _decode_token(query.page_token)
    entries = sorted({_entry(name, query) for name in names if _is_between(name, query)}, key=_byte_order)
    page = Page([], [], None)
    last = None
    for key, is_prefix in entries:
        if after is not None and key.encode() <= after:
            continue
        if len(page.items) + len(page.prefixes) >= query.max_results and last is not None:
            return Page(page.items, page.prefixes, _encode_token(last))
        if is_prefix:
            page.prefixes.append(key)
        elif (record := load(key)) is not None:
            page.items.append(record)
        last = key
    return page


def _is_between(name: str, query: Query) -> bool:
    encoded = name.encode()
    return encoded >= query.start_offset.encode() and (not query.end_offset or encoded < query.end_offset.encode())


def _entry(name: str, query: Query) -> tuple[str, bool]:
    if query.delimiter:
        at = name.find(query.delimiter, len(query.prefix))
        if at >= 0:
            return name[: at + len(query.delimiter)], True
    return name, False


def _byte_order(entry: tuple[str, bool]) -> bytes:
    return entry[0].encode()


def _encode_token(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _decode_token(token: str) -> bytes | None:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True) if token else None
    except binascii.Error as error:
        raise errors.invalid_argument(f"Invalid pageToken: {token}") from error
