"""Pairs of records that are probably one person, by splink on an in-memory DuckDB.

The warehouse is not opened here: records come in as a table, pairs go out as one.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ml.identity.chains import hold_back_chains
from ml.identity.config import (
    ATTRIBUTES,
    BLOCKS,
    SURE_BLOCKS,
    TRAINING_BLOCKS,
    Attribute,
    LinkConfig,
)

if TYPE_CHECKING:
    from splink import Linker

#: Columns of the records, with their types in the order of the warehouse.
PERSON_COLUMNS = {
    "record_id": "varchar",
    "scope": "varchar",
    "first_name": "varchar",
    "last_name": "varchar",
    "email": "varchar",
    "phone": "varchar",
    "birth_date": "date",
    "postcode": "varchar",
    "city": "varchar",
    "address_line": "varchar",
}
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

NORMALISE = """
    create table records as
    with groups as (
        -- A short form and all names that it stands for are one group, named by a short form.
        select name, min(nickname) as first_group from nicknames group by name
    ),

    short_forms as (
        select nicknames.nickname as name, min(groups.first_group) as first_group
        from nicknames
        inner join groups on nicknames.name = groups.name
        group by nicknames.nickname
    ),

    known as (
        select name, min(first_group) as first_group
        from (select * from groups union all select * from short_forms) as forms
        group by name
    ),

    cleaned as (
        select
            record_id,
            scope,
            nullif(regexp_replace(strip_accents(lower(trim(first_name))), '[^\\pL]', '', 'g'), '')
                as first,
            nullif(regexp_replace(strip_accents(lower(trim(last_name))), '[^\\pL]', '', 'g'), '')
                as last,
            nullif(trim(email), '') as email,
            nullif(trim(phone), '') as phone,
            birth_date,
            nullif(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'), '') as postcode,
            nullif(strip_accents(lower(trim(city))), '') as city,
            nullif(regexp_replace(strip_accents(lower(address_line)), '[^\\pL0-9]', '', 'g'), '')
                as address_line
        from persons
    ),

    grouped as (
        select
            cleaned.*,
            coalesce(known.first_group, cleaned.first) as first_group
        from cleaned
        left join known on cleaned.first = known.name
    )

    select
        row_number() over (order by record_id) as unique_id,
        *,
        least(first_group, last) || '|' || greatest(first_group, last) as name_folded,
        left(first_group, 1) as initial,
        split_part(email, '@', 1) as mailbox,
        strftime(birth_date, '%Y%m%d') as birth_text,
        year(birth_date) as birth_year,
        year(birth_date) * 10000 + least(month(birth_date), day(birth_date)) * 100
            + greatest(month(birth_date), day(birth_date)) as birth_folded
    from grouped
"""


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
        _take_in(connection, persons, nicknames)
        comparable = _comparable_records(connection)
        if comparable < 2:
            status = f"nothing to match: {comparable} of {persons.num_rows} records name a person"
            return PersonLinks(pairs=PAIR_SCHEMA.empty_table(), status=status)
        is_trained = _score(connection, config, comparable)
        pairs = _decide(connection, config)
    weights = (
        "learnt from the records" if is_trained else "as stated, too few records to learn from"
    )
    status = f"compared {comparable} records; weights {weights}; {pairs.num_rows} pairs"
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


def _take_in(connection: duckdb.DuckDBPyConnection, persons: pa.Table, nicknames: pa.Table) -> None:
    missing = set(PERSON_COLUMNS) - set(persons.column_names)
    if missing:
        message = f"persons lack {sorted(missing)}; they have {persons.column_names}"
        raise ValueError(message)
    columns = ", ".join(
        f"cast({name} as {kind}) as {name}" for name, kind in PERSON_COLUMNS.items()
    )
    connection.register("persons_given", persons)
    connection.execute(f"create view persons as select {columns} from persons_given")
    connection.register("nicknames", nicknames)
    repeated = connection.execute(
        "select count(*) - count(distinct record_id), count(*) filter (where scope is null)"
        " from persons"
    ).fetchone()
    if repeated != (0, 0):
        message = (
            f"record_id must be unique and present, scope present: {repeated} rows are not so "
            "(repeated or empty record_id, empty scope)"
        )
        raise ValueError(message)
    connection.execute(NORMALISE)


def _comparable_records(connection: duckdb.DuckDBPyConnection) -> int:
    """Keep the records that say something of a person and share their scope with another."""
    connection.execute(
        """
        create table persons_to_match as
        select * exclude (record_id)
        from records
        where coalesce(first, last, email, phone) is not null
        qualify count(*) over (partition by scope) > 1
        order by unique_id
        """
    )
    counted = connection.execute("select count(*) from persons_to_match").fetchone()
    return int(counted[0]) if counted else 0


def _score(connection: duckdb.DuckDBPyConnection, config: LinkConfig, record_count: int) -> bool:
    """Write the table ``scored`` and return whether the weights were learnt."""
    scopes = connection.execute("select count(distinct scope) from persons_to_match").fetchone()
    # One scope for all need not be compared a million times.
    scope = () if scopes == (1,) else ("scope",)
    linker = _linker(connection, scope)
    is_trained = record_count >= config.minimum_training_records and _train(
        linker, connection, config, scope, share=min(1.0, config.training_records / record_count)
    )
    scored = linker.inference.predict(
        threshold_match_probability=config.review_threshold, warning_mode="never"
    )
    connection.execute(f"create view scored as select * from {scored.physical_name}")
    return is_trained


def _linker(connection: duckdb.DuckDBPyConnection, scope: tuple[str, ...]) -> Linker:
    # Importing it takes a second, which a company without persons need not spend.
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1e-6,
        comparisons=[_comparison(attribute) for attribute in ATTRIBUTES],
        blocking_rules_to_generate_predictions=[block_on(*scope, *columns) for columns in BLOCKS],
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )
    api = DuckDBAPI(connection)
    return Linker(api.register("persons_to_match"), settings, log_level=logging.ERROR)


def _comparison(attribute: Attribute) -> dict[str, Any]:
    levels = [
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


def _train(
    linker: Linker,
    connection: duckdb.DuckDBPyConnection,
    config: LinkConfig,
    scope: tuple[str, ...],
    *,
    share: float,
) -> bool:
    """Learn the weights and return whether there was anything to learn from.

    What a session blocks on, another session estimates. A rule that brings too few pairs together
    teaches nothing, and what it would have taught keeps its weights of before.
    """
    from splink import block_on

    rules = [rule for rule in TRAINING_BLOCKS if _has_pairs(connection, rule, config)]
    if not rules:
        return False
    matches = [rule for rule in SURE_BLOCKS if _has_pairs(connection, rule, config)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linker.training.estimate_u_using_random_sampling(
            max_pairs=config.training_pairs, seed=config.seed, num_chunks=1
        )
        if matches:
            linker.training.estimate_probability_two_random_records_match(
                [block_on(*scope, *rule) for rule in matches], recall=0.8
            )
        for rule in rules:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*scope, *rule), record_sample_proportion=share
            )
    return True


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
            select count(*) as records from persons_to_match
            where {present}
            group by scope, {columns}
        )
        """
    ).fetchone()
    return counted is not None and counted[0] >= config.minimum_training_pairs


