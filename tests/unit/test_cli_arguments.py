"""The command line as make fills it in: empty text where a variable was not given."""

from pathlib import Path

import pytest

from localcloud.cli.arguments import parse
from localcloud.cli.exits import UsageError


def test_every_variable_has_its_default_when_make_gives_none() -> None:
    arguments = parse(
        ["run", "--release=", "--version=", "--force=", "--rollback=", "--driver=", "--github=", "--json="]
    )
    assert (arguments.release, arguments.version, arguments.driver) == ("", "", ())
    assert (arguments.force, arguments.rollback, arguments.accept_shrink, arguments.json) == (
        False,
        False,
        False,
        False,
    )
    assert arguments.github is None
    assert arguments.state == Path.cwd() / ".local"


@pytest.mark.parametrize(("text", "is_set"), [("1", True), ("yes", True), ("0", False), ("no", False), ("", False)])
def test_switch_is_read_when_it_is_a_word_for_yes_or_no(text: str, is_set: bool) -> None:
    assert parse(["run", f"--force={text}"]).force is is_set


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["run", "--force=maybe"], "'maybe' is neither 1 nor 0"),
        (["run", "--force=1", "--rollback=1"], "exclude each other"),
        (["run", "--github=/nowhere/at/all"], "no directory"),
        (["up", "--tick-s=0"], "not between"),
        (["up", "--tick-s=soon"], "no number of seconds"),
        (["up", "--port=80"], "no port between"),
        (["run", "--limits=max-line=5,max-ratio=no"], "did you mean max-lines.; max-ratio is no whole number"),
        (["fly"], "invalid choice"),
        ([], "required"),
        (["status", "--forse=1"], "unrecognized"),
    ],
)
def test_command_is_refused_when_it_cannot_be_meant(argv: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse(argv)


def test_drivers_are_read_once_each_when_several_are_named() -> None:
    assert parse(["run", "--driver= Max-Verstappen,lewis-hamilton,,max-verstappen "]).driver == (
        "max-verstappen",
        "lewis-hamilton",
    )


def test_limits_are_read_by_name_when_some_are_given() -> None:
    assert parse(["up", "--limits=max-lines=2000000,max-reject-share=0.002"]).limits == {
        "max-lines": "2000000",
        "max-reject-share": "0.002",
    }
    assert parse(["status", "--limits="]).limits == {}


def test_scheduler_ticks_every_six_hours_when_nothing_is_said() -> None:
    assert parse(["up", "--tick-s="]).tick_s == 21600
    assert parse(["up", "--tick-s=1.5"]).tick_s == 1.5
