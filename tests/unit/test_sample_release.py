"""The bundled sample has F1DB's shape, agrees with itself, and gives its driver the totals of the real release."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from f1db_batch.contract import Contract, load_contract
from f1db_batch.limits import Limits
from f1db_batch.tables import read_table
from localcloud.sample import EMPTY_TABLES, UNFILLED, build_sample_zip

Records = list[dict[str, str]]


@pytest.fixture(scope="module")
def content() -> bytes:
    return build_sample_zip()


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract()


@pytest.fixture(scope="module")
def tables(content: bytes) -> dict[str, Records]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name.removeprefix("f1db-").removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode()))
            )
            for name in archive.namelist()
        }


@pytest.fixture(scope="module")
def database(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder: Path = tmp_path_factory.mktemp("sample")
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    with duckdb.connect() as connection:
        for path in sorted(folder.glob("*.csv")):
            table = path.stem.removeprefix("f1db-").replace("-", "_")
            connection.execute(f"create table {table} as from read_csv('{path}', header = true, all_varchar = true)")
        yield connection


def test_bytes_are_the_same_when_built_anywhere(content: bytes) -> None:
    # Not only twice the same here: the digest names the sample's run, so a change of it is a new run for everybody.
    assert hashlib.sha256(content).hexdigest() == "834e9ec9607ccf4c8dca18f6661a93c2979114064ae7f557e71829a061aa51a7"


def test_all_tables_have_f1db_headers_when_built(content: bytes, contract: Contract) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        headers = {name: archive.read(name).decode().split("\n", 1)[0] for name in archive.namelist()}
    assert len(headers) == 47
    assert headers == {
        table.file_name: ",".join(f'"{column.name}"' for column in table.columns) for table in contract.tables.values()
    }
    assert headers["f1db-seasons.csv"] == '"year"'


def test_lines_look_like_f1db_when_fields_are_text_number_flag_or_null(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        results = archive.read("f1db-races-race-results.csv").decode()
    assert results.endswith("\n")
    assert "\r" not in results
    first = results.splitlines()[1]
    assert re.match(r'\d+,\d{4},\d+,\d+,\d+,"\d+","\d+","lewis-hamilton","[a-z-]+","[a-z-]+",', first)
    bare = [field for field in first.split(",") if not field.startswith('"')]
    assert [field for field in bare if not re.fullmatch(r"(true|false|[\d.]+)?", field)] == []
    assert {"false", ""} <= set(bare)


# Lewis Hamilton's totals, counted from the rows. Figures: F1DB 2026.11.0 (CC BY 4.0).
TOTALS_SQL = """
with races_of as (
    select results.*, races.date from races_race_results as results join races on races.id = results.raceId
    where driverId = 'lewis-hamilton'
),
sprints_of as (select * from races_sprint_race_results where driverId = 'lewis-hamilton')
select
    count(distinct raceId) as race_entries,
    count(distinct raceId) filter (positionText not in ('DNP', 'DNPQ', 'DNQ', 'DNS', 'EX')) as race_starts,
    count(distinct raceId) filter (positionNumber = '1') as race_wins,
    count(distinct raceId) filter (positionNumber = '2') as second_places,
    count(distinct raceId) filter (positionNumber = '3') as third_places,
    count(distinct raceId) filter (positionNumber::int <= 3) as podiums,
    count(*) filter (polePosition = 'true') as pole_positions,
    count(*) filter (fastestLap = 'true') as fastest_laps,
    count(*) filter (grandSlam = 'true') as grand_slams,
    sum(laps::int)::int as race_laps,
    sum(points::double) as points_race,
    (select sum(points::double) from sprints_of) as points_sprint,
    (select count(*) from sprints_of where positionText != 'DNS') as sprint_starts,
    (select count(*) from sprints_of where positionNumber = '1') as sprint_wins,
    (select count(*) from sprints_of where positionNumber::int <= 3) as sprint_top_threes,
    min(date) filter (positionNumber = '1') as first_win_date,
    max(date) filter (positionNumber = '1') as last_win_date,
    (
        select count(*) from seasons_driver_standings
        where driverId = 'lewis-hamilton' and championshipWon = 'true'
    ) as championships
