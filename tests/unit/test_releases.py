"""Versions: what is one, and which is newer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.releases import SAMPLE, InvalidVersionError, Version, newest, parse_version


def test_versions_are_ordered_as_numbers_when_text_would_say_otherwise() -> None:
    texts = ["2026.11.0", "2026.9.1", "sample", "2026.0.0.beta2", "2026.0.0", "2026.0.0.beta10", "2025.24.3"]
    assert [str(version) for version in sorted(map(parse_version, texts))] == [
        "sample",
        "2025.24.3",
        "2026.0.0.beta2",
        "2026.0.0.beta10",
        "2026.0.0",
        "2026.9.1",
        "2026.11.0",
    ]


def test_newest_is_the_newest_final_release_when_prereleases_are_newer() -> None:
    versions = [parse_version(text) for text in ("2026.9.1", "2026.11.0", "2027.0.0.beta1")]
    assert str(newest(versions)) == "2026.11.0"
    assert newest([]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v",
        "2026",
        "2026.1",
        "2026.01.0",
        "2026.1.0-beta",
        "2026.1.0.gamma1",
        "../2026.1.0",
        "\uff12\uff10\uff12\uff16.1.0",
    ],
)
def test_parse_version_raises_when_the_text_is_no_version(text: str) -> None:
    with pytest.raises(InvalidVersionError, match=r"expected e\.g\. 2026\.11\.0"):
        parse_version(text)


@given(
    st.builds(
        Version,
        st.tuples(st.integers(1000, 9999), st.integers(0, 999), st.integers(0, 999)),
        st.one_of(st.just(("~", 0)), st.tuples(st.sampled_from(["alpha", "beta", "rc"]), st.integers(0, 999))),
    )
)
def test_versions_round_trip_when_written_and_read(version: Version) -> None:
    assert parse_version(str(version)) == version
    assert parse_version(version.tag) == version
    assert version > SAMPLE
