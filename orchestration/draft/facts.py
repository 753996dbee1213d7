"""Counts over the sampled values of one column, taken in two queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from orchestration.draft.values import VALUES
from orchestration.extract.sql_text import identifier, literal, literals

EMAIL = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
# A plus in front, or groups: long numbers alone are ids more often than telephones.
PHONE = r"(\+[0-9][0-9 ().-]{7,}[0-9])|(\(?[0-9]{2,5}\)?[ .-][0-9]{2,5}[ .-][0-9]{3,}.*)"
DATE_LIKE = r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}.*"
TRUTH_VALUES = ("true", "false", "yes", "no", "t", "f", "y", "n")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is counted over a column's sample.

    Attributes
    ----------
    rows
        Sampled rows.
    filled
        Rows with any text.
    told
        Rows with a value, null texts left out.
    distinct
        Different values among them.
    null_texts
        Texts found that may stand for no value, as written, the commonest first.
    mean_words
        Words a value.
    email_share, phone_share
        Share of values in the form of one, 0 to 1.
    smallest, largest
        Of values that are plain numbers.
    longest
        Characters of the longest value.
    """

    rows: int
    filled: int
    told: int
    distinct: int
    null_texts: tuple[str, ...] = ()
    is_truth_value: bool = False
    is_zero_or_one: bool = False
    is_json: bool = False
    mean_words: float = 0.0
    email_share: float = 0.0
    phone_share: float = 0.0
    smallest: float | None = None
    largest: float | None = None
    longest: int = 0


def gather_facts(
    connection: duckdb.DuckDBPyConnection, relation: str, cell: str, nothing: Collection[str]
) -> Facts:
    """Count over a column whose values `VALUES` holds.

    Parameters
    ----------
    nothing
        Texts that stand for no value, lower case.
    """
    column = f"trim(cast({identifier(cell)} as varchar))"
    row = connection.execute(f"""
        with texts as (select {column} as text from {relation}),

        said as (
            select text, count(*) as row_count from texts
            where lower(text) in ({literals(nothing)})
            group by text
        )

        select
            (select count(*) from texts),
            (select count(*) from texts where text <> ''),
            (select list(text order by row_count desc, text) from said)
    """).fetchone() or (0, 0, None)
    values = connection.execute(f"""
        select
            coalesce(sum(row_count), 0) as told,
            count(*) as distinct_values,
            coalesce(bool_and(lower(value) in ({literals(TRUTH_VALUES)})), false),
            coalesce(bool_and(value in ('0', '1')), false),
            coalesce(
                bool_and(left(value, 1) in ('{{', '[') and json_valid(value)), false
            ),
            coalesce(
                sum(row_count * (1 + length(value) - length(replace(value, ' ', '')))), 0
            ) as words,
            coalesce(sum(row_count) filter (regexp_full_match(value, {literal(EMAIL)})), 0),
            coalesce(sum(row_count) filter (
                regexp_full_match(value, {literal(PHONE)})
                and not regexp_full_match(value, {literal(DATE_LIKE)})
            ), 0),
            min(try_cast(value as double)),
            max(try_cast(value as double)),
            coalesce(max(length(value)), 0)
        from {VALUES}
    """).fetchone() or (0, 0, False, False, False, 0, 0, 0, None, None, 0)
    told = int(values[0])
    return Facts(
        rows=int(row[0]),
        filled=int(row[1]),
        told=told,
        distinct=int(values[1]),
        null_texts=tuple(row[2] or ()),
        is_truth_value=values[2],
        is_zero_or_one=values[3],
        is_json=values[4],
        mean_words=float(values[5]) / told if told else 0.0,
        email_share=float(values[6]) / told if told else 0.0,
        phone_share=float(values[7]) / told if told else 0.0,
        smallest=values[8],
        largest=values[9],
        longest=int(values[10]),
    )
