"""The job's environment."""

import pytest

from pipeline.errors import PermanentError
from transform.settings import read_settings

GOOD = {
    "PROJECT_ID": "project-1",
    "LANDING_BUCKET": "landing-1",
    "STATE_BUCKET": "state-1",
    "CURATED_BUCKET": "curated-1",
    "CODE_DIGEST": "c" * 64,
    "TRANSFORM_DIGEST": "d" * 64,
    "TRANSFORM_JOB": "projects/project-1/locations/europe-west1/jobs/transform",
    "DRIVERS": "lewis-hamilton,max-verstappen",
    "WAREHOUSE_URL": "duckdb:///data/warehouse.duckdb",
    "CLOUD_RUN_EXECUTION": "transform-abc12",
}


def test_settings_have_their_defaults_when_only_what_is_needed_is_set() -> None:
    settings = read_settings(GOOD)

    assert settings.drivers == ("lewis-hamilton", "max-verstappen")
    assert settings.run_endpoint == "https://run.googleapis.com"
    assert (settings.lease_ttl_s, settings.task_timeout_s) == (1200, 900)


def test_every_problem_is_named_when_several_variables_are_wrong() -> None:
    wrong = {**GOOD, "DRIVERS": "Lewis Hamilton", "WAREHOUSE_URL": "sqlite:///x.db", "LEASE_TTL_S": "soon"}
    del wrong["STATE_BUCKET"]

    with pytest.raises(PermanentError) as caught:
        read_settings(wrong)

    problems = caught.value.details["problems"]
    assert [problem.split()[0] for problem in problems] == ["STATE_BUCKET", "DRIVERS", "WAREHOUSE_URL", "LEASE_TTL_S"]


def test_a_lease_is_refused_when_the_task_may_outlive_it() -> None:
    with pytest.raises(PermanentError, match="LEASE_TTL_S is not longer than TASK_TIMEOUT_S"):
        read_settings({**GOOD, "LEASE_TTL_S": "900", "TASK_TIMEOUT_S": "900"})


@pytest.mark.parametrize(
    "url", ["bigquery://project-1", "bigquery://project-1?location=EU", "duckdb:///a/b c/w.duckdb"]
)
def test_a_warehouse_is_accepted_when_its_address_is_known(url: str) -> None:
    assert read_settings({**GOOD, "WAREHOUSE_URL": url}).warehouse_url == url
