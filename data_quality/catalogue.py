"""The suites as data: what is checked on which table, why, and who looks after it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

SUITES_FOLDER = Path(__file__).parent / "suites"
SEVERITIES = ("critical", "warning")
APPLIES_WHEN = ("always", "table_exists", "table_not_empty")
SQL_TYPE = "unexpected_rows_expectation"

# Only types that were tried on DuckDB are allowed. Regular expressions are not translated for
# DuckDB, and quantiles return a number that cannot be serialised: both are written as SQL_TYPE.
MAP_TYPES = (
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_null",
    "expect_column_values_to_be_unique",
    "expect_column_value_lengths_to_be_between",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_compound_columns_to_be_unique",
)
AGGREGATE_TYPES = (
    "expect_column_max_to_be_between",
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_min_to_be_between",
    "expect_column_proportion_of_non_null_values_to_be_between",
    "expect_column_proportion_of_unique_values_to_be_between",
    "expect_column_stdev_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_unique_value_count_to_be_between",
    "expect_column_distinct_values_to_be_in_set",
    "expect_column_distinct_values_to_contain_set",
    "expect_table_row_count_to_be_between",
)
TYPES = (*MAP_TYPES, *AGGREGATE_TYPES, SQL_TYPE)

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_TABLE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_SUITE_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*(?:__[a-z0-9]+(?:_[a-z0-9]+)*)+")


class SuiteError(ValueError):
    """A suite file that cannot be used; the message names the file and the allowed values."""


def _require_member(value: str, allowed: Sequence[str], what: str) -> None:
    if value in allowed:
        return
    nearest = difflib.get_close_matches(value, allowed, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise SuiteError(f"{what} {value!r} is not one of {', '.join(allowed)}.{hint}")


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One rule of a suite.

    Parameters
    ----------
    rule : str
        Name of the rule, unique in its suite; the trend over runs is kept under it.
    type : str
        Great Expectations' name of the expectation, one of `TYPES`.
    kwargs : Mapping[str, Any]
        Its arguments, as Great Expectations names them.
    severity : str
        ``critical`` blocks what lies downstream, ``warning`` does not.
    why : str
        One sentence for stewards: what goes wrong when the rule is broken.
    statement : str, optional
        The rule in words; required for SQL rules, made from the arguments for all others.
    unit : str
        What one offending row of a SQL rule stands for, in the plural (``rows``, ``files``).
    """

    rule: str
    type: str
    kwargs: Mapping[str, Any]
    severity: str
    why: str
    statement: str | None = None
    unit: str = "rows"

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.rule):
            raise SuiteError(f"rule {self.rule!r} is not a lower-case name")
        _require_member(self.type, TYPES, f"rule {self.rule!r}: type")
        _require_member(self.severity, SEVERITIES, f"rule {self.rule!r}: severity")
        if not self.why.strip():
            raise SuiteError(f"rule {self.rule!r} gives no reason: say in 'why' what it protects")
        if self.type == SQL_TYPE:
            query = self.kwargs.get("unexpected_rows_query")
            if not isinstance(query, str) or "{batch}" not in query:
                raise SuiteError(
                    f"rule {self.rule!r}: unexpected_rows_query must select from {{batch}}"
                )
            if not self.statement:
                raise SuiteError(f"rule {self.rule!r}: a SQL rule needs a 'statement' in words")
        object.__setattr__(self, "kwargs", MappingProxyType(dict(self.kwargs)))

    @property
    def column_names(self) -> tuple[str, ...]:
        """Columns that the rule is about; empty for a rule about the whole table."""
        kwargs = self.kwargs
        if "column" in kwargs:
            return (str(kwargs["column"]),)
        if "column_A" in kwargs:
            return (str(kwargs["column_A"]), str(kwargs["column_B"]))
        return tuple(str(name) for name in kwargs.get("column_list", ()))


@dataclass(frozen=True, kw_only=True)
class Suite:
    """All rules of one purpose on one table.

    Parameters
    ----------
    name : str
        ``<schema>_<table>__<purpose>``.
    table : str
        ``schema.table`` in the warehouse.
    owner : str
        Team that a steward turns to.
    description : str
        What the suite protects, for the report.
    applies_when : str
        ``always``: a missing table is a critical failure; ``table_exists``: it is skipped;
        ``table_not_empty``: an empty one is skipped too.
    sample_columns : tuple of str
        The only columns that a sample of failing rows may show; never personal data.
    expectations : tuple of Expectation
        The rules; at least one.
    """

    name: str
    table: str
    owner: str
    description: str
    applies_when: str
    expectations: tuple[Expectation, ...]
    sample_columns: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not _SUITE_NAME.fullmatch(self.name):
            raise SuiteError(f"suite name {self.name!r} is not <table>__<purpose>")
        if not _TABLE.fullmatch(self.table):
            raise SuiteError(f"suite {self.name!r}: table {self.table!r} is not schema.table")
        if not self.name.startswith(self.table.replace(".", "_", 1) + "__"):
            expected = self.table.replace(".", "_", 1)
            raise SuiteError(f"suite {self.name!r} must be named {expected}__<purpose>")
        _require_member(self.applies_when, APPLIES_WHEN, f"suite {self.name!r}: applies_when")
        if not self.owner or not self.description:
            raise SuiteError(f"suite {self.name!r} needs an owner and a description")
        if not self.expectations:
            raise SuiteError(f"suite {self.name!r} has no expectations")
        rules = [expectation.rule for expectation in self.expectations]
        repeated = sorted({rule for rule in rules if rules.count(rule) > 1})
        if repeated:
            raise SuiteError(f"suite {self.name!r} repeats the rules {', '.join(repeated)}")

    @property
    def schema_name(self) -> str:
        """Schema part of `table`."""
        return self.table.split(".")[0]

    @property
    def table_name(self) -> str:
        """Table part of `table`, without its schema."""
        return self.table.split(".")[1]


def read_suite(path: Path) -> Suite:
    """Read one suite file.

    Parameters
    ----------
    path : Path
        A YAML file whose name is the name of the suite.

    Raises
    ------
    SuiteError
        When the file is not a suite; the message names the file, the value and what is allowed.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise SuiteError(f"{path.name} holds no suite")
    try:
        expectations = tuple(Expectation(**entry) for entry in document.pop("expectations", ()))
        sample_columns = tuple(document.pop("sample_columns", ()))
        return Suite(
            name=path.stem,
            expectations=expectations,
            sample_columns=sample_columns,
            **document,
        )
    except (SuiteError, TypeError) as error:
        raise SuiteError(f"{path.name}: {error}") from error


def list_suites(folder: Path = SUITES_FOLDER) -> tuple[Suite, ...]:
    """All suites of a folder, in the order of their names."""
    return tuple(read_suite(path) for path in sorted(folder.glob("*.yaml")))


def suites_for(table: str, suites: Iterable[Suite] | None = None) -> tuple[Suite, ...]:
    """Suites on one table (``schema.table``), in the order of their names; may be empty."""
    known = list_suites() if suites is None else suites
    return tuple(suite for suite in known if suite.table == table)


def select_suites(names: Sequence[str] | None, suites: Sequence[Suite]) -> tuple[Suite, ...]:
    """Return the named suites in the order of the catalogue; all of them when no names are given.

    Raises
    ------
    SuiteError
        When a name is unknown; the message gives the nearest known one.
    """
    if names is None:
        return tuple(suites)
    known = [suite.name for suite in suites]
    for name in names:
        _require_member(name, known, "suite")
    return tuple(suite for suite in suites if suite.name in set(names))
