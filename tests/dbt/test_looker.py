"""looker/ parses, names only what is published, and joins no row twice: read as LookML, and run on the real release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lkml
import pytest
import yaml

from tests.integration.transform_world import ZIP
from transform.catalog.lookml import lookml_files
from transform.catalog.project import Table, published_tables
from transform.warehouses.duckdb import DuckDbWarehouse
from transform.warehouses.protocol import PrivatePlace

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

LOOKER = Path(__file__).resolve().parents[2] / "looker"
DASHBOARDS = sorted(LOOKER.glob("dashboards/*.dashboard.lookml"))
DATASETS = {"@{SHARED_DATASET}": "f1db", "@{DRIVER_DATASET}": "lewis_hamilton"}
LOOKER_TYPES = {"int64": "number", "string": "string", "bool": "yesno", "date": "time", "timestamp": "time"}
COLUMN = re.compile(r"\$\{TABLE\}\.(\w+)")
FIELD = re.compile(r"\$\{(?:(\w+)\.)?(\w+)\}")


def parsed(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = lkml.load(path.read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return published_tables()


@pytest.fixture(scope="module")
def views() -> dict[str, dict[str, Any]]:
    return {view["name"]: view for path in LOOKER.glob("views/*.view.lkml") for view in parsed(path)["views"]}


@pytest.fixture(scope="module")
def explores() -> dict[str, dict[str, Any]]:
    return {explore["name"]: explore for explore in parsed(LOOKER / "hamilton.model.lkml")["explores"]}


def dimensions(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [*view.get("dimensions", []), *view.get("dimension_groups", [])]


def fields(view: Mapping[str, Any]) -> set[str]:
    """Return every field that a query can name; a group of times has one for each timeframe."""
    groups = view.get("dimension_groups", [])
    times = {f"{group['name']}_{frame}" for group in groups for frame in group["timeframes"]}
    return times | {one["name"] for one in [*view.get("dimensions", []), *view["measures"]]}


def joined(explore: Mapping[str, Any]) -> dict[str, str]:
    """Return the view behind each name that an explore's fields may begin with."""
    return {
        explore["name"]: explore["name"],
        **{join["name"]: join.get("from", join["name"]) for join in explore.get("joins", [])},
    }


def test_looker_is_what_the_dbt_project_says_when_it_is_made_again(tables: dict[str, Table]) -> None:
    committed = {str(path.relative_to(LOOKER)): path.read_text("utf-8") for path in LOOKER.rglob("*.lkml")}

    assert committed == lookml_files(tables), "looker/ lags behind the dbt project: make docs"


def test_a_view_shows_each_published_column_once_with_its_type_when_it_is_parsed(
    tables: dict[str, Table], views: dict[str, dict[str, Any]]
) -> None:
    assert set(views) == set(tables)
    for name, view in views.items():
        dataset, relation = view["sql_table_name"].split(".")
        assert (DATASETS[dataset], relation) == (tables[name].dataset, tables[name].relation)
        shown = {
            COLUMN.findall(one["sql"])[0]: one["type"] for one in dimensions(view) if one.get("hidden", "no") == "no"
        }
        assert shown == {
            column.name: LOOKER_TYPES.get(column.data_type, "number") for column in tables[name].columns.values()
        }
        named = [COLUMN.findall(one["sql"]) for one in dimensions(view)]
        assert {column for columns in named for column in columns} == set(tables[name].columns), name
        assert len(named) == len(shown) + (len(tables[name].key) > 1)


def test_a_field_has_one_name_a_description_and_a_format_when_it_is_shown(views: dict[str, dict[str, Any]]) -> None:
    for name, view in views.items():
        shown = [*dimensions(view), *view["measures"]]
        names = [one["name"] for one in view["measures"]] + [one["name"] for one in view.get("dimensions", [])]
        names += [f"{one['name']}_{time}" for one in view.get("dimension_groups", []) for time in one["timeframes"]]
        assert len(names) == len(set(names)), name
        assert all(one.get("description") or one.get("hidden") == "yes" for one in shown), name
        numbers = [one for one in shown if one["type"] in ("number", "sum", "min", "max")]
        assert all(one.get("value_format_name") for one in numbers), name


def test_a_measure_sums_up_a_column_of_its_view_when_it_is_no_count(
    tables: dict[str, Table], views: dict[str, dict[str, Any]]
) -> None:
    for name, view in views.items():
        for measure in view["measures"]:
            if measure["type"] != "count":
                [(_, column)] = FIELD.findall(measure["sql"])
                assert tables[name].columns[column].statistic, f"{name}.{measure['name']}"
    types = {measure["name"]: measure["type"] for measure in views["mart_driver_seasons"]["measures"]}
    assert types["total_race_wins"] == "sum"
    assert types["overall_best_race_result"] == "min"
    assert types["highest_races_left"] == "max", "every driver of a season has the same number"


