"""Everything that the report on one driver is made from, read once and in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transform.report.marts import breakdowns, feats, quality
from transform.report.marts import career as careers
from transform.report.marts import races as single_races
from transform.report.marts import records as rankings
from transform.report.reader import MartReader


@dataclass(frozen=True, slots=True)
class ReleaseStamp:
    """Where the figures come from; the same words as in the pointer."""

    version: str
    run: str
    zip_sha256: str
    published_at_utc: str
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Story:
    """One driver's rows of every published mart, in the order in which they are told."""

    stamp: ReleaseStamp
    career: careers.Career
    seasons: tuple[careers.Season, ...]
    headlines: tuple[careers.ReleaseHeadline, ...]
    races: tuple[single_races.RaceResult, ...]
    grand_prix_names: Mapping[str, str]
    wins: tuple[single_races.Win, ...]
    titles: tuple[single_races.Title, ...]
    circuits: tuple[breakdowns.CircuitCounts, ...]
    grands_prix: tuple[breakdowns.GrandPrixCounts, ...]
    teams: tuple[breakdowns.TeamCounts, ...]
    head_to_heads: tuple[feats.HeadToHead, ...]
    streaks: tuple[feats.Streak, ...]
    recoveries: tuple[feats.Recovery, ...]
    records: tuple[rankings.Record, ...]
    record_watch: tuple[rankings.RecordWatch, ...]
    measures: tuple[rankings.Measure, ...]
    definitions: Mapping[str, rankings.Definition]
    reconciled: tuple[quality.Reconciled, ...]
    findings: tuple[quality.Finding, ...]
    summaries: tuple[quality.TableSummary, ...]
    restatements: tuple[quality.Restatement, ...]

    @property
    def open_season(self) -> careers.Season | None:
        """The season that is under way, if the driver takes part in it."""
        return next((season for season in reversed(self.seasons) if not season.is_final), None)


def read_story(reader: MartReader, driver_id: str, stamp: ReleaseStamp) -> Story:
    """Read all rows of one driver.

    Raises:
        DriverMissingError: the published marts have no career of this driver.
        MartValueError: a column holds what its model does not allow.
    """
    return Story(
        stamp=stamp,
        career=careers.read_career(reader, driver_id),
        seasons=careers.read_seasons(reader, driver_id),
        headlines=careers.read_release_headlines(reader, driver_id),
        races=single_races.read_races(reader, driver_id),
        grand_prix_names=single_races.read_grand_prix_names(reader),
        wins=single_races.read_wins(reader, driver_id),
        titles=single_races.read_titles(reader, driver_id),
        circuits=breakdowns.read_circuits(reader, driver_id),
        grands_prix=breakdowns.read_grands_prix(reader, driver_id),
        teams=breakdowns.read_teams(reader, driver_id),
        head_to_heads=feats.read_head_to_heads(reader, driver_id),
        streaks=feats.read_streaks(reader, driver_id),
        recoveries=feats.read_recoveries(reader, driver_id),
        records=rankings.read_records(reader, driver_id),
        record_watch=rankings.read_record_watch(reader, driver_id),
        measures=rankings.read_measures(reader, driver_id),
        definitions=rankings.read_definitions(reader),
        reconciled=quality.read_reconciled(reader),
        findings=quality.read_findings(reader, stamp.version),
        summaries=quality.read_summaries(reader, stamp.version),
        restatements=quality.read_restatements(reader, stamp.version, driver_id),
    )
