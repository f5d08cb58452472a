"""What dbt parsed is used again only where it would parse the same again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from transform import made_once, parsed_project
from transform.build import _environment, _run_dbt
from transform.errors import FaultError
from transform.warehouses.protocol import PrivatePlace

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

RELEASE = {
    "driver_id": "lewis-hamilton", "dataset_suffix": "", "drivers": ["lewis-hamilton"], "release": "2026.11.0",
    "is_sample": False, "raw_rows": {}, "accepts_losses": False,
}  # fmt: skip
ANOTHER_RELEASE = {
    **RELEASE, "drivers": ["lewis-hamilton", "max-verstappen"], "release": "sample", "is_sample": True,
    "raw_rows": {"races": 1171}, "accepts_losses": True,
}  # fmt: skip

# When and with which variables dbt parsed: what it says of the parse and not of the project.
_OF_THIS_PARSE = ("metadata", "state_check")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the dbt project, with nothing kept yet."""
    copy = tmp_path / "dbt"
    shutil.copytree(parsed_project.PROJECT, copy, ignore=shutil.ignore_patterns("transform", "target", "logs"))
    monkeypatch.setattr(parsed_project, "PROJECT", copy)
    monkeypatch.setattr("transform.build.PROJECT", copy)
    monkeypatch.setattr(made_once, "_FOLDER", copy / "target" / "made-once")
    return copy


@pytest.fixture
def place(tmp_path: Path) -> PrivatePlace:
    environment = {"DBT_DUCKDB_PATH": str(tmp_path / "warehouse.duckdb")}
    return PrivatePlace(1, "duckdb", "warehouse", "", environment, tmp_path / "scratch")


class Parser:
    """Parses as a build does, and counts."""

    def __init__(self, project: Path, place: PrivatePlace, variables: Mapping[str, Any]) -> None:
        self.times = 0
        self._words = [
            "--log-level", "none", "--log-level-file", "none", "--no-write-json", "--no-partial-parse", "parse",
            "--project-dir", str(project), "--profiles-dir", str(project), "--vars", json.dumps(variables),
            "--target-path", str(place.scratch / "target"), "--log-path", str(place.scratch / "logs"),
        ]  # fmt: skip
        self._environment = place.environment

    def __call__(self) -> Any:
        from dbt.cli.main import dbtRunner

        self.times += 1
        with _environment(self._environment):
            answer = dbtRunner().invoke(self._words)
        assert answer.exception is None
        return answer.result


Parse = Callable[..., tuple[dict[str, Any], int]]


@pytest.fixture
def parse(project: Path, place: PrivatePlace) -> Parse:
    """What is known of every node, source and macro, and how often dbt had to parse for it."""

    def parsed(**variables: Any) -> tuple[dict[str, Any], int]:
        values = {**RELEASE, **variables}
        parser = Parser(project, place, values)
        manifest = parsed_project.parsed_project(place, values, parser).to_dict()
        return _without_times(
            {name: value for name, value in manifest.items() if name not in _OF_THIS_PARSE}
        ), parser.times

    return parsed


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_times(one) for name, one in value.items() if name != "created_at"}
    return [_without_times(one) for one in value] if isinstance(value, list) else value


def test_same_project_is_parsed_and_only_once_when_only_the_release_differs(project: Path, parse: Parse) -> None:
    of_one_release, times = parse()
    assert times == 1
    assert len(of_one_release["nodes"]) > 200
    assert parse(**ANOTHER_RELEASE) == (of_one_release, 0)

    shutil.rmtree(project / "target")
    assert parse(**ANOTHER_RELEASE) == (of_one_release, 1), "so that parsing once serves both"


@pytest.mark.parametrize("differing", ["driver_id", "dataset_suffix", "a file"])
def test_it_is_parsed_again_when_driver_dataset_or_a_file_differs(
    project: Path, place: PrivatePlace, differing: str
) -> None:
    from dbt.contracts.graph.manifest import Manifest

    parsed: list[str] = []

    def parse(what: str, **variables: str) -> None:
        def told() -> Manifest:
            parsed.append(what)
            return Manifest()  # what is in it is of no matter here

        parsed_project.parsed_project(place, {**RELEASE, **variables}, told)

    parse("first")
    parse("the same")
    if differing == "a file":
        model = project / "models" / "driver" / "mart_career.sql"
        model.write_text(model.read_text() + "-- another model\n")
        parse("other")
    else:
        parse("other", **{differing: "max-verstappen"})
    assert parsed == ["first", "other"]


def test_what_is_parsed_follows_driver_dataset_and_files_when_they_differ(project: Path, parse: Parse) -> None:
    model = project / "models" / "driver" / "mart_career.sql"
    model.write_text(model.read_text() + "-- another model\n")

    changed, _ = parse(driver_id="max-verstappen", dataset_suffix="__fence_7")

    career = changed["nodes"]["model.hamilton.mart_career"]
    assert career["schema"] == "max_verstappen__fence_7"
    assert "-- another model" in career["raw_code"]


def test_it_is_parsed_each_time_when_there_can_be_no_folder(project: Path, place: PrivatePlace) -> None:
    from dbt.contracts.graph.manifest import Manifest

    (project / "target").write_text("a file where the folder would be")
    with pytest.raises(NotADirectoryError):
        (project / "target" / "made-once").mkdir()
    parsed: list[Manifest] = []

    def parse() -> Manifest:
        parsed.append(Manifest())  # what is in it is of no matter here
        return parsed[-1]

    for _ in range(2):
        parsed_project.parsed_project(place, RELEASE, parse)
    assert len(parsed) == 2


def test_dbts_own_words_are_told_when_the_project_cannot_be_parsed(project: Path, place: PrivatePlace) -> None:
    (project / "models" / "driver" / "mart_broken.sql").write_text("select * from {{ ref('nobody') }}")

    with pytest.raises(FaultError, match=r"(?s)dbt parse: .*mart_broken.*nobody"):
        _run_dbt(place, ["build"], RELEASE, lambda done, total: None)
