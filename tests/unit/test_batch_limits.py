"""Limits of the batch as a setting: the batch's own names, one spelling a number, every problem at once."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from f1db_batch.limits import Limits
from pipeline.batch_limits import COUNTS, SHARES, parse_limits, read_limits, write_limits


def test_names_are_the_batchs_own_when_both_are_listed() -> None:
    own = {field.name.replace("_", "-"): type(field.default) for field in fields(Limits)}
    assert {**dict.fromkeys(COUNTS, int), **dict.fromkeys(SHARES, float)} == own


def test_limits_are_in_one_spelling_when_they_are_typed_differently() -> None:
    assert list(parse_limits(" max-reject-share=0.0020, max-lines = 002000000 ,").items()) == [
        ("max-lines", "2000000"),
        ("max-reject-share", "0.002"),
    ]
    assert parse_limits("max-reject-share=0.0") == {"max-reject-share": "0"}
    assert parse_limits("max-reject-share=1.000") == {"max-reject-share": "1"}
    assert parse_limits(" ") == {}


def test_every_problem_is_told_when_several_limits_are_wrong() -> None:
    with pytest.raises(ValueError, match="is no limit") as raised:
        parse_limits("max-line=5,max-lines=0,max-ratio,max-reject-share=nan,max-columns=9,max-columns=9,speed=1")
    assert str(raised.value).split("; ") == [
        "'max-line' is no limit of the batch: did you mean max-lines?",
        "max-lines is no whole number above 0",
        "max-ratio is no whole number above 0",
        "max-reject-share is no share between 0 and 1",
        "max-columns is given twice",
        "'speed' is no limit of the batch: there are max-zip-bytes, max-members, max-member-bytes, max-total-bytes, "
        "max-ratio, max-lines, max-columns, max-field-bytes, max-findings, max-reject-share",
    ]


@pytest.mark.parametrize("text", ["1e3", "1_000", "+5", "-1", "", "0.5", "٣", "9" * 40])
def test_a_count_is_refused_when_the_batch_would_not_read_it(text: str) -> None:
    with pytest.raises(ValueError, match="max-lines is no whole number above 0"):
        read_limits([("max-lines", text)])


@given(
    st.dictionaries(st.sampled_from(COUNTS), st.integers(1, 10**17)),
    st.decimals(0, 1, places=4, allow_nan=False),
)
def test_limits_are_the_same_when_they_are_written_and_read_again(counts: dict[str, int], share: object) -> None:
    limits = read_limits([*((name, str(value)) for name, value in counts.items()), ("max-reject-share", f"{share:f}")])
    assert parse_limits(write_limits(limits)) == limits


def test_every_limit_is_documented_with_its_default_when_the_table_is_read() -> None:
    text = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text("utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `max-")]
    told = {
        name.strip(" `"): value.strip()
        for names, values in rows
        for name, value in zip(names.split("`, `"), _defaults(values), strict=True)
    }
    units = {2**20: "MiB", 2**30: "GiB"}
    for field in fields(Limits):
        default = field.default
        size = next((f"{default // unit} {name}" for unit, name in reversed(units.items()) if default >= unit), None)
        is_size = field.name.endswith("_bytes")
        assert told[field.name.replace("_", "-")] == (size if is_size else f"{default:,}"), field.name


def _defaults(text: str) -> list[str]:
    """Split `128 MiB, 1 GiB` and `1,000,000, 1,000` at the commas between numbers."""
    return [part.strip() for part in text.strip().split(", ")]
