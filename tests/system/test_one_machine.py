"""What a person gets on one machine: the main job on a real release, and what comes after it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Edit, Machine, another_entrant, edited, going_on, without

pytestmark = pytest.mark.slow

HEADLINES = {"race_wins": 106, "championships": 7, "pole_positions": 104, "podiums": 207, "race_starts": 391}
LACKING = [
    "error: races-sprint-race-results: f1db-races-sprint-race-results.csv is missing, and it is required",
    "error: races-race-results: columns required and missing: polePosition",
    "error: seasons-driver-standings: columns required and missing: championshipWon",
    "warning: chassis: f1db-chassis.csv is missing, it stays empty",
    "warning: engines: f1db-engines.csv is missing, it stays empty",
    "warning: races-race-results: columns unknown, kept as text: onPole",
    "warning: seasons-driver-standings: columns unknown, kept as text: title",
]
HOSTILE = (
    """</script><script>alert('x')</script>"><img src=x onerror=alert(1)> {{ 7 * 7 }}'; drop table f1db_raw.races; --"""
)
# Which part of the published history has rows, of which release, and what it was compared with.
HISTORY_ROWS = """
    select distinct part || ': ' || coalesce(before, 'no release before') as part, release from (
        select 'changes' as part, previous_release as before, release from f1db.release_changes
        union all select 'summaries', previous_release, release from f1db.release_summaries
        union all select 'headlines', previous_value::varchar, release from f1db.release_headlines
        union all select 'findings', null, release from f1db.release_findings
    ) order by all
"""
CAREER = "select race_wins, championships, pole_positions, podiums, race_starts from lewis_hamilton.mart_career"


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of a machine on which `make run` was typed once, with no network, and what it answered."""
    made = Machine(tmp_path_factory.mktemp("sampled") / "state")
    return made.state.parent, made.run()


@pytest.fixture
def sampled(machine: Machine, first_run: tuple[Path, dict[str, Any]]) -> Machine:
    """A machine of its own that goes on from there."""
    return going_on(machine, first_run[0])


def test_sample_is_published_loudly_when_github_is_out_of_reach(
    sampled: Machine, first_run: tuple[Path, dict[str, Any]]
) -> None:
    done = first_run[1]
    assert done["state"] == "published"
    assert "sample" in done["output"].lower()
    pointer = sampled.pointer()
    assert (pointer["version"], pointer["is_sample"]) == ("sample", True)
    assert {name: pointer["headlines"]["lewis-hamilton"][name] for name in HEADLINES} == HEADLINES
    assert "sample" in (sampled.state / "report/index.html").read_text().lower()
    refused = sampled.make("run", RELEASE="sample", DRIVER="max-verstappen")
    assert refused.returncode == 2
    assert sampled.pointer() == pointer


def test_real_release_replaces_the_sample_and_is_kept_when_run_again_and_again(
    sampled: Machine, real_zip: Path
) -> None:
    machine = sampled
    assert machine.query(HISTORY_ROWS) == []
    assert machine.objects("curated/history/**/*") == []
    first = machine.run(RELEASE=real_zip)
    assert first["state"] == "published"
    hold_the_real_release_to_be_published(machine)
    parts = ["headlines: no release before", "summaries: no release before"]
    assert machine.query(HISTORY_ROWS) == [[part, "2026.11.0"] for part in parts], "the sample is no part of history"
    assert len(machine.objects("curated/history/2026.11.0/**/*.parquet")) == 3
    pointer = machine.pointer()

    again = machine.run(RELEASE=real_zip)
    assert again["state"] == "up_to_date"
    assert machine.pointer() == pointer

    (machine.state / "gcs/state/published.json").unlink()
    restored = machine.run(RELEASE=real_zip)
    assert restored["state"] == "published"
    assert len(machine.objects("state/runs/*/*/batch-*.json")) == 2, "the sample's and its own, no third"
    assert machine.pointer()["headlines"] == pointer["headlines"]

    other = machine.run(RELEASE=real_zip, DRIVER="max-verstappen")
    assert other["state"] == "published"
    assert len(machine.objects("state/runs/*/*/batch-*.json")) == 2, "no batch for another driver"
    assert machine.query("select driver_id, championships from max_verstappen.mart_career") == [["max-verstappen", "4"]]
    hold_the_page_to_be_max_verstappens((machine.state / "report/index.html").read_text())

    unknown = machine.make("run", RELEASE=real_zip, DRIVER="luis-hamilton")
    assert unknown.returncode == 2
    assert "lewis-hamilton" in unknown.stderr + unknown.stdout
    assert machine.pointer()["drivers"] == ["max-verstappen"]

    offline = machine.run(DRIVER="max-verstappen")
    assert offline["state"] == "up_to_date"
    assert "GitHub" in offline["output"]
    assert machine.pointer()["version"] == "2026.11.0", "a real release is never replaced by the sample"
    assert machine.run(RELEASE="sample", expect=1)["state"] == "superseded"


def hold_the_real_release_to_be_published(machine: Machine) -> None:
    """Pointer, headlines, tables and page are those of F1DB 2026.11.0."""
    pointer = machine.pointer()
    assert (pointer["version"], pointer["is_sample"]) == ("2026.11.0", False)
    assert pointer["zip_sha256"] == "e55e843c0d8e620a169dd854132330bc782971b9b94c7c657c6e869cf59fc83f"
    assert {name: pointer["headlines"]["lewis-hamilton"][name] for name in HEADLINES} == HEADLINES
    assert machine.query(CAREER) == [["106", "7", "104", "207", "391"]]
    assert machine.query("select count(*) from f1db_raw.races") == [["1171"]]
    tables = machine.query("select count(*) from information_schema.tables where table_schema = 'f1db_raw'")
    assert tables == [["47"]]
    report = (machine.state / "report/index.html").read_text()
    assert "Lewis Hamilton" in report
    assert "2026.11.0" in report


def hold_the_page_to_be_max_verstappens(page: str) -> None:
    """Others are named where they hold a record or were beaten; nothing that is about the driver names them."""
    assert "<title>Max Verstappen in Formula 1</title>" in page
    about_the_driver = re.compile("<(title|h1|h2|p|dl|figcaption)[ >]")
    assert [line for line in page.splitlines() if "Hamilton" in line and about_the_driver.search(line)] == []


def renamed(id_: str, name: str) -> Edit:
    """Call something by a hostile name."""
    field = HOSTILE.replace('"', '""')
    return lambda content: content.replace(f'"{id_}","{name}"'.encode(), f'"{id_}","{field}"'.encode())


def hold_names_to_be_text(machine: Machine) -> None:
    """The names of `renamed` have come through load, dbt and SQL as they are, and into the report as text."""
    sql = "select name from f1db_raw.drivers where id = 'lewis-hamilton' union all select driver_name from {}"
    assert machine.query(sql.format("lewis_hamilton.mart_career")) == [[HOSTILE], [HOSTILE]]
    assert machine.query("select count(*) > 300 from f1db_raw.races") == [["True"]]
    page = (machine.state / "report/index.html").read_text()
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") > 10
    assert [
        evil for evil in ("<script>alert", "<img src=x", "49&#39;; drop table", "49'; drop table") if evil in page
    ] == []


def files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_only_the_newest_is_taken_when_github_has_two_at_the_first_run(machine_with_a_release: Machine) -> None:
    assert [path.name for path in sorted(machine_with_a_release.github.iterdir())] == [
        "f1db-csv-2026.10.0.zip",
        "f1db-csv-2026.9.1.zip",
    ]
    assert machine_with_a_release.outcomes() == {"2026.10.0": ["published"]}


def test_a_changed_asset_is_refused_until_it_is_forced_when_github_has_another(
    machine_with_a_release: Machine, release: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = machine_with_a_release
    # The functions get the token, and nothing that they, the batch or the transform leave behind may have it.
    token = "ghp-marker-of-a-token-0123456789"
    monkeypatch.setenv("GITHUB_TOKEN", token)
    hostile = edited(
        release(2), drivers=renamed("lewis-hamilton", "Lewis Hamilton"), constructors=renamed("mclaren", "McLaren")
    )

    machine.offer("2026.10.0", hostile)
    refused = machine.run(GITHUB=machine.github, RELEASE="2026.10.0", expect=1)
    assert "asset_changed" in json.dumps(refused) + refused["output"]
    assert len(machine.objects("landing/releases/2026.10.0/*/f1db-csv.zip")) == 1
    forced = machine.run(GITHUB=machine.github, RELEASE="2026.10.0", FORCE=1)
    assert forced["state"] == "published"
    assert machine.query("select id from f1db_raw.entrants where id like 'system-test-%'") == [["system-test-2"]]
    hold_names_to_be_text(machine)

    backfilled = machine.run(GITHUB=machine.github, RELEASE="2026.9.1", FORCE=1)
    assert backfilled["state"] == "backfilled"
    assert machine.pointer()["version"] == "2026.10.0"

    assert files_with(machine.state, token) == []
    assert len(files_with(machine.state, "2026.10.0")) > 10, "the search finds what is there"
    assert [done["output"] for done in (refused, forced, backfilled) if token in done["output"]] == []


def older(release: bytes) -> bytes:
    """Make a release from before the columns for poles and titles, and from before some tables."""
    lacking = without(without(without(release, "races-sprint-race-results"), "chassis"), "engines")
    return edited(
        lacking,
        races_race_results=lambda raw: raw.replace(b'"polePosition"', b'"onPole"', 1),
        seasons_driver_standings=lambda raw: raw.replace(b'"championshipWon"', b'"title"', 1),
    )


def one_win_more(content: bytes) -> bytes:
    """Say in the drivers' table that Lewis Hamilton has won once more than the races' results say."""
    head, *rows = content.decode().splitlines(keepends=True)
    at = head.strip().replace('"', "").split(",").index("totalRaceWins")
    changed = [head]
    for row in rows:
        cells = row.rstrip("\n").split(",")
        if cells[0] == '"lewis-hamilton"':
            assert cells[at] == "106"
            cells[at] = "107"
        changed.append(",".join(cells) + "\n")
    return "".join(changed).encode()


def hold_findings_to_be_told(machine: Machine, printed: str) -> None:
    """Each finding of `LACKING` is printed, in the status, and in the log, which sums them up."""
    status = machine.make("status").stdout.splitlines()
    logged = (machine.state / "logs/start_dbt.jsonl").read_text()
    for severity, message in (finding.split(": ", 1) for finding in LACKING):
        assert f"{severity:<10} {message}" in printed.splitlines()
        assert f"  {severity:<8} {message}" in status
        assert json.dumps(message)[1:-1] in logged
    assert "2026.11.1 is rejected: 3 errors, 4 warnings; the published release stays." in logged


def hold_the_total_to_be_recorded(machine: Machine) -> None:
    """The win of `one_win_more` is the refusal's one row, and its reason in words."""
    [path] = machine.objects("state/runs/2026.11.2/*/transform-1.json")
    record = json.loads(path.read_text())
    assert (record["kind"], record["code"]) == ("refusal", "tests_failed")
    assert record["reason"] == (
        "failed: totals_reconcile_with_f1db: entity=driver, entity_id=lewis-hamilton, metric=total_race_wins, "
        "ours=106.00, f1db=107.00, difference=-1.00"
    )
    [row] = record["details"]
    told = {"entity_id": "lewis-hamilton", "metric": "total_race_wins", "ours": "106.00", "f1db": "107.00"}
    assert {name: row[name] for name in told} == told
    logged = map(json.loads, (machine.state / "logs/transform.jsonl").read_text().splitlines())
    [line] = [line for line in logged if line.get("error_code") == "transform_refused"]
    assert (line["severity"], line["outcome"]) == ("ERROR", "refused")
    assert machine.objects("state/runs/2026.11.2/*/outcome.json") == []


