"""What the cloud half costs: list prices with date and source, times what a release and a month use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RELEASES_A_MONTH = 2.5  # F1DB: about one a race weekend, and a third more as patches
TICKS_A_MONTH = 4 * 30.4
AS_OF = "2026-11"


@dataclass(frozen=True, slots=True)
class Price:
    """One list price in USD for Tier 1 regions such as europe-west1, without free tiers."""

    usd: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Use:
    """What is used of one thing, and why so much."""

    what: str
    amount: float
    price: str
    because: str

    @property
    def usd(self) -> float:
        return self.amount * PRICES[self.price].usd


PRICES = {
    "dcu": Price(0.06, "DCU and hour", "cloud.google.com/dataproc-serverless/pricing"),
    "shuffle": Price(0.04 / 730, "GB of shuffle disk and hour", "cloud.google.com/dataproc-serverless/pricing"),
    "run_cpu": Price(0.000018, "vCPU and second", "cloud.google.com/run/pricing (jobs)"),
    "run_memory": Price(0.000002, "GiB and second", "cloud.google.com/run/pricing (jobs)"),
    "function_cpu": Price(0.000024, "vCPU and second", "cloud.google.com/run/pricing (requests)"),
    "function_memory": Price(0.0000025, "GiB and second", "cloud.google.com/run/pricing (requests)"),
    "bigquery_query": Price(6.25, "TiB read", "cloud.google.com/bigquery/pricing"),
    "bigquery_storage": Price(0.02, "GiB and month", "cloud.google.com/bigquery/pricing"),
    "storage": Price(0.020, "GiB and month", "cloud.google.com/storage/pricing"),
    "storage_write": Price(0.005 / 1000, "class A operation", "cloud.google.com/storage/pricing"),
    "storage_read": Price(0.0004 / 1000, "class B operation", "cloud.google.com/storage/pricing"),
    "image": Price(0.10, "GiB and month", "cloud.google.com/artifact-registry/pricing"),
    "scheduler": Price(0.10, "job and month", "cloud.google.com/scheduler/pricing"),
    "alert": Price(0.10, "metric condition and month", "cloud.google.com/stackdriver/pricing"),
    "secret": Price(0.06, "secret version and month", "cloud.google.com/secret-manager/pricing"),
    "logs": Price(0.50, "GiB of logs", "cloud.google.com/stackdriver/pricing"),
}

_MIB_IN_TIB = 1024**2
# BigQuery bills 10 MiB a table and query at least: F1DB's tables are smaller than that. A first publication names 660
# tables (counted on the emulator). The comparison with the release before names five for each table that has changed
# and one for each other; a race weekend changes about 28 of 47 (results, standings, totals). Loads are free.
_QUERIED_MIB = 8250.0

RELEASE = (
    Use("Spark batch, compute", 12 * 150 / 3600, "dcu", "12 DCU (driver and two executors) for 2.5 minutes of work"),
    Use("Spark batch, disks", 750 * 150 / 3600, "shuffle", "3 disks of 250 GB as long"),
    Use("transform, CPU", 2 * 240, "run_cpu", "2 vCPU for 4 minutes"),
    Use("transform, memory", 2 * 240, "run_memory", "2 GiB for 4 minutes"),
    Use(
        "BigQuery",
        _QUERIED_MIB / _MIB_IN_TIB,
        "bigquery_query",
        "825 tables in some 480 statements, at the least that is billed",
    ),
    Use("functions", 3 * 20, "function_cpu", "three functions, 20 seconds each"),
    Use("objects written", 350, "storage_write", "47 tables, history, manifest, report, listings"),
    Use("objects read", 400, "storage_read", "range reads of the ZIP, Parquet"),
)

MONTH = (
    Use("ticks, CPU", TICKS_A_MONTH * 4, "function_cpu", "4 ticks a day, 4 seconds each"),
    Use("ticks, memory", TICKS_A_MONTH * 4 * 0.5, "function_memory", "0.5 GiB as long"),
    Use("ticks, listings", TICKS_A_MONTH * 5, "storage_write", "5 listings a tick"),
    Use("objects", 1.0, "storage", "ZIPs, Parquet and history of 60 releases"),
    Use("published datasets", 0.1, "bigquery_storage", "F1DB is 27 MB; marts and time travel"),
    Use("images", 2.0, "image", "three versions of each image, shared layers"),
    Use("scheduler", 1, "scheduler", "one job (three are free for each billing account)"),
    Use("alerts", 1, "alert", "one condition on a metric; those on log lines cost nothing"),
    Use("token", 1, "secret", "one secret version (six are free)"),
    Use("logs", 0.05, "logs", "some KB a tick, a MB a release (50 GiB are free)"),
)


def total(uses: Sequence[Use]) -> float:
    """Add up what the uses cost, in USD."""
    return sum(use.usd for use in uses)


def estimate() -> str:
    """Say in a few lines what to expect; every deployment shows it before it asks."""
    release, month = total(RELEASE), total(MONTH)
    largest = max(RELEASE, key=lambda use: use.usd)
    return (
        f"cost (list prices of {AS_OF}, without free tiers): {release:.2f} USD a release "
        f"({largest.what} {largest.usd:.2f}), {month:.2f} USD a month when nothing happens;\n"
        f"with {RELEASES_A_MONTH:g} releases a month {month + RELEASES_A_MONTH * release:.2f} USD a month. "
        "How that is computed: docs/cost.md"
    )
