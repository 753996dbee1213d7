"""The last word on a consent is one, for the person and for the customer."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse

MODELS = "int_consents_decided mart_contact_permissions mart_customer_contacts"
TEMPLATE = f"path:models/core {MODELS}"
AGREE = "assert_contact_permissions_agree"


def said(person: str, purpose: str, granted: bool, day: int) -> dict[str, object]:
    return {
        "consent_id": f"{person}:{purpose}:{day}",
        "customer_id": "acme" if person != "eve" else "eve",
        "customer_key_type": "email",
        "customer_key": f"{person}@x.example",
        "purpose": purpose,
        "is_granted": granted,
        "updated_at": datetime(2026, 1, day),
    }


@pytest.fixture
def warehouse(make_warehouse: MakeWarehouse) -> Warehouse:
    """Give an organisation of three persons and a consumer, and what they said."""
    made = make_warehouse(TEMPLATE)
    people = [(name, "acme") for name in ("ann", "bob", "cyd")] + [("eve", "eve")]
    made.put(
        "core.dim_customers",
        [{"customer_id": "acme", "is_test": False}, {"customer_id": "eve", "is_test": False}],
    )
    made.put(
        "core.dim_persons",
        [
            {"person_id": name, "customer_id": customer, "is_customer": customer != "acme"}
            for name, customer in people
        ],
    )
    made.put(
        "core.dim_contacts",
        [
            {
                "contact_id": f"crm:{name}",
                "customer_id": customer,
                "person_id": name,
                "email": f"{name.title()}@x.example",
            }
            for name, customer in people
        ],
    )
    made.put(
        "core.fct_consents",
        [
            # What the two marts used to tell apart: all refused, then one purpose allowed.
            said("eve", "all", False, 1),
            said("eve", "marketing", True, 2),
            said("ann", "survey", True, 1),
            said("ann", "all", False, 2),
            said("bob", "survey", False, 1),
        ],
    )
    made.build(MODELS)
    return made


def test_a_later_grant_of_one_purpose_counts_for_person_and_customer(warehouse: Warehouse) -> None:
    assert warehouse.rows(
        "select contact_id, may_be_offered, may_be_surveyed from marts.mart_customer_contacts "
        "order by all"
    ) == [
        ("crm:ann", False, False),
        ("crm:bob", True, False),
        ("crm:cyd", True, True),
        ("crm:eve", True, False),
    ]
    assert warehouse.rows(
        "select customer_id, purpose, reason, objecting_person_count "
        "from marts.mart_contact_permissions order by all"
    ) == [
        ("acme", "marketing", "objected", 1),
        ("acme", "profiling", "objected", 1),
        ("acme", "survey", "objected", 2),
        ("eve", "marketing", "agreed", 0),
        ("eve", "profiling", "objected", 1),
        ("eve", "survey", "objected", 1),
    ]
    warehouse.test(AGREE)


@pytest.mark.parametrize(
    "disagreement",
    [
        {"contact_id": "crm:eve", "may_be_offered": False, "may_be_surveyed": False},
        {"contact_id": "crm:eve", "may_be_offered": True, "may_be_surveyed": True},
        {"contact_id": "crm:cyd", "may_be_offered": False, "may_be_surveyed": True},
    ],
)
def test_marts_that_disagree_are_found(
    warehouse: Warehouse, disagreement: dict[str, object]
) -> None:
    customer = "eve" if disagreement["contact_id"] == "crm:eve" else "acme"
    warehouse.clear(
        f"marts.mart_customer_contacts where contact_id = '{disagreement['contact_id']}'"
    )
    warehouse.put("marts.mart_customer_contacts", [{**disagreement, "customer_id": customer}])
    with pytest.raises(AssertionError, match=AGREE):
        warehouse.test(AGREE)