def test_an_explore_joins_what_a_view_knows_by_its_key_when_it_looks_up(
    views: dict[str, dict[str, Any]], explores: dict[str, dict[str, Any]]
) -> None:
    used = {view for explore in explores.values() for view in joined(explore).values()}

    assert used == set(views), "a view that no explore shows"
    for explore in explores.values():
        for join in explore.get("joins", []):
            base, (name, field) = FIELD.findall(join["sql_on"])
            keys = [one["name"] for one in dimensions(views[joined(explore)[name]]) if one.get("primary_key") == "yes"]
            assert base[0] == explore["name"]
            assert base[1] in fields(views[base[0]])
            assert (join["name"], [field]) == (name, keys)
            assert join["relationship"] in ("many_to_one", "one_to_one")
            assert join["type"] == "left_outer"


def named_fields(value: Any) -> Iterator[str]:
    """Yield every `view.field` in a tile, wherever it stands; `desc` may follow in a sort."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from named_fields(key)
            yield from () if key in ("title", "note_text") else named_fields(one)
    elif isinstance(value, list):
        for one in value:
            yield from named_fields(one)
    elif isinstance(value, str) and (found := re.fullmatch(r"(\w+\.\w+)(?: desc)?", value)):
        yield found[1]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_a_tile_asks_for_fields_of_its_explore_when_it_is_drawn(
    path: Path, views: dict[str, dict[str, Any]], explores: dict[str, dict[str, Any]]
) -> None:
    for dashboard in yaml.safe_load(path.read_text("utf-8")):
        filters = {one["name"] for one in dashboard["filters"]}
        names = [element["name"] for element in dashboard["elements"]]
        assert len(names) == len(set(names))
        for element in [*dashboard["elements"], *dashboard["filters"]]:
            known = joined(explores[element["explore"]])
            asked = list(named_fields(element))
            assert asked, element["name"]
            assert element["model"] == "hamilton"
            assert set(element.get("listen", {})) <= filters
            unknown = [
                one
                for one in asked
                if one.split(".")[0] not in known or one.split(".")[1] not in fields(views[known[one.split(".")[0]]])
            ]
            assert unknown == [], element["name"]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.name)
def test_tiles_do_not_lie_on_each_other_when_a_dashboard_is_laid_out(path: Path) -> None:
    for dashboard in yaml.safe_load(path.read_text("utf-8")):
        cells = [
            (row, col)
            for one in dashboard["elements"]
            for row in range(one["row"], one["row"] + one["height"])
            for col in range(one["col"], one["col"] + one["width"])
        ]
        assert len(cells) == len(set(cells))
        assert max(col for _, col in cells) == 23


def select_of(explore: Mapping[str, Any], views: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the query that counts an explore's rows, all joins made, having computed every dimension of its view."""
    known = joined(explore)

    def table(view: Mapping[str, Any]) -> str:
        name: str = view["sql_table_name"]
        for constant, dataset in DATASETS.items():
            name = name.replace(constant, dataset)
        return name

    def column(alias: str, field: str) -> str:
        [sql] = [one["sql"] for one in dimensions(views[known[alias]]) if one["name"] == field]
        return str(sql).replace("${TABLE}", alias)

    base = explore["name"]
    computed = [f"count({one['sql'].replace('${TABLE}', base)})" for one in dimensions(views[base])]
    lines = [f"select count(*) as rows_found, {', '.join(computed)} from {table(views[base])} as {base}"]
    for join in explore.get("joins", []):
        on = FIELD.sub(lambda field: column(field[1], field[2]), join["sql_on"])
        lines.append(f"left join {table(views[known[join['name']]])} as {join['name']} on {on}")
    return "\n".join(lines)


@pytest.mark.skipif(not ZIP.exists(), reason=f"needs the real F1DB release at {ZIP.name}; set F1DB_ZIP")
def test_an_explore_has_a_tables_rows_once_when_it_is_run_with_all_joins(
    real: tuple[DuckDbWarehouse, PrivatePlace],
    tables: dict[str, Table],
    views: dict[str, dict[str, Any]],
    explores: dict[str, dict[str, Any]],
) -> None:
    warehouse, place = real
    for name, explore in explores.items():
        table = tables[name]
        [found] = warehouse.rows(place, select_of(explore, views), 1)
        [counted] = warehouse.rows(place, f"select count(*) as rows from {table.dataset}.{table.relation}", 1)
        assert found["rows_found"] == counted["rows"], name
