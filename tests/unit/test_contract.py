"""The contract is whole, consistent, and says what dbt's sources say."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # its stubs are not in the lock

from f1db_batch.column_types import ColumnType, Kind, parse_column_type
from f1db_batch.contract import ContractError, load_contract, parse_contract
from f1db_batch.contract_page import contract_page
from transform.warehouses.bigquery_sql import field_of

ROOT = Path(__file__).parents[2]
CONTRACT = load_contract()
F1DB = Path(os.environ.get("F1DB_ZIP", ROOT / "../shared/f1db/f1db-csv-2026.11.0.zip")).with_name("contract.json")


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")


def dbt_sources() -> dict[str, dict[str, str]]:
    """Read dbt's sources: table to column to type, as published."""
    document = yaml.safe_load((ROOT / "dbt/models/staging/sources.yml").read_text("utf-8"))
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for source in document["sources"]
        for table in source["tables"]
    }


def test_contract_has_every_table_when_it_is_loaded() -> None:
    assert len(CONTRACT.tables) == 47
    assert sum(len(table.columns) for table in CONTRACT.tables.values()) == 690
    assert CONTRACT.schema == "F1DB 2026.11.0"


def test_dbt_sources_are_every_table_and_column_when_they_are_compared() -> None:
    ours = {
        snake_case(table.name): {snake_case(column.name): str(column.type) for column in table.columns}
        for table in CONTRACT.tables.values()
    }

    assert dbt_sources() == ours


def test_types_and_nullability_are_f1dbs_when_its_schema_is_at_hand() -> None:
    if not F1DB.is_file():
        pytest.skip(f"needs the facts of the real release: {F1DB} does not exist (set F1DB_ZIP)")
    facts: dict[str, list[Any]] = json.loads(F1DB.read_text("utf-8"))
    ours = {
        table.name: [[column.name, str(column.type), column.is_nullable] for column in table.columns]
        for table in CONTRACT.tables.values()
    }
    for table, columns in facts.items():
        for column in columns:
            if table == "races" and column[0].lower().endswith("time"):
                column[1] = "time"
            if (table, column[0]) in (("circuits", "previousNames"), ("seasons-entrants-drivers", "rounds")):
                column[1] = "array<string>"

    assert ours == facts


def test_page_is_the_contracts_when_it_is_made_again() -> None:
    page = (ROOT / "docs/data-contract.md").read_text("utf-8")

    assert page == contract_page(CONTRACT), "docs/data-contract.md lags behind the contract: make docs"
    assert "| `circuitType` | string |  |  |  | RACE, ROAD, STREET |" in page


def test_every_type_can_be_loaded_when_it_is_translated_for_bigquery() -> None:
    types = {str(column.type) for table in CONTRACT.tables.values() for column in table.columns}

    fields = {text: field_of("x", text) for text in types}

    assert {text: (field.type, field.mode) for text, field in fields.items() if not text.startswith("decimal")} == {
        "string": ("STRING", "NULLABLE"),
        "int": ("INT64", "NULLABLE"),
        "boolean": ("BOOL", "NULLABLE"),
        "date": ("DATE", "NULLABLE"),
        "time": ("TIME", "NULLABLE"),
        "array<string>": ("STRING", "REPEATED"),
    }
    decimals = {text: (field.precision, field.scale) for text, field in fields.items() if text.startswith("decimal")}
    assert decimals == {text: (parse_column_type(text).precision, parse_column_type(text).scale) for text in decimals}
    # BigQuery's NUMERIC has 29 digits before the point and 9 behind it.
    assert all(p is not None and s is not None and s <= 9 and p - s <= 29 for p, s in decimals.values())


def test_keys_are_as_found_when_a_race_has_shared_cars_or_a_driver_two_positions() -> None:
    assert CONTRACT.tables["races-race-results"].key == ("raceId", "driverId", "driverNumber")
    assert CONTRACT.tables["races-qualifying-results"].key == ("raceId", "driverId", "positionText")
    assert CONTRACT.tables["seasons-constructor-standings"].key == (
        "year",
        "constructorId",
        "engineManufacturerId",
        "positionText",
    )


def test_foreign_keys_point_to_these_tables_when_they_are_counted() -> None:
    assert CONTRACT.referenced() == {
        "chassis",
        "circuits",
        "circuits-layouts",
        "constructors",
        "continents",
        "countries",
        "drivers",
        "engine-manufacturers",
        "engines",
        "entrants",
        "grands-prix",
        "races",
        "seasons",
        "tyre-manufacturers",
    }


def test_column_is_vital_when_it_is_required_or_a_key_of_a_required_table() -> None:
    results, warm_ups = CONTRACT.tables["races-race-results"], CONTRACT.tables["races-warming-up-results"]

    assert [results.is_vital(name) for name in ("raceId", "points", "gap", "nonsense")] == [True, True, False, False]
    assert warm_ups.is_vital("raceId") is False


def test_every_problem_is_listed_when_a_contract_contradicts_itself() -> None:
    with pytest.raises(ContractError) as raised:
        parse_contract("""
            format = 2
            [tables.a]
            description = "no sentence"
            key = ["id", "gone"]
            colour = "red"
            [tables.a.columns]
            id = { type = "integer", nullable = true }
            b = { type = "string", required = true, references = "b", values = "none", size = 3 }
            c = { type = "int", references = "d" }
            [tables.d]
            description = "One row per d."
            key = ["id"]
            [tables.d.columns]
            id = { type = "string" }
        """)

    assert raised.value.problems == [
        "format is 2, not 1",
        "a: unknown field 'colour'",
        "a.id: 'integer' is no type of this contract",
        "a.b: unknown field 'size'",
        "a.b: no enumeration is called 'none'",
        "a: its description is no sentence",
        "a.id: a key may not be empty",
        "a: its key names 'gone', which is no column of it",
        "a.b: required, but its table is not",
        "a.b: 'b' is no table with a key of one column",
        "a.c: is int, but d.id is string",
    ]


@pytest.mark.parametrize("text", ["decimal(8,2)", "string", "int", "boolean", "date", "time", "array<string>"])
def test_type_is_spelled_as_before_when_it_is_parsed(text: str) -> None:
    assert str(parse_column_type(text)) == text


def test_decimal_has_precision_and_scale_when_it_is_parsed() -> None:
    assert parse_column_type("decimal(8,2)") == ColumnType(Kind.DECIMAL, 8, 2)


@pytest.mark.parametrize("text", ["decimal", "decimal(2,3)", "decimal(39,2)", "decimal(8, 2)", "bigint", "", "INT"])
def test_type_is_refused_when_the_contract_does_not_know_it(text: str) -> None:
    with pytest.raises(ValueError, match="is no type of this contract"):
        parse_column_type(text)


def test_rows_are_about_a_race_and_a_driver_when_their_tables_say_so() -> None:
    def tables(column: str, value: str | None) -> set[str]:
        return {table.name for table in CONTRACT.tables.values() if getattr(table, column) == value}

    assert tables("race_column", "id") == {"races"}
    assert len(tables("race_column", "raceId")) == 19
    assert len(tables("race_column", None)) == 27
    assert tables("driver_column", "id") == {"drivers"}
    assert len(tables("driver_column", "driverId")) == 22
    assert tables("driver_column", "driverId") - tables("race_column", "raceId") == {
        "drivers-family-relationships", "seasons-driver-standings", "seasons-drivers", "seasons-entrants-drivers",
    }  # fmt: skip
    assert CONTRACT.tables["races-constructor-standings"].driver_column is None
