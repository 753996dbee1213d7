"""Customers from exact keys against a union-find written in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import md5

from tests.dbt.conftest import MakeWarehouse, Warehouse

Claim = tuple[str, str, str, str, datetime | None]
START = datetime(2025, 1, 1)
# A record that nobody dated comes after all others.
UNDATED = datetime(9999, 1, 1)


def row(claim: Claim) -> dict[str, object]:
    names = ("source_name", "source_record_id", "identity_type", "identity_value", "observed_at")
    return dict(zip(names, claim, strict=True))


def resolve(warehouse: Warehouse, claims: Iterable[Claim]) -> dict[tuple[str, str], str]:
    warehouse.put("core.int_identities_unioned", [row(claim) for claim in claims])
    warehouse.build("int_customer_identities")
    return {
        (kind, value): customer_id
        for kind, value, customer_id in warehouse.rows(
            "select identity_type, identity_value, customer_id from core.int_customer_identities"
        )
    }


def expected_customers(claims: Sequence[Claim]) -> dict[tuple[str, str], str]:
    """Follow records and keys with union-find; name each component by its earliest record."""
    parents: dict[tuple[str, ...], tuple[str, ...]] = {}

    def find(node: tuple[str, ...]) -> tuple[str, ...]:
        parents.setdefault(node, node)
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    first_seen: dict[tuple[str, ...], datetime] = {}
    for source, record, kind, value, observed_at in claims:
        if not record.strip() or not kind.strip() or not (value or "").strip():
            continue
        node = ("record", source, record)
        seen = observed_at or UNDATED
        first_seen[node] = min(seen, first_seen.get(node, UNDATED))
        parents[find(node)] = find(("key", kind, value))
    names: dict[tuple[str, ...], tuple[datetime, str, str]] = {}
    for node, seen in first_seen.items():
        name = (seen, node[1], node[2])
        names[find(node)] = min(name, names.get(find(node), name))
    return {
        (node[1], node[2]): "c"
        + md5("|".join(("record", *names[find(node)][1:])).encode(), usedforsecurity=False)
        .hexdigest()[:16]
        for node in list(parents)
        if node[0] == "key"
    }  # fmt: skip


def random_claims(seed: int, records: int, keys: int, count: int) -> list[Claim]:
    generator = random.Random(seed)
    return [
        (
            generator.choice(["crm", "billing"]),
            f"r{generator.randrange(records)}",
            generator.choice(["email", "phone"]),
            generator.choice(["", " ", f"k{generator.randrange(keys)}"])
            if generator.random() < 0.05
            else f"k{generator.randrange(keys)}",
            START + timedelta(days=generator.randrange(50)) if generator.random() < 0.9 else None,
        )
        for _ in range(count)
    ]


def test_chain_of_different_keys_is_one_customer(make_warehouse: MakeWarehouse) -> None:
    customers = resolve(
        make_warehouse(),
        [
            ("crm", "A", "email", "a@x.org", START + timedelta(days=2)),
            ("crm", "A", "phone", "1", START + timedelta(days=2)),
            ("billing", "B", "phone", "1", START + timedelta(days=1)),
            ("billing", "B", "billing_customer_id", "cus_9", START + timedelta(days=1)),
            ("web", "C", "billing_customer_id", "cus_9", START + timedelta(days=3)),
            ("web", "D", "email", "d@x.org", START),
            ("web", "E", "phone", "cus_9", START),
        ],
    )
    chain = {customers[("email", "a@x.org")], customers[("billing_customer_id", "cus_9")]}
    assert chain == {customers[("phone", "1")]}
    # The same text under another type of key is another key.
    assert customers[("phone", "cus_9")] not in chain
    assert len(set(customers.values())) == 3


def test_blank_and_null_keys_never_link(make_warehouse: MakeWarehouse) -> None:
    customers = resolve(
        make_warehouse(),
        [
            (source, record, "email", value, START)
            for source, record in (("crm", "A"), ("crm", "B"))
            for value in ("", "  ", None, f"{record}@x.org")
        ],
    )
    assert set(customers) == {("email", "A@x.org"), ("email", "B@x.org")}
    assert len(set(customers.values())) == 2


def test_account_without_identities_is_a_customer(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    warehouse.put(
        "core.int_accounts_unioned",
        [
            {"source_name": "shop", "account_id": "1", "customer_key_type": "shop_id",
             "customer_key": "s1", "created_at": START, "is_test": True},
            {"source_name": "crm", "account_id": "2", "customer_key_type": "crm_id",
             "customer_key": "c2", "created_at": START, "is_organisation": True,
             "account_name": "Northern Tools"},
        ],
    )  # fmt: skip
    customers = resolve(warehouse, [("crm", "x", "crm_id", "c2", START)])
    assert len(set(customers.values())) == 2
    warehouse.build("dim_customers")
    assert warehouse.rows(
        "select customer_label = 'Northern Tools', is_test, source_record_count, account_count"
        " from core.dim_customers order by is_test"
    ) == [(True, False, 1, 1), (False, True, 0, 1)]


def test_long_chains_and_random_graphs_match_union_find(make_warehouse: MakeWarehouse) -> None:
    order = list(range(600))
    random.Random(4).shuffle(order)
    chain: list[Claim] = [
        ("chain", f"n{number}", "link", f"l{place + step}", START)
        for place, number in enumerate(order)
        for step in (0, 1)
    ]
    claims = chain + random_claims(1, records=300, keys=500, count=500)
    warehouse = make_warehouse()
    customers = resolve(warehouse, claims)
    assert customers == expected_customers(claims)
    assert len({customers[("link", f"l{place}")] for place in range(601)}) == 1
    warehouse.test("assert_records_have_one_customer")


def test_customer_ids_do_not_depend_on_the_order_of_rows(make_warehouse: MakeWarehouse) -> None:
    claims = random_claims(2, records=200, keys=300, count=400)
    shuffled = list(claims)
    random.Random(3).shuffle(shuffled)
    assert resolve(make_warehouse(), claims) == resolve(make_warehouse(), shuffled)


def test_the_earlier_customer_id_lives_on_when_two_become_one(
    make_warehouse: MakeWarehouse,
) -> None:
    apart: list[Claim] = [
        ("crm", "A", "email", "a@x.org", START),
        ("crm", "B", "email", "b@x.org", START + timedelta(days=1)),
    ]
    tie: list[Claim] = [
        ("web", "T", "email", value, START + timedelta(days=9)) for value in ("a@x.org", "b@x.org")
    ]
    before = resolve(make_warehouse(), apart)
    after = resolve(make_warehouse(), apart + tie)
    assert set(after.values()) == {before[("email", "a@x.org")]}
