"""Drafted contracts say which columns hold identities, and ask where a name alone says so."""

from __future__ import annotations

import re

import pytest

from orchestration.erasure.finding import find_rows, identity_columns
from orchestration.erasure.subject import Subject
from orchestration.extract.contract_yaml import read_source
from orchestration.extract.shapes import SourceContract
from orchestration.settings import DBT_PROJECT_DIR
from tests.orchestration.draft.conftest import Drafter

DATA = DBT_PROJECT_DIR.parents[1] / "shared" / "data"
CONTACTS = (
    "id,company_id,full_name,email,phone,external_id,city\n"
    "k1,C1,Ada Olsen,ada@x.example,+44 20 7946 0958,E-1,Ulm\n"
    "k2,C2,Bo Lund,bo@x.example,+44 20 7946 0959,E-2,Bonn\n"
)
ORDERS = (
    "order_id,customer_id,order_date,status,total_amount,agent_user_id\n"
    "o1,c1,2024-01-31 10:00:00,shipped,19.90,s1\n"
    "o2,c2,2024-02-13 11:00:00,created,5.00,s2\n"
)
RETURNS = "return_no,customer_id,household_id,why\nr1,c1,h1,broken\nr2,c2,h2,late\n"


def contract_of(drafter: Drafter) -> SourceContract:
    source = read_source(drafter.output / "acme")
    assert source is not None
    return source


def remark(drafter: Drafter, column: str) -> str:
    """Return the comment behind a column of the only stream that has it."""
    (line,) = re.findall(rf"\{{name: {column}, type.*", drafter.written("_acme__sources.yml"))
    return str(line).partition("  # ")[2]


def test_columns_are_marked_with_the_types_that_the_views_give(drafter: Drafter) -> None:
    drafter.put("contacts.csv", CONTACTS)
    drafter.put("orders.csv", ORDERS)
    result = drafter.run()
    assert result.exit_code == 0, result.output
    source = contract_of(drafter)
    marks = identity_columns(source.stream("contacts"))
    assert marks == {
        "id": "acme_contact_id",
        "company_id": "acme_company_id",
        "email": "email",
        "phone": "phone",
        "external_id": "*",
    }
    # An address needs no second word.
    assert "personal_data: email}" in drafter.written("_acme__sources.yml")
    assert identity_columns(source.stream("orders")) == {"customer_id": "acme_customer_id"}
    identities = drafter.written("stg_acme__identities.sql")
    for kind in ("acme_company_id", "email", "phone"):
        assert f"'{kind}' as identity_type" in identities
    assert "orders: identities: customer_id (acme_customer_id)" in result.output
    assert remark(drafter, "company_id") == ""


def test_what_a_name_alone_says_is_asked(drafter: Drafter) -> None:
    drafter.put("contacts.csv", CONTACTS)
    drafter.put("orders.csv", ORDERS)
    drafter.put("returns.csv", RETURNS)
    result = drafter.run()
    returns = identity_columns(contract_of(drafter).stream("returns"))
    assert returns == {"customer_id": "acme_customer_id", "household_id": "acme_household_id"}
    assert "an identity by its name alone" in remark(drafter, "household_id")
    assert '"*" is any type' in remark(drafter, "external_id")
    assert "returns: customer_id: taken for the same as elsewhere" in result.output
    # It may be somebody of the staff, whose rows must not go.
    assert "agent_user_id" not in identity_columns(contract_of(drafter).stream("orders"))
    assert "may identify a customer; if so, add `identity`" in remark(drafter, "agent_user_id")
    for other in ("city", "status", "return_no"):
        assert remark(drafter, other) == ""


def test_ids_of_rows_are_no_identities_of_customers(drafter: Drafter) -> None:
    drafter.put("tickets.csv", "id,external_id,created_at,status\nt1,x1,2024-01-31,open\n")
    drafter.run()
    assert identity_columns(contract_of(drafter).stream("tickets")) == {}


def test_a_key_worked_out_by_the_user_is_asked_about(drafter: Drafter) -> None:
    drafter.put("orders.csv", ORDERS.replace("customer_id", "buyer"))
    result = drafter.run(
        "--map", "orders.customer_key=upper(buyer)", "--constant", "orders.customer_key_type=shop"
    )
    assert result.exit_code == 0, result.output
    assert identity_columns(contract_of(drafter).stream("orders")) == {"buyer": "shop"}
    assert "erase finds only values that are alike" in remark(drafter, "buyer")
    drafter.run(
        "--map", "orders.customer_key=concat(buyer, status)",
        "--constant", "orders.customer_key_type=shop", "--force",
    )  # fmt: skip
    assert identity_columns(contract_of(drafter).stream("orders")) == {}
    assert "if it is one itself, add `identity`" in remark(drafter, "buyer")


def test_a_person_is_erased_from_a_drafted_source(drafter: Drafter) -> None:
    drafter.put("contacts.csv", CONTACTS)
    drafter.put("orders.csv", ORDERS)
    drafter.put("returns.csv", RETURNS)
    drafter.run()
    ada = Subject(
        customer_id="c",
        values={
            "acme_customer_id": frozenset({"c1"}),
            "acme_contact_id": frozenset({"k1"}),
            "email": frozenset({"ada@x.example"}),
        },
        is_whole_customer=True,
    )
    found = find_rows([contract_of(drafter)], {"acme": drafter.folder}, ada).found
    assert {rows.path.name: rows.lines for rows in found} == {
        "contacts.csv": (2,),
        "orders.csv": (2,),
        "returns.csv": (2,),
    }


@pytest.mark.parametrize(
    ("folder", "marked"),
    [
        ("olist_sample", {
            ("olist_customers", "customer_id"): "acme_customer_id",
            ("olist_customers", "customer_unique_id"): "acme_customer_unique_id",
            ("olist_orders", "customer_id"): "acme_customer_id",
        }),
        ("telco", {(name, "customer_id"): "acme_customer_id"
                   for name in ("demographics", "location", "services", "status")}),
        # Handles of people are names that change hands, no ids.
        ("airline_tweets", {}),
        ("italian_helpdesk", {("helpdesk", "customer"): "acme_customer"}),
        ("bt_verbatims", {}),
        ("completejourney", {(name, "household_id"): "acme_household_id" for name in (
            "campaigns", "coupon_redemptions", "demographics", "transactions")}),
    ],
)  # fmt: skip
def test_real_folders_are_drafted_and_marked(
    drafter: Drafter, folder: str, marked: dict[tuple[str, str], str]
) -> None:
    if not (DATA / folder).is_dir():
        pytest.skip(f"{folder} is not here: put it into shared/data beside the repository")
    for path in sorted((DATA / folder).rglob("*")):
        if path.is_file():
            target = drafter.folder / path.relative_to(DATA / folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
    result = drafter.run()
    assert result.exit_code == 0, result.output
    found = {
        (stream.name, column): kind
        for stream in contract_of(drafter).streams
        for column, kind in identity_columns(stream).items()
    }
    assert found == marked
