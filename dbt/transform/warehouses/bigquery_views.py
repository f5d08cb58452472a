"""What readers of BigQuery see: views over the tables of one private place, moved from one to the next at once.

A view that moves shows the old table or the new one by what the control record says is `shown`, so that one update of
one row moves them all. Whoever changes views reads their ETags first, then makes sure of its fence, and changes each
only if it is as it was read: a holder that lost its lease after that meets a changed view, and one that lost it before
meets the fence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from transform.errors import LeaseLostError
from transform.warehouses.bigquery_jobs import LABELS
from transform.warehouses.bigquery_sql import Built, moving_view_sql, settled_view_sql

# A dataset with this label may be behind views: it goes when they have settled on another one.
SHOWN = "shown"
_REQUESTS_AT_ONCE = 8
# BigQuery's older names of its types, which its answers still use.
_STANDARD = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
Guard = Callable[[], None]


@dataclass(frozen=True, slots=True)
class PublishedViews:
    """The published datasets of one project; `guard` raises LeaseLostError when the fence is no longer ours."""

    client: Any
    project_id: str
    control: str
    guard: Guard

    def keep(self, datasets: Sequence[str], place: str) -> None:
        """Let a place's tables live, and let the views of the published datasets read them for everybody."""
        from google.cloud import bigquery

        private = {name: f"{name}{suffix_of(place)}" for name in datasets}
        list(self._at_once(self._unexpire, self._tables(list(private.values()))))
        for name, built in private.items():
            dataset = self.client.get_dataset(f"{self.project_id}.{built}")
            readers = {"dataset": {"projectId": self.project_id, "datasetId": name}, "targetTypes": ["VIEWS"]}
            dataset.access_entries = [*dataset.access_entries, bigquery.AccessEntry(None, "dataset", readers)]
            dataset.default_table_expiration_ms = None
            dataset.labels = {**dataset.labels, SHOWN: "true"}
            self.client.update_dataset(dataset, ["access_entries", "default_table_expiration_ms", "labels"])

    def announce(self, datasets: Sequence[str], shown: str, arriving: str) -> None:
        """Let every view show the arriving place's table from the flip on, and the shown one's until then."""
        old, new = self._built(datasets, shown), self._built(datasets, arriving)
        wanted = {name: moving_view_sql(self.control, old.get(name), new.get(name)) for name in sorted({*old, *new})}
        self._replace(datasets, wanted, old | new, is_settled=False)

    def settle(self, datasets: Sequence[str], shown: str) -> None:
        """Let the views show this place's tables and no others; what it has no table for goes."""
        built = self._built(datasets, shown)
        self._replace(datasets, {name: settled_view_sql(one) for name, one in built.items()}, built, is_settled=True)

    def _replace(
        self, datasets: Sequence[str], wanted: Mapping[str, str], built: Mapping[str, Built], *, is_settled: bool
    ) -> None:
        known = {f"{one.dataset_id}.{one.table_id}": one for one in self._tables(datasets)}
        self.guard()
        gone = [known[name] for name in known if is_settled and name not in wanted]
        list(self._at_once(self._delete, gone))
        jobs = [(known.get(name), name, sql, built[name], is_settled) for name, sql in wanted.items()]
        list(self._at_once(lambda job: self._write(*job), jobs))

    def _write(self, known: Any, name: str, sql: str, built: Built, is_settled: bool) -> None:
        """Make one view, or change it if it is as it was read; a settled one is described as its table is."""
        from google.api_core.exceptions import Conflict, NotFound, PreconditionFailed
        from google.cloud import bigquery

        try:
            if known is not None and known.table_type != "VIEW":
                self._delete(known)
                known = None
            if known is None:
                known = bigquery.Table(f"{self.project_id}.{name}")
                known.view_query = sql
                known = self.client.create_table(known)
            elif known.view_query != sql:
                known.view_query = sql
                known = self.client.update_table(known, ["view_query"])
            if is_settled:
                self._describe(known, self.client.get_table(built.table))
        except (Conflict, NotFound, PreconditionFailed) as error:
            raise LeaseLostError(f"{name} was changed by somebody else") from error

    def _describe(self, view: Any, table: Any) -> None:
        """Give a view its table's words: the columns' descriptions, its own, and the labels."""
        from google.cloud import bigquery

        labels = {**LABELS, **table.labels}
        said, wanted = ([(field.name, field.description) for field in one.schema] for one in (view, table))
        if (view.description, dict(view.labels), said) == (table.description, labels, wanted):
            return
        view.description, view.labels = table.description, labels
        view.schema = [
            bigquery.SchemaField(field.name, field.field_type, "REPEATED" if field.mode == "REPEATED" else "NULLABLE",
                                 description=field.description)
            for field in table.schema
        ]  # fmt: skip
        self.client.update_table(view, ["description", "labels", "schema"])

    def _built(self, datasets: Sequence[str], place: str) -> dict[str, Built]:
        """Find the tables that a place has for these datasets, by their published names."""
        found = {}
        for table in self._tables([f"{name}{suffix_of(place)}" for name in datasets] if place else []):
            name = f"{table.dataset_id.removesuffix(suffix_of(place))}.{table.table_id}"
            full = f"{self.project_id}.{table.dataset_id}.{table.table_id}"
            found[name] = Built(place, full, {field.name: _type_of(field) for field in table.schema})
        return found

    def _unexpire(self, table: Any) -> None:
        table.expires = None
        self.client.update_table(table, ["expires"])

    def _tables(self, datasets: Sequence[str]) -> list[Any]:
        """Read every table and view of these datasets, those that do not exist being empty."""
        listed = [table.reference for tables in self._at_once(self._listed, datasets) for table in tables]
        return [table for table in self._at_once(self._table, listed) if table is not None]

    def _listed(self, dataset: str) -> list[Any]:
        from google.api_core.exceptions import NotFound

        try:
            return list(self.client.list_tables(f"{self.project_id}.{dataset}"))
        except NotFound:
            return []

    def _table(self, reference: Any) -> Any:
        from google.api_core.exceptions import NotFound

        try:
            return self.client.get_table(reference)
        except NotFound:
            return None

    def _delete(self, table: Any) -> None:
        """Delete a view if it is as it was read; the client's own method cannot say so."""
        from google.api_core.exceptions import NotFound, PreconditionFailed

        try:
            self.client._connection.api_request("DELETE", table.path, headers={"If-Match": table.etag})
        except NotFound:
            return
        except PreconditionFailed as error:
            raise LeaseLostError(f"{table.reference} was changed by somebody else") from error

    def _at_once(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as pool:
            yield from pool.map(work, items)


def suffix_of(place: str) -> str:
    """End the names of a private place's datasets: its fence, and its number among that holder's places."""
    return f"__fence_{place}"


def _type_of(field: Any) -> str:
    kind = _STANDARD.get(field.field_type, field.field_type)
    return f"ARRAY<{kind}>" if field.mode == "REPEATED" else str(kind)
