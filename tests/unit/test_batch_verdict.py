"""What the driver makes of the tasks' reports: foreign keys, the order of findings, documents, and who does what."""

import pyarrow as pa

from f1db_batch.archive import Member
from f1db_batch.contract import load_contract, parse_contract
from f1db_batch.documents import decide, findings_document, findings_table, manifest_document
from f1db_batch.findings import Code, Finding, FindingLog, Severity, to_show
from f1db_batch.keys import TableKeys, missing_keys
from f1db_batch.limits import Limits
from f1db_batch.plan import order_tables, spread
from f1db_batch.settings import GsUri, Settings
from f1db_batch.tables import read_table
from f1db_batch.task import TableReport
from pipeline.findings import count_findings
from pipeline.manifests import Manifest

CONTRACT = parse_contract("""
format = 1
[tables.drivers]
description = "One row per driver."
required = true
key = ["id"]
[tables.drivers.columns]
id = { type = "string", required = true }
[tables.results]
description = "One row per result."
key = ["race", "driverId"]
[tables.results.columns]
race = { type = "int" }
driverId = { type = "string", references = "drivers" }
deputyId = { type = "string", nullable = true, references = "drivers" }
""")
SETTINGS = Settings(
    version="2026.11.0",
    run="f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0",
    attempt=2,
    batch_id="f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0-2",
    request=0,
    zip_uri=GsUri("landing", "releases/2026.11.0/aaaaaaaaaaaa/f1db-csv.zip"),
    zip_generation=17,
    zip_sha256="a" * 64,
    code_digest="b" * 64,
    curated=GsUri("curated", "runs/f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0/2"),
    manifest=GsUri("state", "runs/2026.11.0/r/manifest.json"),
    limits=Limits(),
)


def keys_of(drivers: bytes, results: bytes) -> dict[str, TableKeys]:
    raw = {"drivers": drivers, "results": results}
    referenced = CONTRACT.referenced()
    return {
        name: read_table(raw[name], table, Limits(), is_referenced=name in referenced).keys
        for name, table in CONTRACT.tables.items()
    }


def row_finding(row: int, severity: Severity = Severity.ERROR, table: str = "t") -> Finding:
    return Finding(severity, Code.BAD_VALUE, table, f"{table} line {row}", row=row)


def report(rows: int = 3, findings: tuple[Finding, ...] = (), errors: int = 0, warnings: int = 0) -> TableReport:
    return TableReport(
        table=CONTRACT.tables["results"],
        rows=rows,
        rejected_rows=1,
        parquet_bytes=900,
        parquet="gs://curated/runs/f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0/2/results.parquet",
        findings=findings,
        errors=errors,
        warnings=warnings,
        keys=TableKeys(None, {}),
    )


def member(table: str, size_bytes: int) -> Member:
    return Member(table, f"f1db-{table}.csv", 0, 10, 5, size_bytes, 0, is_deflated=True)


def test_foreign_keys_are_findings_when_they_name_no_row() -> None:
    keys = keys_of(
        b'"id"\n"a"\n"b"\n',
        b'"race","driverId","deputyId"\n1,"a",\n1,"x","b"\n2,"b","y"\n2,"x",""\n',
    )

    found = list(missing_keys(CONTRACT, keys))

    assert [finding.message for finding in found] == [
        "results line 3: driverId 'x' is not in drivers (2 rows)",
        "results line 4: deputyId 'y' is not in drivers",
    ]
    assert found[0] == Finding(
        Severity.ERROR, Code.MISSING_KEY, "results", found[0].message, column="driverId", row=3, value="x"
    )


def test_foreign_keys_are_left_alone_when_their_table_could_not_be_read() -> None:
    results = b'"race","driverId","deputyId"\n1,"x",\n'

    assert list(missing_keys(CONTRACT, keys_of(b"", results))) == []
    assert list(missing_keys(CONTRACT, keys_of(b'"name"\n"a"\n', results))) == []


def test_duplicates_name_all_parts_when_a_key_has_several() -> None:
    raw = b'"race","driverId","deputyId"\n1,"a",\n2,"a",\n1,"a","b"\n'
    result = read_table(raw, CONTRACT.tables["results"], Limits())

    assert [(f.message, f.column, f.value) for f in result.findings.kept] == [
        ("results line 4: race + driverId '1, a' is in 2 rows, the first in line 2", None, "1, a")
    ]


def test_all_structure_and_twenty_rows_are_shown_when_there_are_more() -> None:
    missing = [Finding(Severity.ERROR, Code.MISSING_TABLE, f"t{n:02}", f"t{n:02} is missing") for n in range(30)]
    unknown = Finding(Severity.WARNING, Code.UNKNOWN_TABLE, "u", "u is unknown")
    rows = [row_finding(row) for row in range(40, 0, -1)]

    shown = to_show([unknown, *rows, *missing])

    assert [finding.table for finding in shown[:30]] == [f"t{n:02}" for n in range(30)]
    assert [finding.row for finding in shown[30:50]] == list(range(1, 21))
    assert shown[50:] == [unknown]


def test_errors_are_shown_first_when_warnings_come_with_them() -> None:
    warnings = [row_finding(row, Severity.WARNING) for row in range(1, 30)]

    shown = to_show([*warnings, row_finding(99)])

    assert [finding.row for finding in shown] == [99, *range(1, 20)]


def test_release_is_rejected_when_an_error_was_counted_but_not_kept() -> None:
    across = FindingLog(limit=10)

    assert decide([report(errors=1)], across).status == "rejected"
    assert decide([report(warnings=9)], across).status == "processed"


