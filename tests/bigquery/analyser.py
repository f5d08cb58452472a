"""BigQuery's SQL as Google's own analyser understands it: names resolved, types inferred, statements of scripts too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import empty_pb2
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2
from zetasql.wasi._pb2.zetasql.public import options_pb2 as public_options_pb2
from zetasql.wasi._pb2.zetasql.public import type_pb2

from tests.bigquery.zetasql_module import ZetaSql

# Columns and their types as BigQuery writes them: `INT64`, `ARRAY<STRING>`.
Schema = Mapping[str, str]
# The analyser knows these, BigQuery's reference does not: whatever uses one of them would fail there.
NOT_IN_BIGQUERY = (
    *("AGGREGATE_FILTERING", "ALIASES_FOR_STRING_AND_DATE_FUNCTIONS", "ARRAY_EQUALITY", "ARRAY_ORDERING"),
    *("BARE_ARRAY_ACCESS", "CONCAT_MIXED_TYPES", "FIRST_AND_LAST_N", "LATERAL_COLUMN_REFERENCES", "LATERAL_JOIN"),
    *("LIMIT_ALL", "LIMIT_OFFSET_EXPRESSIONS", "LITERAL_CONCATENATION", "MAP_TYPE", "MULTILEVEL_AGGREGATION"),
    *("NULLIFZERO_ZEROIFNULL", "PI_FUNCTIONS", "ROW_TYPE", "STRUCT_POSITIONAL_ACCESSOR", "UUID_TYPE"),
)
_RENAMED = {"DOUBLE": "FLOAT64"}


class Analyser:
    """Analyses single statements against tables that are known by name and columns only."""

    def __init__(self, zetasql: ZetaSql) -> None:
        self._zetasql = zetasql
        request = service.LanguageOptionsRequest(maximum_features=True)
        language = zetasql.call("GetLanguageOptions", request, options_pb2.LanguageOptionsProto)
        features = {f"FEATURE_{name}" for name in NOT_IN_BIGQUERY}
        names = type(language).DESCRIPTOR.fields_by_name["enabled_language_features"].enum_type.values_by_name
        assert features <= set(names)
        kept = [
            one for one in language.enabled_language_features if one not in {names[name].number for name in features}
        ]
        del language.enabled_language_features[:]
        language.enabled_language_features.extend(kept)
        language.product_mode = 1  # external: BigQuery's type names, no 32-bit integers
        language.reserved_keywords.append("QUALIFY")
        # All statements, not only queries.
        del language.supported_statement_kinds[:]
        self._language = language
        self._registered: int | None = None
        self._known: dict[str, list[tuple[str, str]]] = {}

    def output(self, sql: str, tables: Mapping[str, Schema], parameters: Schema | None = None) -> Schema:
        """Return the columns of a query, or of the table that a statement creates; none for another statement.

        Raises:
            AnalysisError: with the analyser's reason, line and column.
        """
        statement = self._analysed(sql, tables, parameters or {}).resolved_statement
        if statement.HasField("resolved_query_stmt_node"):
            columns = statement.resolved_query_stmt_node.output_column_list
            return {column.name: type_name(column.column.type) for column in columns}
        created = statement.resolved_create_statement_node.resolved_create_table_stmt_base_node
        selected = created.resolved_create_table_as_select_stmt_node
        base = selected.parent if selected.HasField("query") else created.resolved_create_table_stmt_node.parent
        return {column.name: type_name(column.type) for column in base.column_definition_list}

    def tables_of(self, sql: str) -> list[str]:
        """Name the tables that a statement reads or writes, as they stand there."""
        request = service.ExtractTableNamesFromStatementRequest(sql_statement=sql)
        request.options.CopyFrom(self._language)
        answer = self._zetasql.call(
            "ExtractTableNamesFromStatement", request, service.ExtractTableNamesFromStatementResponse
        )
        return [".".join(found.table_name_segment) for found in answer.table_name]

    def _analysed(self, sql: str, tables: Mapping[str, Schema], parameters: Schema) -> Any:
        request = service.AnalyzeRequest(sql_statement=sql)
        request.options.language_options.CopyFrom(self._language)
        request.options.error_message_mode = public_options_pb2.ERROR_MESSAGE_MULTI_LINE_WITH_CARET
        request.options.system_variables.add(name_path=["row_count"], type=type_of("INT64"))
        for name, kind in parameters.items():
            request.options.query_parameters.add(name=name, type=type_of(kind))
        named = set(self.tables_of(sql))
        if named <= tables.keys():
            request.registered_catalog_id = self._catalog(named, tables)
        else:
            self._fill(request.simple_catalog, {name: tables[name] for name in named if name in tables})
        return self._zetasql.call("Analyze", request, service.AnalyzeResponse)

    def _catalog(self, named: set[str], tables: Mapping[str, Schema]) -> int:
        """Return a catalog in which these tables are as they are now; a new one for every statement would be slow.

        It may have others, which the statement does not name, and not have what has come since.
        """
        as_they_are = {name: list(columns.items()) for name, columns in tables.items()}  # their order is part of them
        if self._registered is None or any(self._known.get(name) != as_they_are[name] for name in named):
            if self._registered is not None:
                old, self._registered = service.UnregisterRequest(registered_id=self._registered), None
                self._zetasql.call("UnregisterCatalog", old, empty_pb2.Empty)
            request = service.RegisterCatalogRequest()
            self._fill(request.simple_catalog, tables)
            answer = self._zetasql.call("RegisterCatalog", request, service.RegisterResponse)
            self._registered, self._known = answer.registered_id, as_they_are
        return self._registered

    def _fill(self, catalog: Any, tables: Mapping[str, Schema]) -> None:
        catalog.name = "catalog"
        catalog.builtin_function_options.language_options.CopyFrom(self._language)
        for name in sorted(tables):
            _add_table(catalog, name, tables[name])


def type_name(type_: Any) -> str:
    """Write a type as BigQuery does."""
    kind = type_pb2.TypeKind.Name(type_.type_kind).removeprefix("TYPE_")
    if kind == "ARRAY":
        return f"ARRAY<{type_name(type_.array_type.element_type)}>"
    if kind == "STRUCT":
        fields = (f"{field.field_name} {type_name(field.field_type)}" for field in type_.struct_type.field)
        return f"STRUCT<{', '.join(fields)}>"
    return _RENAMED.get(kind, kind)


def type_of(name: str) -> Any:
    """Return the analyser's type for one that `type_name` has written; structs are never a table's column here."""
    if name.startswith("ARRAY<"):
        element = type_of(name.removeprefix("ARRAY<").removesuffix(">"))
        return type_pb2.TypeProto(
            type_kind=type_pb2.TYPE_ARRAY, array_type=type_pb2.ArrayTypeProto(element_type=element)
        )
    original = {renamed: kind for kind, renamed in _RENAMED.items()}.get(name, name)
    return type_pb2.TypeProto(type_kind=type_pb2.TypeKind.Value(f"TYPE_{original}"))


def _add_table(catalog: Any, name: str, schema: Schema) -> None:
    """Add a table under its whole name, as in `p.d.t`, and under its path, as in `p`.`d`.`t`."""
    *folders, last = name.split(".")
    place = catalog
    for folder in folders:
        found = [one for one in place.catalog if one.name == folder]
        place = found[0] if found else place.catalog.add(name=folder)
    for parent, known_as in ((catalog, name), *([(place, last)] if folders else [])):
        table = parent.table.add(name=known_as)
        for column, kind in schema.items():
            table.column.add(name=column, type=type_of(kind), is_writable_column=True)
