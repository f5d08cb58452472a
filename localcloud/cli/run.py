"""`make run`: one tick of the chain for one release, watched to its end."""

from __future__ import annotations

import argparse
import signal
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from localcloud.cli import release_asked, summary
from localcloud.cli.display import Display, display_for
from localcloud.cli.exits import CommandError, Exit, UsageError
from localcloud.cli.following import Follower
from localcloud.cli.local_http import Answer
from localcloud.cli.log_lines import LogTail
from localcloud.cli.progress import Progress
from localcloud.cli.release_asked import ReleaseAsked
from localcloud.cli.session import session_for, shown
from localcloud.cli.standing import Standing, StateDir
from localcloud.cli.summary import Ending
from pipeline.records import Pointer
from pipeline.releases import SAMPLE, Version, parse_version

_GOOD = ("published", "up_to_date", "backfilled")
_UNDER_WAY = ("landed", "replayed", "in_progress")
_REFUSED = ("rejected", "superseded", "backing_off")
_USAGE_CODES = ("unknown_driver", "malformed_request")


def run(arguments: argparse.Namespace) -> Exit:
    """Bring a release through the chain; the status says how it ended."""
    asked = release_asked.read_release(arguments.release, arguments.version)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell starts it in the background, deaf to Ctrl-C
        signal.signal(number, _interrupt)
    release_asked.offer(asked, arguments.state)
    with session_for(arguments.state, arguments.driver, arguments.limits, arguments.github) as session:
        progress = Progress()
        display = display_for(progress)
        try:
            follower = Follower(
                session=session,
                state_dir=StateDir.at(arguments.state),
                tail=LogTail(arguments.state / "logs"),
                progress=progress,
                display=display,
            )
            errand = _Errand(asked, _flags(arguments), follower, display)
            ending = errand.run()
        finally:
            display.close()
        summary.show(ending, session, asked, as_json=arguments.json)
        return ending.status


def _flags(arguments: argparse.Namespace) -> dict[str, bool]:
    return {name: True for name in ("force", "rollback", "accept_shrink") if getattr(arguments, name)}


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


@dataclass(slots=True)
class _Errand:
    """One trigger and what comes of it."""

    asked: ReleaseAsked
    flags: dict[str, bool]
    follower: Follower
    display: Display
    warnings: list[str] = field(default_factory=list)

    def run(self) -> Ending:
        answer = self.follower.call({"release": self.asked.name, **self.flags})
        target = self.asked.version
        if target is None and _is_out_of_reach(answer):
            target, answer = self._without_github(answer)
        elif answer.status != 200:
            raise _refusal(answer, self.asked, self._pointer())
        self.warnings += [str(warning) for warning in answer.document.get("warnings", [])]
        reports = _reports(answer)
        if target is None:
            pointer = self._pointer()
            target = max([*reports, *([pointer.version] if pointer else [])], default=None)
        if target is None:
            raise CommandError("there is no release: neither GitHub nor the landing bucket has one")
        report = reports.get(target, {})
        if report.get("error_code") in _USAGE_CODES:
            raise UsageError(f"{target}: {report.get('reason')}")
        standings = self.follower.follow(dict.fromkeys([target, *reports]))
        return self._ending(target, standings, report)

    def _without_github(self, answer: Answer) -> tuple[Version, Answer]:
        """Go on with what is there: a release under way, the published one, or else the sample."""
        pointer, reason = self._pointer(), _reason(answer)
        under_way = [version for version, report in _reports(answer).items() if report["outcome"] in _UNDER_WAY]
        if under_way:
            self._warn(f"GitHub is out of reach ({reason}): {max(under_way)}, which is landed, goes on")
            return max(under_way), answer
        if pointer is not None and not pointer.is_sample:
            self._warn(f"GitHub is out of reach ({reason}): the published release {pointer.version} is kept")
            version = pointer.version
        else:
            self._warn(f"GITHUB IS OUT OF REACH ({reason}): THE BUNDLED SAMPLE IS USED, WHICH IS NO REAL RELEASE")
            version = SAMPLE
        answer = self.follower.call({"release": str(version), **self.flags})
        if answer.status != 200:
            raise _refusal(answer, ReleaseAsked(version), pointer)
        return version, answer

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        self.display.say(f"WARNING: {text}")

    def _pointer(self) -> Pointer | None:
        session = self.follower.session
        return self.follower.state_dir.world(session.code_digest, session.transform_digest).pointer

    def _ending(self, target: Version, standings: dict[Version, Standing], report: dict[str, Any]) -> Ending:
        standing = standings.get(target)
        state, reason = (standing.state, standing.reason) if standing else ("failed", "")
        if report.get("outcome") in _REFUSED:  # nothing that would end otherwise is under way
            state, reason = str(report["outcome"]), str(report.get("reason"))
        elif standing is None or not standing.is_final:
            state, reason = "failed", self._why_failed(standing)
        elif report.get("outcome") == "up_to_date" and state == "published":
            state = "up_to_date"
        for version, other in standings.items():
            if version != target and not (other.is_final and other.state in (*_GOOD, "superseded")):
                self.warnings.append(f"{version}: {other.state} {other.reason}".rstrip())
        is_good = state in _GOOD or (state == "held" and self.asked.version is None)
        return Ending(
            status=Exit.DONE if is_good else Exit.FAILED,
            state=state,
            version=target,
            standing=standing,
            reason=reason,
            error_code=report.get("error_code"),
            warnings=tuple(self.warnings),
            seconds=self.follower.progress.seconds(),
            pointer=self._pointer(),
        )

    def _why_failed(self, standing: Standing | None) -> str:
        logs = self.follower.tail.folder
        errors = self.follower.progress.errors
        stage = standing.stage if standing else "check_release"
        if not errors:
            return f"nothing is under way any more, and {stage} has not ended it: see {shown(logs)}/"
        last = errors[-1]
        return f"{' '.join(str(last.get('message')).split())} (see {shown(logs / str(last['stage']))}.jsonl)"


def _is_out_of_reach(answer: Answer) -> bool:
    return answer.status == 503 and _code(answer).startswith("github_")


def _code(answer: Answer) -> str:
    return str(_error(answer).get("code", ""))


def _reason(answer: Answer) -> str:
    return str(_error(answer).get("message") or f"{answer.status} {answer.body}")[:600]


def _error(answer: Answer) -> dict[str, Any]:
    error = answer.document.get("error")
    return error if isinstance(error, dict) else {}


def _refusal(answer: Answer, asked: ReleaseAsked, pointer: Pointer | None) -> CommandError:
    reason, code = _reason(answer), _code(answer)
    kept = f"; {pointer.version} stays published" if pointer else ""
    if answer.status == 400 or code in _USAGE_CODES:
        return UsageError(f"{reason}{kept}")
    hint = ""
    if code == "asset_changed":
        hint = ": FORCE=1 takes the new ZIP"
    elif code == "unknown_release":
        hint = f": choose one of F1DB's releases, or give the ZIP's path with VERSION={asked.name}"
    elif code.startswith("github_"):
        hint = f": try again later, or give the ZIP's path with VERSION={asked.name}, or RELEASE=sample"
    return CommandError(f"{asked.name}: {reason}{hint}{kept}")


def _reports(answer: Answer) -> dict[Version, dict[str, Any]]:
    """Read the answer's entries, by release."""
    return {parse_version(report["release"]): report for report in answer.document.get("releases", [])}
