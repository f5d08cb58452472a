"""The dbt project keeps its conventions, and its staging has what the batch's contract has."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # no stubs in the lock

from f1db_batch.contract import Table, load_contract
from transform.raw_tables import snake_case

PROJECT = Path(__file__).resolve().parents[2] / "dbt"
MODELS = sorted(PROJECT.glob("models/**/*.sql"))
YAML_FILES = sorted(PROJECT.glob("models/**/*.yml"))
# `name`, `name as other`, `coalesce(name, 0) as other`; `interval` needs its table's name in BigQuery.
STAGED = re.compile(r" {8}(?:source\.)?(?:coalesce\()?(?P<read>\w+)(?:, (?:0|false)\))?(?: as (?P<named>\w+))?,?")


@cache
def described_models() -> dict[str, dict[str, Any]]:
    models: dict[str, dict[str, Any]] = {}
    for path in YAML_FILES:
        models.update({model["name"]: model for model in yaml.safe_load(path.read_text()).get("models", [])})
    return models


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_keeps_house_style_when_it_is_read(path: Path) -> None:
    text = path.read_text()
    lines = text.splitlines()
    sql = "\n".join(re.sub(r"'[^']*'", "''", line.partition("--")[0]) for line in lines)

    assert lines[-1] == "select * from final"
    assert len(lines) <= 100
    assert sql == sql.lower()
    assert path.stem.split("_")[0] in ("stg", "int", "dim", "fct", "mart", "reconciliation", "release")
    assert text.count("{{ ref(") + text.count("{{ source(") == len(
        re.findall(r"^    select \* from {{ (?:ref|source)\(", text, re.MULTILINE)
    ), "tables are imported by CTEs at the top"


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_says_what_one_row_is_when_it_is_described(path: Path) -> None:
    model = described_models()[path.stem]

    assert model["description"].startswith("One row per ")


@pytest.mark.parametrize(
    "name",
    [
        path.stem
        for path in MODELS
        if path.parent.name in ("shared", "driver", "history") and path.stem != "reconciliation"
    ],
)
def test_a_published_model_has_a_key_test_when_it_is_built(name: str) -> None:
    tests = [next(iter(test)) for test in described_models()[name]["data_tests"]]

    assert "row_key" in tests or "row_count" in tests


def test_nothing_is_described_when_it_does_not_exist() -> None:
    assert set(described_models()) == {path.stem for path in MODELS}


@pytest.mark.parametrize("table", load_contract().tables.values(), ids=lambda table: table.name)
def test_a_table_is_staged_column_by_column_when_the_contract_has_it(table: Table) -> None:
    staged = (PROJECT / f"models/staging/stg_f1db__{snake_case(table.name)}.sql").read_text()
    [selected] = re.findall(r"    select\n(.*)    from source\n", staged, re.DOTALL)
    lines = [STAGED.fullmatch(line) for line in selected.splitlines() if line]

    assert f"source('f1db_raw', '{snake_case(table.name)}')" in staged
    assert all(lines), selected
    columns = [line["read"] for line in lines if line]
    assert sorted(columns) == sorted(snake_case(column.name) for column in table.columns)
    named = [line["named"] or line["read"] for line in lines if line]
    assert len(set(named)) == len(named)


def test_nothing_is_staged_when_the_contract_does_not_have_it() -> None:
    staged = {path.stem for path in MODELS if path.parent.name == "staging"}

    assert staged == {f"stg_f1db__{snake_case(name)}" for name in load_contract().tables}


def test_dialects_differ_only_in_macros_when_models_are_compiled() -> None:
    for path in [*MODELS, *PROJECT.glob("tests/**/*.sql")]:
        assert not re.search(r"target\.(type|name)|\b(int64|bigint|varchar|safe_cast|countif)\b", path.read_text()), (
            path
        )
