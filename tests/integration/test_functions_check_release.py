"""check_release against the real storage stand-in: what it lands, what it wakes, what it answers."""

import hashlib
import json
import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.integration.conftest import ROOT, Functions
from tests.integration.stand_ins import Asked, Reply, StandIn, release_zip

OLD, NEW, NEWER = release_zip(("lewis-hamilton", "a")), release_zip(), release_zip(("lewis-hamilton", "b", "c"))


def test_lands_the_newest_only_when_nothing_is_published(functions: Functions) -> None:
    functions.github.zips = {"2026.9.1": OLD, "2026.11.0": NEW}
    answer = functions.check()
    assert answer.status_code == 200
    document = answer.json()
    assert document["outcome"] == "landed"
    assert [release["release"] for release in document["releases"]] == ["2026.11.0"]
    assert document["releases"][0]["bytes"] == len(NEW)
    assert document["releases"][0]["run"] == functions.run_name("2026.11.0", NEW)
    name = f"releases/2026.11.0/{hashlib.sha256(NEW).hexdigest()[:12]}/f1db-csv.zip"
    assert functions.names("landing") == [name]
    blob = functions.buckets["landing"].get_blob(name)
    assert blob.metadata["sha256"] == hashlib.sha256(NEW).hexdigest()
    assert blob.metadata["published_at"] == "2026-07-06T08:00:00Z"
    assert functions.woken == []
    [line] = functions.outcomes("check_release")
    assert (line["outcome"], line["severity"], line["release"]) == ("landed", "INFO", "2026.11.0")


