"""The career line and the season table."""

from __future__ import annotations

from transform.report import wording
from transform.report.charts.drawing import draw
from transform.report.charts.paint import BAR, CLASSES, team_paints
from transform.report.charts.seasons import PANELS, make_seasons
from transform.report.parts import Block, Cell, Chart, Figure, Figures, Folded, LegendItem, Prose, Section, Table
from transform.report.parts import columns as headings
from transform.report.parts import row as cells
from transform.report.story import Story


def seasons_section(story: Story) -> Section:
    """Show the career season by season."""
    blocks: list[Block] = []
    if any(season.race_wins or season.podiums or season.pole_positions for season in story.seasons):
        blocks.append(_chart(story))
    if story.seasons:
        blocks += [_table(story), _teams(story)]
    else:
        blocks.append(Prose("This release lists no season for this driver."))
    blocks.append(Folded("More of the career in numbers", (_details(story),)))
    return Section("seasons", "Season by season", _finding(story), tuple(blocks))


def _finding(story: Story) -> str:
    seasons = [season for season in story.seasons if season.race_starts]
    if not seasons:
        return "No season with a start"
    for word, column in (("Wins", "race_wins"), ("Podiums", "podiums")):
        found = sum(bool(getattr(season, column)) for season in seasons)
        if found:
            teams = sum(bool(getattr(team, column)) for team in story.teams)
            where = f", for {wording.count(teams, 'team')}" if teams > 1 else ""
            return f"{word} in {found} of {wording.count(len(seasons), 'season')}{where}"
    return f"No podium in {wording.count(len(seasons), 'season')}"


def _paints(story: Story) -> dict[str, str]:
    starts: dict[str, int] = {}
    for season in story.seasons:
        starts[season.first_team] = starts.get(season.first_team, 0) + season.race_starts
    return team_paints(list(starts), list(starts.values()))


def _chart(story: Story) -> Chart:
    seasons, paints = story.seasons, _paints(story)
    wide, narrow = draw(lambda layout: make_seasons(seasons, paints, layout), is_explorable=True)
    legend = [LegendItem(team or wording.NOTHING, CLASSES[paint]) for team, paint in paints.items() if paint != BAR]
    if BAR in paints.values():
        legend.append(LegendItem("other teams", CLASSES[BAR]))
    said = []
    for label, column in PANELS:
        values = {season.year: int(getattr(season, column)) for season in seasons}
        said.append(f"{label} per season: " + ", ".join(f"{year} {many}" for year, many in values.items()))
    titles = [str(season.year) for season in seasons if season.is_champion]
    said.append(f"World titles: {', '.join(titles) or 'none'}")
    wins = {season.year: season.race_wins for season in seasons}
    caption = f"Wins, podiums and poles per season, on one scale; {wording.peak(wins, 'win', 'wins')}"
    return Chart("chart-seasons", caption, ". ".join([caption, *said]) + ".", wide, narrow, tuple(legend))


def _table(story: Story) -> Table:
    rows = tuple(
        cells(
            str(season.year), season.constructors or wording.NOTHING, str(season.race_starts), str(season.race_wins),
            str(season.podiums), str(season.pole_positions), str(season.fastest_laps),
            wording.number(season.points_total),
            wording.NOTHING if season.championship_points is None else wording.number(season.championship_points),
            Cell(wording.standing(season), is_strong=season.is_champion),
        )
        for season in story.seasons
    )  # fmt: skip
    heads = headings(
        "Season", "Team", "Starts", "Wins", "Podiums", "Poles", "Fastest laps", "Points", "Counted", "Championship",
        text=("Team", "Championship"),
    )  # fmt: skip
    caption = "Points are all that were scored; counted are those that the standings kept for the title."
    return Table(caption, heads, rows)


def _teams(story: Story) -> Folded:
    rows = tuple(
        cells(
            team.name, wording.years(team.first_year, team.last_year), str(team.race_starts), str(team.race_wins),
            str(team.podiums), str(team.pole_positions),
            wording.percent(team.race_wins, team.race_starts) or wording.NOTHING,
        )
        for team in story.teams
    )  # fmt: skip
    heads = headings("Team", "Years", "Starts", "Wins", "Podiums", "Poles", "Starts won")
    return Folded(f"By team ({len(rows)})", (Table("Every constructor with a race entry", heads, rows),))


def _details(story: Story) -> Figures:
    career, number = story.career, wording.number
    sprints = f"{number(career.sprint_starts)}, {wording.count(career.sprint_wins, 'win')}"
    return Figures((
        Figure("Second places", number(career.second_places)),
        Figure("Third places", number(career.third_places)),
        Figure("Fastest laps", number(career.fastest_laps)),
        Figure("Grand slams", number(career.grand_slams), "pole, win, fastest lap, every lap led"),
        Figure("Points", number(career.points_total), "as scored, before dropped scores"),
        Figure("… in races", number(career.points_race)),
        Figure("… in sprints", number(career.points_sprint)),
        Figure("Sprint starts", sprints, f"{number(career.sprint_top_threes)} in the top three"),
        Figure("Race laps", number(career.race_laps)),
        Figure("First win", wording.day(career.first_win_date) if career.first_win_date else wording.NOTHING),
        Figure("Latest win", wording.day(career.last_win_date) if career.last_win_date else wording.NOTHING),
    ))  # fmt: skip
