"""The configuration is valid, formatted, passes its own tests, and tells the code what the code asks for."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.bootstrap import TARGETS
from deploy.destruction import NO_IMAGE
from localcloud import deployment as local
from localcloud.endpoints import Endpoints
from pipeline.clients.warehouse import CONTROL_DATASET
from pipeline.settings import read_settings
from tests.terraform import offline
from tests.terraform.offline import CONFIGURATION, IMAGE, ROOT, Plan
from transform.publication import datasets_of
from transform.settings import read_settings as read_transform_settings

pytestmark = pytest.mark.slow

# What only one machine needs, and what the cloud has no other value for than the default.
ONLY_LOCAL = {
    *("STORAGE_EMULATOR_HOST", "CLOUD_STORAGE_EMULATOR_ENDPOINT", "GCE_METADATA_HOST", "GCE_METADATA_ROOT"),
    *("GCE_METADATA_IP", "GOOGLE_CLOUD_PROJECT", "RUN_ENDPOINT", "DATAPROC_ENDPOINT", "GITHUB_API_URL", "GITHUB_URL"),
    "PYTHONPATH",  # the image sets it
}
ONLY_CLOUD = {"BATCH_SUBNETWORK", "BATCH_STAGING_BUCKET"}


def test_configuration_is_valid_when_terraform_reads_it() -> None:
    answer = offline.run("validate", "-json")
    assert json.loads(answer.stdout)["diagnostics"] == []
    assert answer.returncode == 0


def test_configuration_is_formatted_when_checked() -> None:
    answer = offline.run("fmt", "-check", "-recursive")
    assert (answer.stdout, answer.returncode) == ("", 0)


def test_every_variable_is_described_and_checked_when_read() -> None:
    text = (CONFIGURATION / "variables.tf").read_text(encoding="utf-8")
    blocks = dict(re.findall(r'^variable "(\w+)" \{\n(.*?)^\}', text, flags=re.MULTILINE | re.DOTALL))
    assert len(blocks) == text.count('variable "') >= 20
    assert [name for name, block in blocks.items() if not re.search(r'description = ".{20,}"', block)] == []
    free = [name for name, block in blocks.items() if "validation {" not in block and "= bool" not in block]
    assert free == []


def test_its_own_tests_pass_when_terraform_runs_them() -> None:
    answer = offline.run("test", "-no-color")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Success! 10 passed, 0 failed." in answer.stdout


def test_functions_accept_their_environment_when_it_is_the_plans(whole_plan: Plan) -> None:
    functions = whole_plan.resources("google_cloudfunctions2_function")
    environment = _environment(functions, "event", '["start-dbt"]')
    settings = read_settings(environment)
    assert settings.warehouse_url == "bigquery://demo-project?location=europe-west1"
    assert settings.transform_job == "projects/demo-project/locations/europe-west1/jobs/transform"
    assert settings.code_uri == f"gs://demo-project-f1db-code/{settings.code_digest}"
    assert settings.batch.service_account == "f1db-batch@demo-project.iam.gserviceaccount.com"
    assert settings.batch.subnetwork == "projects/demo-project/regions/europe-west1/subnetworks/f1db-batch"
    assert settings.batch.staging_bucket == "demo-project-f1db-staging"
    drivers = "image " + IMAGE + "\ndrivers lewis-hamilton\n"
    assert settings.transform_digest == hashlib.sha256(drivers.encode()).hexdigest()


def test_transform_accepts_its_environment_when_it_is_the_plans(whole_plan: Plan) -> None:
    settings = read_transform_settings({**_job_environment(whole_plan), "CLOUD_RUN_EXECUTION": "transform-abcde"})
    assert settings.lease_ttl_s == 1200
    assert settings.task_timeout_s == 900


def test_environment_has_the_same_names_when_compared_with_localcloud(whole_plan: Plan, tmp_path: Path) -> None:
    deployed = local.read_deployment(ROOT, ("lewis-hamilton",))
    endpoints = Endpoints(**dict.fromkeys(Endpoints.__dataclass_fields__, "http://127.0.0.1:1"))
    functions = whole_plan.resources("google_cloudfunctions2_function")
    here = set(local.functions_environment(deployed, endpoints, tmp_path, None)) - ONLY_LOCAL
    assert set(_environment(functions, "event", '["start-batch"]')) == here | ONLY_CLOUD
    # The addresses of the other two are known after apply.
    unknown = {"START_BATCH_URL", "START_DBT_URL"}
    assert set(_environment(functions, "check_release")) | unknown == here | ONLY_CLOUD
    here = set(local.transform_environment(deployed, endpoints, tmp_path)) - ONLY_LOCAL
    assert set(_job_environment(whole_plan)) == here


def test_datasets_are_those_that_the_transform_publishes_when_compared(whole_plan: Plan) -> None:
    made = {dataset["dataset_id"] for dataset in whole_plan.resources("google_bigquery_dataset").values()}
    assert made == {*datasets_of(("lewis-hamilton",)), CONTROL_DATASET}


def test_code_digest_is_localclouds_when_both_compute_it(whole_plan: Plan) -> None:
    deployed = local.read_deployment(ROOT, ("lewis-hamilton",))
    functions = whole_plan.resources("google_cloudfunctions2_function")
    assert _environment(functions, "check_release")["CODE_DIGEST"] == deployed.code_digest


def test_code_digest_is_localclouds_when_limits_are_set(tmp_path: Path) -> None:
    limits = {"max-reject-share": "0.002", "max-lines": "2000000"}
    deployed = local.read_deployment(ROOT, ("lewis-hamilton",), limits)
    made = offline.plan(tmp_path, {"batch_limits": json.dumps(limits)})
    functions = made.resources("google_cloudfunctions2_function")
    environment = _environment(functions, "check_release")
    assert environment["CODE_DIGEST"] == deployed.code_digest
    assert json.loads(environment["BATCH_LIMITS"]) == limits


def test_code_digest_is_another_when_the_batch_has_an_image(tmp_path: Path) -> None:
    # Without it a release that backs off for want of a library would go on waiting after the image is mended.
    image = f"europe-west1-docker.pkg.dev/{offline.PROJECT}/own/spark@sha256:{'ab' * 32}"
    made = offline.plan(tmp_path, {"batch_container_image": image})
    environment = _environment(made.resources("google_cloudfunctions2_function"), "check_release")
    further = [f"runtime {local.RUNTIME_VERSION}", f"properties {local._compact(local.BATCH_PROPERTIES)}"]
    expected = local._digest(ROOT, [ROOT / "dataproc_jobs"], [*further, f"image {image}"])
    assert environment["BATCH_CONTAINER_IMAGE"] == image
    assert environment["CODE_URI"] == f"gs://demo-project-f1db-code/{environment['CODE_DIGEST']}"
    assert environment["CODE_DIGEST"] == expected != local.read_deployment(ROOT, ("lewis-hamilton",)).code_digest


def test_source_zips_have_the_same_bytes_when_made_from_two_clones_at_different_times(tmp_path: Path) -> None:
    first, second = _clone(tmp_path / "one"), _clone(tmp_path / "two" / "deeper")
    for path in (second / "functions").rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    (second / "functions" / "__pycache__").mkdir()
    (second / "functions" / "__pycache__" / "main.cpython-311.pyc").write_bytes(b"left by somebody")
    for clone in (first, second):
        (clone / "dist").mkdir()
        offline.plan(clone, folder=clone / "terraform")
    for name in ("functions.zip", "f1db_batch.zip"):
        assert (first / "dist" / name).read_bytes() == (second / "dist" / name).read_bytes()
    with zipfile.ZipFile(first / "dist" / "functions.zip") as archive:
        [year] = {entry.date_time[0] for entry in archive.infolist()}
        assert year not in (2001, datetime.now(UTC).year)  # neither the files' time nor the clock's
    _check_functions_zip(first / "dist" / "functions.zip", tmp_path / "unpacked")
    with zipfile.ZipFile(first / "dist" / "f1db_batch.zip") as archive:
        assert "f1db_batch/contract.toml" in archive.namelist()
        assert all(name.startswith("f1db_batch/") for name in archive.namelist())


def _check_functions_zip(path: Path, unpacked: Path) -> None:
    """See that what is deployed is whole: its entry points import where nothing else of the checkout is."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        archive.extractall(unpacked)
    assert {"main.py", "requirements.txt", "pipeline/__init__.py", "pipeline/stages/handlers.py"} <= names
    assert [name for name in names if "__pycache__" in name or name.startswith(".")] == []
    code = "import main; print(main.check_release.__name__, main.start_batch.__name__, main.start_dbt.__name__)"
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(unpacked)!r}); {code}"]
    answer = subprocess.run(command, cwd=unpacked, env={}, capture_output=True, text=True, check=False)
    assert answer.stdout == "check_release start_batch start_dbt\n", answer.stderr