def test_findings_are_counted_in_start_dbts_words_when_the_log_line_tells_them() -> None:
    reports = [report(errors=1, warnings=1200), report(warnings=34)]
    verdict = decide(reports, FindingLog(limit=10))
    manifest = Manifest.from_json(
        manifest_document(SETTINGS, verdict, zip_bytes=1, runtime={}, times={"started_at_utc": "", "duration_s": 1})
    )

    assert verdict.counted() == count_findings(manifest) == "1 error, 1,234 warnings"
    assert decide([report()], FindingLog(limit=10)).counted() == "0 errors, 0 warnings"


# All of it but its findings, of a release with one table.
MANIFEST = {
    "format": 1,
    "status": "rejected",
    "version": "2026.11.0",
    "run": "f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0",
    "attempt": 2,
    "batch_id": "f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0-2",
    "request": 0,
    "zip": {
        "uri": "gs://landing/releases/2026.11.0/aaaaaaaaaaaa/f1db-csv.zip",
        "generation": 17,
        "sha256": "a" * 64,
        "bytes": 123,
    },
    "code_digest": "b" * 64,
    "runtime": {"spark": "3.5.9"},
    "tables": [
        {
            "name": "results",
            "rows": 3,
            "rejected_rows": 1,
            "bytes": 900,
            "parquet": "gs://curated/runs/f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0/2/results.parquet",
            "key": ["race", "driverId"],
            "race_column": None,
            "driver_column": "driverId",
            "columns": [
                {"name": "race", "type": "int", "nullable": False},
                {"name": "driverId", "type": "string", "nullable": False},
                {"name": "deputyId", "type": "string", "nullable": True},
            ],
        }
    ],
    "finding_counts": {"error": 30, "warning": 2},
    "findings_json": "gs://curated/runs/f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0/2/findings.json",
    "findings_parquet": "gs://curated/runs/f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0/2/findings/findings.parquet",
    "started_at_utc": "2026-11-23T10:00:00.000Z",
    "finished_at_utc": "2026-11-23T10:00:05.000Z",
}


def test_manifest_and_findings_say_the_same_when_they_are_written() -> None:
    rows = tuple(row_finding(row) for row in range(1, 31))
    verdict = decide([report(findings=rows, errors=30, warnings=2)], FindingLog(limit=10))

    times = {"started_at_utc": "2026-11-23T10:00:00.000Z", "finished_at_utc": "2026-11-23T10:00:05.000Z"}
    manifest = manifest_document(SETTINGS, verdict, zip_bytes=123, runtime={"spark": "3.5.9"}, times=times)
    findings = findings_document(SETTINGS, verdict)

    assert (len(manifest.pop("findings")), len(findings["findings"])) == (20, 30)
    assert findings["finding_counts"] == {"error": 30, "warning": 2}
    assert findings["findings"][0] == {
        "severity": "error",
        "code": "bad_value",
        "table": "t",
        "message": "t line 1",
        "column": None,
        "row": 1,
        "value": None,
    }
    assert manifest == MANIFEST


def test_findings_are_a_table_when_there_are_some_or_none() -> None:
    verdict = decide([report(findings=(row_finding(7),), errors=1)], FindingLog(limit=10))

    (row,) = findings_table(SETTINGS, verdict).to_pylist()
    empty = findings_table(SETTINGS, decide([], FindingLog(limit=10)))

    assert row == {
        "release": "2026.11.0",
        "run": "f1db-2026-11-0-aaaaaaaa-bbbbbbbb-0",
        "attempt": 2,
        "severity": "error",
        "code": "bad_value",
        "table_name": "t",
        "column_name": None,
        "row_number": 7,
        "value": None,
        "message": "t line 7",
    }
    assert (empty.num_rows, sorted(empty.column_names)) == (0, sorted(row))


def test_every_table_is_ordered_when_the_archive_has_others() -> None:
    orders, findings = order_tables(CONTRACT, [member("results", 9), member("weather", 5)])

    assert [(order.table.name, order.member is not None, order.is_referenced) for order in orders] == [
        ("drivers", False, True),
        ("results", True, False),
        ("weather", True, False),
    ]
    assert [(finding.code, finding.severity, finding.message) for finding in findings] == [
        (Code.UNKNOWN_TABLE, Severity.WARNING, "weather: an unknown table, kept as text")
    ]


def test_tasks_get_about_the_same_when_tables_differ_in_size() -> None:
    contract = load_contract()
    sizes = {"races-race-results": 9_000_000, "races-pit-stops": 5_000_000, "races-fastest-laps": 4_000_000}
    orders, _ = order_tables(contract, [member(name, size) for name, size in sizes.items()])

    groups = spread(orders, 2)

    assert [group[0].table.name for group in groups] == ["races-race-results", "races-pit-stops"]
    assert sorted(order.table.name for group in groups for order in group) == sorted(contract.tables)
    assert [sum(order.size_bytes for order in group) for group in groups] == [9_000_000, 9_000_000]


def test_there_is_a_task_for_each_table_at_most_when_there_are_many_cores() -> None:
    orders, _ = order_tables(CONTRACT, [])

    assert [len(group) for group in spread(orders, 64)] == [1, 1]


def test_ids_stay_small_when_a_table_is_referenced() -> None:
    keys = keys_of(b'"id"\n"a"\n"b"\n', b'"race","driverId","deputyId"\n1,"a",\n2,"a",\n')

    assert keys["drivers"].ids == pa.chunked_array([["a", "b"]]).unique()
    assert keys["results"].ids is None
    assert keys["results"].references["driverId"].to_pylist() == [{"value": "a", "line_min": 2, "line_count": 2}]
