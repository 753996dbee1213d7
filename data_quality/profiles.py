"""Profiles: counts, shares and quantiles of a table, from one wide scan of its newest rows.

What is profiled is the window up to the as-of day, so the cost follows what is new and not the
length of the history. A large window is cut to a sample drawn by the hash of the key: the same rows
in every run, whatever the order in which the engine reads them. Columns with personal data are
counted, and no value of theirs is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from data_quality.tables import TableSpec

SAMPLE_ROWS = 100_000
# A column with more different values is no category; one with few rows behind each value may be a
# list of persons, which is not kept.
MOST_CATEGORIES = 20
FEWEST_ROWS_A_CATEGORY = 5
FEWEST_ROWS = 50
CATEGORY_LENGTH = 60
PROFILE_COLUMNS = ("table_name", "measure", "column_name", "category", "figure")

_CATEGORY_TYPES = ("BOOLEAN", "VARCHAR", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DOUBLE")
_NUMBER_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of a profile; ``column_name`` and ``category`` are empty where they do not apply."""

    table_name: str
    measure: str
    column_name: str = ""
    category: str = ""
    figure: float


def profile_frame(figures: Sequence[Figure]) -> pd.DataFrame:
    """Figures as a frame with the columns `PROFILE_COLUMNS`."""
    rows = [[getattr(figure, name) for name in PROFILE_COLUMNS] for figure in figures]
    return pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


def profile_table(
    connection: duckdb.DuckDBPyConnection, spec: TableSpec, as_of: date
) -> tuple[Figure, ...]:
    """Measure one table.

    Parameters
    ----------
    connection
        The warehouse; a temporary table is made in it and dropped again.
    spec
        The table; one that is missing gives no figures.
    as_of
        Last day that counts.

    Returns
    -------
    tuple of Figure
        ``rows`` of the whole table; ``recent_rows`` and ``event_age_days`` (days from the newest
        event to the as-of day) with a time column; per column ``null_share``; per number
        ``median`` and ``middle_half`` (third less first quartile); per category ``share`` of the
        filled rows, and ``category_rows``, their number; ``unexpected_column`` per name that the
        contract does not know.
    """
    columns = _columns(connection, spec.table)
    if not columns:
        return ()
    time = spec.time_column if spec.time_column in columns else None
    found = _first(connection.execute(_counts_sql(spec.table, time), _window(spec, time, as_of)))
    figures = [Figure(table_name=spec.table, measure="rows", figure=found["row_count"])]
    if time:
        figures.append(
            Figure(table_name=spec.table, measure="recent_rows", figure=found["recent_rows"])
        )
        if found["event_age_days"] is not None:
            figures.append(
                Figure(
                    table_name=spec.table, measure="event_age_days", figure=found["event_age_days"]
                )
            )
    if found["recent_rows"]:
        _draw_sample(connection, spec, time, as_of, columns, int(found["recent_rows"]))
        figures += _column_figures(connection, spec, columns)
        connection.execute("drop table temp.profiled")
    return tuple(figures)


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Columns of a table or view with their types; the loader's own are left out."""
    found = connection.execute(
        "select column_name, data_type from information_schema.columns "
        "where table_catalog = current_database() and table_schema = $1 and table_name = $2 "
        "order by ordinal_position",
        table.split("."),
    ).fetchall()
    return {name: kind for name, kind in found if not name.startswith("_") or name == "_extra"}


