"""A person's rows leave landing whatever form they have, others stay, and nothing is overlooked."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from orchestration.erasure.finding import FoundRows, Search, find_rows
from orchestration.erasure.identifiers import Identifiers
from orchestration.erasure.proof import find_traces, holds
from orchestration.erasure.rewriting import mark_values, rewrite
from orchestration.erasure.subject import ErasureError, Subject, find_subject
from orchestration.extract.contracts import SourceContract, StreamContract
from tests.orchestration.extract.conftest import column, contract

ADA = Subject(
    customer_id="c1",
    values={"email": frozenset({"ada@x.example"}), "shop_id": frozenset({"S-1001"})},
    is_whole_customer=True,
)
TICKETS = contract(
    column("id", required=True),
    column("requester", personal_data="email"),
    column("opened_at", "timestamp"),
    column("note", personal_data="comment"),
    name="tickets",
    files="tickets.*",
    format="auto",
    key=("id",),
)
EVENTS = contract(
    column("id", required=True),
    column("ticket_id"),
    column("what"),
    name="events",
    files="events.csv",
    key=("id",),
)
ORDERS = contract(
    column("order_id", required=True),
    column("shop_id", identity="shop_id"),
    name="orders",
    files="orders.csv",
    key=("order_id",),
)
LINES = contract(
    column("line_id", required=True), column("order_id"), name="lines", files="lines.csv",
    key=("line_id",),
)  # fmt: skip
ACCOUNTS = contract(
    column("shop_id", identity="shop_id", required=True),
    column("billing_email", personal_data="email"),
    name="accounts",
    files="accounts.csv",
    key=("shop_id",),
)

HEADER = "id,requester,opened_at,note\n"


def search(landing: Path, subject: Subject, *streams: StreamContract) -> Search:
    source = SourceContract(name="survey", owner="tests", streams=streams)
    return find_rows([source], {"survey": landing}, subject)


def found(landing: Path, subject: Subject, *streams: StreamContract) -> Mapping[str, list[int]]:
    return {rows.path.name: list(rows.lines) for rows in search(landing, subject, *streams).found}


def erase(landing: Path, *streams: StreamContract) -> None:
    for rows in search(landing, ADA, *streams).found:
        rewrite(rows, ADA)


def test_rows_are_found_by_identity_and_reference_whatever_became_of_them(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text(
        HEADER
        + '1,ADA@x.example ,2026-01-01,"two\nlines"\n'
        + "2,bob@x.example,2026-01-01,fine\n"
        + "3,ada@x.example,no date at all,set aside when loaded\n"
        + "1,ADA@x.example ,2026-01-01,a duplicate key\n"
        + "4,ada@x.example,too,many,cells\n"
    )
    (tmp_path / "events.csv").write_text("id,ticket_id,what\n1,2,of Bob\n2,1,of Ada\n3,3,of Ada\n")
    assert found(tmp_path, ADA, EVENTS, TICKETS) == {
        "tickets.csv": [2, 5, 6, 7],
        "events.csv": [3, 4],
    }


def test_references_follow_keys_with_a_name_when_streams_are_chained(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,shop_id\nO1,S-1001\nO2,S-2002\n")
    (tmp_path / "lines.csv").write_text("line_id,order_id\nL1,O1\nL2,O2\nL3,O1\n")
    assert found(tmp_path, ADA, LINES, ORDERS) == {"orders.csv": [2], "lines.csv": [2, 4]}


def test_rows_are_found_when_each_says_what_identifies_it(tmp_path: Path) -> None:
    stream = contract(
        column("n"), column("kind"), column("value", identity="@kind"), name="any", files="any.csv",
    )  # fmt: skip
    (tmp_path / "any.csv").write_text(
        "n,kind,value\n1,email,ada@x.example\n2,shop_id,s-1001\n3,email,S-1001\n4,,S-1001\n"
    )
    assert found(tmp_path, ADA, stream) == {"any.csv": [2, 3]}


def test_identities_are_found_in_lists_names_and_json(tmp_path: Path) -> None:
    stream = contract(
        column("n"), column("who", identity="*"), column("people", "json", identity="email"),
        name="any", files="any.csv", delimiter="|", quote="",
    )  # fmt: skip
    (tmp_path / "any.csv").write_text(
        "n|who|people\n1|S-1;s-1001|\n2|Ada <ADA@x.example>|\n3|S-10012|\n"
        '4||[{"mail": " Ada@x.example "}]\n5||[{"mail": "lada@x.example"}]\n'
    )
    assert found(tmp_path, ADA, stream) == {"any.csv": [2, 3, 5]}


def test_a_row_named_after_another_stays_when_only_a_person_goes(tmp_path: Path) -> None:
    person = Subject(
        customer_id="c1",
        values={"email": frozenset({"ada@x.example"})},
        is_whole_customer=False,
    )
    path = tmp_path / "accounts.csv"
    path.write_text("shop_id,billing_email\nS-1001,ada@x.example\n")
    assert found(tmp_path, person, ACCOUNTS) == {}
    assert found(tmp_path, ADA, ACCOUNTS) == {"accounts.csv": [2]}
    rewrite(FoundRows(contract=ACCOUNTS, path=path, lines=(), row_starts=()), person)
    assert path.read_text() == f"shop_id,billing_email\nS-1001,{person.mark}\n"
    assert not holds(path, person.telling)


def test_other_lines_keep_their_place_and_bytes_when_rows_leave_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    kept = b'2,bob@x.example,2026-01-01,"\xe9t\xe9, said ADA@x.example; not xada@x.example"\r\n'
    path.write_bytes(
        HEADER.replace("\n", "\r\n").encode()
        + b'1,ada@x.example,2026-01-01,"two\r\nlines"\r\n'
        + kept
    )
    erase(tmp_path, TICKETS)
    assert path.read_bytes() == HEADER.replace("\n", "\r\n").encode() + b"\r\n\r\n" + kept.replace(
        b"ADA@x.example;", ADA.mark.encode() + b";"
    )


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_rows_leave_packed_files_when_these_hold_lines_of_json(
    tmp_path: Path, packing: str
) -> None:
    rows = [{"id": "1", "requester": "ada@x.example"}, {"id": "2", "requester": "bob@x.example"}]
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = tmp_path / f"tickets.jsonl.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(text))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("tickets.jsonl", text)
    assert holds(path, ADA.telling)
    stream = contract(*TICKETS.columns[:2], name="tickets", files="tickets.*", format="auto")
    erase(tmp_path, stream)
    assert not holds(path, ADA.telling)
    assert holds(path, Identifiers(in_any_case=("bob@x.example",)))


def test_rows_leave_a_document_and_a_parquet_file(tmp_path: Path) -> None:
    rows = [{"id": "1", "requester": "ada@x.example"}, {"id": "2", "note": "asked S-1001"}]
    document = tmp_path / "tickets.json"
    document.write_text(json.dumps(rows, indent=1))
    stream = contract(
        column("id"), column("requester", optional_column=True, personal_data="email"),
        name="tickets", files="tickets.*", format="auto",
    )  # fmt: skip
    erase(tmp_path, stream)
    assert json.loads(document.read_text()) == [{"id": "2", "note": f"asked {ADA.mark}"}]

    document.unlink()
    parquet = tmp_path / "tickets.parquet"
    duckdb.execute(
        "copy (select * from (values ('1', 'ada@x.example', 7), ('2', null, 8), "
        f"('3', 'bob@x.example, S-1001', 9)) as t (id, requester, size)) to '{parquet}'"
    )
    erase(tmp_path, stream)
    assert duckdb.execute(f"select * from '{parquet}'").fetchall() == [
        ("2", None, 8),
        ("3", f"bob@x.example, {ADA.mark}", 9),
    ]


def test_columns_stay_in_their_places_when_the_width_is_fixed(tmp_path: Path) -> None:
    stream = contract(
        column("id", start=1, width=2), column("who", start=3, width=16, personal_data="email"),
        column("note", start=19, width=20), name="tickets", files="tickets.fix",
        format="fixed_width", header_rows=0,
    )  # fmt: skip
    path = tmp_path / "tickets.fix"
    path.write_text(
        "1 ada@x.example   own row             |\n2 bob@x.example   by ada@x.example !  |\n"
    )
    erase(tmp_path, stream)
    blank, kept = path.read_text().splitlines()
    assert blank == ""
    assert len(kept) == 39
    assert kept.startswith("2 bob@x.example   by [erased-")
    assert kept.endswith(" !  |")


def test_files_that_cannot_be_read_are_named_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv.gz").write_bytes(gzip.compress(b"id\n" * 99)[:-9])
    unreadable = search(tmp_path, ADA, TICKETS).unreadable
    assert {path.name: "truncated" in why for path, why in unreadable.items()} == {
        "tickets.csv.gz": True
    }


def test_a_value_is_found_wherever_it_stands_and_only_where_it_is_whole(tmp_path: Path) -> None:
    places = {
        "plain.txt": b"mail to <Ada@X.example>.",
        "wide.txt": "ada@x.example".encode("utf-16"),
        "packed.gz": gzip.compress(b"id S-1001;"),
    }
    for name, content in places.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "part.txt").write_text("lada@x.example S-10012 XS-1001")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("create schema s; create table s.t as select {'a': ['S-1001']} as deep")
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", "<c>ada@x.example</c>")
    traces = {path.name for path in find_traces([tmp_path], ADA.telling)}
    assert traces == {*places, "w.duckdb", "book.xlsx"}


def test_short_and_plain_values_are_not_looked_for_in_text() -> None:
    subject = Subject(
        customer_id="c", is_whole_customer=True,
        values={"id": frozenset({"17", "12345678", "Springfield", "A-1", "440207946095"})},
    )  # fmt: skip
    assert subject.telling == Identifiers(in_any_case=("440207946095",))


def test_text_no_contract_knows_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_text('{"left_key": "ada@x.example", "why": "é"}\n')
    mark_values(path, ADA)
    assert json.loads(path.read_text()) == {"left_key": ADA.mark, "why": "é"}


@pytest.fixture
def identities() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("""
        create schema core;
        create table core.int_customer_identities as select * from (values
            ('email', 'ada@x.example', 'c1'), ('email', 'bob@x.example', 'c1'),
            ('shop_id', 'S-1', 'c1'), ('contact_id', 'K-7', 'c1'), ('email', 'eve@y.example', 'c2')
        ) as t (identity_type, identity_value, customer_id);
        create table core.int_identities_unioned as select * from (values
            ('crm', 'account:S-1', 'shop_id', 'S-1'),
            ('crm', 'account:S-1', 'email', 'ada@x.example'),
            ('crm', 'contact:K-7', 'contact_id', 'K-7'),
            ('crm', 'contact:K-7', 'email', 'ada@x.example'),
            ('crm', 'contact:K-8', 'shop_id', 'S-1'),
            ('crm', 'contact:K-8', 'email', 'bob@x.example')
        ) as t (source_name, source_record_id, identity_type, identity_value);
        create table core.dim_contacts as select * from (values
            ('c1', 'ADA@x.example', null, 'p1'), ('c1', 'bob@x.example', '+44 1', 'p2'),
            ('c1', null, null, null), ('c2', 'eve@y.example', null, 'p3')
        ) as t (customer_id, email, phone, person_id);
        create schema staging;
        create view staging.stg_crm__identities as
        select 'crm' as source_name, 'contact:K-7' as source_record_id, 'email' as identity_type,
            'A.Da+crm@x.example' as identity_value;
    """)
    return connection


def test_a_person_takes_only_identifiers_of_their_own_along(
    identities: duckdb.DuckDBPyConnection,
) -> None:
    person = find_subject(identities, "email: Ada@x.example")
    assert person.customer_id == "c1"
    assert not person.is_whole_customer
    assert person.values == {
        "contact_id": frozenset({"K-7"}),
        "person_id": frozenset({"p1"}),
        "email": frozenset({"ada@x.example", "Ada@x.example", "A.Da+crm@x.example"}),
    }
    whole = find_subject(identities, "c1")
    assert whole.is_whole_customer
    assert whole.values["customer_id"] == {"c1"}
    assert whole.values["person_id"] == {"p1", "p2"}
    assert whole.values["email"] == {"ada@x.example", "bob@x.example", "A.Da+crm@x.example"}


@pytest.mark.parametrize("name", ["nobody", "email:nobody@x.example", "ada@x.example", ""])
def test_unknown_people_are_refused_with_what_is_known(
    identities: duckdb.DuckDBPyConnection, name: str
) -> None:
    with pytest.raises(ErasureError, match="contact_id, email, shop_id"):
        find_subject(identities, name)
