"""Records made comparable: cleaned names, places and dates, and the keys they are blocked by."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from ml.identity.config import BLOCKS, key_name

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

# Blocks are joined by hashes of their values: numbers join in half the time of texts, and two texts
# with one hash are a pair that the comparison throws out.
_KEYS = ",\n        ".join(
    f"case when {' and '.join(f'{column} is not null' for column in block)}"
    f" then hash({', '.join(block)}) end as {key_name(block)}"
    for block in BLOCKS
)

# A record that is alone in its scope has nobody to be compared with.
SHARED_SCOPES = "select scope from records group by scope having count(*) > 1"

NORMALISE = f"""
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
            nullif(
                regexp_replace(strip_accents(lower(address_line)), '[^\\pL0-9]', '', 'g'), ''
            ) as address_line
        from persons
    ),

    grouped as (
        select
            cleaned.*,
            coalesce(known.first_group, cleaned.first) as first_group,
            split_part(cleaned.email, '@', 1) as mailbox,
            strftime(cleaned.birth_date, '%Y%m%d') as birth_text,
            year(cleaned.birth_date) * 10000
                + least(month(cleaned.birth_date), day(cleaned.birth_date)) * 100
                + greatest(month(cleaned.birth_date), day(cleaned.birth_date)) as birth_folded
        from cleaned
        left join known on cleaned.first = known.name
        where coalesce(cleaned.first, cleaned.last, cleaned.email, cleaned.phone) is not null
    ),

    blocked as (
        select
            *,
            least(first_group, last) || '|' || greatest(first_group, last) as name_folded,
            left(first_group, 1) as initial,
            year(birth_date) as birth_year
        from grouped
    )

    select
        *,
        {_KEYS}
    from blocked
"""


def take_in(connection: duckdb.DuckDBPyConnection, persons: pa.Table, nicknames: pa.Table) -> int:
    """Write the table ``records`` and return how many of them can be compared with another.

    A record that names nobody is left out.

    Raises
    ------
    ValueError
        When a column is missing, or ``record_id`` repeats or is null.
    """
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
    counted = connection.execute(
        f"select count(*) from records where scope in ({SHARED_SCOPES})"
    ).fetchone()
    return int(counted[0]) if counted else 0
