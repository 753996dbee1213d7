"""Pairs of records that are probably one person, found on an in-memory DuckDB.

The warehouse is not opened here: records come in as a table, pairs go out as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from ml.identity.chains import hold_back_chains
from ml.identity.config import LinkConfig
from ml.identity.prepare import take_in
from ml.identity.score import PAIR_SCHEMA, Weights, score_pairs, stated_weights


@dataclass(frozen=True, kw_only=True)
class PersonLinks:
    """What was found.

    Attributes
    ----------
    pairs
        One row per pair of at least the review threshold, in a total order: ``left_record_id`` <
        ``right_record_id``, ``probability``, ``decision`` (``link``, ``review`` or ``chain``),
        ``evidence`` in words and ``weights``, the bits that each attribute adds, likewise.
    status
        What was done, in a sentence.
    """

    pairs: pa.Table
    status: str


def link_persons(
    persons: pa.Table, nicknames: pa.Table, *, config: LinkConfig | None = None
) -> PersonLinks:
    """Find the pairs of records that are probably one person.

    Parameters
    ----------
    persons
        One row per record with the columns of `PERSON_COLUMNS`; ``record_id`` unique, ``scope``
        not null: only records of one scope are compared. E-mail and phone are normalised.
    nicknames
        ``nickname`` and ``name``, lower case, without accents.
    config
        Thresholds and limits.

    Returns
    -------
    PersonLinks
        The same for the same records in any order.

    Raises
    ------
    ValueError
        When a column is missing, or ``record_id`` repeats or is null.

    Notes
    -----
    Fellegi and Sunter's model as splink fits it: chance agreement from random pairs, agreement of
    records of one person by expectation maximisation over pairs that share a rare value.
    """
    config = config or LinkConfig()
    with _connection(config) as connection:
        comparable = take_in(connection, persons, nicknames)
        if comparable < 2:
            status = f"nothing to match: {comparable} of {persons.num_rows} records name a person"
            return PersonLinks(pairs=PAIR_SCHEMA.empty_table(), status=status)
        weights = _learnt(connection, config, comparable)
        pairs = score_pairs(connection, config, weights or stated_weights())
    pairs = hold_back_chains(pairs, config.cluster_limit)
    source = "learnt from the records" if weights else "as stated, too few records to learn from"
    status = f"compared {comparable} records; weights {source}; {pairs.num_rows} pairs"
    return PersonLinks(pairs=pairs, status=status)


@contextmanager
def _connection(config: LinkConfig) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(
        config={
            "threads": config.threads,
            "memory_limit": config.memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    try:
        yield connection
    finally:
        connection.close()


def _learnt(
    connection: duckdb.DuckDBPyConnection, config: LinkConfig, record_count: int
) -> Weights | None:
    if record_count < config.minimum_training_records:
        return None
    # Importing splink takes a second, which a company with few persons need not spend.
    from ml.identity.learn import learn_weights

    return learn_weights(connection, config, record_count)
