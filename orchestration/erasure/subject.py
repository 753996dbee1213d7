"""Who is to be erased: every identifier by which the sources know the person."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from orchestration.erasure.identifiers import SHORT_ID, Identifiers, long_id, short_ids

# A shorter value, a plain word or a short number stands in too many places by chance to be looked
# for outside the columns that hold identities.
SHORTEST_TELLING_VALUE = 6
SHORTEST_TELLING_NUMBER = 9

# Drawn anew by every process, so that nobody can try addresses until one gives the mark.
SALT = secrets.token_hex(16)


class ErasureError(ValueError):
    """An erasure that cannot be carried out; the message says why and what can."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A person or customer to be erased.

    Attributes
    ----------
    customer_id
        Customer to whom the identifiers lead.
    values
        ``{identity type: values as the sources write them}``, at least one.
    is_whole_customer
        Whether the customer goes as a whole; otherwise one person of it goes, and the rest stays.
    """

    customer_id: str
    values: Mapping[str, frozenset[str]]
    is_whole_customer: bool

    @property
    def mark(self) -> str:
        """What stands in place of an identifier; no two persons share one, or they would be one."""
        every = "\x1f".join(sorted(frozenset[str]().union(*self.values.values())))
        return f"[erased-{hashlib.sha256(f'{SALT}{every}'.encode()).hexdigest()[:12]}]"

    @property
    def telling(self) -> Identifiers:
        """Identifiers that mean this person wherever they stand, the longest first."""
        every = frozenset[str]().union(*self.values.values())
        telling = filter(_is_telling, every)
        return Identifiers(
            in_any_case=tuple(sorted(telling, key=lambda value: (-len(value), value))),
            as_written=tuple(sorted(filter(_is_telling, short_ids(every)))),
        )


def _is_telling(value: str) -> bool:
    digits = sum(character.isdigit() for character in value)
    if "@" in value or (digits and any(character.isalpha() for character in value)):
        return len(value) >= SHORTEST_TELLING_VALUE
    return digits >= SHORTEST_TELLING_NUMBER


def find_subject(connection: duckdb.DuckDBPyConnection, name: str) -> Subject:
    """Return the subject that ``name`` means.

    Parameters
    ----------
    connection
        The warehouse, in which temporary views are made.
    name
        A customer id; or ``type:value``, such as ``email:ada@example.org``, for one person. Of a
        person, those identifiers go that no record without that value bears: the id of the
        person's own record, not that of the company's account.

    Raises
    ------
    ErasureError
        When nobody is called so.
    """
    _make_claims(connection)
    whole = connection.execute(
        "select distinct identity_type, identity_value from claims where customer_id = $1", [name]
    ).fetchall()
    if whole:
        own_ids = [("customer_id", name), *_person_ids(connection, name, [])]
        return Subject(
            customer_id=name, values=_by_type([*whole, *own_ids]), is_whole_customer=True
        )
    identity_type, separator, value = name.partition(":")
    value = _as_known(connection, identity_type, value)
    of_person = "identity_type = $1 and lower(trim(identity_value)) = lower(trim($2))"
    found = connection.execute(
        f"select customer_id from claims where {of_person} and customer_id is not null limit 1",
        [identity_type, value],
    ).fetchone()
    if not separator or found is None:
        raise ErasureError(
            f"nobody is known as {name!r}: give a customer_id of dim_customers, or type:value with "
            f"a type among {', '.join(_known_types(connection)) or '(none)'}; run first if files "
            "have landed since"
        )
    own = connection.execute(
        f"""
        with records as (
            select identity_type, identity_value,
                max({of_person}) over (partition by source_name, source_record_id) as is_own
            from claims
            where source_record_id is not null
        )

        select identity_type, identity_value
        from records
        group by identity_type, identity_value
        having bool_and(is_own)
        """,
        [identity_type, value],
    ).fetchall()
    customer_id = str(found[0])
    own.append((identity_type, value))
    own += _person_ids(connection, customer_id, [own_value for _, own_value in own])
    return Subject(customer_id=customer_id, values=_by_type(own), is_whole_customer=False)


def _as_known(connection: duckdb.DuckDBPyConnection, identity_type: str, value: str) -> str:
    """Return ``value``, or the long form of a Salesforce id that stands in a report."""
    if not SHORT_ID.fullmatch(value.strip()):
        return value
    longer = long_id(value.strip())
    is_known = connection.execute(
        "select 1 from claims where identity_type = $1 and identity_value = $2 limit 1",
        [identity_type, longer],
    ).fetchone()
    return longer if is_known else value


def _person_ids(
    connection: duckdb.DuckDBPyConnection, customer_id: str, addresses: list[str]
) -> list[tuple[str, str]]:
    """Return the ids that we gave to persons of a customer, all or those with an address.

    They stand in the register of ids, which is kept in landing.
    """
    if not connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'core' and table_name = 'dim_contacts'"
    ).fetchall():
        return []
    chosen = (
        "list_has_any([lower(email), lower(phone)], list_transform($2, lambda known: lower(known)))"
    )
    rows = connection.execute(
        "select distinct person_id from core.dim_contacts where customer_id = $1 "
        f"and person_id is not null and (len($2) = 0 or {chosen}) order by 1",
        [customer_id, addresses],
    ).fetchall()
    return [("person_id", str(person_id)) for (person_id,) in rows]


def _make_claims(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the view ``claims``: identifiers normalised, and as the sources write them.

    Core holds identifiers in one spelling; landing files hold them in their own.
    """
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'staging' "
        "and view_name like 'stg\\_%\\_\\_identities' escape '\\' order by 1"
    ).fetchall()
    as_written = " union all ".join(
        f"select source_name, source_record_id, identity_type, identity_value from staging.{view}"
        for (view,) in views
    )
    connection.execute(f"""
        create or replace temp view claims as
        with records as (
            select claimed.source_name, claimed.source_record_id, claimed.identity_type,
                claimed.identity_value, customers.customer_id
            from core.int_identities_unioned as claimed
            left join core.int_customer_identities as customers
                using (identity_type, identity_value)
        ),

        record_customers as (
            select source_name, source_record_id, min(customer_id) as customer_id
            from records
            group by source_name, source_record_id
        )

        select * from records
        union all
        select null, null, identity_type, identity_value, customer_id
        from core.int_customer_identities
        union all
        select written.*, record_customers.customer_id
        from ({as_written or "select * exclude (customer_id) from records where false"}) as written
        left join record_customers using (source_name, source_record_id)
    """)


def _by_type(rows: list[tuple[str, str]]) -> dict[str, frozenset[str]]:
    grouped: dict[str, set[str]] = {}
    for identity_type, value in rows:
        if not value or not value.strip():
            continue
        grouped.setdefault(identity_type, set()).add(value.strip())
    return {name: frozenset(values) for name, values in sorted(grouped.items())}


def _known_types(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select distinct identity_type from claims where customer_id is not null order by 1"
    ).fetchall()
    return [str(name) for (name,) in rows]