from races_of
"""
TOTALS = {
    "race_entries": 391,
    "race_starts": 391,
    "race_wins": 106,
    "second_places": 59,
    "third_places": 42,
    "podiums": 207,
    "pole_positions": 104,
    "fastest_laps": 69,
    "grand_slams": 6,
    "race_laps": 22327,
    "points_race": 5106.5,
    "points_sprint": 81.0,
    "sprint_starts": 28,
    "sprint_wins": 1,
    "sprint_top_threes": 8,
    "first_win_date": "2007-06-10",
    "last_win_date": "2026-06-14",
    "championships": 7,
}


def test_driver_has_the_real_totals_when_computed_from_the_rows(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(TOTALS_SQL)
    names = [column[0] for column in database.description or ()]
    assert dict(zip(names, database.fetchone() or (), strict=True)) == TOTALS


def test_totals_agree_with_rows_when_compared_for_every_driver(database: duckdb.DuckDBPyConnection) -> None:
    differing = database.execute("""
        with counted as (
            select driverId,
                count(distinct raceId) as entries,
                count(distinct raceId) filter (positionText not in ('DNP', 'DNPQ', 'DNQ', 'DNS', 'EX')) as starts,
                count(distinct raceId) filter (positionNumber = '1') as wins,
                count(distinct raceId) filter (positionNumber::int <= 3) as podiums,
                count(*) filter (polePosition = 'true') as poles,
                count(*) filter (fastestLap = 'true') as fastest,
                coalesce(sum(laps::int), 0) as laps,
                coalesce(sum(points::decimal(8, 2)), 0) as points,
                min(positionNumber::int) as best
            from races_race_results group by all
        ),
        sprints as (
            select driverId, coalesce(sum(points::decimal(8, 2)), 0) as points,
                count(*) filter (positionText != 'DNS') as starts
            from races_sprint_race_results group by all
        )
        select id from drivers
        left join counted on counted.driverId = id left join sprints on sprints.driverId = id
        where (
            totalRaceEntries, totalRaceStarts, totalRaceWins, totalPodiums, totalPolePositions, totalFastestLaps,
            totalRaceLaps, totalSprintRaceStarts, coalesce(bestRaceResult, '-')
        ) is distinct from (
            coalesce(entries, 0)::varchar, coalesce(counted.starts, 0)::varchar, coalesce(wins, 0)::varchar,
            coalesce(podiums, 0)::varchar, coalesce(poles, 0)::varchar, coalesce(fastest, 0)::varchar,
            coalesce(laps, 0)::varchar, coalesce(sprints.starts, 0)::varchar, coalesce(best::varchar, '-')
        ) or totalPoints::decimal(8, 2) != coalesce(counted.points, 0) + coalesce(sprints.points, 0)
    """).fetchall()
    assert differing == []
    assert database.execute("select count(*) from drivers where totalRaceEntries > '0'").fetchone() == (52,)


def test_season_totals_add_up_to_careers_when_summed(tables: dict[str, Records]) -> None:
    pairs = {
        "drivers": ("seasons-drivers", "driverId"),
        "constructors": ("seasons-constructors", "constructorId"),
        "engine-manufacturers": ("seasons-engine-manufacturers", "engineManufacturerId"),
        "tyre-manufacturers": ("seasons-tyre-manufacturers", "tyreManufacturerId"),
    }
    for entities, (seasons, key) in pairs.items():
        for entity in tables[entities]:
            own = [row for row in tables[seasons] if row[key] == entity["id"]]
            for total in [column for column in entity if column.startswith("total") and "Championship" not in column]:
                assert sum(float(row[total]) for row in own) == float(entity[total]), (entity["id"], total)


def test_keys_are_unique_when_tables_have_rows(tables: dict[str, Records], contract: Contract) -> None:
    assert {"races", "races-race-results", "drivers"} <= {name for name, rows in tables.items() if rows}
    for name, rows in tables.items():
        key = contract.tables[name].key
        keys = [tuple(row[column] for column in key) for row in rows]
        assert len(set(keys)) == len(keys), name
        assert all(all(values) for values in keys), name


def test_lines_of_a_race_are_distinct_when_ordered(tables: dict[str, Records]) -> None:
    for name in [name for name in tables if name.startswith("races-")]:
        lines = [(row["raceId"], row["positionDisplayOrder"]) for row in tables[name]]
        assert len(set(lines)) == len(lines), name


def test_columns_are_filled_when_the_contract_wants_them(tables: dict[str, Records], contract: Contract) -> None:
    for name, rows in tables.items():
        for column in contract.tables[name].columns:
            if not column.is_nullable:
                assert all(row[column.name] for row in rows), (name, column.name)
    vital = {name for name, table in contract.tables.items() if table.is_required}
    # Required to be there, not to have rows: the sample knows no such thing of its few cars a race.
    assert vital & EMPTY_TABLES == {
        "races-constructor-standings",
        "races-driver-standings",
        "races-fastest-laps",
        "races-pit-stops",
        "seasons-constructor-standings",
        "seasons-entrants-drivers",
    }


def test_batch_finds_nothing_when_it_reads_the_sample(content: bytes, contract: Contract) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        logs = {
            name: read_table(archive.read(table.file_name), table, Limits()).findings
            for name, table in contract.tables.items()
        }
    assert {name: log.kept for name, log in logs.items() if log.errors or log.warnings} == {}
    assert len(logs) == 47


def test_references_resolve_when_followed(tables: dict[str, Records], contract: Contract) -> None:
    followed = 0
    for name, rows in tables.items():
        for column in contract.tables[name].columns:
            if rows and column.references:
                (key,) = contract.tables[column.references].key
                known = {row[key] for row in tables[column.references]}
                assert {row[column.name] for row in rows} - known - {""} == set(), (name, column.name)
                followed += 1
    assert followed > 30


def test_gaps_are_exactly_those_listed_when_looked_for(tables: dict[str, Records]) -> None:
    assert {name for name, rows in tables.items() if not rows} == EMPTY_TABLES
    gaps = {
        name: {column for column in rows[0] if not any(row[column] for row in rows)}
        for name, rows in tables.items()
        if rows
    }
    assert {name: columns for name, columns in gaps.items() if columns} == {
        name: set(columns) for name, columns in UNFILLED.items()
    }


def test_every_race_run_has_one_pole_and_a_podium_when_counted(tables: dict[str, Records]) -> None:
    by_race: dict[str, Records] = {}
    for row in tables["races-race-results"]:
        by_race.setdefault(row["raceId"], []).append(row)
    assert len(by_race) == 392
    for race_id, rows in by_race.items():
        assert sum(row["polePosition"] == "true" for row in rows) == 1, race_id
        assert {"1", "2", "3"} <= {row["positionNumber"] for row in rows}, race_id
    assert len(tables["races"]) == 403  # 2026 has eleven races to come


def test_a_season_under_way_has_a_leader_but_no_champion_when_read(tables: dict[str, Records]) -> None:
    champions = {
        row["year"]: row["driverId"] for row in tables["seasons-driver-standings"] if row["championshipWon"] == "true"
    }
    assert sorted(champions) == [str(year) for year in range(2007, 2026)]
    assert champions["2021"] == "max-verstappen"
    assert [year for year, driver in champions.items() if driver == "lewis-hamilton"] == [
        "2008", "2014", "2015", "2017", "2018", "2019", "2020",
    ]  # fmt: skip
    own = {row["year"]: row for row in tables["seasons-driver-standings"] if row["driverId"] == "lewis-hamilton"}
    assert len(own) == 20
    assert (own["2026"]["positionNumber"], own["2026"]["championshipWon"]) == ("2", "false")
    leaders = {row["year"]: row for row in tables["seasons-driver-standings"] if row["positionNumber"] == "1"}
    assert leaders["2026"]["championshipWon"] == "false"