def _clone(at: Path) -> Path:
    """Clone the checkout as it is committed, with what is not committed yet on top."""
    made = subprocess.run(["git", "clone", "-q", str(ROOT), str(at)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"not a Git checkout: {made.stderr.strip()}")
    for folder in ("terraform", "functions", "dataproc_jobs"):
        shutil.rmtree(at / folder)
        shutil.copytree(ROOT / folder, at / folder, ignore=shutil.ignore_patterns("__pycache__", ".terraform*"))
    return at


def _environment(functions: dict[str, dict[str, object]], name: str, key: str = "") -> dict[str, str]:
    [config] = functions[f"google_cloudfunctions2_function.{name}{key}"]["service_config"]  # type: ignore[misc]
    return dict(config["environment_variables"])  # type: ignore[index]


def _job_environment(whole_plan: Plan) -> dict[str, str]:
    [job] = whole_plan.resources("google_cloud_run_v2_job").values()
    [container] = job["template"][0]["template"][0]["containers"]
    assert container["image"] == IMAGE
    return {variable["name"]: variable["value"] for variable in container["env"]}


def test_checkout_is_not_touched_when_terraform_has_run() -> None:
    assert not (CONFIGURATION / ".terraform").exists()


def test_bootstrap_needs_no_image_when_it_is_planned(tmp_path: Path) -> None:
    targets = [f"-target={address}" for address in TARGETS]
    given = ["-var=project_id=demo-project", "-var=region=europe-west1"]
    made = offline.run("plan", "-input=false", "-no-color", f"-out={tmp_path / 'plan'}", *targets, *given)
    assert made.returncode == 0, made.stdout + made.stderr
    shown = Plan(json.loads(offline.run("show", "-json", str(tmp_path / "plan")).stdout))
    types = {entry["type"] for entry in shown.document["planned_values"]["root_module"]["resources"]}
    assert types == {
        "google_artifact_registry_repository",
        "google_artifact_registry_repository_iam_member",
        "google_project_iam_custom_role",  # what grants depend on
        "google_project_iam_member",
        "google_project_service",
        "google_service_account",
        "google_storage_bucket",
        "google_storage_bucket_iam_member",
    }
    assert list(shown.resources("google_service_account")) == ['google_service_account.account["build"]']
    assert [name["name"] for name in shown.resources("google_storage_bucket").values()] == ["demo-project-f1db-code"]


def test_data_can_be_let_go_alone_when_a_destroy_asks(tmp_path: Path) -> None:
    targets = ["-target=google_storage_bucket.bucket", "-target=google_bigquery_dataset.dataset"]
    given = ["-var=project_id=demo-project", "-var=delete_data=true", f"-var=transform_image={NO_IMAGE}"]
    made = offline.run("plan", "-input=false", "-no-color", f"-out={tmp_path / 'plan'}", *targets, *given)
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    shown = Plan(json.loads(offline.run("show", "-json", str(tmp_path / "plan")).stdout))
    assert {bucket["force_destroy"] for bucket in shown.resources("google_storage_bucket").values()} == {True}
    datasets = shown.resources("google_bigquery_dataset").values()
    assert {dataset["delete_contents_on_destroy"] for dataset in datasets} == {True}
