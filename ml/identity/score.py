"""Pairs of records that share a block, scored by the evidence of each attribute."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from ml.identity.config import ATTRIBUTES, BLOCKS, COMPARED, Attribute, LinkConfig, key_name

PAIR_SCHEMA = pa.schema(
    [
        ("left_record_id", pa.string()),
        ("right_record_id", pa.string()),
        ("probability", pa.float64()),
        ("decision", pa.string()),
        ("evidence", pa.string()),
        ("weights", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What agreement and disagreement are worth, in bits: log2 of odds.

    Attributes
    ----------
    prior
        Before anything is compared.
    levels
        For each attribute the weight of each level, from the weakest up; unknown is worth 0.
    """

    prior: float
    levels: Mapping[str, tuple[float, ...]]


def stated_weights() -> Weights:
    """Return the weights of `ATTRIBUTES`, for where there is nothing to learn from."""
    return weights_of(
        1e-6,
        {
            attribute.name: [
                (level.match_share, level.stranger_share)
                for level in reversed((*attribute.levels, attribute.otherwise))
            ]
            for attribute in ATTRIBUTES
        },
    )


def weights_of(
    match_share: float, level_shares: Mapping[str, list[tuple[float, float]]]
) -> Weights:
    """Turn the shares among records of one person and of two into bits.

    Parameters
    ----------
    match_share
        Of all pairs of records, those of one person.
    level_shares
        For each attribute the two shares of each level, from the weakest up.
    """
    return Weights(
        prior=_learnt_bits(match_share / (1 - match_share)),
        levels={
            name: tuple(_learnt_bits(match / stranger) for match, stranger in shares)
            for name, shares in level_shares.items()
        },
    )


def _learnt_bits(odds: float) -> float:
    # Sums of learning differ in their last digits with the order of records and threads.
    return round(math.log2(odds), 9)


def score_pairs(
    connection: duckdb.DuckDBPyConnection, config: LinkConfig, weights: Weights
) -> pa.Table:
    """Return the pairs of `PAIR_SCHEMA`, told apart into links and doubts, in a total order."""
    _block(connection)
    sides = [
        f"(select rowid as row_{side}, record_id as record_id_{side}, "
        + ", ".join(f"{column} as {column}_{side}" for column in COMPARED)
        + " from records)"
        for side in ("l", "r")
    ]
    levels = ", ".join(f"{_level(attribute)} as {attribute.name}" for attribute in ATTRIBUTES)
    bits = " + ".join(_bits(attribute, weights) for attribute in ATTRIBUTES)
    words = " || '; ' || ".join(_words(attribute) for attribute in ATTRIBUTES)
    shown = " || '; ' || ".join(_shown(attribute, weights) for attribute in ATTRIBUTES)
    other_name, other_birth = _levels_that_differ("person_name"), 0
    pairs = connection.execute(
        f"""
        with compared as (
            select
                least(record_id_l, record_id_r) as left_record_id,
                greatest(record_id_l, record_id_r) as right_record_id,
                {levels}
            from pairs
            inner join {sides[0]} as lefts using (row_l)
            inner join {sides[1]} as rights using (row_r)
        ),

        weighed as (
            select *, 1 / (1 + 2 ** -({weights.prior!r} + {bits})) as probability
            from compared
        )

        select
            left_record_id,
            right_record_id,
            round(probability, 6) as probability,
            case
                when probability < {config.link_threshold} then 'review'
                when person_name <= {other_name} then 'review'
                when birth_date = {other_birth} then 'review'
                else 'link'
            end as decision,
            {words} as evidence,
            {shown} as weights
        from weighed
        where
            probability >= {config.review_threshold}
            -- A household shares surname, address and telephone: two first names with two dates of
            -- birth are two persons, however much else agrees.
            and not (person_name between 0 and {other_name} and birth_date = {other_birth})
        order by left_record_id, right_record_id
        """
    ).to_arrow_table()
    return pairs.cast(PAIR_SCHEMA)


def _block(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the table ``pairs``: each pair that shares a block once, whatever else it shares."""
    blocks = [
        f"""
        select lefts.rowid as row_l, rights.rowid as row_r
        from records as lefts
        inner join records as rights
            on lefts.{key_name(block)} = rights.{key_name(block)}
            and lefts.scope = rights.scope
            and lefts.rowid < rights.rowid
        where {_shares_none(BLOCKS[:place])}
        """
        for place, block in enumerate(BLOCKS)
    ]
    connection.execute("create table pairs as " + " union all ".join(blocks))


def _shares_none(blocks: tuple[tuple[str, ...], ...]) -> str:
    keys = [key_name(block) for block in blocks]
    return " and ".join(["true", *(f"coalesce(lefts.{key} <> rights.{key}, true)" for key in keys)])


def _level(attribute: Attribute) -> str:
    """Write the number of the level that two values reach: from 0, the weakest, up; unknown -1."""
    top = len(attribute.levels)
    cases = " ".join(
        f"when {level.condition} then {top - place}" for place, level in enumerate(attribute.levels)
    )
    return f"case when {attribute.unknown} then -1 {cases} else 0 end"


def _bits(attribute: Attribute, weights: Weights) -> str:
    cases = " ".join(
        f"when {code} then {bits!r}" for code, bits in enumerate(weights.levels[attribute.name])
    )
    return f"case {attribute.name} {cases} else 0 end"


def _levels_that_differ(attribute_name: str) -> int:
    """Return the highest code of a level that says that first names or surnames differ."""
    attribute = next(known for known in ATTRIBUTES if known.name == attribute_name)
    return sum(1 for level in attribute.levels if ", other " in level.name)


def _words(attribute: Attribute) -> str:
    names = [level.name for level in reversed((*attribute.levels, attribute.otherwise))]
    cases = " ".join(f"when {code} then '{name}'" for code, name in enumerate(names))
    unknown = f"{attribute.name.replace('_', ' ')} unknown"
    return f"case {attribute.name} {cases} else '{unknown}' end"


def _shown(attribute: Attribute, weights: Weights) -> str:
    label = attribute.name.replace("_", " ")
    cases = " ".join(
        f"when {code} then '{label} {bits:+.1f}'"
        for code, bits in enumerate(weights.levels[attribute.name])
    )
    return f"case {attribute.name} {cases} else '{label} +0.0' end"
