"""The rules of dbt's project evaluator that fit here, on the project as dbt has parsed it: who may read whom."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from transform.catalog.project import PUBLISHED_LAYERS, Table, layer_of, published_tables, read_manifest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # dbt's own dependencies warn

PREFIXES = {
    "staging": ("stg_f1db__",),
    "intermediate": ("int_",),
    "shared": ("dim_", "fct_", "mart_", "reconciliation"),
    "history": ("release_",),
    "driver": ("mart_",),
}
# Which layers a layer may read; a source is read by staging, and by history, whose tables the transform makes.
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "shared"},
    "shared": {"staging", "intermediate", "shared", "seeds"},
    "history": {"source", "shared", "history"},
    "driver": {"shared", "history", "driver", "seeds"},
}
# Reads staging although a fact or dimension shows the same rows, and why.
EXCUSED = {"int_totals_listed": "F1DB's own totals, which no dimension shows: nothing may be computed from them"}
TYPES = re.compile(r"int64|string|bool|date|timestamp|numeric\(\d+, \d+\)")
# A table in SQL that is neither a CTE nor a ref: a dataset before a dot, after `from` or `join`.
WRITTEN_OUT = re.compile(r"\b(?:from|join)\s+\w+\.\w+")


@pytest.fixture(scope="module")
def manifest() -> Any:
    return read_manifest()


@pytest.fixture(scope="module")
def tables() -> dict[str, Table]:
    return published_tables()


@pytest.fixture(scope="module")
def models(manifest: Any) -> dict[str, Any]:
    return {node.name: node for node in manifest.nodes.values() if str(node.resource_type) == "model"}


def parents(node: Any) -> list[str]:
    """Return what a node reads, as `source`, or a model's or seed's name, in the order of its text."""
    return ["source" if one.startswith("source.") else one.split(".")[2] for one in node.depends_on.nodes]


def readers(manifest: Any) -> dict[str, set[str]]:
    """Return by whom each node is read: other models and exposures, tests do not count."""
    found = defaultdict(set)
    for node in [*manifest.nodes.values(), *manifest.exposures.values()]:
        if str(node.resource_type) in ("model", "exposure"):
            for one in node.depends_on.nodes:
                found[one.split(".")[-1]].add(node.name)
    return found


def test_a_model_is_named_after_its_layer_when_it_lies_in_it(models: dict[str, Any]) -> None:
    assert [name for name, node in models.items() if not name.startswith(PREFIXES[layer_of(node)])] == []


def test_a_model_reads_only_the_layers_below_when_it_is_parsed(models: dict[str, Any]) -> None:
    wrong = [
        f"{name} ({layer_of(node)}) reads {parent}"
        for name, node in models.items()
        for parent in parents(node)
        if ("source" if parent == "source" else layer_of(models[parent]) if parent in models else "seeds")
        not in MAY_READ[layer_of(node)]
    ]

    assert wrong == []


def test_staging_reads_one_source_and_nothing_else_when_it_is_parsed(models: dict[str, Any]) -> None:
    staging = [node for node in models.values() if layer_of(node) == "staging"]

    assert {tuple(parents(node)) for node in staging} == {("source",)}
    read = [node.depends_on.nodes[0] for node in staging]
    assert len(read) == len(set(read))


def test_facts_and_dimensions_read_no_marts_when_they_are_parsed(models: dict[str, Any]) -> None:
    wrong = [
        f"{name} reads {parent}"
        for name, node in models.items()
        for parent in parents(node)
        if name.startswith(("dim_", "fct_")) and not parent.startswith(("dim_", "fct_", "stg_", "int_"))
    ]

    assert wrong == []


def test_marts_read_facts_rather_than_staging_when_there_is_one(models: dict[str, Any]) -> None:
    """The first table that a fact or dimension reads is the one whose rows it shows."""
    shown_by = {parents(node)[0]: name for name, node in models.items() if name.startswith(("dim_", "fct_"))}
    wrong = {
        f"{name} reads {parent}, not {shown_by[parent]}": name
        for name, node in models.items()
        for parent in parents(node)
        if parent in shown_by and not name.startswith(("dim_", "fct_"))
    }

    assert shown_by["stg_f1db__races_race_results"] == "fct_race_results"
    assert [told for told, name in wrong.items() if name not in EXCUSED] == []
    assert set(EXCUSED) == set(wrong.values()), "an excuse that nobody needs"


def test_every_model_is_read_by_somebody_when_it_is_no_scaffolding(manifest: Any, models: dict[str, Any]) -> None:
    """Staging has a model for every table of F1DB, whoever needs it."""
    read = readers(manifest)

    assert [name for name, node in models.items() if layer_of(node) != "staging" and not read[name]] == []


def test_looker_reads_all_that_is_published_when_it_is_an_exposure(manifest: Any, tables: dict[str, Table]) -> None:
    [looker] = [one for one in manifest.exposures.values() if one.name == "looker"]

    assert {one.split(".")[-1] for one in looker.depends_on.nodes} == set(tables)


def test_the_reports_exposure_is_what_its_code_reads_when_both_are_compared(
    manifest: Any, tables: dict[str, Table]
) -> None:
    code = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "dbt/transform/report").rglob("*.py")))
    named = {name for name in tables if re.search(rf"\.{name}\"", code)}
    [report] = [one for one in manifest.exposures.values() if one.name == "report"]

    assert "mart_career" in named
    assert {one.split(".")[-1] for one in report.depends_on.nodes} == named


def test_no_table_is_written_out_when_a_model_could_refer_to_it(models: dict[str, Any]) -> None:
    wrong = {name: WRITTEN_OUT.findall(node.raw_code) for name, node in models.items()}

    assert {name: found for name, found in wrong.items() if found} == {}


def test_rows_point_to_defined_statistics_when_they_have_an_id_of_one(
    models: dict[str, Any], tables: dict[str, Table]
) -> None:
    """What a chosen driver's mart passes on from one that was proven needs no second look."""
    pointing = {name for name, table in tables.items() if "statistic_id" in table.columns}
    proven = {
        name
        for name, table in tables.items()
        for one in table.references
        if (one.to, one.field) == ("statistic_definitions", "id")
    }

    assert "release_headlines" in proven
    assert {name for name in pointing - proven if not proven & set(parents(models[name]))} == set()


