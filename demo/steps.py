"""The SQL steps that make one range of customers, in the order of their file names."""

from __future__ import annotations

from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo import words
from demo.truths import TRUTHS

SQL_FOLDER = Path(__file__).parent / "sql"
# SQL, not HTML: escaping would spoil it.
ENVIRONMENT = Environment(
    loader=FileSystemLoader(SQL_FOLDER),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701
)


def run_steps(
    connection: duckdb.DuckDBPyConnection, *, first: int, last: int, customers: int, seed: int
) -> None:
    """Make the tables of the customers numbered `first` up to, not including, `last`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Holds the table `fragments`; gets every table that `demo.exports` names.
    first, last : int
        Range of customer numbers, from 0.
    customers : int
        Size of the whole company.
    seed : int
        Seed of all draws.
    """
    context = {
        "truths": TRUTHS,
        "words": words,
        "seed": seed,
        "first": first,
        "last": last,
        "customers": customers,
    }
    for step in sorted(ENVIRONMENT.list_templates(["sql"])):
        try:
            connection.execute(ENVIRONMENT.get_template(step).render(context))
        except duckdb.Error as error:
            error.add_note(f"in {step}, customers {first} to {last}")
            raise
