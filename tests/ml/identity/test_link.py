"""Records of one person are found again, whatever their order, and doubts are told apart."""

from __future__ import annotations

import random
from datetime import date

import pyarrow as pa
import pytest

from ml.identity import LinkConfig, LinkQuality, clusters_of, evaluate_links, link_persons
from ml.identity.score import PAIR_SCHEMA
from ml.identity.synthetic import CLEAN, DIRTY, NICKNAMES, Dirt, synthetic_persons

SHORT_FORMS = pa.table(
    {
        "nickname": [short.lower() for short, _ in NICKNAMES],
        "name": [name.lower() for _, name in NICKNAMES],
    }
)


def person(record_id: str, first_name: str | None = None, **more: object) -> dict[str, object]:
    columns = ("last_name", "email", "phone", "birth_date", "postcode", "city", "address_line")
    return {
        "record_id": record_id,
        "scope": "",
        "first_name": first_name,
        **{column: more.get(column) for column in columns},
        **({"scope": more["scope"]} if "scope" in more else {}),
    }


def found(*persons: dict[str, object], config: LinkConfig | None = None) -> dict[str, str]:
    links = link_persons(pa.Table.from_pylist(list(persons)), SHORT_FORMS, config=config)
    return {
        f"{pair['left_record_id']}{pair['right_record_id']}": pair["decision"]
        for pair in links.pairs.to_pylist()
    }


ANNA = {
    "last_name": "Harford",
    "email": "anna.harford@example.org",
    "phone": "+442071230001",
    "birth_date": date(1980, 3, 4),
    "postcode": "N1 7AA",
    "city": "London",
    "address_line": "4 Mill Lane",
}


def quality_of(persons: pa.Table) -> tuple[LinkQuality, LinkQuality, pa.Table]:
    """Return the quality of links, that of shared exact keys alone, and the pairs."""
    pairs = link_persons(persons, SHORT_FORMS).pairs
    truth = pa.table({"record_id": persons["record_id"], "person": persons["person_number"]})
    keys: dict[tuple[str, str], str] = {}
    exact = []
    for row in persons.to_pylist():
        for kind in ("email", "phone"):
            if row[kind]:
                other = keys.setdefault((kind, row[kind]), row["record_id"])
                if other != row["record_id"]:
                    exact.append((other, row["record_id"]))
    exact_pairs = pa.table(
        {
            "left_record_id": [left for left, _ in exact],
            "right_record_id": [right for _, right in exact],
            "decision": ["link"] * len(exact),
        }
    )
    return (
        evaluate_links(clusters_of(persons["record_id"], pairs), truth),
        evaluate_links(clusters_of(persons["record_id"], exact_pairs), truth),
        pairs,
    )


def test_persons_are_found_again_when_records_are_clean() -> None:
    linked, exact, _ = quality_of(synthetic_persons(10_000, dirt=CLEAN))
    assert linked.precision > 0.998
    assert linked.recall > 0.985
    # A household shares a telephone number, so exact keys alone put its members together.
    assert exact.precision < 0.9
    assert linked.f1 > exact.f1 + 0.05


def test_few_links_are_wrong_when_records_are_dirty_and_in_any_order() -> None:
    persons = synthetic_persons(10_000, dirt=DIRTY)
    linked, exact, pairs = quality_of(persons)
    assert linked.precision > 0.995
    assert linked.recall > 0.75
    assert linked.recall > exact.recall
    order = list(range(persons.num_rows))
    random.Random(3).shuffle(order)
    shuffled = link_persons(persons.take(order), SHORT_FORMS, config=LinkConfig(threads=1)).pairs
    assert shuffled.equals(pairs)


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        ({"first_name": "Ana", "phone": None}, "link"),
        ({"first_name": "Harford", "last_name": "Anna", "email": None}, "link"),
        ({"birth_date": date(1980, 4, 3), "address_line": "9 Elm Grove", "postcode": None}, "link"),
        ({"email": "a.h@example.net", "phone": None, "postcode": "E2", "city": "York"}, "review"),
        # A son of the same name, and twins, are for a steward to tell.
        ({"birth_date": date(2004, 9, 21), "email": None}, "review"),
        ({"first_name": "Beatrix"}, "review"),
    ],
)
def test_a_pair_is_linked_or_asked_about_by_its_evidence(
    changes: dict[str, object], decision: str
) -> None:
    other = {"first_name": "Anna", **ANNA, **changes}
    assert found(person("a", "Anna", **ANNA), person("b", **other)) == {"ab": decision}  # type: ignore[arg-type]


