"""The identity models' own SQL on literal rows in a bare DuckDB, some milliseconds a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

START = datetime(2025, 1, 1)
# In the order of the data; int_identity_links is Python and stands in as a table.
CHAIN = (
    "int_identity_claims",
    "int_identity_exclusions",
    "int_identity_decision_keys",
    "int_identity_edges",
    "int_identity_cuts",
    "int_customer_identities",
    "int_customer_records",
    "int_identifier_history",
    "dim_customer_aliases",
    "int_identity_decision_effects",
)
Claim = tuple[str, str, str, str]
Rows = Sequence[Mapping[str, object]]


class Stitching:
    """The compiled models, run one after the other on given streams."""

    def __init__(self, sql: Mapping[str, str], template: Path) -> None:
        self.sql = sql
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{template}' as template (read_only)")
        self.connection.execute("attach ':memory:' as warehouse")
        self.connection.execute("create schema warehouse.core; create schema warehouse.reference")
        # Views last, since they read tables of the same names here.
        copied = self.connection.execute(
            """
            select schema_name, table_name
            from (
                select database_name, schema_name, table_name, 1 as place from duckdb_tables()
                union all
                select
                    database_name,
                    schema_name,
                    view_name,
                    case when view_name like '%_unioned' then 0 else 2 end
                from duckdb_views()
                where view_name like '%_unioned'
                    or view_name in ('int_identity_claims', 'int_identity_edges')
            )
            where database_name = 'template' and schema_name in ('core', 'reference')
            order by place, table_name
            """
        ).fetchall()
        for schema, name in copied:
            shape = self.connection.sql(f"select * from template.{schema}.{name} limit 0")
            columns = ", ".join(
                f'"{column}" {kind}'
                for column, kind in zip(shape.columns, shape.types, strict=True)
            )
            self.connection.execute(f"create table warehouse.{schema}.{name} ({columns})")
            if schema == "reference":
                self.connection.execute(
                    f"insert into warehouse.{schema}.{name} from template.{schema}.{name}"
                )

    def put(self, table: str, rows: Rows) -> None:
        self.connection.execute(f"delete from warehouse.core.{table}")
        if rows:
            columns = list(dict.fromkeys(column for row in rows for column in row))
            literal = pa.table({column: [row.get(column) for row in rows] for column in columns})
            self.connection.register("literal", literal)
            self.connection.execute(
                f"insert into warehouse.core.{table} by name select * from literal"
            )

    def run(
        self,
        claims: Sequence[Claim],
        *,
        accounts: Rows = (),
        decisions: Rows = (),
        links: Rows = (),
        persons: Rows = (),
        events: Rows = (),
        observed: Callable[[str], datetime] | None = None,
    ) -> dict[tuple[str, str], str]:
        """Build the chain and return the customer of each key."""
        seen = observed or (lambda record: START + timedelta(days=int(record[1:] or 0)))
        self.put("int_identities_unioned", [
            {"source_name": source, "source_record_id": record, "identity_type": kind,
             "identity_value": value, "observed_at": seen(record)}
            for source, record, kind, value in claims
        ])  # fmt: skip
        self.put("int_accounts_unioned", accounts)
        self.put("int_identity_decisions_unioned", decisions)
        self.put("int_identity_links", links)
        self.put("int_identity_persons", persons)
        self.put("int_identifier_events_unioned", events)
        for model in CHAIN:
            self.connection.execute(f"delete from warehouse.core.{model}")
            self.connection.execute(f"insert into warehouse.core.{model} by name {self.sql[model]}")
        return {
            (kind, value): customer
            for kind, value, customer in self.rows(
                "select identity_type, identity_value, customer_id from int_customer_identities"
            )
        }

    def rows(self, query: str) -> list[tuple[object, ...]]:
        self.connection.execute("use warehouse.core")
        found = self.connection.execute(query).fetchall()
        self.connection.execute("use memory")
        return found

    def register(self, recorded_at: datetime) -> list[dict[str, object]]:
        """Return the events as the next run reads them from landing."""
        columns = (
            "entity", "identifier", "event", "current_identifier", "record_kind",
            "record_source_name", "record_id", "effective_on", "reason",
        )  # fmt: skip
        found = self.rows(f"select {', '.join(columns)}, recorded_at from int_identifier_history")
        return [
            {**dict(zip(columns, row, strict=False)), "source_name": "identity_register",
             "recorded_at": row[-1] or recorded_at}
            for row in found
        ]  # fmt: skip
