"""Every number of a mart says which statistic it is, and every statistic is defined once, honestly and in order."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from f1db_batch.contract import load_contract
from tests.integration.transform_world import ZIP
from transform.catalog.definitions import HEADER, SEED, Definition, read_definitions
from transform.catalog.project import Table, published_tables
from transform.catalog.statistics_page import statistics_page
from transform.raw_tables import snake_case
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace

ROOT = Path(__file__).resolve().parents[2]
DEFINITIONS = read_definitions()
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # dbt's own dependencies warn


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return published_tables()


def test_the_seed_is_in_its_one_form_when_it_is_read() -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(DEFINITIONS[id_].to_row() for id_ in sorted(DEFINITIONS))

    assert SEED.read_text("utf-8") == text.getvalue(), "sorted by id, quoted where needed, true or false, ids unique"


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_definition_is_whole_when_it_is_read(definition: Definition) -> None:
    sources = {snake_case(name) for name in load_contract().tables}

    assert all([definition.id, definition.name, definition.definition, definition.rule])
    assert definition.definition.endswith(".")
    assert definition.rule.endswith(".")
    assert set(definition.source) <= sources
    assert list(definition.alternatives) == sorted(set(definition.alternatives) - {definition.id})


def test_rivals_know_each_other_and_have_one_default_when_there_is_a_choice() -> None:
    for definition in DEFINITIONS.values():
        group = {definition.id, *definition.alternatives}
        assert group <= set(DEFINITIONS), definition.id
        assert all({rival, *DEFINITIONS[rival].alternatives} == group for rival in group), definition.id
        assert [DEFINITIONS[rival].is_default for rival in group].count(True) == 1, definition.id


def test_names_tell_statistics_apart_when_they_are_headings() -> None:
    names = [definition.name for definition in DEFINITIONS.values()]

    assert len(set(names)) == len(names)


def test_every_metric_column_names_a_defined_statistic_when_marts_are_described(tables: dict[str, Table]) -> None:
    unnamed = [
        f"{table.name}.{column.name}" for table in tables.values() for column in table.metrics if not column.statistic
    ]
    undefined = [
        f"{table.name}.{column.name}: {column.statistic}"
        for table in tables.values()
        for column in table.columns.values()
        if column.statistic is not None and column.statistic not in DEFINITIONS
    ]

    assert (unnamed, undefined) == ([], [])


def test_a_statistic_is_a_number_when_a_column_names_it(tables: dict[str, Table]) -> None:
    for table in tables.values():
        assert all(column.is_number for column in table.columns.values() if column.statistic), table.name


def test_metrics_are_told_from_keys_and_orders_when_a_mart_has_both(tables: dict[str, Table]) -> None:
    assert [column.name for column in tables["mart_driver_circuits"].metrics] == [
        "race_entries", "race_starts", "race_wins", "podiums", "pole_positions", "fastest_laps", "race_laps",
        "points_race", "best_race_result",
    ]  # fmt: skip
    assert tables["fct_race_results"].metrics == []
    assert tables["release_headlines"].metrics == []


def test_the_page_says_what_the_seed_says_when_it_is_made_again(tables: dict[str, Table]) -> None:
    page = (ROOT / "docs/statistics.md").read_text("utf-8")

    assert page == statistics_page(DEFINITIONS, tables), "docs/statistics.md lags behind the definitions: make docs"


@pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real F1DB release at {ZIP.name}; set F1DB_ZIP")
def test_every_definition_is_of_something_published_when_the_release_is_real(
    real: tuple[DuckDbWarehouse, PrivatePlace], tables: dict[str, Table]
) -> None:
    warehouse, place = real
    of_columns = {column.statistic for table in tables.values() for column in table.columns.values()}
    pointing = [
        f"select distinct statistic_id from {table.dataset}.{table.relation}"
        for table in tables.values()
        if "statistic_id" in table.columns
    ]
    of_rows = {row["statistic_id"] for row in warehouse.rows(place, " union ".join(pointing), 1000)}

    assert set(DEFINITIONS) - of_columns - of_rows == set()
    assert {"streak_wins_own_starts", "win_rate", "head_to_head_race_display_order"} <= of_rows
