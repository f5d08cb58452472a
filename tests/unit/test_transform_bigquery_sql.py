"""What BigQuery is asked to do, as text."""

import pytest

from pipeline.manifests import Column
from transform.raw_tables import RawTable, snake_case
from transform.warehouses.bigquery_jobs import load_job_id
from transform.warehouses.bigquery_sql import Field, claim_sql, field_of, publish_sql, rename_columns_sql


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


def test_the_claim_asserts_the_fence_when_a_greater_one_is_there() -> None:
    assert claim_sql("p.c.published") == (
        "update `p.c.published` set fence = @fence where id = 1 and fence < @fence;\n"
        "assert (select fence from `p.c.published` where id = 1) = @fence "
        "as 'the control record has a greater fence';\n"
    )


def test_columns_are_renamed_only_where_the_name_changes() -> None:
    assert (
        rename_columns_sql("p.d.races", ["id", "grandPrixId", "circuitId"])
        == "alter table `p.d.races` rename column `grandPrixId` to `grand_prix_id`, "
        "rename column `circuitId` to `circuit_id`;\n"
    )
    assert rename_columns_sql("p.d.seasons", ["year"]) is None


def test_publishing_is_one_transaction_that_asserts_the_fence_first() -> None:
    script = publish_sql("p.c.published", {"p.f1db.a": ("p.f1db__fence_3.a", ["x", "y"])}, ["p.f1db.gone"])

    assert (
        script
        == """\
begin
  begin transaction;
  update `p.c.published`
  set published_fence = @fence, version = @version, run = @run, published_at = current_timestamp()
  where id = 1 and fence = @fence;
  assert @@row_count = 1 as 'the control record carries another fence';
  delete from `p.f1db.a` where true;
  insert into `p.f1db.a` (`x`, `y`) select `x`, `y` from `p.f1db__fence_3.a`;
  delete from `p.f1db.gone` where true;
  commit transaction;
exception when error then
  rollback transaction;
  raise;
end;
"""
    )


def test_job_ids_say_run_fence_table_and_suffix() -> None:
    table = RawTable(
        "races", 1, "gs://curated/runs/f1db-2026-11-0-a-c-0/2/races.parquet", (Column("id", "int", False),)
    )

    assert load_job_id(table, 7, 1) == "transform-f1db-2026-11-0-a-c-0-2-fence-7-races-1"
