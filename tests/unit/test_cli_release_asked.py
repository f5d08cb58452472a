"""RELEASE=: every form that is understood, and what the others are told."""

import zipfile
from pathlib import Path

import pytest

from localcloud.cli.exits import Exit, UsageError
from localcloud.cli.release_asked import ReleaseAsked, offer, read_release
from pipeline.releases import SAMPLE, Version


def _archive(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("f1db-drivers.csv", '"id"\n"lewis-hamilton"\n')
    return path


@pytest.mark.parametrize("text", ["", "latest", " latest "])
def test_latest_is_asked_when_nothing_else_is_said(text: str) -> None:
    asked = read_release(text)
    assert asked == ReleaseAsked(None)
    assert asked.name == "latest"


@pytest.mark.parametrize(
    ("text", "name"),
    [("2026.11.0", "2026.11.0"), ("v2026.9.1", "2026.9.1"), ("2026.0.0.beta1", "2026.0.0.beta1"), ("sample", "sample")],
)
def test_release_is_asked_by_name_when_it_is_a_version(text: str, name: str) -> None:
    assert read_release(text).name == name
    assert (read_release(text).version == SAMPLE) is (name == "sample")


@pytest.mark.parametrize("text", ["newest", "2026", "2026.11", "2026.01.0", "2026.11.0.1"])
def test_release_is_refused_when_it_is_no_form(text: str) -> None:
    with pytest.raises(UsageError, match="none of: latest, sample, a version") as caught:
        read_release(text)
    assert caught.value.status == Exit.USAGE


@pytest.mark.parametrize(
    "name", ["f1db-csv-2026.11.0.zip", "f1db-csv-v2026.11.0.zip", "F1DB 2026.11.0.ZIP", "2026.11.0.zip"]
)
def test_version_comes_from_the_name_when_a_zip_is_given(tmp_path: Path, name: str) -> None:
    path = _archive(tmp_path / name)
    asked = read_release(str(path))
    assert asked == ReleaseAsked(Version((2026, 11, 0)), path.resolve())


def test_version_comes_from_the_variable_when_both_say_one(tmp_path: Path) -> None:
    path = _archive(tmp_path / "f1db-csv-2026.11.0.zip")
    assert read_release(str(path), "2026.12.0").name == "2026.12.0"


@pytest.mark.parametrize("name", ["f1db-csv.zip", "f1db-csv-2026.zip", "f1db-12026.11.0.zip"])
def test_zip_is_refused_when_nobody_says_its_version(tmp_path: Path, name: str) -> None:
    path = _archive(tmp_path / name)
    with pytest.raises(UsageError, match=r"VERSION=2026\.11\.0"):
        read_release(str(path))
    assert read_release(str(path), "2026.11.0").name == "2026.11.0"


def test_zip_is_refused_when_it_is_not_there_or_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        read_release(str(tmp_path / "f1db-csv-2026.11.0.zip"))
    page = tmp_path / "f1db-csv-2026.10.0.zip"
    page.write_text("<html>")
    with pytest.raises(UsageError, match="is no ZIP"):
        read_release(str(page))


def test_zip_is_refused_when_it_calls_itself_the_sample(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="taken by the bundled sample"):
        read_release(str(_archive(tmp_path / "mine.zip")), "sample")


def test_zip_is_offered_whole_when_it_replaces_another(tmp_path: Path) -> None:
    state = tmp_path / "state"
    place = state / "github" / "2026.11.0" / "f1db-csv.zip"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"old")
    archive = _archive(tmp_path / "f1db-csv-2026.11.0.zip")
    offer(read_release(str(archive)), state)
    assert place.read_bytes() == archive.read_bytes()
    assert [path.name for path in place.parent.iterdir()] == ["f1db-csv.zip"]


def test_nothing_is_offered_when_no_zip_is_given(tmp_path: Path) -> None:
    offer(read_release("2026.11.0"), tmp_path)
    assert list(tmp_path.iterdir()) == []
