"""make destroy against programs that answer as gcloud and terraform would."""

from __future__ import annotations

import pytest

from deploy import destruction
from deploy.__main__ import main
from tests.integration.command_lines import CommandLines, command_lines, fails, says
from tests.integration.deployment_world import ON_QUERIES, THERE, Terminal, cloud, install, on_everything, trigger
from tests.integration.stand_ins import StandIn

__all__ = ["cloud", "command_lines", "trigger"]
pytestmark = pytest.mark.slow

EVERYTHING = ["destroy", "--project=demo-project", "--confirm=demo-project", "--data=1", "--leftovers=1"]
STATE = """\
google_storage_bucket.bucket["landing"]
google_storage_bucket.bucket["code"]
google_bigquery_dataset.dataset["f1db"]
"""


@pytest.fixture
def deleted(cloud: CommandLines, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The datasets that are deleted, of a project with one private one."""
    gone: list[tuple[str, str]] = []
    monkeypatch.setattr(destruction, "private_datasets", lambda project: ["f1db__fence_7_1"])
    monkeypatch.setattr(destruction, "delete_dataset", lambda *given: gone.append(given))
    return gone


def test_destroy_does_nothing_when_another_name_is_typed(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cloud, trigger, gcloud=THERE)
    assert main(["destroy", "--project=demo-project", "--confirm=demo-projekt"]) == 1
    assert "demo-projekt is not demo-project: nothing was deleted" in capsys.readouterr().out
    assert cloud.calls("terraform") == []


def test_destroy_keeps_the_data_and_deletes_leftovers_by_name_when_confirmed(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cloud, trigger, terraform=[("state list", {"out": STATE})], gcloud=THERE)
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project", "--leftovers=1"]) == 0
    [removed] = [call for call in cloud.calls("terraform") if "rm" in call]
    assert removed[-2:] == ['google_storage_bucket.bucket["landing"]', 'google_bigquery_dataset.dataset["f1db"]']
    [destroyed] = [call for call in on_everything(cloud) if "destroy" in call]
    assert "-var=delete_data=true" not in destroyed
    deleted = [call[3] for call in cloud.calls("gcloud", "storage", "rm")]
    assert deleted == [
        "gs://gcf-v2-sources-123456789012-europe-west1",
        "gs://dataproc-temp-europe-west1-123456789012-abcdefgh",
    ]
    kept = "demo-project-f1db-landing, demo-project-f1db-curated, demo-project-f1db-state, demo-project-f1db-tfstate"
    assert f"kept, and paid for by what is in them: {kept}, and the datasets" in capsys.readouterr().out


def test_destroy_names_what_is_the_platforms_when_nobody_has_agreed_to_delete_it(
    cloud: CommandLines, trigger: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(cloud, trigger, gcloud=THERE)
    destroy = ["destroy", "--project=demo-project", "--confirm=demo-project", "--data=1"]
    assert main(destroy) == 1
    out = capsys.readouterr().out
    assert "made by the platform for all functions and batches of this project and region" in out
    assert "  gs://gcf-v2-sources-123456789012-europe-west1\n" in out
    assert "LEFTOVERS=1 deletes them" in out
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    assert main(destroy) == 1
    deleted = {call[3] for call in cloud.calls("gcloud", "storage", "rm")}
    assert deleted == {"gs://demo-project-f1db-tfstate"}, "ours goes with the data"


def test_destroy_deletes_the_data_and_the_state_when_asked(cloud: CommandLines, trigger: StandIn) -> None:
    install(cloud, trigger, terraform=[("state list", {"out": STATE})], gcloud=THERE)
    assert main(EVERYTHING) == 0
    assert [call for call in cloud.calls("terraform") if "rm" in call] == []
    destroyed = [call[1] for call in cloud.calls("terraform") if "destroy" in call]
    assert destroyed[0] == ON_QUERIES != destroyed[1]  # what uses the deployer's right goes before the right
    changed = [call for call in cloud.calls("terraform") if "-var=delete_data=true" in call]
    assert [call[2] for call in changed] == ["apply", "destroy"]
    assert "gs://demo-project-f1db-tfstate" in [call[3] for call in cloud.calls("gcloud", "storage", "rm")]


def test_destroy_goes_on_when_the_saved_queries_stay(
    cloud: CommandLines, trigger: StandIn, deleted: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"status": 1, "error": "╷\n│ Error: Error deleting SavedQuery: googleapi: Error 403: denied\n╵\n"}
    install(cloud, trigger, terraform=[(f"{ON_QUERIES} destroy", refused)], gcloud=THERE)
    assert main(EVERYTHING) == 1
    said = "the saved queries of the log stay, going on without them: terraform destroy of the saved queries: Error:"
    assert said in capsys.readouterr().out
    assert len([call for call in on_everything(cloud) if "destroy" in call]) == 1
    assert deleted == [("demo-project", "f1db__fence_7_1")]
    removed = [call[3] for call in cloud.calls("gcloud", "storage", "rm")]
    assert "gs://gcf-v2-sources-123456789012-europe-west1" in removed
    assert "gs://demo-project-f1db-tfstate" not in removed, "it says which queries there are"


def test_destroy_takes_over_what_an_earlier_one_kept_when_the_data_goes_too(
    cloud: CommandLines, trigger: StandIn
) -> None:
    landing = ("buckets describe gs://demo-project-f1db-landing", says({"projectNumber": "123456789012"}))
    install(cloud, trigger, gcloud=[landing, *THERE])
    assert main(EVERYTHING) == 0
    steps = [call[2] for call in on_everything(cloud) if call[2] in ("import", "apply", "destroy")]
    assert steps == ["import", "apply", "destroy"]


def test_private_datasets_go_with_the_data_only_when_destroyed(
    cloud: CommandLines, trigger: StandIn, deleted: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    install(cloud, trigger, gcloud=THERE)
    destroy = ["destroy", "--project=demo-project", "--confirm=demo-project", "--leftovers=1"]
    assert main(destroy) == 0
    assert deleted == []
    assert main([*destroy, "--data=1"]) == 0
    assert deleted == [("demo-project", "f1db__fence_7_1")]
    assert "can be had back" in capsys.readouterr().out


def test_destroy_stops_when_gcloud_cannot_tell_whether_something_is_there(
    cloud: CommandLines, trigger: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    expired = ("buckets describe", fails("There was a problem refreshing your current auth tokens"))
    install(cloud, trigger, gcloud=[expired])
    assert main(["destroy", "--project=demo-project", "--confirm=demo-project"]) == 1
    assert "refreshing your current auth tokens" in capsys.readouterr().err
    assert cloud.calls("terraform") == []
