"""What is selected of a table: each column as the type that a file can hold, or as text."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from dlt.sources.sql_database.schema_types import sqla_col_to_column_schema
from psycopg import adapters
from sqlalchemy.dialects import postgresql

from orchestration.extract.fetch.plans import SqlPlan
from orchestration.extract.fetch.secrets import FetchError

# Digits that a decimal of 128 bits holds.
WIDEST_DECIMAL = 38
ORDERED = (sa.DateTime, sa.Date, sa.Integer, sa.Numeric, sa.String, sa.Uuid)
TEMPORAL = (sa.Date, sa.DateTime, sa.Time)
SUBQUERY = "fetched"
# Types by whose order a read can go on; texts include identifiers (UUID).
KEY_TYPES = ("bigint", "text", "timestamp", "date", "decimal")


@dataclass(frozen=True, kw_only=True)
class SelectedColumn:
    """One column: its own expression, what it is selected as, and dlt's description of that."""

    name: str
    own: Any
    selected: Any
    hint: Any

    @property
    def is_temporal(self) -> bool:
        """Whether the database holds dates or times in it."""
        return isinstance(self.own.type, TEMPORAL)

    @property
    def ordering(self) -> Any:
        """What rows are ordered and compared by: the value as it lands."""
        return self.selected.element

    def as_text(self) -> SelectedColumn:
        """Return the column as the database writes it."""
        text = sa.cast(self.own, sa.Text)
        return replace(self, selected=text.label(self.name), hint=_text_hint(self.name))


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The columns of a table or a query.

    Attributes
    ----------
    relation
        What they are selected from.
    key
        Columns of the primary key, none for a query.
    """

    relation: Any
    columns: tuple[SelectedColumn, ...]
    key: tuple[SelectedColumn, ...] = ()

    @property
    def hints(self) -> dict[str, Any]:
        """Descriptions by name, as dlt's loader takes them."""
        return {column.name: column.hint for column in self.columns}

    def column(self, name: str) -> SelectedColumn:
        """Return the column called ``name``.

        Raises
        ------
        FetchError
            When there is none.
        """
        names = [column.name for column in self.columns]
        if name not in names:
            message = f"there is no column {name!r}; there are {', '.join(names)}"
            raise FetchError(message)
        return self.columns[names.index(name)]

    def cursor(self, name: str) -> SelectedColumn:
        """Return the column that says what is new.

        Raises
        ------
        FetchError
            When there is none, or its type has no order to go on by.
        """
        column = self.column(name)
        ordered = column.hint.get("data_type") in KEY_TYPES
        is_unbounded = isinstance(column.own.type, sa.Numeric) and not _fits(column.own.type)
        if not ordered or is_unbounded or not isinstance(column.own.type, ORDERED):
            message = (
                f"the cursor {name!r} is of type {column.own.type}; a cursor is a timestamp, a "
                "date, a whole number, a decimal with digits given, a text or a UUID; another can "
                "be cast in a `query`"
            )
            raise FetchError(message)
        return column

    def with_times_as_text(self, *, but: str | None) -> Selection:
        """Return the selection with dates and times as text, the cursor's column excepted."""
        columns = tuple(
            column.as_text() if column.is_temporal and column.name != but else column
            for column in self.columns
        )
        return replace(self, columns=columns)


def select_columns(engine: sa.Engine, plan: SqlPlan) -> Selection:
    """Return what to select for a plan, from what the database says of its types.

    Raises
    ------
    FetchError
        When the table or one of the columns does not exist.
    """
    if plan.query is None:
        relation: Any = _table(engine, plan)
        own = list(relation.columns)
        key_names = [column.name for column in relation.primary_key]
    else:
        relation, own = _query(engine, plan.query)
        key_names = []
    selection = Selection(relation=relation, columns=tuple(_selected(column) for column in own))
    wanted = plan.columns or [column.name for column in own]
    chosen = tuple(selection.column(name) for name in wanted)
    key = tuple(column for column in chosen if column.name in key_names)
    # Without all of its columns a key tells no rows apart; by bytes there is no going on.
    usable = len(key) == len(key_names) and all(
        column.hint.get("data_type") in KEY_TYPES for column in key
    )
    return replace(selection, columns=chosen, key=key if usable else ())


