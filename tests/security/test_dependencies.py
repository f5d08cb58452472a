"""What is deployed is known: an SBOM that CycloneDX's schema accepts, and licences that are allowed."""

from __future__ import annotations

import json

import pytest

from tests.security.licences import ALLOWED, EXCEPTIONS, PAGE, is_allowed, licences, normal, page
from tests.security.locks import LOCKS, folded, pins
from tests.security.sbom import problem_of, sbom

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def of_functions() -> str:
    return sbom("functions")


def test_sbom_is_valid_and_names_every_pin_when_made_of_a_lock(of_functions: str) -> None:
    assert problem_of(of_functions) is None
    document = json.loads(of_functions)
    named = {folded(one["name"]): [one["version"]] for one in document["components"]}
    assert named == pins("functions")
    assert len(named) > 40
    for component in document["components"]:
        assert component["purl"].startswith("pkg:pypi/")
        assert component["licenses"][0]["license"]["name"]
        (source,) = component["externalReferences"]
        assert {one["alg"] for one in source["hashes"]} == {"SHA-256"}


def test_sbom_is_the_same_when_it_is_made_again(of_functions: str) -> None:
    assert sbom("functions") == of_functions
    assert [word for word in ("timestamp", "serialNumber") if word in of_functions] == []


def test_sbom_is_refused_when_it_is_not_of_the_schema(of_functions: str) -> None:
    document = json.loads(of_functions)
    document["components"][0]["type"] = "thing"
    assert "thing" in str(problem_of(json.dumps(document)))


def test_every_licence_is_allowed_or_explained_when_asked() -> None:
    odd = {name: licence for name, licence in licences().items() if not is_allowed(licence)}
    assert set(odd) == set(EXCEPTIONS), odd


def test_nothing_that_is_deployed_is_under_the_gpl_alone_when_asked() -> None:
    deployed = {name for lock in ("functions", "transform") for name in pins(lock)}
    assert deployed & set(EXCEPTIONS) == {"text-unidecode"}


@pytest.mark.parametrize(
    ("told", "known", "allowed"),
    [
        ("Apache Software License; MIT License", "Apache-2.0; MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", "MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("DFSG approved; MIT License", "MIT", True),
        ("GNU General Public License v2 (GPLv2)", "GPL-2.0", False),
        ("MIT AND AGPL-3.0-only", "MIT AND AGPL-3.0-only", False),
        ("UNKNOWN", "UNKNOWN", False),
    ],
)
def test_licences_are_told_apart_when_they_have_many_names(told: str, known: str, allowed: bool) -> None:
    assert (normal(told), is_allowed(normal(told))) == (known, allowed)


def test_page_of_licences_is_up_to_date_when_compared() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs"
    assert set(LOCKS) == {"functions", "transform", "run", "test"}
    assert [licence for licence in ALLOWED if "GPL" in licence] == []
