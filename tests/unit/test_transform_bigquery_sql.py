"""What BigQuery is asked to do, as text."""

import pytest

from pipeline.manifests import Column
from transform.raw_tables import RawTable, snake_case
from transform.warehouses.bigquery_jobs import load_job_id
from transform.warehouses.bigquery_sql import (
    Built,
    Field,
    claim_sql,
    field_of,
    flip_sql,
    literal,
    moving_view_sql,
    named_table_sql,
    settled_view_sql,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("races-race-results", "races_race_results"),
        ("positionDisplayOrder", "position_display_order"),
        ("q1Millis", "q1_millis"),
        ("total1And2Finishes", "total1_and2_finishes"),
        ("freePractice1Date", "free_practice1_date"),
        ("alpha2Code", "alpha2_code"),
        ("id", "id"),
    ],
)
def test_names_are_snake_case_when_published(name: str, expected: str) -> None:
    assert snake_case(name) == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("string", Field("x", "STRING", "NULLABLE")),
        ("int", Field("x", "INT64", "NULLABLE")),
        ("boolean", Field("x", "BOOL", "NULLABLE")),
        ("date", Field("x", "DATE", "NULLABLE")),
        ("time", Field("x", "TIME", "NULLABLE")),
        ("decimal(8,2)", Field("x", "NUMERIC", "NULLABLE", 8, 2)),
        ("array<string>", Field("x", "STRING", "REPEATED")),
    ],
)
def test_types_are_bigquerys_when_the_contract_has_them(type_: str, expected: Field) -> None:
    assert field_of("x", type_) == expected


def test_a_type_is_refused_when_the_contract_does_not_have_it() -> None:
    with pytest.raises(ValueError, match="'float' is no type of the contract"):
        field_of("x", "float")


def test_the_claim_changes_no_row_when_a_greater_fence_is_there() -> None:
    assert claim_sql("p.c.published") == ("update `p.c.published` set fence = @fence where id = 1 and fence <= @fence")


def test_publishing_is_one_row_of_one_table_when_the_fence_is_ours() -> None:
    assert flip_sql("p.c.published") == (
        "update `p.c.published` set published_fence = @fence, shown = @shown, version = @version, run = @run, "
        "published_at = current_timestamp() where id = 1 and fence = @fence"
    )


def test_a_loaded_table_gets_names_types_description_and_labels_when_it_is_named() -> None:
    columns = [Column("id", "int", False), Column("courseLength", "decimal(6,3)", True)]
    columns.append(Column("previousNames", "array<string>", True))

    assert named_table_sql("p.d.races", columns, "One row per 'race'.", {"layer": "raw"}) == (
        "create or replace table `p.d.races` "
        "(`id` int64, `course_length` numeric(6, 3), `previous_names` array<string>) "
        "options (description = 'One row per \\'race\\'.', labels = [('layer', 'raw')]) as select "
        "`id` as `id`, `courseLength` as `course_length`, `previousNames` as `previous_names` from `p.d.races`"
    )


def test_a_text_is_written_so_that_bigquery_reads_it_back_when_it_has_special_characters() -> None:
    assert literal("a\\b'c\nd") == "'a\\\\b\\'c\\nd'"


def test_a_view_shows_the_old_place_and_the_new_one_by_the_control_record_while_it_moves() -> None:
    old, new = Built("6_1", "p.f1db__fence_6_1.t", {"x": "INT64", "y": "DATE"}), Built("7_1", "p.n.t", {"x": "STRING"})

    assert moving_view_sql("p.c.published", old, new) == (
        "select safe_cast(`x` as STRING) as `x`, `y` from `p.f1db__fence_6_1.t` "
        "where (select shown from `p.c.published` where id = 1) = '6_1'\n"
        "union all\n"
        "select `x`, cast(null as DATE) as `y` from `p.n.t` "
        "where (select shown from `p.c.published` where id = 1) = '7_1'"
    )
    assert settled_view_sql(new) == "select `x` from `p.n.t`"


def test_job_ids_say_run_fence_table_and_suffix() -> None:
    table = RawTable(
        "races", 1, "gs://curated/runs/f1db-2026-11-0-a-c-0/2/races.parquet", (Column("id", "int", False),)
    )

    assert load_job_id(table, "7_1", 1) == "transform-f1db-2026-11-0-a-c-0-2-fence-7_1-races-1"
