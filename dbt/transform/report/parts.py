"""What a page is made of: sections of prose, figures, tables, charts and choices; the template draws each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell with more than its text; `href` leads to another part of the page."""

    text: str
    note: str = ""
    href: str = ""
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading; words are set to the left, numbers to the right."""

    label: str
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below headings; the first cell of each row is its heading, `row_ids` make rows targets of links."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; `is_note` sets it small."""

    kind: ClassVar[str] = "prose"
    text: str
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, big on the page; `step` is what it has moved since the release before."""

    label: str
    value: str
    note: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A few numbers side by side."""

    kind: ClassVar[str] = "figures"
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class LegendItem:
    """What a colour means; `paint` is a class of the style sheet."""

    label: str
    paint: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as it was drawn for one width; `spec` is there when Vega may draw it again, for a pointer to explore."""

    svg: Markup
    spec: Markup | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart in two widths; `alt` says what it shows, with its numbers or where they are."""

    kind: ClassVar[str] = "chart"
    id: str
    caption: str
    alt: str
    wide: Drawing
    narrow: Drawing
    legend: tuple[LegendItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks that open on demand."""

    kind: ClassVar[str] = "folded"
    summary: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One of the ways of a choice."""

    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Ways to see the same; the first option is chosen at first. The style sheet knows up to four."""

    kind: ClassVar[str] = "choice"
    id: str
    label: str
    options: tuple[Option, ...]


Block: TypeAlias = Table | Prose | Figures | Chart | Folded | Choice


@dataclass(frozen=True, slots=True)
class Section:
    """A theme: `topic` says what it is about, `finding` what there is to see."""

    id: str
    topic: str
    finding: str
    blocks: tuple[Block, ...]


def columns(first: str, *others: str, text: Sequence[str] = ()) -> tuple[Column, ...]:
    """Name a table's columns: the first is words, the others are numbers unless they are listed in `text`."""
    return (Column(first, is_text=True), *(Column(label, is_text=label in text) for label in others))


def row(*cells: str | Cell) -> tuple[Cell, ...]:
    """Make a table's row from texts and cells."""
    return tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells)
