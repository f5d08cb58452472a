"""`python -m deploy.cost_page` writes docs/cost.md out of the model, so that the page and the estimate agree."""

# ruff: noqa: E501 -- the page's lines are prose

from __future__ import annotations

import sys
from collections.abc import Sequence

from deploy.cost import AS_OF, MONTH, PRICES, RELEASE, RELEASES_A_MONTH, Use, total

_INTRODUCTION = f"""\
# What it costs

Made by `make docs` from `terraform/deploy/cost.py`, which also gives the estimate that `make deploy` shows before it asks. List prices
of {AS_OF} in USD for Tier 1 regions, written down from Google's pages without an account to compare a bill with; free tiers are left out, and would cover most of it.
"""
_AIM = """\
## The aim and the price

The aim was 0.04 USD a release and about nothing when nothing happens. The model says {release:.3f} USD a release: {verdict}. What is
idle costs {month:.2f} USD a month, nearly all of it for images, the scheduler and the alert, most of which the free tiers cover.

The largest uncertainty is the batch: a run takes 4 to 7 minutes, of which Dataproc bills what driver and executors are there for. The dashboard's "Spark batch"
and "billed" charts show how long they worked and what Dataproc counted for it (`approximateUsage`, logged by the first tick after the batch). BigQuery bills 10 MiB a table and
query at the least, which for tables as small as F1DB's is nearly all of its price. A project's first TiB of queries in a month is free: where nobody else uses it up, BigQuery
costs nothing and a release {without_queries:.3f} USD.
"""


def page() -> str:
    """Write the page."""
    release, month = total(RELEASE), total(MONTH)
    queries = total([use for use in RELEASE if use.price == "bigquery_query"])
    verdict = (
        "the aim is met"
        if release <= 0.04
        else f"{release / 0.04:.1f} times the aim, as a batch and BigQuery's minimum cost that much"
    )
    parts = [
        _INTRODUCTION,
        _table("A release", RELEASE),
        _table("A month in which nothing happens", MONTH),
        f"With {RELEASES_A_MONTH:g} releases a month: **{month + RELEASES_A_MONTH * release:.2f} USD a month**.\n",
        _AIM.format(release=release, month=month, verdict=verdict, without_queries=release - queries),
        "## Prices\n\n| price | USD | for each | source |\n|---|---|---|---|\n"
        + "".join(f"| {name} | {price.usd:.3g} | {price.unit} | {price.source} |\n" for name, price in PRICES.items()),
    ]
    return "\n".join(parts)


def _table(title: str, uses: Sequence[Use]) -> str:
    rows = "".join(
        f"| {use.what} | {use.amount:.4g} | {PRICES[use.price].unit} | {use.usd:.4f} | {use.because} |\n"
        for use in uses
    )
    head = "| what | amount | of | USD | because |\n|---|---|---|---|---|\n"
    return f"## {title}: {total(uses):.3f} USD\n\n{head}{rows}"


if __name__ == "__main__":
    sys.stdout.write(page())
