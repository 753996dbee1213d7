"""Comments: who spoke, and personal data masked before anything reads the text."""

from __future__ import annotations

from datetime import datetime

from tests.dbt.conftest import MakeWarehouse

MASKED = {
    "Write to jo.doe+cx@mail.example.co.uk please": "Write to [email] please",
    "call +44 20 7946 0958 or (11) 98765-4321": "call [phone] or [phone]",
    "my card 4111 1111 1111 1111, exp 12/27": "my card [card], exp 12/27",
    "card 4111-1111-1111-1111!": "card [card]!",
    "see https://x.example/a?b=c#d and www.example.org/x": "see [link] and [link]",
    "@some_one never answers, (@other.one)": "[handle] never answers, ([handle])",
    "ring 555-0123 now": "ring [phone] now",
    "11987654321": "[phone]",
    "Since 2025-06-30 it took 45 minutes, 3 times, 19.99 EUR": (
        "Since 2025-06-30 it took 45 minutes, 3 times, 19.99 EUR"
    ),
    "My name is Zadie Quill and I wait": "My name is [name] and I wait",
    "Mrs. Ortega-Lindt was kind, Dr Voss too": "Mrs. [name] was kind, Dr [name] too",
    "I spoke to Sarah Smith, then to Tom.": "I spoke to [name], then to [name].",
    "Ich heiße Jörg. Falei com João e José, meu nome é Íris": (
        "Ich heiße [name]. Falei com [name] e [name], meu nome é [name]"
    ),
    "Will this ever work? I miss May prices, Mark my words": (
        "Will this ever work? I miss May prices, Mark my words"
    ),
    "From St. Paul to São Paulo and San Diego with Diego": (
        "From St. Paul to São Paulo and San Diego with [name]"
    ),
    "Annual plan of Samsung, Daniels and Tomtom": "Annual plan of Samsung, Daniels and Tomtom",
    "Não recebi o pedido, péssimo!": "Não recebi o pedido, péssimo!",
    "order 2024 and 2025, 10 000 rows": "order 2024 and 2025, 10 000 rows",
}


def test_personal_data_is_masked_and_plain_numbers_are_kept(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    warehouse.put(
        "core.int_feedback_unioned",
        [
            {"source_name": "a", "feedback_id": str(number), "feedback_kind": "direct",
             "is_solicited": True, "comment_text": text, "occurred_at": datetime(2026, 1, 1)}
            for number, text in enumerate(MASKED)
        ],
    )  # fmt: skip
    warehouse.build("fct_feedback")
    assert dict(warehouse.rows("select comment_text, comment_redacted from core.fct_feedback")) == (
        MASKED
    )


def test_contacts_of_the_customer_are_masked_and_other_words_kept(
    make_warehouse: MakeWarehouse,
) -> None:
    comments = {
        "1": ("Will Price asked, will the price fall?", "[name] asked, will the price fall?"),
        "2": ("ask will price or Price", "ask [name] or [name]"),
        "3": ("O'Dáire-Price called; Priceless", "O'[name] called; Priceless"),
        "4": ("Nobody by that name", "Nobody by that name"),
        "5": ("Will Price is of another company", "Will Price is of another company"),
    }
    warehouse = make_warehouse()
    warehouse.put(
        "core.int_customer_identities",
        [
            {"identity_type": "email", "identity_value": "a@x.org", "customer_id": "c1"},
            {"identity_type": "email", "identity_value": "b@x.org", "customer_id": "c2"},
        ],
    )
    warehouse.put(
        "core.int_contacts_unioned",
        [
            {"source_name": "s", "contact_id": "1", "full_name": "Will Price",
             "customer_key_type": "email", "customer_key": "a@x.org"},
            {"source_name": "s", "contact_id": "2", "full_name": "B. O'Dáire",
             "customer_key_type": "email", "customer_key": "a@x.org"},
        ],
    )  # fmt: skip
    warehouse.put(
        "core.int_feedback_unioned",
        [
            {"source_name": "s", "feedback_id": number, "comment_text": text,
             "customer_key_type": "email",
             "customer_key": "b@x.org" if number == "5" else "a@x.org"}
            for number, (text, _) in comments.items()
        ],
    )  # fmt: skip
    warehouse.build("dim_contacts int_contact_names fct_feedback")
    assert dict(warehouse.rows("select feedback_id, comment_redacted from core.fct_feedback")) == {
        f"s:{number}": masked for number, (_, masked) in comments.items()
    }


def test_respondent_is_customer_then_response_then_comment(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    warehouse.put(
        "core.int_customer_identities",
        [{"identity_type": "email", "identity_value": "a@x.org", "customer_id": "c1"}],
    )
    warehouse.put(
        "core.int_feedback_unioned",
        [
            {"source_name": "s", "feedback_id": "1", "response_id": "r", "customer_key": "a@x.org",
             "customer_key_type": "email"},
            {"source_name": "s", "feedback_id": "2", "response_id": "r", "customer_key": "b@x.org",
             "customer_key_type": "email"},
            {"source_name": "s", "feedback_id": "3"},
        ],
    )  # fmt: skip
    warehouse.build("fct_feedback")
    assert warehouse.rows(
        "select feedback_id, customer_id, respondent_id from core.fct_feedback order by 1"
    ) == [("s:1", "c1", "c1"), ("s:2", None, "s:r"), ("s:3", None, "s:3")]
