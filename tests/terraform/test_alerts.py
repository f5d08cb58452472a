"""Every error_code that the code can log wakes an alert and has a section in the runbook."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from f1db_batch.findings import Code
from pipeline.errors import ErrorCode
from tests.terraform.offline import ROOT, Plan

_FAILURES = {"FaultError", "RefusalError"}
# No line that alerts read has these as its error_code: the batch's output is no JSON to Cloud Logging, and a refusal's
# code is the field `refusal`. So each is told by a line with another code.
TOLD_AS = {
    # start_batch tells a batch without a manifest, before it makes the next attempt.
    "runtime_unfit": "batch_failed",
    "wrong_object": "batch_failed",
    # start_dbt tells the findings of a manifest that is rejected; warnings alone reject nothing and wake nobody.
    **dict.fromkeys(map(str, Code), "release_rejected"),
    "history_shrunk": "transform_refused",
    "tests_failed": "transform_refused",
}
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


def logged_codes() -> set[str]:
    """Collect the stable codes: both enums, and what the batch and the transform name where they fail."""
    codes = {str(code) for code in ErrorCode} | {str(code) for code in Code}
    for folder in ("functions", "dataproc_jobs", "dbt/transform"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            codes |= set(_codes_in(path, _FAILURES))
    return codes


def _codes_in(path: Path, failures: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        named = [keyword.value for keyword in node.keywords if keyword.arg == "error_code"]
        if isinstance(node.func, ast.Name) and node.func.id in failures and node.args:
            named.append(node.args[0])
        for value in named:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                assert _CODE.fullmatch(value.value), f"{path}: {value.value}"
                yield value.value


def alert_filters(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for address, policy in plan.resources("google_monitoring_alert_policy").items():
        for condition in policy["conditions"]:
            for matched in condition["condition_matched_log"]:
                found[address] = matched["filter"]
    return found


def carried_codes() -> set[str]:
    """Collect the codes that a line of the functions or the transform can have as its `error_code`."""
    codes = {str(code) for code in ErrorCode}
    for folder in ("functions", "dbt/transform"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            codes |= set(_codes_in(path, {"FaultError"}))
    return codes


@pytest.mark.slow
def test_every_code_wakes_one_alert_when_it_is_logged(whole_plan: Plan) -> None:
    covered: list[str] = []
    for text in alert_filters(whole_plan).values():
        for group in re.findall(r"jsonPayload\.error_code=\(([^)]*)\)", text):
            covered += re.findall(r'"([a-z_]+)"', group)
    assert sorted(covered) == sorted(set(covered)), "a code wakes two alerts"
    # Codes that no line carries would hide that an alert is dead.
    assert set(covered) == carried_codes()
    assert set(TOLD_AS) == logged_codes() - carried_codes()
    assert set(TOLD_AS.values()) <= set(covered)


def words_logged() -> set[str]:
    """Collect the names of arguments, fields and keys in what is deployed: what a log line's fields are called."""
    words: set[str] = set()
    for folder in ("functions", "dataproc_jobs", "dbt/transform"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and node.arg is not None:
                    words.add(node.arg)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    words.add(node.target.id)
                elif isinstance(node, ast.Dict):
                    words |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
    return words


def fields_in(*texts: str) -> set[str]:
    """Collect the fields of our log lines that filters and extractors name, each part of a path by itself."""
    paths = [path for text in texts for path in re.findall(r"jsonPayload\.([a-z_.]+)", text)]
    return {word for path in paths for word in path.split(".")}


@pytest.mark.slow
def test_queries_open_in_the_logs_explorer_and_read_what_the_code_logs_when_planned(whole_plan: Plan) -> None:
    queries = whole_plan.output("log_queries")
    assert sorted(queries) == ["errors", "everything", "outcomes", "rejected", "usage"]
    begin, end = "https://console.cloud.google.com/logs/query;query=", "?project=demo-project"
    links = {name: f"{begin}{quote(one['filter'], safe='')}{end}" for name, one in queries.items()}
    assert {name: one["link"] for name, one in queries.items()} == links
    asked = [one["filter"] for one in queries.values()]
    assert [text for text in asked if 'resource.type="cloud_run_revision"' not in text] == []
    read = fields_in(*asked)
    assert read == {"batch_usage", "outcome"}
    assert read - words_logged() == set()


@pytest.mark.slow
def test_every_metric_and_chart_reads_what_the_code_logs(whole_plan: Plan) -> None:
    metrics = whole_plan.resources("google_logging_metric").values()
    read = fields_in(*(f"{metric['filter']} {metric['value_extractor'] or ''}" for metric in metrics))
    assert {"outcome", "milli_dcu_seconds", "shuffle_storage_gb_seconds"} <= read
    assert read - words_logged() == set()
    [dashboard] = whole_plan.resources("google_monitoring_dashboard").values()
    charted = set(re.findall(r"user/(f1db/[a-z_]+)", dashboard["dashboard_json"]))
    assert charted == {metric["name"] for metric in metrics}, "each metric is drawn, and nothing else is"


@pytest.mark.slow
def test_filters_fit_when_google_limits_their_length(whole_plan: Plan) -> None:
    # Source: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies (2,048 characters)
    assert {name for name, text in alert_filters(whole_plan).items() if len(text) > 2048} == set()


@pytest.mark.slow
def test_codeless_errors_wake_an_alert_when_they_are_logged(whole_plan: Plan) -> None:
    filters = alert_filters(whole_plan)
    unforeseen = filters['google_monitoring_alert_policy.log["unforeseen"]']
    # What our code answers with 5xx it has logged with a code; what Cloud Run answers for it comes with a text.
    answered = "NOT (httpRequest.status>=500 AND NOT textPayload:*)"
    assert unforeseen.endswith(f"AND severity>=ERROR AND NOT jsonPayload.error_code:* AND {answered}")
    for service in ("check-release", "start-batch", "start-dbt", "transform"):
        assert f'"{service}"' in unforeseen
    batches = filters['google_monitoring_alert_policy.log["batch_errors"]']
    assert batches == 'resource.type="cloud_dataproc_batch" AND severity>=ERROR'


@pytest.mark.slow
def test_absence_is_watched_within_what_google_allows_when_ticks_stop(whole_plan: Plan) -> None:
    policy = whole_plan.resources("google_monitoring_alert_policy")["google_monitoring_alert_policy.ticks_missing[0]"]
    [absent] = policy["conditions"][0]["condition_absent"]
    duration_s = int(absent["duration"].removesuffix("s"))
    assert 12 * 3600 < duration_s <= 23.5 * 3600  # more than two ticks of six hours
    assert 'metric.labels.stage="check_release"' in absent["filter"]


@pytest.mark.slow
def test_alerts_link_to_sections_that_exist_when_the_runbook_is_read(whole_plan: Plan) -> None:
    policies = whole_plan.resources("google_monitoring_alert_policy")
    linked = {_anchor_of(policy) for policy in policies.values()}
    assert len(linked) == len(policies) == 12
    assert linked - headings() == set()


def _anchor_of(policy: dict[str, Any]) -> str:
    found = re.search(r"docs/runbook\.md#([a-z-]+)$", policy["documentation"][0]["content"])
    assert found is not None, policy["display_name"]
    return found[1]


def headings() -> set[str]:
    """Return the anchors of the runbook's sections, as GitHub makes them."""
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_code_has_a_section_when_the_runbook_is_read() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### `([a-z_]+)`\n\n(.+)$", text, flags=re.MULTILINE))
    assert set(sections) == logged_codes()
    assert [code for code, said in sections.items() if len(said) < 60] == []


@pytest.mark.parametrize(
    "section",
    [
        *("release-by-hand", "rollback", "backfill", "rotating-githubs-token", "moving-to-another-region"),
        *("disaster-recovery", "taking-everything-down"),
    ],
)
def test_operations_have_a_section_when_the_runbook_is_read(section: str) -> None:
    assert section in headings()
