"""Ids of 15 letters, which differ by case alone, are the person's as those of 18 are."""

from __future__ import annotations

import random
import string
from pathlib import Path

import duckdb
import jinja2

from orchestration.erasure.finding import find_rows
from orchestration.erasure.identifiers import long_id, short_id, spellings
from orchestration.erasure.proof import holds
from orchestration.erasure.rewriting import mark_values, rewrite
from orchestration.erasure.subject import Subject, find_subject
from orchestration.extract.contracts import SourceContract
from orchestration.settings import DBT_PROJECT_DIR
from tests.orchestration.extract.conftest import column, contract

SHORT = "0035g00000aBcDe"
TWIN = "0035g00000AbCdE"
LONG = long_id(SHORT)
ADA = Subject(
    customer_id="c1", values={"crm_contact_id": frozenset({LONG})}, is_whole_customer=False
)
CONTACTS = contract(
    column("id", required=True, identity="crm_contact_id"),
    column("note"),
    name="contacts",
    files="contacts.csv",
    key=("id",),
)
CASES = contract(
    column("case_number", required=True),
    column("who", identity="crm_contact_id"),
    name="cases",
    files="cases.csv",
    key=("case_number",),
)
VISITS = contract(
    column("n"), column("contact_id"), name="visits", files="visits.csv", delimiter="|"
)
ANSWERS = contract(
    column("n"),
    column("data", "json", identity="*"),
    name="answers",
    files="answers.csv",
    delimiter="|",
    quote="",
)
SOURCE = SourceContract(name="survey", owner="tests", streams=(CONTACTS, CASES, VISITS, ANSWERS))


def found(landing: Path) -> dict[str, list[int]]:
    rows = find_rows([SOURCE], {"survey": landing}, ADA).found
    return {file.path.name: list(file.lines) for file in rows}


def test_the_long_form_is_that_of_the_views() -> None:
    text = (DBT_PROJECT_DIR / "macros" / "salesforce_id.sql").read_text(encoding="utf-8")
    macro = jinja2.Environment().from_string(text).module  # noqa: S701  # writes no page
    sql = macro.salesforce_id("id")  # type: ignore[attr-defined]
    draw = random.Random(5)
    letters = string.ascii_letters + string.digits
    ids = ["".join(draw.choices(letters, k=15)) for _ in range(300)]
    rows = duckdb.execute(f"select id, {sql} from (select unnest($1) as id)", [ids]).fetchall()
    assert rows == [(short, long_id(short)) for short in ids]
    assert [short_id(longer) for _, longer in rows] == ids


def test_what_is_no_such_id_has_no_other_form() -> None:
    for value in (LONG[:-1] + "0", LONG.lower(), LONG[:-1], LONG + "A", "0035g00000-BcDeAAA"):
        assert short_id(value) is None
    assert spellings({SHORT}) == spellings({LONG}) == {SHORT, LONG}
    assert spellings({"17"}) == {"17"}


def test_rows_of_either_form_are_found_and_those_of_the_twin_are_not(tmp_path: Path) -> None:
    (tmp_path / "contacts.csv").write_text(
        f"id,note\n{SHORT},own\n{LONG},own\n{LONG.lower()},own\n{TWIN},twin\n{long_id(TWIN)},twin\n"
    )
    (tmp_path / "cases.csv").write_text(
        f"case_number,who\n1,{SHORT}\n2,{TWIN}\n3,{TWIN};{SHORT}\n4,{LONG}\n"
    )
    (tmp_path / "visits.csv").write_text(f"n|contact_id\n1|{SHORT}\n2|{TWIN}\n3|{LONG}\n")
    (tmp_path / "answers.csv").write_text(
        f'n|data\n1|{{"who": "{SHORT}"}}\n2|{{"who": "{TWIN}"}}\n3|{{"who": "{LONG}"}}\n'
    )
    assert found(tmp_path) == {
        "contacts.csv": [2, 3, 4],
        "cases.csv": [2, 4, 5],
        "visits.csv": [2, 4],
        "answers.csv": [2, 4],
    }


def test_rows_that_refer_by_the_other_form_are_found(tmp_path: Path) -> None:
    contacts = contract(
        column("contact_id", required=True),
        column("email", personal_data="email"),
        name="contacts",
        files="contacts.csv",
        key=("contact_id",),
    )
    source = SourceContract(name="survey", owner="tests", streams=(contacts, VISITS))
    ada = Subject(
        customer_id="c1", values={"email": frozenset({"ada@x.example"})}, is_whole_customer=False
    )
    (tmp_path / "visits.csv").write_text(f"n|contact_id\n1|{SHORT}\n2|{TWIN}\n3|{LONG}\n")
    for key in (SHORT, LONG):
        (tmp_path / "contacts.csv").write_text(f"contact_id,email\n{key},ada@x.example\n")
        rows = find_rows([source], {"survey": tmp_path}, ada).found
        assert {file.path.name: list(file.lines) for file in rows} == {
            "contacts.csv": [2],
            "visits.csv": [2, 4],
        }


def test_texts_lose_the_id_in_either_form_and_keep_the_twins(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(f"id,note\n{SHORT},own\n{TWIN},see {SHORT} and {LONG}; not {long_id(TWIN)}\n")
    for rows in find_rows([SOURCE], {"survey": tmp_path}, ADA).found:
        rewrite(rows, ADA)
    assert path.read_text() == (
        f"id,note\n\n{TWIN},see {ADA.mark} and {ADA.mark}; not {long_id(TWIN)}\n"
    )
    assert not holds(path, ADA.telling)
    path.write_text(f"{TWIN} {SHORT}\n")
    assert holds(path, ADA.telling)
    mark_values(path, ADA)
    assert path.read_text() == f"{TWIN} {ADA.mark}\n"

    parquet = tmp_path / "x.parquet"
    duckdb.execute(
        f"copy (select unnest(['{TWIN}', 'a {SHORT}', '{LONG.lower()}']) as id) to '{parquet}'"
    )
    assert holds(parquet, ADA.telling)
    mark_values(parquet, ADA)
    assert duckdb.execute(f"select * from '{parquet}'").fetchall() == [
        (TWIN,), (f"a {ADA.mark}",), (ADA.mark,),
    ]  # fmt: skip
    assert not holds(parquet, ADA.telling)


def test_a_steward_may_name_somebody_by_the_form_of_a_report() -> None:
    connection = duckdb.connect()
    connection.execute(f"""
        create schema core;
        create table core.int_customer_identities as
        select 'crm_contact_id' as identity_type, '{LONG}' as identity_value, 'c1' as customer_id;
        create table core.int_identities_unioned as
        select 'crm' as source_name, 'r' as source_record_id, 'crm_contact_id' as identity_type,
            '{LONG}' as identity_value
    """)
    person = find_subject(connection, f"crm_contact_id:{SHORT}")
    assert person.values == {"crm_contact_id": frozenset({LONG})}
    assert person.telling.as_written == (SHORT,)
