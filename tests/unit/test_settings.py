"""A deployment's environment is read once: all problems in one error, and no secret in any text."""

import pytest

from pipeline.errors import PermanentError
from pipeline.settings import read_settings

GOOD = {
    "PROJECT_ID": "project",
    "REGION": "europe-west1",
    "LANDING_BUCKET": "p-landing",
    "STATE_BUCKET": "p-state",
    "CURATED_BUCKET": "p-curated",
    "CODE_URI": "gs://p-code/abc",
    "CODE_DIGEST": "a" * 64,
    "TRANSFORM_DIGEST": "b" * 64,
    "TRANSFORM_JOB": "projects/project/locations/europe-west1/jobs/transform",
    "DRIVERS": "lewis-hamilton, max-verstappen",
    "WAREHOUSE_URL": "duckdb:///state/warehouse.duckdb",
    "BATCH_SERVICE_ACCOUNT": "batch@project.iam.gserviceaccount.com",
    "START_BATCH_URL": "https://start-batch.run.app/",
    "START_DBT_URL": "https://start-dbt.run.app",
}


def problems_of(**changes: str) -> list[str]:
    with pytest.raises(PermanentError) as raised:
        read_settings({**GOOD, **changes})
    assert raised.value.code == "bad_settings"
    problems: list[str] = raised.value.details["problems"]
    return problems


def test_takes_the_defaults_of_the_contract_when_nothing_else_is_said() -> None:
    settings = read_settings(GOOD)
    assert settings.drivers == ("lewis-hamilton", "max-verstappen")
    assert settings.dataproc_endpoint == "https://europe-west1-dataproc.googleapis.com"
    assert settings.run_endpoint == "https://run.googleapis.com"
    assert (settings.github_api_url, settings.github_url) == ("https://api.github.com", "https://github.com")
    assert (settings.github_repository, settings.github_token) == ("f1db/f1db", None)
    assert (settings.batch.runtime_version, settings.batch.ttl_s, settings.max_zip_bytes) == ("2.3", 1800, 1073741824)
    assert settings.batch.subnetwork is None
    assert settings.start_batch_url == "https://start-batch.run.app"


def test_names_every_variable_at_once_when_all_are_missing() -> None:
    with pytest.raises(PermanentError) as raised:
        read_settings({})
    assert raised.value.details["problems"] == [
        f"{name} is not set"
        for name in (
            "REGION",
            "PROJECT_ID",
            "LANDING_BUCKET",
            "STATE_BUCKET",
            "CURATED_BUCKET",
            "CODE_URI",
            "CODE_DIGEST",
            "TRANSFORM_DIGEST",
            "TRANSFORM_JOB",
            "DRIVERS",
            "WAREHOUSE_URL",
            "BATCH_SERVICE_ACCOUNT",
            "START_BATCH_URL",
            "START_DBT_URL",
        )
    ]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("STATE_BUCKET", "Bad_Name", "STATE_BUCKET is not a bucket's name"),
        ("CODE_DIGEST", "abc", "CODE_DIGEST is not 64 hex digits"),
        ("CODE_URI", "https://x/y", "CODE_URI is no gs:// address with a path"),
        ("TRANSFORM_JOB", "transform", "TRANSFORM_JOB is not projects/…/locations/…/jobs/…"),
        ("DRIVERS", " , ", "DRIVERS is no comma-separated list of F1DB driver ids like lewis-hamilton"),
        ("DRIVERS", "a,a", "DRIVERS names a driver twice"),
        ("BATCH_PROPERTIES", "{", "BATCH_PROPERTIES is no JSON"),
        ("BATCH_PROPERTIES", '{"a": 1}', "BATCH_PROPERTIES is no JSON object of strings"),
        (
            "BATCH_LIMITS",
            '{"max-reject-shares": "1", "max-lines": "many", "max-reject-share": "2"}',
            "BATCH_LIMITS is not usable: 'max-reject-shares' is no limit of the batch: did you mean max-reject-share?; "
            "max-lines is no whole number above 0; max-reject-share is no share between 0 and 1",
        ),
        ("BATCH_TTL_S", "0", "BATCH_TTL_S is no whole number above 0"),
        ("MAX_ZIP_BYTES", "1GB", "MAX_ZIP_BYTES is no whole number above 0"),
        ("START_DBT_URL", "start-dbt", "START_DBT_URL is no http or https URL"),
        ("GITHUB_REPOSITORY", "f1db", "GITHUB_REPOSITORY is not owner/name"),
    ],
)
def test_says_what_is_wrong_when_a_value_is_ill_formed(name: str, value: str, problem: str) -> None:
    assert problems_of(**{name: value}) == [problem]


def test_never_shows_the_token() -> None:
    settings = read_settings({**GOOD, "GITHUB_TOKEN": "hunter2"})
    assert settings.github_token == "hunter2"
    assert "hunter2" not in repr(settings)
    with pytest.raises(PermanentError) as raised:
        read_settings({**GOOD, "GITHUB_TOKEN": "hunter2", "REGION": ""})
    assert "hunter2" not in str(raised.value)
