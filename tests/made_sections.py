"""Pages of docs/ that are written by hand but for sections between two marks, which a command makes."""

from __future__ import annotations

Marks = tuple[str, str]


def section(marks: Marks, made: str) -> str:
    """Put what was made between its marks."""
    return f"{marks[0]}\n\n{made}\n\n{marks[1]}"


def with_section(page: str, marks: Marks, new: str) -> str:
    """Return the page with a section, marks included, replaced. Raises: ValueError, when it lacks one of them."""
    before, first, rest = page.partition(marks[0])
    _, last, after = rest.partition(marks[1])
    if not (first and last):
        raise ValueError(f"the page lacks {marks[0]} or {marks[1]}")
    return before + new + after