def test_published_release_stays_when_a_newer_one_is_bad(
    machine_with_a_release: Machine, release: Callable[[int], bytes], small_release: bytes
) -> None:
    machine = machine_with_a_release
    before = machine.pointer()

    whole = release(2)
    machine.offer("2026.11.0", whole[: len(whole) // 2])
    truncated = machine.make("run", GITHUB=machine.github)
    assert truncated.returncode == 1, truncated.stdout + truncated.stderr
    assert machine.objects("landing/releases/2026.11.0/**/*.zip") == []

    machine.offer("2026.11.1", older(small_release))
    (machine.github / "f1db-csv-2026.11.0.zip").unlink()
    lacking = machine.run(GITHUB=machine.github, expect=1)
    assert lacking["state"] == "rejected"
    assert lacking["findings"] == LACKING
    hold_findings_to_be_told(machine, lacking["output"])

    limited = machine.run(GITHUB=machine.github, LIMITS="max-members=5", expect=1)
    assert limited["findings"] == ["error: the archive: 44 members are more than 5"]
    assert len(machine.objects("state/runs/2026.11.1/*/manifest.json")) == 2, "other limits are another run"
    assert "44 members are more than 5" in machine.make("status", LIMITS="max-members=5").stdout
    assert "44 members are more than 5" not in machine.make("status").stdout

    machine.offer("2026.11.2", edited(release(3), drivers=one_win_more))
    poisoned = machine.run(GITHUB=machine.github, expect=1)
    assert poisoned["state"] == "refused"
    assert re.search(r"106.*107|107.*106", poisoned["output"])
    hold_the_total_to_be_recorded(machine)
    assert "totals_reconcile_with_f1db" in machine.run(GITHUB=machine.github, expect=1)["output"]
    assert len(machine.objects("state/runs/2026.11.2/*/transform-*.json")) == 1, "the same code does not try again"

    assert machine.pointer() == before
    assert machine.query(CAREER) == [["106", "7", "104", "207", "391"]]


def test_usage_errors_exit_2_when_the_words_are_wrong(machine: Machine, tmp_path: Path) -> None:
    unnamed = tmp_path / "some.zip"
    unnamed.write_bytes(b"")
    for variables in (
        {"RELEASE": str(unnamed)},
        {"RELEASE": str(tmp_path / "absent.zip")},
        {"RELEASE": "2026.1"},
        {"RELEASE": "sample", "LIMITS": "max-line=5,max-ratio=no"},
    ):
        done = machine.make("run", **variables)
        assert done.returncode == 2, (variables, done.stdout, done.stderr)
        assert done.stderr.strip()
    assert machine.objects("landing/**/*.zip") == []


def test_entrant_of_the_newest_release_is_published_when_the_edit_helper_is_used(small_release: bytes) -> None:
    assert edited(small_release, entrants=another_entrant(1)) != edited(small_release, entrants=another_entrant(2))


def test_help_lists_every_command_when_make_is_called_alone(machine: Machine) -> None:
    done = machine.make("help")
    assert done.returncode == 0
    for name in ("run", "up", "down", "trigger", "status", "logs", "query", "export", "test", "bench", "reset"):
        assert re.search(rf"^ *make {name}\b", done.stdout, re.M), name


def test_a_shrunken_release_is_accepted_on_request_and_restored_when_the_warehouse_is_deleted(
    machine_with_a_release: Machine, small_release: bytes
) -> None:
    machine = machine_with_a_release
    without_the_entrant = edited(small_release, chassis=lambda raw: raw.replace(b'"name"', b'"nickname"', 1))
    machine.offer("2026.11.0", without_the_entrant)

    refused = machine.run(GITHUB=machine.github, expect=1)
    assert refused["state"] == "refused"
    assert "history has shrunk since 2026.10.0: table entrants: rows" in refused["output"]
    assert machine.pointer()["version"] == "2026.10.0"

    accepted = machine.run(GITHUB=machine.github, RELEASE="2026.11.0", ACCEPT_SHRINK=1)
    assert_flaws_are_told_everywhere(machine, accepted)
    pointer = machine.pointer()
    assert pointer["version"] == "2026.11.0"
    tables = ("release_changes", "release_summaries", "release_headlines", "release_findings")
    whole = {name: machine.query(f"select * from f1db.{name} order by all") for name in tables}
    changes = "select table_name, change, key, previous_release from f1db.release_changes"
    assert machine.query(changes) == [["entrants", "removed", "id=system-test-1", "2026.10.0"]]
    wins = "select release, value::int, previous_value::int from f1db.release_headlines where metric = 'race_wins'"
    assert machine.query(f"{wins} order by 1") == [["2026.10.0", "106", ""], ["2026.11.0", "106", "106"]]

    (machine.state / "warehouse.duckdb").unlink()
    restored = machine.run(GITHUB=machine.github)

    assert restored["state"] == "published"
    assert len(machine.objects("state/runs/*/*/batch-*.json")) == 3, "no further batch"
    assert machine.pointer()["headlines"] == pointer["headlines"]
    assert {name: machine.query(f"select * from f1db.{name} order by all") for name in tables} == whole
    assert machine.run(GITHUB=machine.github)["state"] == "up_to_date"


def assert_flaws_are_told_everywhere(machine: Machine, run: dict[str, Any]) -> None:
    """The release is published all the same; its findings are the same words on every side, and rows of a table."""
    told = ["chassis: columns missing, empty here: name", "chassis: columns unknown, kept as text: nickname"]
    assert (run["state"], run["findings"]) == ("published", [f"warning: {message}" for message in told])
    status = machine.make("status").stdout
    for message in told:
        assert f"{'warning':<10} {message}\n" in run["output"]
        assert f"  {'warning':<8} {message}\n" in status
        assert machine.logged("batch", json.dumps(message)) == 2, "the refused run's and the accepted one's"
    assert machine.logged("batch", "; 0 errors, 2 warnings") == 2
    assert machine.logged("start_dbt", "0 errors, 2 warnings") == 2
    rows = "select release, severity, code, table_name, message from f1db.release_findings order by release, position"
    assert machine.query(rows) == [
        ["2026.11.0", "warning", "missing_column", "chassis", told[0]],
        ["2026.11.0", "warning", "unknown_column", "chassis", told[1]],
    ]
