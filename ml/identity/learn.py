"""What agreement is worth, learnt by splink from the records themselves.

Learning works on a sample that is drawn by the hash of a record's id, so the same records are drawn
in any order and on any number of threads.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from ml.identity.config import (
    ATTRIBUTES,
    SURE_BLOCKS,
    TRAINING_BLOCKS,
    Attribute,
    LinkConfig,
)
from ml.identity.prepare import SHARED_SCOPES
from ml.identity.score import Weights, weights_of

Settings = dict[str, Any]


def learn_weights(
    connection: duckdb.DuckDBPyConnection,
    config: LinkConfig,
    record_count: int,
) -> Weights | None:
    """Return the learnt weights, or nothing when there is nothing to learn from.

    What a session blocks on, another session estimates. A rule that brings too few pairs together
    teaches nothing, and what it would have taught keeps its weights of before.
    """
    # Few records make many pairs of strangers: n (n - 1) / 2.
    stranger_count = round((2 * config.training_pairs) ** 0.5) + 1
    share = min(1.0, config.training_records / record_count)
    _sample(connection, config, share=share, stranger_count=stranger_count)
    rules = [rule for rule in TRAINING_BLOCKS if _has_pairs(connection, rule, config)]
    if not rules:
        return None
    matches = [rule for rule in SURE_BLOCKS if _has_pairs(connection, rule, config)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        strangers = _linker(connection, "training_strangers", _stated_settings())
        # More pairs than there are: splink then draws none at random, and takes all.
        strangers.training.estimate_u_using_random_sampling(
            max_pairs=stranger_count**2, num_chunks=1
        )
        linker = _linker(connection, "training_records", _settings_in(strangers))
        if matches:
            linker.training.estimate_probability_two_random_records_match(
                [block_on("scope", *rule) for rule in matches], recall=0.8
            )
        for rule in rules:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on("scope", *rule)
            )
    return _weights_in(_settings_in(linker))


def _stated_settings() -> Settings:
    creator = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1e-6,
        comparisons=[comparison_of(attribute) for attribute in ATTRIBUTES],
    )
    return dict(creator.create_settings_dict("duckdb"))


def _linker(connection: duckdb.DuckDBPyConnection, table: str, settings: Settings) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    return Linker(DuckDBAPI(connection).register(table), settings, log_level=logging.ERROR)


def _weights_in(settings: Settings) -> Weights:
    return weights_of(
        settings["probability_two_random_records_match"],
        {
            comparison["output_column_name"]: [
                (level["m_probability"], level["u_probability"])
                for level in reversed(comparison["comparison_levels"])
                if not level.get("is_null_level")
            ]
            for comparison in settings["comparisons"]
        },
    )


def _settings_in(linker: Linker) -> Settings:
    return dict(linker.misc.save_model_to_json())


def _sample(
    connection: duckdb.DuckDBPyConnection,
    config: LinkConfig,
    *,
    share: float,
    stranger_count: int,
) -> None:
    connection.execute(
        f"""
        create table training_records as
        select row_number() over (order by record_id) as unique_id, * exclude (record_id)
        from records
        where
            scope in ({SHARED_SCOPES})
            and hash(record_id, {config.seed}) <= {share} * 18446744073709551615
        """
    )
    connection.execute(
        f"""
        create table training_strangers as
        select * from training_records
        order by hash(unique_id, {config.seed}), unique_id
        limit {stranger_count}
        """
    )


def _has_pairs(
    connection: duckdb.DuckDBPyConnection, rule: tuple[str, ...], config: LinkConfig
) -> bool:
    """Return whether a rule brings enough pairs of one scope together to learn from."""
    columns = ", ".join(rule)
    present = " and ".join(f"{column} is not null" for column in rule)
    counted = connection.execute(
        f"""
        select coalesce(sum(records * (records - 1) / 2), 0)
        from (
            select count(*) as records from training_records
            where {present}
            group by scope, {columns}
        )
        """
    ).fetchone()
    return counted is not None and counted[0] >= config.minimum_training_pairs


def comparison_of(attribute: Attribute) -> dict[str, Any]:
    """Return an attribute's levels as splink takes them."""
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": attribute.unknown,
            "label_for_charts": "unknown",
            "is_null_level": True,
        }
    ]
    for level in (*attribute.levels, attribute.otherwise):
        levels.append(
            {
                "sql_condition": "ELSE" if level is attribute.otherwise else level.condition,
                "label_for_charts": level.name,
                "m_probability": level.match_share,
                "u_probability": level.stranger_share,
            }
        )
    return {"output_column_name": attribute.name, "comparison_levels": levels}
