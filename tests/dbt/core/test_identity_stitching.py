"""Normalisation, exclusions, decisions and ids that stay, on compiled models in a bare DuckDB.

The models' own SQL runs on literal rows, some milliseconds a time, so that properties can be tried
on many graphs.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt.conftest import AS_OF, DbtProject, Warehouse
from tests.dbt.core.stitching import CHAIN, START, Claim, Stitching


@pytest.fixture(scope="module")
def compiled(dbt_project: DbtProject) -> dict[str, str]:
    outcome = dbt_project.invoke(
        dbt_project.template("path:models/core"),
        "compile",
        "--select",
        *CHAIN,
        variables={"as_of": AS_OF},
    )
    return {result.node.name: result.node.compiled_code for result in outcome.results}


@pytest.fixture(scope="module")
def stitching(
    dbt_project: DbtProject, compiled: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Stitching:
    # dbt holds the template itself open.
    copy = tmp_path_factory.mktemp("stitching") / "template.duckdb"
    shutil.copyfile(dbt_project.template("path:models/core"), copy)
    return Stitching(compiled, copy)


def account(account_id: str, key: str, **more: object) -> dict[str, object]:
    return {
        "source_name": "crm", "account_id": account_id, "customer_key_type": "crm_id",
        "customer_key": key, "created_at": START, **more,
    }  # fmt: skip


def decision(
    number: int, action: str, left: tuple[str, str], right: tuple[str, str]
) -> dict[str, object]:
    return {
        "source_name": "stewardship", "decision_id": f"d{number}", "action": action,
        "decided_at": START + timedelta(days=100 + number), "left_key_type": left[0],
        "left_key": left[1], "right_key_type": right[0], "right_key": right[1],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "written", "compared"),
    [
        ("email", " Ann.Lee@Example.ORG ", "ann.lee@example.org"),
        ("email", "mailto:ann@example.org", "ann@example.org"),
        ("email", "Ann.Lee+shop@Gmail.com", "annlee@gmail.com"),
        ("email", "annlee@googlemail.com", "annlee@gmail.com"),
        ("email", "ann.lee+shop@outlook.com", "ann.lee@outlook.com"),
        # A provider that says nothing of dots and tags may tell them apart.
        ("email", "ann.lee+shop@example.org", "ann.lee+shop@example.org"),
        ("billing_email", "A@Example.org", "a@example.org"),
        ("phone", "+44 (0)20 7123-0001", "+442071230001"),
        ("phone", "0044 20 7123 0001", "+442071230001"),
        ("phone", "(+44) 20.7123.0001", "+442071230001"),
        ("phone", "020 7123 0001 ext. 12", "02071230001"),
        ("mobile", "(555) 010-2345", "5550102345"),
        ("crm_id", " A-1 ", "A-1"),
    ],
)
def test_identities_are_compared_as_they_are_meant(
    dbt_project: DbtProject, macro: str, kind: str, written: str, compared: str
) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(macro, {"kind": kind, "written": written}).fetchone()
    assert found == (compared,)


@pytest.fixture(scope="module")
def macro(dbt_project: DbtProject) -> str:
    warehouse = Warehouse(
        path=dbt_project.template("path:models/core"),
        project=dbt_project,
        variables={"as_of": AS_OF},
    )
    return warehouse.compile(
        "select {{ normalised_identity('kind', 'written') }}"
        " from (select $kind as kind, $written as written)"
    )


def test_a_number_meets_itself_when_written_at_home_and_abroad(stitching: Stitching) -> None:
    customers = stitching.run(
        [
            ("crm", "r1", "crm_id", "de"),
            ("crm", "r1", "phone", "030123456789"),
            ("shop", "r2", "phone", "+4930123456789"),
            ("crm", "r3", "crm_id", "us"),
            ("crm", "r3", "phone", "030123456789"),
            ("shop", "r4", "phone", "+1030123456789"),
        ],
        accounts=[account("1", "de", country="DE"), account("2", "us", country="US")],
    )
    assert customers[("phone", "+4930123456789")] == customers[("crm_id", "de")]
    assert customers[("phone", "+1030123456789")] == customers[("crm_id", "us")]
    assert customers[("crm_id", "de")] != customers[("crm_id", "us")]
    # The same digits at home are two numbers, so a fact that has no more names nobody.
    assert ("phone", "030123456789") not in customers


def test_values_that_are_nobodys_tie_nobody_and_are_reported(stitching: Stitching) -> None:
    shared = ["info@acme.example", "test@example.com", "n/a", "no address", "a@b.example"]
    claims = [
        ("crm", f"r{record}", kind, value)
        for record, keys in enumerate(
            [(("email", value), ("crm_id", f"{side}{number}"))
             for number, value in enumerate(shared) for side in ("x", "y")]
        )
        for kind, value in keys
    ] + [
        ("crm", f"r{20 + side}", kind, value)
        for side in (0, 1)
        for kind, value in (("phone", "0000000"), ("crm_id", f"p{side}"))
    ]  # fmt: skip
    customers = stitching.run(
        claims, accounts=[account("1", "x4", is_test=True), account("2", "y4")]
    )
    keys = [f"{side}{number}" for number in range(5) for side in ("x", "y")] + ["p0", "p1"]
    assert len({customers[("crm_id", key)] for key in keys}) == len(keys)
    assert not [key for key in customers if key[0] in ("email", "phone")]
    assert stitching.rows(
        "select match_value, rule, record_count from int_identity_exclusions order by 1"
    ) == [
        ("0000000", "malformed", 2),
        ("a@b.example", "test_and_customer", 2),
        ("info@acme.example", "shared_mailbox", 2),
        ("n/a", "placeholder", 2),
        ("no address", "malformed", 2),
        ("test@example.com", "placeholder", 2),
    ]


def test_a_value_ties_until_it_names_more_accounts_than_a_customer_has(
    stitching: Stitching,
) -> None:
    def claims(accounts: int) -> list[Claim]:
        return [
            ("crm", f"r{number}", kind, value)
            for number in range(accounts)
            for kind, value in (("email", "desk@acme.example"), ("crm_id", f"a{number}"))
        ]

    assert len(set(stitching.run(claims(10)).values())) == 1
    assert len(set(stitching.run(claims(11)).values())) == 11
    assert stitching.rows("select rule, tied_count from int_identity_exclusions") == [
        ("shared_by_many", 11)
    ]


def test_a_shared_mailbox_names_its_customer_when_it_is_that_of_one_alone(
    stitching: Stitching,
) -> None:
    claims = [("crm", "r1", "crm_id", "a"), ("crm", "r1", "email", "info@acme.example")]
    customers = stitching.run(claims)
    assert customers[("email", "info@acme.example")] == customers[("crm_id", "a")]


A, B, C = ("crm_id", "a"), ("crm_id", "b"), ("crm_id", "c")
APART: list[Claim] = [
    ("crm", "r1", "crm_id", "a"),
    ("crm", "r2", "crm_id", "b"),
    ("crm", "r3", "crm_id", "c"),
]
TOGETHER: list[Claim] = [
    *APART,
    ("crm", "r1", "email", "e@x.example"),
    ("crm", "r2", "email", "e@x.example"),
]


def test_a_merge_joins_and_a_later_split_takes_it_back(stitching: Stitching) -> None:
    before = stitching.run(APART)
    merged = stitching.run(APART, decisions=[decision(1, "merge", A, B)])
    assert merged == {**before, B: before[A]}
    # The stream holds the last decision about a pair.
    assert stitching.run(APART, decisions=[decision(2, "split", A, B)]) == before
    assert stitching.rows("select effect from int_identity_decision_effects") == [("holds",)]


def test_a_split_wins_over_a_shared_address_which_stays_on_the_left(stitching: Stitching) -> None:
    joined = stitching.run(TOGETHER)
    assert joined[A] == joined[B]
    split = stitching.run(TOGETHER, decisions=[decision(1, "split", B, A)])
    assert split[A] == joined[A]
    assert split[B] not in (split[A], split[C])
    assert split[("email", "e@x.example")] == split[B]
    assert stitching.rows("select record_id, match_value, decision_id from int_identity_cuts") == [
        ("r1", "e@x.example", "stewardship:d1")
    ]
    assert stitching.rows("select effect, cut_count from int_identity_decision_effects") == [
        ("holds", 1)
    ]


def test_decisions_may_name_customers_by_their_ids(stitching: Stitching) -> None:
    before = stitching.run(APART)
    ids = ("customer_id", before[A]), ("customer_id", before[C])
    assert stitching.run(APART, decisions=[decision(1, "merge", *ids)])[C] == before[A]
    tied = [*APART, ("web", "r9", "crm_id", "a"), ("web", "r9", "crm_id", "c")]
    assert stitching.run(tied)[C] == before[A]
    assert stitching.run(tied, decisions=[decision(1, "split", *ids)])[C] == before[C]


def test_a_decision_about_nobody_is_reported(stitching: Stitching) -> None:
    stitching.run(APART, decisions=[decision(1, "split", A, ("crm_id", "gone"))])
    assert stitching.rows("select effect from int_identity_decision_effects") == [("unknown_key",)]


def test_a_probable_match_joins_unless_a_steward_split_the_pair(stitching: Stitching) -> None:
    persons = [
        {"record_id": f"account|crm|{key}", "identity_type": "crm_id", "match_value": key}
        for key in "ab"
    ]
    links = [
        {"left_record_id": "account|crm|a", "right_record_id": "account|crm|b",
         "probability": 0.99, "decision": "link"}
    ]  # fmt: skip
    linked = stitching.run(APART, persons=persons, links=links)
    assert linked[A] == linked[B] != linked[C]
    split = stitching.run(
        APART, persons=persons, links=links, decisions=[decision(1, "split", A, B)]
    )
    assert split == stitching.run(APART)
    links[0]["decision"] = "review"
    assert stitching.run(APART, persons=persons, links=links) == split


def test_ids_stay_and_retired_ones_can_be_followed(stitching: Stitching) -> None:
    first = stitching.run(APART)
    register = stitching.register(START + timedelta(days=200))
    assert [event["event"] for event in register] == ["issued"] * 3
    # An earlier record arrives late; without the register it would name the customer.
    earlier: list[Claim] = [*APART, ("old", "r0", "crm_id", "b")]
    assert stitching.run(earlier, events=register) == first
    assert stitching.run(earlier)[B] != first[B]
    # b was issued with a, and is later: it is retired when they turn out to be one.
    tied: list[Claim] = [*earlier, ("web", "r9", "crm_id", "a"), ("web", "r9", "crm_id", "b")]
    merged = stitching.run(tied, events=register)
    assert merged[A] == merged[B] == first[A]
    aliases = "select alias_id, customer_id, since_date, reason from dim_customer_aliases"
    expected = [(first[B], first[A], AS_OF, "shared identities")]
    assert stitching.rows(aliases) == expected
    register = stitching.register(START + timedelta(days=201))
    # The next run knows it already, and writes nothing.
    stitching.run(tied, events=register)
    assert stitching.rows(aliases) == expected
    assert not stitching.rows("select 1 from int_identifier_history where is_new")
    # When what tied them is gone, the id comes back, and its alias goes.
    assert stitching.run(earlier, events=register) == first
    assert stitching.rows(aliases) == []
    assert stitching.rows("select identifier, event from int_identifier_history where is_new") == [
        (first[B], "returned")
    ]


claims_lists = st.lists(
    st.tuples(
        st.sampled_from(["crm", "web"]),
        st.integers(0, 9).map("r{}".format),
        st.just("crm_id"),
        st.integers(0, 9).map("k{}".format),
    ),
    min_size=1,
    max_size=16,
)


def groups(customers: Mapping[tuple[str, str], str]) -> set[frozenset[tuple[str, str]]]:
    return {
        frozenset(key for key in customers if customers[key] == customer)
        for customer in customers.values()
    }


@settings(max_examples=8, deadline=None, derandomize=True)
@given(claims=claims_lists, order=st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(
    stitching: Stitching, claims: list[Claim], order: object
) -> None:
    shuffled = list(claims)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stitching.run(shuffled) == stitching.run(claims)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(before=claims_lists, more=claims_lists, shift=st.integers(-400, 400))
def test_ids_change_only_where_customers_merge(
    stitching: Stitching, before: list[Claim], more: list[Claim], shift: int
) -> None:
    first = stitching.run(before)
    register = stitching.register(START + timedelta(days=500))
    # What arrives later may be dated before everything else.
    late = [("late", record, kind, value) for _, record, kind, value in more]

    def seen(record: str) -> datetime:
        return START + timedelta(days=int(record[1:]) + shift)

    second = stitching.run([*before, *late], events=register, observed=seen)
    aliases = dict(stitching.rows("select alias_id, customer_id from dim_customer_aliases"))
    for key, customer in first.items():
        assert second[key] == aliases.get(customer, customer)
    # As many ids are retired as customers disappeared, and when the records go, all come back.
    merged = {key: second[key] for key in first}
    assert len(aliases) == len(set(first.values())) - len(set(merged.values()))
    assert stitching.run(before, events=stitching.register(START + timedelta(days=501))) == first


@settings(max_examples=10, deadline=None, derandomize=True)
@given(claims=claims_lists, pair=st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_a_split_parts_two_keys_and_undone_it_leaves_no_trace(
    stitching: Stitching, claims: list[Claim], pair: tuple[int, int]
) -> None:
    left, right = (("crm_id", f"k{number}") for number in pair)
    joined = stitching.run(claims)
    register = stitching.register(START + timedelta(days=500))
    split = stitching.run(claims, decisions=[decision(1, "split", left, right)], events=register)
    if left != right and left in joined and right in joined:
        assert split[left] != split[right]
        # The id stays with the part that holds the record it was named after.
        assert set(joined.values()) <= set(split.values())
    untouched = [keys for keys in groups(joined) if left not in keys and right not in keys]
    assert all(split[key] == joined[key] for keys in untouched for key in keys)
    again = stitching.register(START + timedelta(days=501))
    assert stitching.run(claims, events=again) == joined


def test_the_register_keeps_effective_days_when_a_run_looks_back(stitching: Stitching) -> None:
    stitching.run(APART)
    register = [
        {**event, "effective_on": date(2026, 12, 31)}
        for event in stitching.register(START + timedelta(days=500))
    ]
    tied: list[Claim] = [*APART, ("web", "r9", "crm_id", "a"), ("web", "r9", "crm_id", "b")]
    stitching.run(tied, events=register)
    assert not stitching.rows("select 1 from int_identifier_history where is_new")