def test_replays_the_landing_when_its_event_was_lost(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    functions.check()
    document = functions.check().json()
    assert document["outcome"] == "replayed"
    assert functions.woken == [("start_batch", functions.names("landing")[0])]
    assert list(functions.dataproc.batches) == [functions.run_name("2026.11.0", NEW) + "-1"]
    assert functions.check().json()["outcome"] == "in_progress"
    assert len(functions.woken) == 1


def test_lands_all_newer_releases_in_order_when_two_have_come(functions: Functions) -> None:
    functions.publish("2026.9.1", OLD)
    functions.github.zips = {
        "2026.0.0.beta1": OLD,
        "2026.9.0": OLD,
        "2026.9.1": OLD,
        "2026.11.0": NEWER,
        "2026.10.0": NEW,
    }
    document = functions.check().json()
    assert [(report["release"], report["outcome"]) for report in document["releases"]] == [
        ("2026.9.1", "up_to_date"),
        ("2026.10.0", "landed"),
        ("2026.11.0", "landed"),
    ]
    assert [asked.path.split("/")[1] for asked in functions.github.cdn.asked] == ["2026.10.0", "2026.11.0"]


def test_asks_once_and_changes_nothing_when_up_to_date(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.11.0": NEW}
    before = functions.names("state")
    document = requests.get(functions.urls["check_release"], timeout=30).json()
    assert document["outcome"] == "up_to_date"
    assert document["releases"][0]["state"] == "published"
    assert functions.github.api_paths() == ["releases/latest"]
    assert functions.names("state") == before


def test_never_forwards_the_token_when_github_redirects(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    functions.github.zips = {"2026.11.0": NEW}
    assert functions.check().json()["outcome"] == "landed"
    api = [asked for asked in functions.github.api.asked if asked.path.startswith("/repos/")]
    assert {asked.headers["authorization"] for asked in api} == {"Bearer secret"}
    assert all("authorization" not in asked.headers for asked in functions.github.cdn.asked)
    assert "secret" not in json.dumps(functions.lines())


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (lambda content: Reply(body=content, cut_at=len(content) // 2), "zip_short"),
        (lambda content: Reply(body=content[:-1]), "zip_short"),
        (lambda content: Reply(body=content + b"x"), "zip_oversized"),
        (lambda content: Reply(body=content[:40] + b"\0" + content[41:]), "zip_digest_mismatch"),
        (lambda content: Reply(body=b"<html>" + content[6:]), "zip_corrupt"),
    ],
)
def test_lands_nothing_when_the_download_is_wrong(functions: Functions, reply: object, code: str) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    functions.github.download = reply  # type: ignore[assignment]
    answer = functions.check({"release": "2026.11.0"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, code)
    assert functions.names("landing") == []
    [line] = functions.outcomes("check_release")
    assert (line["outcome"], line["severity"], line["error_code"]) == ("failed", "ERROR", code)


def test_lands_nothing_when_a_large_download_breaks_off_after_the_first_chunk(functions: Functions) -> None:
    content = release_zip(extra_bytes=20_000_000)
    functions.github.zips = {"2026.11.0": content}
    functions.github.download = lambda whole: Reply(body=whole, cut_at=19_000_000)
    assert functions.check().status_code == 502
    assert functions.names("landing") == []
    functions.github.download = lambda whole: Reply(body=whole)
    assert functions.check().json()["outcome"] == "landed"
    [name] = functions.names("landing")
    assert hashlib.sha256(functions.buckets["landing"].blob(name).download_as_bytes()).digest() == (
        hashlib.sha256(content).digest()
    )


def test_starts_from_the_first_url_again_when_a_download_is_cut_once(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    replies = [Reply(body=NEW, cut_at=10), Reply(body=NEW)]
    functions.github.download = lambda content: replies.pop(0)
    assert functions.check().json()["outcome"] == "landed"
    assert [asked.path for asked in functions.github.api.asked if "/download/" in asked.path] == [
        "/f1db/f1db/releases/download/v2026.11.0/f1db-csv.zip",
        "/f1db/f1db/releases/download/v2026.11.0/f1db-csv.zip",
    ]


def test_refuses_a_zip_that_is_too_large(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_ZIP_BYTES", "100")
    functions.github.zips = {"2026.11.0": NEW}
    answer = functions.check()
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "zip_oversized")
    assert functions.names("landing") == []


def test_takes_the_website_and_the_incoming_name_when_the_calls_are_spent(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    functions.github.limit(reset=4102444800)
    document = functions.check().json()
    assert document["outcome"] == "landed"
    assert functions.names("landing") == [f"releases/2026.11.0/{hashlib.sha256(NEW).hexdigest()[:12]}/f1db-csv.zip"]
    metadata = functions.buckets["landing"].get_blob(functions.names("landing")[0]).metadata
    assert metadata["sha256"] == hashlib.sha256(NEW).hexdigest()


def test_answers_503_with_the_reset_time_when_the_website_fails_too(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4102444800"}
    functions.github.override = lambda asked: Reply(403, b"{}", headers)
    answer = functions.check()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3600")
    document = answer.json()
    assert document["error"]["code"] == "github_rate_limited"
    assert "reset_at_utc" in document["error"]
    assert document["releases"][0]["outcome"] == "up_to_date"


def test_reconciles_and_answers_503_when_github_is_out_of_reach(functions: Functions) -> None:
    name = functions.land("2026.11.0", NEW)
    functions.github.api.stop()
    functions.github.api.stop = lambda: None  # type: ignore[method-assign]
    answer = functions.check()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert answer.json()["error"]["code"] == "github_unreachable"
    assert [report["outcome"] for report in answer.json()["releases"]] == ["replayed"]
    assert functions.woken == [("start_batch", name)]


@pytest.mark.parametrize("body", [b"<html>oops</html>", b"[]", b"{}", b'{"tag_name": 7}'])
def test_answers_503_when_github_talks_nonsense(functions: Functions, body: bytes) -> None:
    functions.github.override = lambda asked: Reply(200, body)
    answer = functions.check()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "github_nonsense")
    assert int(answer.headers["Retry-After"]) > 0


def test_refuses_a_changed_asset_unless_forced(functions: Functions) -> None:
    functions.publish("2026.11.0", OLD)
    functions.github.zips = {"2026.11.0": NEW}
    answer = functions.check()
    assert (answer.status_code, answer.json()["outcome"]) == (200, "rejected")
    [report] = answer.json()["releases"]
    assert report["error_code"] == "asset_changed"
    assert report["details"] == {
        "landed_sha256": hashlib.sha256(OLD).hexdigest(),
        "offered_sha256": hashlib.sha256(NEW).hexdigest(),
    }
    assert len(functions.names("landing")) == 1
    assert functions.check({"release": "2026.11.0"}).json()["outcome"] == "rejected"
    [error] = [line for line in functions.lines() if line["severity"] == "ERROR"]
    assert (error["error_code"], error["release"]) == ("asset_changed", "2026.11.0")
    functions.github.zips = {"2026.11.0": NEW + b"?"}
    functions.check()
    assert [line["error_code"] for line in functions.lines() if line["severity"] == "ERROR"] == ["asset_changed"]
    functions.github.zips = {"2026.11.0": NEW}
    forced = functions.check({"release": "2026.11.0", "force": True}).json()
    assert forced["outcome"] == "landed"
    assert forced["releases"][0]["run"] == functions.run_name("2026.11.0", NEW, request=1)
    assert len(functions.names("landing")) == 2


def test_writes_a_request_before_anything_is_woken_when_forced(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.11.0": NEW}
    claims = "eyJlbWFpbCI6ICJtZUBleGFtcGxlLm9yZyJ9"
    document = functions.check({"release": "v2026.11.0", "force": True}, Authorization=f"Bearer e30.{claims}.s").json()
    assert document["outcome"] == "replayed"
    request = functions.read("requests/2026.11.0/1.json")
    assert (request["force"], request["backfill"], request["requested_by"]) == (True, False, "me@example.org")
    assert request["zip_sha256"] == hashlib.sha256(NEW).hexdigest()
    assert list(functions.dataproc.batches) == [functions.run_name("2026.11.0", NEW, request=1) + "-1"]


def test_gives_each_its_own_request_when_eight_ask_at_once(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.11.0": NEW}
    threads = [
        threading.Thread(target=functions.check, args=({"release": "2026.11.0", "force": True},)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(functions.names("state", "requests/")) == 8


def test_is_superseded_with_a_hint_when_an_older_release_is_named(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.9.1": OLD}
    answer = functions.check({"release": "2026.9.1"})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "superseded")
    assert "ask with force to backfill it, or with rollback" in answer.json()["releases"][0]["reason"]
    assert functions.names("landing", "releases/2026.9.1") == []


def test_lands_an_older_release_when_a_rollback_is_asked(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.9.1": OLD}
    document = functions.check({"release": "2026.9.1", "rollback": True}).json()
    assert document["outcome"] == "landed"
    assert document["releases"][0]["request"] == 1
    assert functions.read("requests/2026.9.1/1.json")["rollback"] is True


def test_says_that_it_is_held_when_a_rollback_holds_it(functions: Functions) -> None:
    functions.publish("2026.9.1", OLD, hold_above="2026.11.0")
    functions.land("2026.11.0", NEW)
    functions.github.zips = {"2026.9.1": OLD, "2026.11.0": NEW}
    tick = functions.check().json()
    assert tick["outcome"] == "up_to_date"
    assert {report["release"]: report["state"] for report in tick["releases"]} == {
        "2026.9.1": "published",
        "2026.11.0": "held",
    }
    named = functions.check({"release": "2026.11.0"}).json()
    assert named["outcome"] == "superseded"
    assert "held back since the rollback to 2026.9.1" in named["releases"][0]["reason"]
    assert functions.woken == []


def test_never_replaces_a_real_release_when_the_sample_is_named(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"sample": OLD}
    document = functions.check({"release": "sample", "force": True}).json()
    assert document["outcome"] == "superseded"
    assert "the sample never replaces a real release" in document["releases"][0]["reason"]
    assert functions.names("state", "requests/") == []
    assert functions.github.api.asked == []


def test_replaces_the_sample_when_a_real_release_is_there(functions: Functions) -> None:
    functions.publish("sample", OLD)
    functions.github.zips = {"sample": OLD, "2026.9.1": OLD, "2026.11.0": NEW}
    document = functions.check().json()
    assert [(report["release"], report["outcome"]) for report in document["releases"]] == [
        ("sample", "up_to_date"),
        ("2026.11.0", "landed"),
    ]


def test_needs_no_github_when_a_named_release_is_landed(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    functions.github.override = lambda asked: Reply(502)
    document = functions.check({"release": "2026.11.0"}).json()
    assert document["outcome"] == "replayed"
    assert "going on with the ZIP of 2026.11.0 that is landed" in document["warnings"][0]


def test_answers_404_when_a_release_is_unknown(functions: Functions) -> None:
    answer = functions.check({"release": "2031.1.0"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_release")
    assert "releases" in answer.json()["error"]["message"]


def test_changes_nothing_when_it_is_a_dry_run(functions: Functions) -> None:
    functions.publish("2026.9.1", OLD)
    functions.land("2026.10.0", OLD)
    functions.github.zips = {"2026.10.0": OLD, "2026.11.0": NEW}
    before = (functions.names("landing"), functions.names("state"))
    document = functions.check({"dry_run": True}).json()
    assert (document["outcome"], document["dry_run"]) == ("dry_run", True)
    assert {report["release"]: report["next"] for report in document["releases"]} == {
        "2026.11.0": "would: stream its ZIP into the landing bucket and start batch attempt 1",
        "2026.9.1": "nothing",
        "2026.10.0": "would: start batch attempt 1",
    }
    assert functions.check({"release": "2026.10.0", "force": True, "dry_run": True}).json()["outcome"] == "dry_run"
    assert (functions.names("landing"), functions.names("state")) == before
    assert (functions.woken, functions.dataproc.batches, functions.github.cdn.asked) == ([], {}, [])


def test_lists_every_problem_when_the_body_is_wrong(functions: Functions) -> None:
    answer = functions.check({"release": 7, "force": "yes", "colour": 1})
    assert (answer.status_code, answer.json()["outcome"]) == (400, "failed")
    assert answer.json()["error"]["problems"] == [
        "colour: unknown; known are release, force, rollback, accept_shrink, dry_run",
        "release: must be text: latest, sample, or a version such as 2026.11.0",
        "force: must be true or false",
    ]
    odd = requests.post(functions.urls["check_release"], data=b'{"\\ud800": 1, "\\ud800": 2}', timeout=30)
    assert (odd.status_code, len(odd.json()["error"]["problems"])) == (400, 2)
    refused = requests.put(functions.urls["check_release"], timeout=30)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, POST")


def test_names_the_nearest_drivers_when_a_driver_is_unknown(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIVERS", "max-verstapen")
    functions.github.zips = {"2026.11.0": NEW}
    document = functions.check().json()
    assert document["outcome"] == "rejected"
    assert document["releases"][0]["error_code"] == "unknown_driver"
    assert "nearest: max-verstappen" in document["releases"][0]["reason"]
    assert functions.send("start_batch", "landing", functions.names("landing")[0]).status_code == 200
    assert functions.dataproc.batches == {}


def test_knows_hamilton_only_when_it_is_the_sample(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVERS", "max-verstappen")
    functions.github.zips = {"sample": NEW}
    document = functions.check({"release": "sample"}).json()
    assert document["outcome"] == "rejected"
    assert "the sample has lewis-hamilton only" in document["releases"][0]["reason"]
    monkeypatch.setenv("DRIVERS", "lewis-hamilton")
    assert functions.check({"release": "sample"}).json()["outcome"] == "replayed"


def test_leaves_it_to_the_batch_when_the_table_of_drivers_is_missing(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": release_zip(())}
    assert functions.check().json()["outcome"] == "landed"
    assert functions.send("start_batch", "landing", functions.names("landing")[0]).status_code == 200
    assert len(functions.dataproc.batches) == 1


def test_lands_a_real_release_and_knows_its_drivers(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(os.environ.get("F1DB_ZIP", ROOT.parent / "shared/f1db/f1db-csv-2026.11.0.zip"))
    if not path.is_file():
        pytest.skip(f"F1DB's release is not at {path}: set F1DB_ZIP")
    monkeypatch.setenv("DRIVERS", "lewis-hamilton,max-verstappen,ayrton-senna")
    functions.github.zips = {"2026.11.0": path.read_bytes()}
    assert functions.check().json()["outcome"] == "landed"
    monkeypatch.setenv("DRIVERS", "lewis-hamiton")
    document = functions.check().json()
    assert document["releases"][0]["details"]["nearest"]["lewis-hamiton"][0] == "lewis-hamilton"


def test_runs_the_transform_again_when_another_one_is_deployed(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW, digest="e" * 64)
    functions.github.zips = {"2026.11.0": NEW}
    document = functions.check().json()
    assert document["outcome"] == "replayed"
    assert [stage for stage, _ in functions.woken] == ["start_dbt"]
    assert len(functions.run.runs) == 1
    assert functions.dataproc.batches == {}


def test_runs_the_transform_again_when_the_warehouse_is_lost(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.11.0": NEW}
    functions.warehouse.unlink()
    document = functions.check().json()
    assert (document["outcome"], document["releases"][0]["next"]) == ("replayed", "run the transform to republish")
    assert [stage for stage, _ in functions.woken] == ["start_dbt"]
    assert len(functions.run.runs) == 1
    assert functions.dataproc.batches == {}


@pytest.mark.parametrize("content", [None, b"{", b'{"format": 1}'])
def test_restores_from_the_outcomes_when_the_pointer_is_lost(functions: Functions, content: bytes | None) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.11.0": NEW}
    pointer = functions.buckets["state"].blob("published.json")
    if content is None:
        pointer.delete()
    else:
        pointer.upload_from_string(content)
    document = functions.check().json()
    assert (document["outcome"], document["releases"][0]["next"]) == ("replayed", "run the transform to restore")
    assert len(functions.run.runs) == 1


def test_lands_what_was_asked_for_when_a_request_never_got_its_zip(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.9.1": OLD, "2026.11.0": NEW}
    functions.github.download = lambda content: Reply(body=content, cut_at=5)
    assert functions.check({"release": "2026.9.1", "rollback": True}).status_code == 502
    functions.github.download = lambda content: Reply(body=content)
    document = functions.check().json()
    assert document["outcome"] == "landed"
    assert {report["release"] for report in document["releases"]} == {"2026.9.1", "2026.11.0"}


def test_says_what_is_wrong_when_the_environment_is(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STATE_BUCKET")
    monkeypatch.setenv("MAX_ZIP_BYTES", "-1")
    answer = functions.check()
    assert answer.status_code == 500
    assert answer.json()["error"]["problems"] == [
        "STATE_BUCKET is not set",
        "MAX_ZIP_BYTES is no whole number above 0",
    ]


def test_carries_the_trace_when_the_caller_sends_one(functions: Functions) -> None:
    functions.land("2026.11.0", NEW)
    functions.github.zips = {"2026.11.0": NEW}
    functions.check(None, **{"X-Cloud-Trace-Context": "105445aa7843bc8bf206b12000100000/1;o=1"})
    traces = {(line["stage"], line["logging.googleapis.com/trace"].rpartition("/")[2]) for line in functions.lines()}
    assert traces == {
        ("check_release", "105445aa7843bc8bf206b12000100000"),
        ("start_batch", "105445aa7843bc8bf206b12000100000"),
    }


@pytest.mark.parametrize(("due_within_h", "told"), [(2, []), (0, ["release_late"])])
def test_warns_of_a_late_release_when_it_is_still_on_its_way(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, due_within_h: int, told: list[str]
) -> None:
    monkeypatch.setattr("pipeline.lateness.DUE_WITHIN", timedelta(hours=due_within_h))
    functions.github.zips = {"2026.11.0": NEW}  # GitHub's date is in July
    functions.check()
    assert [line for line in functions.lines() if line.get("error_code")] == []
    assert functions.check().json()["outcome"] == "replayed"
    lines = [line for line in functions.lines() if line["stage"] == "check_release" and line.get("error_code")]
    assert [line["error_code"] for line in lines] == told
    assert [line["severity"] for line in lines] == ["WARNING"] * len(told)


def test_keeps_what_is_published_when_github_deletes_the_newest_release(functions: Functions) -> None:
    functions.publish("2026.11.0", NEW)
    functions.github.zips = {"2026.10.0": OLD}
    before = (functions.names("landing"), functions.names("state"))
    answer = functions.check()
    assert (answer.status_code, answer.json()["outcome"]) == (200, "up_to_date")
    assert (functions.names("landing"), functions.names("state")) == before
    assert functions.github.cdn.asked == []


def test_goes_on_with_a_landed_release_when_github_has_deleted_it(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    functions.check()
    functions.github.zips = {}
    answer = functions.check()
    assert [(report["release"], report["outcome"]) for report in answer.json()["releases"]] == [
        ("2026.11.0", "replayed")
    ]
    assert functions.woken == [("start_batch", functions.names("landing")[0])]


def test_asks_for_no_byte_when_three_gigabytes_are_promised(functions: Functions) -> None:
    promised = {"name": "f1db-csv.zip", "size": 3 << 30, "browser_download_url": f"{functions.github.cdn.url}/huge"}
    document = {"tag_name": "v2026.11.0", "assets": [promised]}
    functions.github.override = lambda asked: Reply(200, json.dumps(document).encode())
    functions.github.zips = {"huge": NEW}
    answer = functions.check()
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "zip_oversized")
    assert functions.names("landing") == []


def test_lands_nothing_when_a_size_is_told_by_the_download_only_and_is_too_large(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    functions.github.limit(2_000_000_000)
    functions.github.download = lambda content: Reply(body=content, length=3 << 30)
    answer = functions.check({"release": "2026.11.0"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "zip_oversized")
    assert functions.names("landing") == []


@pytest.mark.parametrize("is_download", [False, True], ids=["api", "download"])
def test_answers_clearly_and_lands_nothing_when_redirects_do_not_end(functions: Functions, is_download: bool) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    loop = {"Location": f"{functions.github.api.url}/f1db/f1db/loop"}

    def reply(asked: Asked) -> Reply | None:
        turned = "/download/" in asked.path if is_download else asked.path.startswith("/repos/")
        return Reply(302, headers=loop) if turned or asked.path.endswith("/loop") else None

    functions.github.override = reply
    answer = functions.check()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "github_nonsense")
    assert functions.names("landing") == []


def test_sends_the_token_to_no_other_host_when_the_api_redirects(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    functions.github.zips = {"2026.11.0": NEW}
    recorder = StandIn(lambda asked: Reply(404, b"{}"))
    functions.github.override = lambda asked: (
        Reply(307, headers={"Location": f"{recorder.url}{asked.path}"}) if asked.path.startswith("/repos/") else None
    )
    answer = functions.check()
    recorder.stop()
    assert answer.status_code in (404, 503)
    assert [asked.headers.get("authorization") for asked in functions.github.api.asked] == ["Bearer secret"]
    assert len(recorder.asked) == 1
    assert all("secret" not in str(asked) for asked in recorder.asked)
    assert functions.names("landing") == []


def told_usage(functions: Functions) -> list[dict[str, Any]]:
    return [line for line in functions.lines() if line.get("step") == "usage"]


def test_tells_what_a_batch_is_billed_for_once_when_dataproc_has_counted_it(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    functions.send("start_batch", "landing", functions.land("2026.11.0", NEW))
    batch_id = functions.run_name("2026.11.0", NEW) + "-1"
    assert functions.check().status_code == 200
    assert told_usage(functions) == [], "it runs"
    functions.dataproc.states[batch_id] = ("SUCCEEDED", "")
    functions.dataproc.usages[batch_id] = {"milliDcuSeconds": "1800000", "shuffleStorageGbSeconds": "108000"}
    functions.process("2026.11.0", NEW)
    assert functions.check({"dry_run": True}).status_code == 200
    assert told_usage(functions) == []
    for _ in range(2):
        assert functions.check().status_code == 200
    [line] = told_usage(functions)
    assert line["batch_usage"] == {"milli_dcu_seconds": 1800000, "shuffle_storage_gb_seconds": 108000}
    assert line["message"] == f"batch {batch_id} is billed for 0.500 DCU hours and 30.0 GB hours of shuffle storage"
    assert (line["severity"], line["release"], line["attempt"]) == ("INFO", "2026.11.0", 1)


def test_reconciles_all_the_same_when_dataproc_cannot_tell_the_usage(functions: Functions) -> None:
    functions.github.zips = {"2026.11.0": NEW}
    functions.send("start_batch", "landing", functions.land("2026.11.0", NEW))
    functions.process("2026.11.0", NEW)
    unreadable: Any = 5  # where a text belongs
    functions.dataproc.states[functions.run_name("2026.11.0", NEW) + "-1"] = ("SUCCEEDED", unreadable)
    answer = functions.check()
    assert (answer.status_code, answer.json()["outcome"]) == (200, "replayed")
    [line] = told_usage(functions)
    assert (line["severity"], "told later" in line["message"]) == ("WARNING", True)
