"""Object names: what is built is parsed again, and nothing else is."""

from __future__ import annotations

import pytest

from pipeline import objects
from pipeline.releases import parse_version

SHA = "e55e843c0d8e620a169dd854132330bc782971b9b94c7c657c6e869cf59fc83f"
RUN = objects.run_of(parse_version("2026.11.0"), SHA, "0123456789abcdef", 2)


def test_names_are_those_of_the_design_when_built() -> None:
    assert str(RUN) == "f1db-2026-11-0-e55e843c-01234567-2"
    assert RUN.batch_id(3) == "f1db-2026-11-0-e55e843c-01234567-2-3"
    assert RUN.manifest == "runs/2026.11.0/f1db-2026-11-0-e55e843c-01234567-2/manifest.json"
    assert objects.zip_name(RUN.version, SHA) == "releases/2026.11.0/e55e843c0d8e/f1db-csv.zip"
    assert objects.request_name(RUN.version, 4) == "requests/2026.11.0/4.json"
    assert objects.report_name(RUN, 7) == "reports/f1db-2026-11-0-e55e843c-01234567-2/7/index.html"


@pytest.mark.parametrize(
    ("name", "kind", "number"),
    [
        (RUN.manifest, "manifest", 0),
        (RUN.outcome, "outcome", 0),
        (RUN.batch(1), "batch", 1),
        (RUN.transform(12), "transform", 12),
    ],
)
def test_run_objects_round_trip_when_built_and_parsed(name: str, kind: str, number: int) -> None:
    assert objects.parse_run_object(name) == objects.RunObject(RUN, kind, number)


@pytest.mark.parametrize(
    "name",
    [
        "runs/2026.10.0/f1db-2026-11-0-e55e843c-01234567-2/manifest.json",  # another version's run
        "runs/2026.11.0/f1db-2026-11-0-e55e843c-01234567-02/manifest.json",
        "runs/2026.11.0/f1db-2026-11-0-e55e843c-01234567-2/manifest.json/x",
        "runs/2026.11.0/../f1db-2026-11-0-e55e843c-01234567-2/manifest.json",
        "runs/v2026.11.0/f1db-2026-11-0-e55e843c-01234567-2/manifest.json",
        "runs/2026.11.0/f1db-2026-11-0-e55e843c-01234567-2/batch-0.json",
        "published.json",
    ],
)
def test_run_objects_are_none_when_the_name_is_another(name: str) -> None:
    assert objects.parse_run_object(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "releases/2026.11.0/e55e843c0d8/f1db-csv.zip",
        "releases/v2026.11.0/e55e843c0d8e/f1db-csv.zip",
        "releases/2026.11.0/e55e843c0d8e/other.zip",
        "incoming/2026.11.0/x.zip",
    ],
)
def test_zip_names_are_none_when_the_object_is_no_release(name: str) -> None:
    assert objects.parse_zip_name(name) is None


def test_batch_ids_fit_gcp_when_the_version_is_longest() -> None:
    run = objects.run_of(parse_version("2026.100.100.alpha100"), SHA, SHA, 999_999)
    assert len(run.batch_id(999)) <= 63
