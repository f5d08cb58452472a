"""Which releases history is made of: the sound ones, each stood for by its newest sound run, in version order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.objects import Run
from pipeline.records import Outcome, OutcomeKind
from pipeline.releases import Version
from pipeline.state import World

_SOUND = (OutcomeKind.PUBLISHED, OutcomeKind.BACKFILLED)


@dataclass(frozen=True, slots=True)
class SoundRelease:
    """One release that was tested and found sound; `attempt` is the one whose Parquet its manifest names."""

    run: Run
    attempt: int
    fence: int
    published_at: datetime

    @property
    def version(self) -> Version:
        return self.run.version


def read_outcomes(world: World) -> list[Outcome]:
    """Read how every finished run ended."""
    found = [world.state.read_json(run.outcome) for run, objects in world.runs.items() if objects.outcome is not None]
    return [Outcome.from_json(document[0]) for document in found if document is not None]


def sound_releases(outcomes: Sequence[Outcome]) -> list[SoundRelease]:
    """Return one release a version, oldest first; never the sample."""
    newest: dict[Version, SoundRelease] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.fence or 0):
        if outcome.outcome in _SOUND and not outcome.version.is_sample and outcome.attempt is not None:
            newest[outcome.version] = SoundRelease(outcome.run, outcome.attempt, outcome.fence or 0, outcome.at)
    return [newest[version] for version in sorted(newest)]


def with_current(chain: Sequence[SoundRelease], current: SoundRelease) -> list[SoundRelease]:
    """Put the release that is being processed into its place; it stands for its version, however it was before."""
    if current.version.is_sample:
        return list(chain)
    others = [one for one in chain if one.version != current.version]
    return sorted([*others, current], key=lambda one: one.version)
