"""Every text in every type, against rules that are written down a second time: a value comes back, or is called bad."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f1db_batch.column_types import parse_column_type
from f1db_batch.values import parse_texts

EXACT = Context(prec=60)
CHARACTERS = st.characters(codec="utf-8")
NEARLY = st.one_of(
    st.from_regex(r"-?0*[0-9]{0,22}(\.[0-9]{0,5})?", fullmatch=True),
    st.from_regex(r"[0-9]{3,5}-[0-9]{1,2}-[0-9]{1,2}", fullmatch=True),
    st.from_regex(r"[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?", fullmatch=True),
    st.sampled_from(["true", "false", "True", "0", "-0", "", " 1", "1 ", "+1", "1e3", "NaN", "inf", "٣", "1_000"]),
    st.dates().map(str),
    st.integers(-(2**65), 2**65).map(str),
    st.decimals(-2000, 2000, places=3).map(str),
    st.text(st.sampled_from(";ab\n\r\0"), max_size=8),
    st.text(CHARACTERS, max_size=20),
)


def _int(text: str) -> int:
    if not re.fullmatch(r"-?(0|[1-9][0-9]*)", text, re.ASCII) or not -(2**63) <= int(text) < 2**63:
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,2})(\.[0-9]{1,3})?", text, re.ASCII):
        raise ValueError(text)
    return Decimal(text)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _date(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date() if len(text) == 10 else _bad(text)


def _time(text: str) -> dt.time:
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text, re.ASCII):
        raise ValueError(text)
    return dt.time(*map(int, text.split(":")))


def _array(text: str) -> list[str]:
    parts = text.split(";")
    return parts if all(parts) and not re.search(r"[\0\r\n]", text) else _bad(text)


def _string(text: str) -> str:
    return _bad(text) if re.search(r"[\0\r\n]", text) else text


def _bad(text: str) -> Any:
    raise ValueError(text)


RULES: dict[str, Callable[[str], object]] = {
    "string": _string,
    "int": _int,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
    "decimal(6,3)": _decimal,
    "array<string>": _array,
}


def expected(rule: Callable[[str], object], text: str) -> object:
    """Return the value that a text has, None where it has none."""
    try:
        return rule(text)
    except (ValueError, KeyError):
        return None


@pytest.mark.parametrize("type_", RULES)
@settings(deadline=None)  # a shared machine may be slow
@given(texts=st.lists(st.one_of(st.none(), NEARLY.filter(bool)), min_size=1, max_size=12))
def test_value_comes_back_or_is_bad_when_any_text_is_read(type_: str, texts: list[str | None]) -> None:
    parsed = parse_texts(pa.array(texts, pa.string()).dictionary_encode(), parse_column_type(type_))

    wanted = [None if text is None else expected(RULES[type_], text) for text in texts]
    assert parsed.values.to_pylist() == wanted
    is_bad = [text is not None and value is None for text, value in zip(texts, wanted, strict=True)]
    assert (parsed.bad.to_pylist() if parsed.bad is not None else [False] * len(texts)) == is_bad


@settings(deadline=None)  # a shared machine may be slow
@given(
    st.integers(1, 38).flatmap(
        lambda precision: st.tuples(
            st.just(precision),
            st.integers(0, precision),
            st.integers(-(10**precision) + 1, 10**precision - 1),
        )
    )
)
def test_decimal_is_exact_when_it_has_all_the_digits_it_may_have(given_: tuple[int, int, int]) -> None:
    precision, scale, digits = given_
    value = Decimal(digits).scaleb(-scale, context=EXACT)
    parsed = parse_texts(
        pa.array([f"{value:f}"]).dictionary_encode(), parse_column_type(f"decimal({precision},{scale})")
    )

    assert parsed.bad is None
    assert parsed.values.to_pylist() == [value]
