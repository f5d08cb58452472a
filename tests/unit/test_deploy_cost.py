"""The cost's page is the model's, and the model adds up."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.cost import MONTH, PRICES, RELEASE, estimate, total
from deploy.cost_page import page

ROOT = Path(__file__).resolve().parents[2]


def test_page_is_fresh_when_compared_with_the_model() -> None:
    assert (ROOT / "docs" / "cost.md").read_text(encoding="utf-8") == page(), "make docs"


def test_batch_costs_three_cents_when_computed_by_hand() -> None:
    batch = next(use for use in RELEASE if use.what == "Spark batch, compute")
    assert batch.usd == pytest.approx(12 * 150 / 3600 * 0.06)
    assert batch.usd == pytest.approx(0.03)


def test_every_price_is_used_and_every_use_has_a_price_when_listed() -> None:
    assert {use.price for use in (*RELEASE, *MONTH)} == set(PRICES)
    assert all(use.usd > 0 and use.because for use in (*RELEASE, *MONTH))


def test_estimate_tells_the_totals_when_a_deployment_asks() -> None:
    text = estimate()
    assert f"{total(RELEASE):.2f} USD a release" in text
    assert f"{total(MONTH):.2f} USD a month when nothing happens" in text
