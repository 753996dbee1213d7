"""Expectations and what they observed, in words a steward reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from data_quality.catalogue import SQL_TYPE, Expectation
from data_quality.results import DBT_TEST

_MAP_PREDICATES = {
    "expect_column_values_to_be_in_set": "is one of {value_set}",
    "expect_column_values_to_not_be_in_set": "is none of {value_set}",
    "expect_column_values_to_not_be_null": "is filled in",
    "expect_column_values_to_be_null": "is empty",
    "expect_column_values_to_be_unique": "never repeats",
}
_AGGREGATE_SUBJECTS = {
    "expect_column_max_to_be_between": "the largest {column}",
    "expect_column_mean_to_be_between": "the mean of {column}",
    "expect_column_median_to_be_between": "the median of {column}",
    "expect_column_min_to_be_between": "the smallest {column}",
    "expect_column_proportion_of_non_null_values_to_be_between": "the filled share of {column}",
    "expect_column_proportion_of_unique_values_to_be_between": "the distinct share of {column}",
    "expect_column_stdev_to_be_between": "the standard deviation of {column}",
    "expect_column_sum_to_be_between": "the sum of {column}",
    "expect_column_unique_value_count_to_be_between": "the number of different values of {column}",
    "expect_table_row_count_to_be_between": "the number of rows",
}


FINDINGS = "findings"
"""Unit of SQL rules on a whole table, which find one row of figures or nothing."""


def number_in_words(value: float) -> str:
    """Write a number with thousands separators and at most four significant decimals."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.1f}"
    return f"{value:.4g}"


def share_in_words(share: float) -> str:
    """Write a share in 0–1 as a percentage that never rounds a real share to 0 or 100."""
    if 0 < share < 0.0001:
        return "under 0.01 %"
    if 0.9999 < share < 1:
        return "over 99.99 %"
    text = f"{100 * share:.2f}".rstrip("0").rstrip(".")
    return f"{text} %"


def _value(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return number_in_words(value)


def range_in_words(kwargs: Mapping[str, Any]) -> str:
    """Limits ``min_value`` and ``max_value`` in words, strict or not.

    Raises
    ------
    ValueError
        When neither limit is given, since such a rule checks nothing.
    """
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None and high is None:
        raise ValueError("a range needs min_value or max_value")
    strict_low, strict_high = kwargs.get("strict_min"), kwargs.get("strict_max")
    if low is not None and low == high:
        return f"exactly {_value(low)}"
    if low is not None and high is not None and not strict_low and not strict_high:
        return f"between {_value(low)} and {_value(high)}"
    parts = []
    if low is not None:
        parts.append(f"{'more than' if strict_low else 'at least'} {_value(low)}")
    if high is not None:
        parts.append(f"{'less than' if strict_high else 'at most'} {_value(high)}")
    return " and ".join(parts)


def _set(values: object) -> str:
    return ", ".join(str(value) for value in values) if isinstance(values, list | tuple) else ""


def _rule_in_words(expectation: Expectation) -> str:
    kind, kwargs = expectation.type, expectation.kwargs
    column = kwargs.get("column", "")
    values = _set(kwargs.get("value_set"))
    if kind in _MAP_PREDICATES:
        return f"{column} {_MAP_PREDICATES[kind].format(value_set=values)}"
    if kind in _AGGREGATE_SUBJECTS:
        return f"{_AGGREGATE_SUBJECTS[kind].format(column=column)} is {range_in_words(kwargs)}"
    if kind == "expect_column_values_to_be_between":
        return f"{column} is {range_in_words(kwargs)}"
    if kind == "expect_column_value_lengths_to_be_between":
        return f"the length of {column} is {range_in_words(kwargs)}"
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        relation = "not less than" if kwargs.get("or_equal") else "greater than"
        return f"{kwargs['column_A']} is {relation} {kwargs['column_B']}"
    if kind == "expect_compound_columns_to_be_unique":
        return f"no two rows share {' and '.join(expectation.column_names)}"
    if kind == "expect_column_distinct_values_to_be_in_set":
        return f"{column} holds nothing but {values}"
    if kind == "expect_column_distinct_values_to_contain_set":
        return f"{column} holds each of {values}"
    raise ValueError(f"no words for {kind!r}")


def statement_of(expectation: Expectation) -> str:
    """Say the rule in words, without a full stop, with the share of rows that must keep it."""
    words = expectation.statement or _rule_in_words(expectation)
    mostly = expectation.kwargs.get("mostly", 1)
    if mostly != 1 and expectation.type != SQL_TYPE:
        words = f"{words}, in at least {share_in_words(float(mostly))} of rows"
    return words


def observed_count(count: int, share: float | None, total: int | None, unit: str) -> str:
    """How many broke a rule, e.g. ``12 of 3,400 rows break it (0.35 %)`` or ``no files break it``.

    ``total`` and ``share`` (0–1) are null for findings that are not out of anything.
    """
    verb = "breaks" if count == 1 else "break"
    if total is None and unit == FINDINGS:
        return "does not hold" if count else "holds"
    if total is None:
        noun = unit.removesuffix("s") if count == 1 else unit
        return f"{count:,} {noun} {verb} it" if count else f"no {unit} break it"
    if not total:
        return f"there are no {unit} to look at"
    if share is None or not count:
        return f"all {total:,} {unit} keep it"
    return f"{count:,} of {total:,} {unit} {verb} it ({share_in_words(share)})"


def finding_in_words(figures: Mapping[str, object]) -> str:
    """Figures of a broken rule on a whole table, e.g. ``off scale 306, answers 2,000``."""
    return ", ".join(f"{name.replace('_', ' ')} {_value(v)}" for name, v in figures.items())


def broken_in_words(expectations: Sequence[str]) -> str:
    """Say how many broken rules are whose: ``1 expectation, 2 dbt tests``."""
    tests = sum(expectation == DBT_TEST for expectation in expectations)
    kinds = (("expectation", len(expectations) - tests), ("dbt test", tests))
    said = [f"{count} {noun}{'s' if count != 1 else ''}" for noun, count in kinds if count]
    return ", ".join(said) or "none"


def observed_value_in_words(value: object) -> str:
    """Say an aggregate that was observed; distinct values are cut after ten."""
    if value is None:
        return "no value to look at"
    if isinstance(value, list | tuple):
        shown = ", ".join(str(entry) for entry in value[:10])
        return f"{shown}, and {len(value) - 10} more" if len(value) > 10 else shown or "nothing"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return "not a number" if math.isnan(value) else number_in_words(value)
