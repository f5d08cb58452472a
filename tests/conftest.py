"""What holds for every test: on CI, a check that CI is meant to have fails when it is skipped."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

# .ci/run names what it has seen to: `f1db` (a real release), `git`, `dbt-bigquery`, `chromium`, `libfaketime`,
# `terraform`, `checkov`, `mount`.
MEANT_TO_RUN = frozenset(os.environ.get("CI_MUST_RUN", "").split())
NEEDS = {
    "f1db": ("F1DB",),
    "chromium": ("Chromium", "chromium"),
    "git": ("Git checkout",),
    "dbt-bigquery": ("bigquery",),
    "mount": ("no mount here", "small disk cannot be mounted"),
    # Whole phrases: a skip's text holds its file's path, too, and checkov's test lies in tests/terraform.
    "terraform": ("terraform is not installed", "terraform stand-in"),
}
# The files that take a minute or more, the longest first: begun last, one of them would keep the others waiting.
LONGEST_FIRST = (
    *("system/test_one_machine", "integration/test_transform_history", "bigquery/test_transform_on_emulator"),
    *("system/test_kill_matrix", "integration/test_transform_publishing", "system/test_hands_off"),
    *("dbt/test_marts", "bigquery/test_models_analysed", "spark/test_batch_run", "system/test_report_of_a_release"),
    *("dbt/test_parsed_project", "system/test_readme", "dbt/test_records", "security/test_code_and_secrets"),
    *("meta/test_types", "terraform/test_configuration"),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long fault matrices out unless `-m` names them, whatever else it says; put the longest files first."""
    if "chaos" in config.getoption("markexpr", ""):
        return
    long = [item for item in items if item.get_closest_marker("chaos")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("chaos")]
    place = {TESTS / f"{name}.py": number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip for a reason that CI has removed into a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr)
        broken = [need for need in sorted(MEANT_TO_RUN) if any(word in reason for word in NEEDS.get(need, (need,)))]
        if broken:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped although CI has {', '.join(broken)}: {reason}"
    return report
