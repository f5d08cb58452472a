"""Which of GitHub's releases matter: the newer ones, and those that somebody has asked for and that never came."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.clients.github import GitHub
from pipeline.clients.release_json import Release
from pipeline.errors import ErrorCode, PermanentError, PipelineError
from pipeline.records import Pointer
from pipeline.releases import Version
from pipeline.state import Candidate, World, candidate_of


@dataclass(frozen=True, slots=True)
class Offers:
    """Releases to look at, oldest first, and what could not be found out."""

    releases: tuple[Release, ...]
    warnings: tuple[str, ...] = ()


def newer_releases(github: GitHub, pointer: Pointer | None) -> Offers:
    """Return the final releases that are newer than the pointer; on a first install only the newest.

    The pointer's own release is among them when it is GitHub's latest, so that a changed ZIP is noticed. The listing is
    asked for only when the latest release is not the one that is known: GitHub's latest is not always the greatest.

    Raises:
        TransientError: `github_unreachable` or `github_rate_limited`.
        PermanentError: `github_nonsense`.
    """
    try:
        latest = github.latest()
    except PermanentError as error:
        if error.code is not ErrorCode.UNKNOWN_RELEASE:
            raise
        raise PermanentError(ErrorCode.GITHUB_NONSENSE, f"{github.repository} has no release at all") from error
    published = pointer if pointer is not None and not pointer.is_sample else None
    known = () if published is None else (published.version, published.hold_above)
    found = {} if latest.is_prerelease else {latest.version: latest}
    warnings = []
    if latest.version not in known:
        try:
            found = {release.version: release for release in github.listed()} | found
        except PipelineError as error:
            warnings.append(f"only GitHub's latest release is looked at: {error.message}")
    if published is None:
        return Offers(tuple(found[version] for version in sorted(found)[-1:]), tuple(warnings))
    wanted = [version for version in sorted(found) if version == published.version or _is_newer(version, published)]
    return Offers(tuple(found[version] for version in wanted), tuple(warnings))


def missing_requests(github: GitHub, world: World) -> tuple[list[Release], list[str]]:
    """Find the releases of open requests whose ZIP was never landed, and say why the others cannot be had."""
    releases, problems = [], []
    for version in sorted(world.requests):
        number = world.last_request(version)
        if not world.is_request_open(version, number) or candidate_of(world, version) is not None:
            continue
        try:
            releases.append(github.named(version))
        except PipelineError as error:
            problems.append(f"request {number} for {version} waits for its ZIP: {error.message}")
    return releases, problems


def is_changed(release: Release, candidate: Candidate) -> bool:
    """Say whether GitHub now has another ZIP under the release's tag than the one that counts here."""
    return release.sha256 is not None and release.sha256 != candidate.landed.sha256


def _is_newer(version: Version, published: Pointer) -> bool:
    return version > published.version and (published.hold_above is None or version > published.hold_above)
