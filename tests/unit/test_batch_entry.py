"""The entry point: arguments, the runtime check, and one outcome line whatever happens."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from f1db_batch import runtime
from f1db_batch.limits import Limits
from f1db_batch.runtime import RuntimeUnfitError, check_runtime
from f1db_batch.settings import GsUri, parse_arguments

JOBS = Path(__file__).parents[2] / "dataproc_jobs"
ARGUMENTS = {
    "--version": "2026.11.0",
    "--run": "f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0",
    "--attempt": "1",
    "--batch-id": "f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0-1",
    "--request": "0",
    "--zip-uri": "gs://landing/releases/2026.11.0/aaaaaaaaaaaa/f1db-csv.zip",
    "--zip-generation": "17",
    "--zip-sha256": "a" * 64,
    "--code-digest": "b" * 64,
    "--curated": "gs://curated/runs/r/1/",
    "--manifest": "gs://state/runs/2026.11.0/r/manifest.json",
}


def argv(**changed: str) -> list[str]:
    options = {**ARGUMENTS, **{f"--{name.replace('_', '-')}": value for name, value in changed.items()}}
    return [part for option in options.items() for part in option]


def test_arguments_are_settings_when_they_are_sound() -> None:
    settings = parse_arguments(argv(max_members="50", max_reject_share="0.5"))

    assert settings.zip_generation == 17
    assert settings.curated == GsUri("curated", "runs/r/1")
    assert str(settings.curated.child("findings.json")) == "gs://curated/runs/r/1/findings.json"
    assert settings.manifest.path == "state/runs/2026.11.0/r/manifest.json"
    assert settings.limits == Limits(max_members=50, max_reject_share=0.5)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("zip_uri", "s3://bucket/x", "is no gs:// address of an object"),
        ("curated", "gs://curated", "is no gs:// address of an object"),
        ("zip_sha256", "A" * 64, "is no SHA-256 in lower-case hex"),
        ("attempt", "0", "is no whole number above 0"),
        ("max_members", "-1", "is no whole number above 0"),
        ("max_reject_share", "1.5", "is no share between 0 and 1"),
    ],
)
def test_arguments_are_refused_when_one_is_wrong(
    name: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        parse_arguments(argv(**{name: value}))

    assert raised.value.code == 2
    assert message in capsys.readouterr().err


def test_runtime_serves_when_it_is_this_one() -> None:
    check_runtime()


def test_every_lack_is_named_when_the_runtime_cannot_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"pyarrow": "14.0.2", "google-cloud-storage": "3.1.1"}

    def version(name: str) -> str:
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(runtime, "version", version)

    with pytest.raises(RuntimeUnfitError) as raised:
        check_runtime()

    assert str(raised.value) == (
        "this runtime cannot run the batch: pyarrow 14.0.2 is older than 15; pyspark 3.5 or newer is missing. "
        "Dataproc Serverless 2.3 has all of it: set BATCH_RUNTIME_VERSION to 2.3, or mend the container image."
    )


def test_entry_says_what_is_missing_when_no_library_is_there() -> None:
    # -S -E: this Python without its site-packages, so without pyarrow.
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(JOBS / "process_release.py"), *argv()],
        capture_output=True,
        text=True,
        check=False,
    )

    (line,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stderr
    assert (line["severity"], line["outcome"], line["error_code"]) == ("ERROR", "failed", "runtime_unfit")
    assert "pyarrow 15 or newer is missing" in line["message"]
    assert (line["stage"], line["release"]) == ("batch", "2026.11.0")


def test_help_names_every_option_when_it_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, str(JOBS / "process_release.py"), "--help"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    for option in (*ARGUMENTS, "--max-zip-bytes", "--max-ratio", "--max-findings"):
        assert option in done.stdout
