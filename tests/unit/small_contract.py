"""A contract of two tables that has every type: what the batch's reading of one table is tried on."""

from __future__ import annotations

from f1db_batch.contract import Contract, parse_contract

CONTRACT: Contract = parse_contract("""
format = 1
[enumerations]
kind = ["ROAD", "STREET"]
[tables.places]
description = "One row per place."
required = true
key = ["id"]
[tables.places.columns]
id = { type = "int", required = true }
name = { type = "string" }
kind = { type = "string", nullable = true, values = "kind" }
day = { type = "date", nullable = true }
at = { type = "time", nullable = true }
km = { type = "decimal(6,3)", nullable = true, required = true }
open = { type = "boolean", nullable = true }
old = { type = "array<string>", nullable = true }
[tables.names]
description = "One row per name."
key = ["id"]
[tables.names.columns]
id = { type = "string" }
name = { type = "string" }
""")