def _table(engine: sa.Engine, plan: SqlPlan) -> sa.Table:
    assert plan.table is not None  # noqa: S101  # one of table and query is given
    try:
        with warnings.catch_warnings():
            # Types that the library does not know are selected as text.
            warnings.simplefilter("ignore", sa.exc.SAWarning)
            return sa.Table(
                plan.table,
                sa.MetaData(),
                schema=plan.schema,
                autoload_with=engine,
                resolve_fks=False,
            )
    except sa.exc.NoSuchTableError as error:
        inspector = sa.inspect(engine)
        there = [*inspector.get_table_names(plan.schema), *inspector.get_view_names(plan.schema)]
        nearest = difflib.get_close_matches(plan.table, there, n=3, cutoff=0.5)
        place = f"schema {plan.schema}" if plan.schema else "the connection's schema"
        hint = f"; near it are {', '.join(nearest)}" if nearest else ""
        message = (
            f"{place} has no table {plan.table!r} that this user may see{hint}: correct `table` or "
            "`schema`, or grant select on it"
        )
        raise FetchError(message) from error


def _query(engine: sa.Engine, query: str) -> tuple[Any, list[Any]]:
    """Return a query as a relation with typed columns, from its description by the server."""
    inner = sa.text(f"select * from ({query.strip().rstrip(';')}\n) as {SUBQUERY} where 1 = 0")
    with engine.connect() as connection:
        description = connection.execute(inner).cursor.description
    columns = [sa.column(entry[0], _described_type(engine, entry)) for entry in description]
    relation = sa.text(query.strip().rstrip(";")).columns(*columns).subquery(SUBQUERY)
    return relation, list(relation.columns)


def _described_type(engine: sa.Engine, entry: Sequence[Any]) -> Any:
    if engine.dialect.name != "postgresql":
        return sa.types.NullType()
    known = adapters.types.get(entry[1])
    if known is None or known.array_oid == entry[1]:
        return sa.types.NullType() if known is None else postgresql.ARRAY(sa.Text)
    kind = engine.dialect.ischema_names.get(known.regtype)  # type: ignore[attr-defined]
    if kind is None:
        return sa.types.NullType()
    if issubclass(kind, sa.Numeric) and not issubclass(kind, sa.Float):
        return kind(precision=entry[4], scale=entry[5])
    if known.name in ("timestamptz", "timetz"):
        return kind(timezone=True)
    return kind()


def _selected(column: Any) -> SelectedColumn:
    name = str(column.name)
    own, kind = column, column.type
    if isinstance(kind, postgresql.DOMAIN):
        own = sa.cast(column, kind.data_type)
        kind = kind.data_type
    selected = SelectedColumn(name=name, own=own, selected=own.label(name), hint=None)
    if isinstance(kind, postgresql.ARRAY):
        json = sa.cast(sa.func.to_json(own), sa.Text)
        return replace(selected, selected=json.label(name), hint=_text_hint(name))
    if not _fits(kind):
        return selected.as_text()
    hint = sqla_col_to_column_schema(sa.Column(name, kind), "full") or {"name": name}
    return replace(selected, hint={**hint, "nullable": True})


def _fits(kind: Any) -> bool:
    """Return whether a file holds the type as it is; whatever does not is selected as text."""
    if isinstance(kind, sa.Enum | sa.Uuid | sa.JSON | sa.Interval):
        return False
    if isinstance(kind, sa.Float):
        return True
    if isinstance(kind, sa.Numeric):
        return (
            kind.precision is not None
            and kind.precision <= WIDEST_DECIMAL
            and bool(kind.scale is not None and 0 <= kind.scale <= kind.precision)
        )
    if isinstance(kind, sa.Time):
        return not kind.timezone
    plain = sa.String | sa.Integer | sa.Boolean | sa.Date | sa.DateTime | sa.LargeBinary
    return isinstance(kind, plain)


def _text_hint(name: str) -> dict[str, Any]:
    return {"name": name, "data_type": "text", "nullable": True}