def test_members_of_a_household_are_two_persons() -> None:
    sister = {**ANNA, "birth_date": date(1977, 1, 30)}
    assert found(person("a", "Anna", **ANNA), person("b", "Ruth", **sister)) == {}


def test_colleagues_are_two_persons_when_they_share_a_company() -> None:
    shared = {"phone": "+442071230000", "postcode": "N1 7AA", "city": "London"}
    records = (
        person("a", "Anna", last_name="Harford", email="anna.harford@acme.example", **shared),
        person("b", "Ruth", last_name="Selden", email="ruth.selden@acme.example", **shared),
    )
    assert found(*records) == {}


def test_records_of_two_scopes_are_never_compared() -> None:
    assert found(person("a", "Anna", **ANNA, scope="c1"), person("b", "Anna", **ANNA)) == {}


def test_a_chain_is_asked_about_when_it_is_longer_than_one_person() -> None:
    records = [person(f"{number:02}", "Anna", **ANNA) for number in range(4)]
    assert set(found(*records).values()) == {"link"}
    held_back = found(*records, config=LinkConfig(cluster_limit=3))
    assert set(held_back.values()) == {"chain"}
    assert len(held_back) == 6


def test_evidence_names_what_agrees_and_never_the_values() -> None:
    records = (person("a", "Bob", **ANNA), person("b", "Robert", **{**ANNA, "phone": None}))
    (pair,) = link_persons(pa.Table.from_pylist(list(records)), SHORT_FORMS).pairs.to_pylist()
    assert pair["evidence"] == (
        "same surname, short form of the first name; same e-mail; phone unknown; "
        "same date of birth; same address"
    )
    assert "+0.0" in pair["weights"].split("; ")[2]


@pytest.mark.parametrize("persons", [(), (person("a"), person("b"))])
def test_nothing_is_matched_when_nobody_is_named(persons: tuple[dict[str, object], ...]) -> None:
    schema = pa.schema(
        [(name, pa.date32() if name == "birth_date" else pa.string()) for name in person("a")]
    )
    links = link_persons(pa.Table.from_pylist(list(persons), schema=schema), SHORT_FORMS)
    assert links.pairs.equals(PAIR_SCHEMA.empty_table())
    assert links.status.startswith("nothing to match: 0 of")


def test_slips_of_the_caller_are_named() -> None:
    with pytest.raises(ValueError, match=r"persons lack \['scope'\]"):
        link_persons(pa.Table.from_pylist([person("a")]).drop_columns(["scope"]), SHORT_FORMS)
    with pytest.raises(ValueError, match="record_id must be unique"):
        found(person("a", "Anna"), person("a", "Anna"))
    with pytest.raises(ValueError, match="review_threshold <= link_threshold"):
        LinkConfig(link_threshold=0.4)
    with pytest.raises(ValueError, match="cluster_limit must be at least 2"):
        LinkConfig(cluster_limit=1)
    with pytest.raises(ValueError, match="shares must lie in 0–1"):
        Dirt(**{**vars(CLEAN), "typo": 2})


def test_quality_counts_pairs_and_records() -> None:
    truth = pa.table({"record_id": list("abcde"), "person": [1, 1, 1, 2, 2]})
    clusters = pa.table({"record_id": list("abcde"), "cluster": [1, 1, 2, 2, 3]})
    quality = evaluate_links(clusters, truth)
    assert (quality.precision, quality.recall) == (0.5, 0.25)
    assert quality.b_cubed_precision == pytest.approx((1 + 1 + 0.5 + 0.5 + 1) / 5)
    assert quality.b_cubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 0.5 + 0.5) / 5)
    with pytest.raises(ValueError, match="same records"):
        evaluate_links(clusters.slice(1), truth)


def test_stated_weights_are_used_when_no_two_records_could_teach_others() -> None:
    names = ["".join(chr(97 + int(digit)) for digit in f"{n:04}") for n in range(2_400)]
    records = [
        person(
            f"r{number}", f"g{name}", last_name=f"f{name[::-1]}", scope=f"s{number // 2}",
            email=f"{name}@example.org",
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    twin = {**records[0], "record_id": "twin"}
    links = link_persons(pa.Table.from_pylist([*records, twin]), SHORT_FORMS)
    assert "weights as stated" in links.status
    found_pairs = [
        (pair["left_record_id"], pair["right_record_id"]) for pair in links.pairs.to_pylist()
    ]
    assert found_pairs == [("r0", "twin")]