def _first(result: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    names = [column[0] for column in result.description or []]
    row = result.fetchone()
    if row is None:
        raise RuntimeError("a query of totals gave no row")
    return dict(zip(names, row, strict=True))


def _in_window(time: str) -> str:
    day = f'cast("{time}" as date)'
    return f"{day} <= $as_of and {day} > $as_of - cast($window_days as integer)"


def _window(spec: TableSpec, time: str | None, as_of: date) -> dict[str, object]:
    return {"as_of": as_of, "window_days": spec.window_days} if time else {}


def _counts_sql(table: str, time: str | None) -> str:
    if time is None:
        return f"select count(*) as row_count, count(*) as recent_rows from {table}"
    day = f'cast("{time}" as date)'
    return f"""
        select
            count(*) as row_count,
            count(*) filter (where {_in_window(time)}) as recent_rows,
            date_diff('day', max({day}) filter (where {day} <= $as_of), $as_of) as event_age_days
        from {table}
    """


def _draw_sample(
    connection: duckdb.DuckDBPyConnection,
    spec: TableSpec,
    time: str | None,
    as_of: date,
    columns: Mapping[str, str],
    recent_rows: int,
) -> None:
    conditions = [_in_window(time)] if time else []
    one_in = -(-recent_rows // SAMPLE_ROWS)
    if one_in > 1:
        key = spec.key[0] if spec.key and spec.key[0] in columns else next(iter(columns))
        conditions.append(f'hash("{key}") % {one_in} = 0')
    names = ", ".join(f'"{name}"' for name in columns)
    where = f"where {' and '.join(conditions)}" if conditions else ""
    connection.execute(
        f"create or replace temp table profiled as select {names} from {spec.table} {where}",
        _window(spec, time, as_of),
    )


def _column_figures(
    connection: duckdb.DuckDBPyConnection, spec: TableSpec, columns: Mapping[str, str]
) -> Iterator[Figure]:
    shown = [name for name in columns if name not in {*spec.hidden_columns, *spec.key, "_extra"}]
    # The version of a model or signal is meant to change.
    candidates = [
        name for name in shown if columns[name] in _CATEGORY_TYPES and not name.endswith("_version")
    ]
    numbers = [
        name for name in shown if columns[name] in _NUMBER_TYPES or columns[name][:7] == "DECIMAL"
    ]
    select = ["count(*) as row_count"]
    select += [f'count("{name}") as "filled_{name}"' for name in columns]
    select += [f'approx_count_distinct("{name}") as "distinct_{name}"' for name in candidates]
    select += [
        f'quantile_cont(cast("{name}" as double), [0.25, 0.5, 0.75]) as "quartiles_{name}"'
        for name in numbers
    ]
    found = _first(connection.execute(f"select {', '.join(select)} from temp.profiled"))
    rows = found["row_count"]
    if not rows:
        return
    for name in columns:
        if name != "_extra":
            share = 1 - found[f"filled_{name}"] / rows
            yield _of(spec, "null_share", share, name)
    categories = [name for name in candidates if _is_category(found, name)]
    yield from _category_figures(connection, spec, categories)
    for name in numbers:
        if name not in categories and found[f"filled_{name}"] >= FEWEST_ROWS:
            low, middle, high = found[f"quartiles_{name}"]
            yield _of(spec, "median", middle, name)
            yield _of(spec, "middle_half", high - low, name)
    if found.get("filled__extra"):
        yield from _unexpected_columns(connection, spec)


def _of(
    spec: TableSpec, measure: str, figure: float, column: str = "", category: str = ""
) -> Figure:
    return Figure(
        table_name=spec.table,
        measure=measure,
        column_name=column,
        category=category,
        figure=float(figure),
    )


def _is_category(found: Mapping[str, Any], name: str) -> bool:
    filled, different = found[f"filled_{name}"], found[f"distinct_{name}"]
    return bool(
        filled >= FEWEST_ROWS
        and different <= MOST_CATEGORIES
        and different * FEWEST_ROWS_A_CATEGORY <= filled
    )


def _category_figures(
    connection: duckdb.DuckDBPyConnection, spec: TableSpec, names: Sequence[str]
) -> Iterator[Figure]:
    if not names:
        return
    select = ", ".join(f'histogram(cast("{name}" as varchar)) as "{name}"' for name in names)
    found = _first(connection.execute(f"select {select} from temp.profiled"))
    for name in names:
        counts = found[name]
        if not isinstance(counts, dict):
            raise TypeError(f"{spec.table}.{name}: the counts of its values are {counts!r}")
        filled = sum(counts.values())
        yield _of(spec, "category_rows", filled, name)
        shares: dict[str, float] = {}
        for value, count in sorted(counts.items()):
            category = value[:CATEGORY_LENGTH]
            shares[category] = shares.get(category, 0.0) + count / filled
        for category, share in shares.items():
            yield _of(spec, "share", share, name, category)


def _unexpected_columns(connection: duckdb.DuckDBPyConnection, spec: TableSpec) -> Iterator[Figure]:
    """Name what the files hold and the contract does not, with the rows that have it."""
    found = connection.execute(
        f"""
        select left(key, {CATEGORY_LENGTH}) as name, count(*) as row_count
        from (
            select unnest(json_keys(_extra)) as key from temp.profiled where _extra is not null
        ) as keys
        group by name
        order by row_count desc, name
        limit {MOST_CATEGORIES}
        """
    ).fetchall()
    for name, count in found:
        yield _of(spec, "unexpected_column", count, category=name)
