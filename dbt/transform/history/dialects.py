"""Where DuckDB's SQL and BigQuery's differ in what compares two releases: here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one warehouse writes names, texts and lists; `suffix` ends the names of its private datasets."""

    kind: Literal["duckdb", "bigquery"]
    suffix: str = ""

    @property
    def string(self) -> str:
        return "varchar" if self.kind == "duckdb" else "string"

    @property
    def integer(self) -> str:
        return "bigint" if self.kind == "duckdb" else "int64"

    @property
    def quote(self) -> str:
        return '"' if self.kind == "duckdb" else "`"

    def name(self, name: str) -> str:
        return f"{self.quote}{name}{self.quote}"

    def table(self, dataset: str, table: str) -> str:
        return f"{self.name(dataset + self.suffix)}.{self.name(table)}"

    def literal(self, text: str) -> str:
        doubled = "''" if self.kind == "duckdb" else "\\'"
        escaped = text if self.kind == "duckdb" else text.replace("\\", "\\\\")
        return "'" + escaped.replace("'", doubled) + "'"

    def text(self, column: str, type_: str) -> str:
        """Write a column of a type of the contract as text; decimals without the zeros that only one dialect shows."""
        if type_.startswith("array"):
            return f"nullif(array_to_string({column}, ';'), '')"
        if type_ == "string":
            return column
        as_text = f"cast({column} as {self.string})"
        if type_.startswith("decimal") and self.kind == "duckdb":
            return f"regexp_replace({as_text}, '[.]?0+$', '')" if not type_.endswith(",0)") else as_text
        return as_text

    def struct(self, fields: Mapping[str, str]) -> str:
        if self.kind == "duckdb":
            return "{" + ", ".join(f"'{name}': {value}" for name, value in fields.items()) + "}"
        return "struct(" + ", ".join(f"{value} as {name}" for name, value in fields.items()) + ")"

    def unnested(self, values: Sequence[str], alias: str) -> str:
        """Write a list of structs as a relation whose one column is `alias`."""
        listed = ", ".join(values)
        return f"unnest([{listed}]) as listed({alias})" if self.kind == "duckdb" else f"unnest([{listed}]) as {alias}"


DUCKDB = Dialect("duckdb")
