"""Persons at organisations, consumers who are customers, and the rule behind each attribute."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse

# In the order of the data, below the streams.
MODELS = (
    "int_identity_claims int_identity_exclusions int_identity_decision_keys int_identity_persons "
    "int_identity_links int_identity_edges int_identity_cuts int_customer_identities "
    "int_customer_attributes dim_customers int_person_records int_person_links int_record_persons "
    "dim_persons dim_contacts int_customer_records int_identifier_history dim_customer_aliases "
    "int_identity_review int_identity_decision_effects int_identity_summary"
)
ORGANISATION = {"is_organisation": True, "customer_key_type": "crm_id", "source_name": "crm"}
CONSUMER = {"is_organisation": False, "customer_key_type": "shop_id", "source_name": "shop"}
ACCOUNTS = [
    {**ORGANISATION, "account_id": "1", "customer_key": "acme", "created_at": datetime(2025, 1, 1),
     "account_name": "Acme", "industry": "tools", "country": "GB"},
    {**ORGANISATION, "account_id": "2", "customer_key": "acme-2",
     "created_at": datetime(2025, 2, 1), "account_name": "Acme Ltd", "segment": "enterprise"},
    {**CONSUMER, "account_id": "3", "customer_key": "s3", "created_at": datetime(2025, 1, 1),
     "account_name": "Rob Selden", "birth_date": date(1980, 5, 2), "city": "York",
     "postcode": "YO1 7AA", "address_line": "4 Mill Lane", "country": "GB"},
    {**CONSUMER, "account_id": "4", "customer_key": "s4", "created_at": datetime(2025, 3, 1),
     "account_name": "Robert Selden", "birth_date": date(1980, 2, 5), "city": "York",
     "postcode": "YO1 7AA", "address_line": "4 Mill Lane", "country": "GB"},
    # As near as that, but half unknown: for a steward.
    {**CONSUMER, "account_id": "5", "customer_key": "s5", "created_at": datetime(2025, 3, 2),
     "account_name": "Robert Selden", "city": "York", "postcode": "YO1 7AA",
     "address_line": "9 High Street", "country": "GB"},
]  # fmt: skip
CONTACTS = [
    {"source_name": "crm", "contact_id": str(number), "customer_key_type": "crm_id",
     "customer_key": key, "full_name": name, "email": email, "phone": "020 7123 0001",
     "created_at": datetime(2025, 1, number)}
    for number, key, name, email in [
        (1, "acme", "Anna Harford", "anna@acme.example"),
        (2, "acme-2", "A. Harford", "Anna@Acme.example"),
        (3, "acme", "Ruth Norley", "ruth@acme.example"),
        (4, "acme", "Ruth Norley", "info@acme.example"),
    ]
]  # fmt: skip
IDENTITIES = [
    {"source_name": source, "source_record_id": record, "identity_type": kind,
     "identity_value": value, "observed_at": datetime(2025, 1, 1)}
    for source, record, kind, value in [
        ("crm", "t", "crm_id", "acme"), ("crm", "t", "crm_id", "acme-2"),
        ("shop", "3", "shop_id", "s3"), ("shop", "3", "phone", "07700900123"),
        ("shop", "4", "shop_id", "s4"), ("shop", "4", "email", "r.selden@example.org"),
    ]
]  # fmt: skip


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse) -> Warehouse:
    warehouse = make_warehouse()
    warehouse.put("core.int_accounts_unioned", ACCOUNTS)
    warehouse.put("core.int_contacts_unioned", CONTACTS)
    warehouse.put("core.int_identities_unioned", IDENTITIES)
    warehouse.put("core.int_identity_decisions_unioned", [])
    warehouse.put("core.int_identifier_events_unioned", [])
    warehouse.build(MODELS)
    return warehouse


def test_persons_customers_and_their_attributes(warehouse: Warehouse) -> None:
    """One build serves all that is asked of it."""
    # Contacts with one address are one person, whatever its letters' case; the line and the domain
    # that colleagues share tie nobody, and one name at one company is a probable match.
    persons = warehouse.rows(
        "select list(contacts.contact_id order by contacts.contact_id), persons.email,"
        " persons.phone, persons.first_name, persons.is_customer"
        " from core.dim_contacts as contacts inner join core.dim_persons as persons"
        " using (person_id) group by all order by 1"
    )
    assert persons[0] == (
        ["crm:1", "crm:2"], "anna@acme.example", "+442071230001", "Anna", False
    )  # fmt: skip
    assert [contact for row in persons[1:] for contact in row[0]] == ["crm:3", "crm:4"]
    assert warehouse.rows("select count(distinct customer_id) from core.dim_contacts") == [(1,)]
    # Consumers: short form, day and month exchanged, one address: one customer, and one person.
    consumers = warehouse.rows(
        "select persons.first_name, persons.phone, persons.email, persons.record_count"
        " from core.dim_persons as persons where is_customer order by record_count desc"
    )
    assert consumers == [
        ("Robert", "+447700900123", "r.selden@example.org", 2),
        ("Robert", None, None, 1),
    ]
    assert warehouse.rows(
        "select entity, count(*), bool_and(probability between 0.5 and 0.98 and not is_chain)"
        " from core.int_identity_review where entity = 'customer' group by all"
    ) == [("customer", 2, True)]
    # Each attribute by its rule, with what else was said.
    assert warehouse.rows(
        "select attribute, value, rule, is_chosen, has_conflict from core.int_customer_attributes"
        " where value like 'Acme%' or value in ('tools', 'enterprise') order by attribute, choice"
    ) == [
        ("account_name", "Acme", "oldest", True, True),
        ("account_name", "Acme Ltd", "oldest", False, True),
        ("industry", "tools", "oldest", True, False),
        ("segment", "enterprise", "oldest", True, False),
    ]
    assert warehouse.rows(
        "select customer_label, industry, segment, account_count from core.dim_customers"
        " where is_organisation"
    ) == [("Acme", "tools", "enterprise", 2)]
    # A source whose word goes before that of others changes the choice.
    warehouse.put(
        "reference.attribute_source_priorities",
        [{"attribute": "account_name", "source_name": "crm", "priority": 1}],
    )
    assert warehouse.rows(
        "select distinct rule from core.int_customer_attributes where attribute = 'account_name'"
        " and value like 'Acme%'"
    ) == [("source_priority",)]
    figures = dict(warehouse.rows("select figure, value from core.int_identity_summary"))
    assert figures["consumer_pairs_link"] == 1
    assert figures["consumer_records"] == 3
    assert figures["customers"] == 3