def test_the_published_layer_is_built_by_contract_when_it_is_a_model(tables: dict[str, Table]) -> None:
    without = [table.name for table in tables.values() if table.layer != "seeds" and not table.is_contract_enforced]

    assert {table.layer for table in tables.values()} == {"seeds", *PUBLISHED_LAYERS}
    assert without == []


def test_every_published_column_is_typed_and_described_when_it_is_listed(tables: dict[str, Table]) -> None:
    wrong = [
        f"{table.name}.{column.name}"
        for table in tables.values()
        for column in table.columns.values()
        if not TYPES.fullmatch(column.data_type) or not column.description.endswith(".")
    ]

    assert wrong == []


def test_a_published_model_is_described_beside_its_sql_when_it_has_a_theme(models: dict[str, Any]) -> None:
    """Each YAML file has one theme, so that it stays readable: a dozen models or fewer, in their own folder."""
    themes = defaultdict(list)
    for node in models.values():
        if layer_of(node) in PUBLISHED_LAYERS:
            themes[node.patch_path.removeprefix("hamilton://")].append(node)

    assert all(path.split("/")[1] == layer_of(node) for path, nodes in themes.items() for node in nodes)
    assert max(len(nodes) for nodes in themes.values()) <= 12


def test_a_test_is_named_by_hand_when_it_fails_for_a_reader(manifest: Any) -> None:
    """A refusal names the tests that failed: dbt's own names of generic tests end in a digest or list all arguments."""
    tests = [node for node in manifest.nodes.values() if str(node.resource_type) == "test"]
    long = [node.name for node in tests if len(node.name) > 80 or re.search(r"[0-9a-f]{32}", node.name)]

    assert long == []
    assert len({node.name for node in tests}) == len(tests)


def test_every_source_is_described_when_it_is_declared(manifest: Any) -> None:
    sources = manifest.sources.values()

    assert [one.name for one in sources if not (one.source_description and one.description)] == []
    assert {one.source_name for one in sources} == {"f1db_raw", "f1db_history"}


def test_every_macro_is_called_when_it_is_written(manifest: Any) -> None:
    """A dialect's variant is called by its dispatch, a generic test by YAML, generate_schema_name by dbt itself."""
    ours = {name: macro for name, macro in manifest.macros.items() if macro.package_name == "hamilton"}
    called = {
        one
        for node in [*ours.values(), *manifest.nodes.values()]
        for one in node.depends_on.macros
        if getattr(node, "unique_id", None) != one
    }
    unused = [
        macro.name
        for name, macro in ours.items()
        if name not in called and "__" not in macro.name and macro.name not in ("generate_schema_name",)
    ]

    assert unused == []