def _decide(connection: duckdb.DuckDBPyConnection, config: LinkConfig) -> pa.Table:
    """Tell links from doubts, and put into words what they rest on."""
    words = " || '; ' || ".join(_words(attribute) for attribute in ATTRIBUTES)
    weights = " || '; ' || ".join(_weight(attribute) for attribute in ATTRIBUTES)
    other_name, other_birth = _levels_that_differ("person_name"), 0
    pairs = connection.execute(
        f"""
        select
            least(lefts.record_id, rights.record_id) as left_record_id,
            greatest(lefts.record_id, rights.record_id) as right_record_id,
            round(scored.match_probability, 6) as probability,
            case
                when scored.match_probability < {config.link_threshold} then 'review'
                when scored.gamma_person_name <= {other_name} then 'review'
                when scored.gamma_birth_date = {other_birth} then 'review'
                else 'link'
            end as decision,
            {words} as evidence,
            {weights} as weights
        from scored
        inner join records as lefts on scored.unique_id_l = lefts.unique_id
        inner join records as rights on scored.unique_id_r = rights.unique_id
        -- A household shares surname, address and telephone: two first names with two dates of
        -- birth are two persons, however much else agrees.
        where not (
            scored.gamma_person_name between 0 and {other_name}
            and scored.gamma_birth_date = {other_birth}
        )
        order by left_record_id, right_record_id
        """
    ).to_arrow_table()
    return hold_back_chains(pairs.cast(PAIR_SCHEMA), config.cluster_limit)


def _levels_that_differ(attribute_name: str) -> int:
    """Return the highest code of a level that says that first names or surnames differ."""
    attribute = next(known for known in ATTRIBUTES if known.name == attribute_name)
    return sum(1 for level in attribute.levels if ", other " in level.name)


def _words(attribute: Attribute) -> str:
    # splink numbers the levels from the weakest, 0, up; -1 is unknown.
    names = [level.name for level in reversed((*attribute.levels, attribute.otherwise))]
    cases = " ".join(f"when {code} then '{name}'" for code, name in enumerate(names))
    unknown = f"{attribute.name.replace('_', ' ')} unknown"
    return f"case scored.gamma_{attribute.name} {cases} else '{unknown}' end"


def _weight(attribute: Attribute) -> str:
    return (
        f"'{attribute.name.replace('_', ' ')} ' || "
        f"format('{{:+.1f}}', coalesce(scored.mw_{attribute.name}, 0.0))"
    )
