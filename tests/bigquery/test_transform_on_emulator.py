"""The whole transform against an emulator of BigQuery, the adapter unchanged, row by row with what DuckDB publishes."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pytest

pytest.importorskip("bqemulator", reason="bqemulator, a BigQuery emulator, is not installed")

from f1db_batch.findings import Finding
from localcloud.sample import build_sample_zip
from tests.bigquery.analyser import Analyser, Schema
from tests.bigquery.compiled import PROJECT_ID, SUFFIX
from tests.bigquery.emulator import emulated
from tests.bigquery.test_models_analysed import DECLARED
from tests.bigquery.zetasql_module import AnalysisError
from tests.integration.stand_ins import Asked
from tests.integration.transform_world import (
    FIRST,
    LAPS,
    PROJECT,
    SKY,
    ZIP,
    TransformWorld,
    first_publication,
    real_tables,
    run_endpoint,
    storage,
    tables_in,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning"),
]

CREATED = re.compile(r"create (?:or replace )?table (`[^ ]+`)")
MADE_BEFOREHAND = ("f1db_raw", "f1db", "lewis_hamilton", "f1db_control")
# Up to this size tables are compared row by row: the emulator needs a second for 10,000 rows.
ROWS_COMPARED = 10_000
DOUBLE, BACKTICK = '"', "`"
# dbt's name for a query whose columns it asks for, before it makes a table of the same query.
ASKED_FOR_COLUMNS = "__dbt_sbq"
# When a release was published is not the same moment in both.
MOMENTS = ("published_at_utc",)


@dataclass
class Published:
    client: Any
    warehouse: duckdb.DuckDBPyConnection
    run: str
    asked: Sequence[Asked]

    def bodies(self, method: str, ending: str) -> list[dict[str, Any]]:
        """Return the documents of the transform's requests whose path ends so."""
        wanted = [one for one in self.asked if one.method == method and one.path.endswith(ending)]
        return [json.loads(one.body) for one in wanted]

    def in_duckdb(self, sql: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.warehouse.execute(sql).fetchall()
        return found


def in_duckdb(factory: pytest.TempPathFactory) -> tuple[Path, str, Mapping[str, pa.Table], Sequence[Finding]]:
    """Publish the real release where there is one, the bundled sample elsewhere; return the folder and what it was."""
    if ZIP.exists():
        return first_publication(factory), FIRST, real_tables(), [SKY, LAPS]
    tables = tables_in(build_sample_zip())
    folder = factory.mktemp("duckdb")
    with storage(folder / "gcs"):
        world = TransformWorld(folder)
        world.add_run("sample", tables)
        assert world.transform() == 0
    return folder, "sample", tables, []


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """One release, published by the same transform to BigQuery's emulator and to DuckDB."""
    here, version, tables, findings = in_duckdb(tmp_path_factory)
    there = tmp_path_factory.mktemp("bigquery")
    with ExitStack() as stack:
        run = stack.enter_context(run_endpoint(set()))
        stack.enter_context(patch.dict(os.environ, run))
        stack.enter_context(storage(there / "gcs"))
        emulator = stack.enter_context(emulated(there / "gcs"))
        client = emulator.client()
        for name in MADE_BEFOREHAND:
            client.create_dataset(name)
        world = TransformWorld(there)
        name = world.add_run(version, tables, findings=findings)
        assert world.transform(WAREHOUSE_URL=f"bigquery://{PROJECT}?location=EU", **run) == 0
        with duckdb.connect(str(TransformWorld(here).warehouse), read_only=True) as connection:
            yield Published(client, connection, str(name), tuple(emulator.asked))
        client.close()


def names(published: Published, schemas: tuple[str, ...]) -> list[str]:
    listed = ", ".join(f"'{schema}'" for schema in schemas)
    sql = f"select table_schema || '.' || table_name from information_schema.tables where table_schema in ({listed})"
    return sorted(name for (name,) in published.in_duckdb(sql))


def plain(value: Any) -> Any:
    """Write a value so that equal ones of both warehouses are equal."""
    if isinstance(value, Decimal):
        return value.normalize()
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    # BigQuery has no list that is null: it is empty.
    return tuple(value) or None if isinstance(value, list) else value


def difference(published: Published, name: str) -> Any:
    """Say how a table differs: row by row up to a size, above it by what its columns sum up to."""
    types = dict(published.in_duckdb(f"select column_name, column_type from (describe {name})"))
    columns = [column for column in types if column not in MOMENTS]
    [(size,)] = published.in_duckdb(f"select count(*) from {name}")
    listed = {quote: ", ".join(f"{quote}{column}{quote}" for column in columns) for quote in (DOUBLE, BACKTICK)}
    if size > ROWS_COMPARED:
        measures = ("count({0})", "count(distinct {0})", "min({0})", "max({0})")
        for quote in listed:
            sums = [one.format(f"{quote}{column}{quote}") for column in columns for one in measures]
            listed[quote] = ", ".join([*sums, "count(*)"])
    here = Counter(tuple(map(plain, row)) for row in published.in_duckdb(f"select {listed[DOUBLE]} from {name}"))
    found = published.client.query_and_wait(f"select {listed[BACKTICK]} from `{PROJECT}.{name}`")
    there = Counter(tuple(map(plain, row.values())) for row in found)
    return (list((there - here).items())[:2], list((here - there).items())[:2]) if there != here else None


def test_every_published_row_is_duckdbs_row_when_bigquery_has_published(published: Published) -> None:
    compared = names(published, ("f1db", "lewis_hamilton"))

    assert len(compared) >= 25
    assert {name: found for name in compared if (found := difference(published, name)) is not None} == {}


def test_every_raw_table_is_duckdbs_when_it_was_loaded_from_the_bucket(published: Published) -> None:
    compared = names(published, ("f1db_raw",))

    assert len(compared) == 47
    assert {name: found for name in compared if (found := difference(published, name)) is not None} == {}


def test_views_show_the_published_fence_and_say_what_they_are_when_the_transform_is_done(published: Published) -> None:
    races = published.client.get_table("f1db_raw.races")
    career = published.client.get_table("lewis_hamilton.mart_career")

    assert (races.table_type, career.table_type) == ("VIEW", "VIEW")
    assert races.description.startswith("One row per ")
    assert career.description.startswith("One row ")
    assert f"from `{PROJECT}.lewis_hamilton__fence_1_1.mart_career`" in career.view_query
    described = {field.name: field.description for field in career.schema}
    assert described["race_wins"]
    [record] = published.client.query_and_wait("select * from f1db_control.published")
    assert (record["fence"], record["published_fence"], record["run"]) == (1, 1, published.run)


def test_what_was_private_is_gone_when_no_view_shows_it(published: Published) -> None:
    found = {dataset.dataset_id for dataset in published.client.list_datasets()}

    assert found == {*MADE_BEFOREHAND, "f1db_raw__fence_1_1", "f1db__fence_1_1", "lewis_hamilton__fence_1_1"}


def test_every_query_has_a_limit_on_its_bytes_when_it_is_a_job(published: Published) -> None:
    jobs = [job for job in published.bodies("POST", "/jobs") if "query" in job["configuration"]]
    asked = published.bodies("POST", "/queries")
    limits = [job["configuration"]["query"].get("maximumBytesBilled") for job in jobs]
    limits += [query.get("maximumBytesBilled") for query in asked]

    assert len(limits) > 100
    assert set(limits) == {str(10 * 1024**3)}


def test_every_load_names_the_run_the_fence_and_its_columns_when_it_starts(published: Published) -> None:
    jobs = [job for job in published.bodies("POST", "/jobs") if "load" in job.get("configuration", {})]
    loads = [(job, job["configuration"]["load"]) for job in jobs if "sourceUris" in job["configuration"]["load"]]

    assert len(loads) == 47
    for job, load in loads:
        table = load["destinationTable"]["tableId"]
        assert job["jobReference"]["jobId"] == f"transform-{published.run}-1-fence-1_1-{table}-1"
        assert load["schema"]["fields"]
        assert load["sourceUris"][0].startswith("gs://test-curated/runs/")


def test_private_tables_expire_until_views_show_them_when_they_are_made(published: Published) -> None:
    made = published.bodies("POST", "/datasets")
    private = [one for one in made if "__fence_1" in one["datasetReference"]["datasetId"]]
    shown = [
        (asked.path.rpartition("/")[2], asked.body)
        for asked in published.asked
        if asked.method == "PATCH" and "/tables/" not in asked.path
    ]

    assert len(private) == 6
    assert {one["defaultTableExpirationMs"] for one in private} == {str(24 * 3600 * 1000)}
    assert [name for name, _ in shown] == ["f1db_raw__fence_1_1", "f1db__fence_1_1", "lewis_hamilton__fence_1_1"]
    assert all(b'"defaultTableExpirationMs": null' in body and b'"targetTypes": ["VIEWS"]' in body for _, body in shown)


def add(tables: dict[str, Schema], name: str, schema: Schema) -> None:
    """Make a table known by its whole name, and by its name without the project."""
    tables[name] = tables[name.partition(".")[2]] = schema


def seeds(published: Published) -> Iterator[tuple[str, Schema]]:
    """Yield what dbt has uploaded, with the types that it told; a seed without a row is not uploaded but created."""
    for job in published.bodies("POST", "/jobs"):
        load = job.get("configuration", {}).get("load", {})
        if load and "sourceUris" not in load:
            place = load["destinationTable"]
            fields = {field["name"]: DECLARED[field["type"].lower()] for field in load["schema"]["fields"]}
            yield f"{PROJECT}.{place['datasetId']}.{place['tableId']}", fields


def test_every_statement_that_was_sent_is_bigquerys_sql_when_it_is_analysed(
    published: Published, analyser: Analyser, sources: dict[str, Schema]
) -> None:
    """dbt's own statements are among them: contracts, options, comments, and what unit tests are made of.

    Of the questions for columns one is analysed: the text around is the same in each, the query within the table's own.
    """
    jobs = [job.get("configuration", {}) for job in published.bodies("POST", "/jobs")]
    queries = [job["query"] for job in jobs if "query" in job] + published.bodies("POST", "/queries")
    tables: dict[str, Schema] = {}
    for name, schema in (*sources.items(), *seeds(published)):
        add(tables, name.replace(PROJECT_ID, PROJECT).replace(SUFFIX, "__fence_1_1"), schema)
    faults: dict[str, str] = {}
    created = questions = 0
    for query in queries:
        sql = query["query"].strip().removesuffix(";")
        # Analysed elsewhere: what is sent before a table has its names, and what reads views.
        if "f1db_control" in sql or re.search(rf"`{PROJECT}\.(f1db_raw__\w+|[a-z]+(?!\w*__fence)\w*)\.", sql):
            continue
        if ASKED_FOR_COLUMNS in sql:
            questions += 1
            if questions > 1:
                continue
        try:
            output = analyser.output(sql, tables)
        except AnalysisError as error:
            faults[sql[-300:]] = str(error)
            continue
        if made := CREATED.search(sql):
            add(tables, made[1].replace("`", ""), output)
            created += 1
    assert faults == {}
    assert created >= 25
    assert questions >= 1
