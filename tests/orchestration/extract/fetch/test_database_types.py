"""What a database holds is what lands: every type, odd names, tables that change, queries."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from tests.orchestration.extract.fetch.conftest import Bench, Database, sql_plan

EVERYTHING = """
    create table everything (
        id bigint primary key,
        small smallint,
        price numeric(12, 4),
        huge numeric,
        real4 real,
        flag boolean,
        word text,
        fixed char(3),
        day date,
        clock time,
        moment timestamptz,
        naive timestamp,
        span interval,
        bytes bytea,
        document jsonb,
        plain json,
        tags text[],
        numbers numeric[],
        identity uuid,
        address inet,
        bounds int4range,
        feeling mood,
        positive positive,
        nothing text
    )
"""
ROW = r"""
    insert into everything values (
        1, 7, 1234.5678, 12345678901234567890.123456789012345678, 1.5, true, E'it''s\n"two"',
        'ab', '2024-02-29', '10:11:12.5', '2026-03-29 01:30:00.123456+00', '2026-03-29 02:30',
        '1 day 2 hours', '\x00ff00', '{"n": 12345678901234567890.10, "a": [null]}',
        '{"b" : 1}', '{a,"b,c",null}', '{1.10,2}', '00000000-0000-0000-0000-000000000001',
        '10.0.0.1', '[1,5)', 'glad', 5, null
    )
"""


def landed(shop: Bench) -> dict[str, Any]:
    pattern = shop.landing / "orders" / "*.parquet"
    result = shop.connection.execute(f"select * from read_parquet('{pattern}')")
    names = [entry[0] for entry in result.description]
    row = result.fetchone()
    assert row is not None
    return dict(zip(names, row, strict=True))


@pytest.fixture
def everything(database: Database) -> Database:
    database.execute(
        "create type mood as enum ('glad', 'sad')",
        "create domain positive as int check (value > 0)",
        EVERYTHING,
        ROW,
    )
    return database


def test_each_type_lands_without_loss(shop: Bench, everything: Database) -> None:
    fetched = shop.fetch(sql_plan(table="everything"))
    assert fetched.messages == ()
    row = landed(shop)
    document = json.loads(row.pop("document"), parse_float=Decimal)
    assert document == {"a": [None], "n": Decimal("12345678901234567890.10")}
    assert json.loads(row.pop("tags")) == ["a", "b,c", None]
    assert json.loads(row.pop("numbers"), parse_float=Decimal) == [Decimal("1.10"), 2]
    assert {name: str(value) for name, value in row.items()} == {
        "id": "1",
        "small": "7",
        "price": "1234.5678",
        "huge": "12345678901234567890.123456789012345678",
        "real4": "1.5",
        "flag": "True",
        "word": 'it\'s\n"two"',
        "fixed": "ab ",
        "day": "2024-02-29",
        "clock": "10:11:12.500000",
        "moment": "2026-03-29 01:30:00.123456+00:00",
        "naive": "2026-03-29 02:30:00",
        "span": "1 day 02:00:00",
        "bytes": repr(b"\x00\xff\x00"),
        "plain": '{"b" : 1}',
        "identity": "00000000-0000-0000-0000-000000000001",
        "address": "10.0.0.1/32",
        "bounds": "[1,5)",
        "feeling": "glad",
        "positive": "5",
        "nothing": "None",
    }


def test_types_are_the_same_when_a_query_is_read(shop: Bench, everything: Database) -> None:
    shop.fetch(sql_plan(table="everything"))
    table = landed(shop)
    shop.fetch(sql_plan(table=None, query="select * from everything where id = 1;"))
    pattern = sorted((shop.landing / "orders").iterdir())[-1]
    rows = shop.rows(f"select * from read_parquet('{pattern}')")
    assert rows == [tuple(table.values())]


def test_values_without_a_form_land_as_text_when_a_type_cannot_hold_them(
    shop: Bench, database: Database
) -> None:
    database.execute(
        "create table odd (id int primary key, amount numeric(9, 2), moment timestamptz)",
        "insert into odd values (0, 0, null), (1, 'NaN', 'infinity'), "
        "(2, 1.50, '2026-06-01 12:00+02'), "
        "(3, null, '0044-03-15 00:00+00 BC')",
    )
    fetched = shop.fetch(sql_plan(table="odd", chunk_rows=1))
    assert shop.landed() == [
        (0, "0.00", None),
        (1, "NaN", "infinity"),
        (2, "1.50", "2026-06-01 10:00:00+00"),
        (3, None, "0044-03-15 00:00:00+00 BC"),
    ]
    assert [message.split(":")[0] for message in fetched.messages] == ["shop.orders"] * 2
    assert "amount" in fetched.messages[0]
    assert "infinite" in fetched.messages[1]


def test_names_of_any_kind_are_read_when_they_need_quotes(shop: Bench, database: Database) -> None:
    database.execute(
        'create schema "Odd; Schema"',
        'create table "Odd; Schema"."select" ("from" int primary key, "a ""b""" text, "%s" int)',
        """insert into "Odd; Schema"."select" values (1, 'x', 2)""",
    )
    plan = sql_plan(table="select", schema="Odd; Schema", cursor="from")
    assert shop.fetch(plan).rows == 1
    assert landed(shop) == {"from": 1, 'a "b"': "x", "%s": 2}
    assert shop.fetch(plan).rows == 0
    database.execute('drop schema "Odd; Schema" cascade')


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("date", ("2026-06-01", "2026-06-02", "2026-06-02")),
        ("timestamp", ("2026-06-01 10:00", "2026-06-01 10:05", "2026-06-01 10:05")),
        ("int", ("9", "10", "10")),
        ("numeric(5, 1)", ("9.5", "10", "10")),
        ("text", ("a", "B", "B")),
        ("uuid", tuple(f"00000000-0000-0000-0000-00000000000{n}" for n in "abb")),
    ],
)
def test_cursor_of_each_type_goes_on_where_it_was(
    shop: Bench, database: Database, kind: str, values: tuple[str, ...]
) -> None:
    database.execute(f"create table orders (id int primary key, at {kind})")
    plan = sql_plan(cursor="at", chunk_rows=1)
    landed_rows = []
    for number, value in enumerate(values):
        database.execute(f"insert into orders values ({number}, '{value}')")
        landed_rows.append(shop.fetch(plan).rows)
    assert landed_rows == [1, 1, 1]
    assert sorted(row[0] for row in shop.landed()) == [0, 1, 2]


def test_a_new_and_a_dropped_column_change_the_next_file_alone(
    shop: Bench, database: Database
) -> None:
    plan = sql_plan(cursor="id", overlap=10)
    database.execute(
        "create table orders (id int primary key, kept text, dropped text)",
        "insert into orders values (1, 'a', 'b')",
    )
    shop.fetch(plan)
    database.execute(
        "alter table orders drop column dropped, add column added int",
        "insert into orders values (2, 'c', 3)",
    )
    assert shop.fetch(plan).rows == 1
    assert shop.landed() == [(1, "a", "b", None), (2, "c", None, 3)]


def test_only_named_columns_leave_the_database(shop: Bench, database: Database) -> None:
    database.execute(
        "create table orders (id int primary key, card text, note text)",
        "insert into orders values (1, 'private', 'x')",
    )
    shop.fetch(sql_plan(columns=("note", "id")))
    assert landed(shop) == {"note": "x", "id": 1}


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (sql_plan(table="order"), r"no table 'order'.*near it are orders.*grant select"),
        (sql_plan(cursor="updated"), r"no column 'updated'; there are id, note, share"),
        (sql_plan(cursor="flags"), r"no column 'flags'"),
        (sql_plan(cursor="share"), r"'share' is of type NUMERIC; a cursor is.*cast in a `query`"),
        (sql_plan(table=None, query="select 1 +"), r"refused: syntax error"),
        (sql_plan(table=None, query="delete from orders returning *"), r"refused: syntax error"),
        (sql_plan(cursor="id", initial="soon"), r"'soon' is no integer"),
    ],
)
def test_message_names_what_is_wrong_and_what_there_is(
    shop: Bench, database: Database, plan: Any, expected: str
) -> None:
    database.execute("create table orders (id int primary key, note text, share numeric)")
    error = shop.try_fetch(plan).error
    assert error is not None

    assert re.search(expected, error), error
    assert error.startswith("shop.orders: ")


def test_nothing_can_be_written_when_a_query_tries(shop: Bench, database: Database) -> None:
    database.execute(
        "create table orders (id int)",
        "create function sneak() returns int language sql security definer volatile "
        "as 'insert into orders values (1) returning id'",
    )
    error = shop.try_fetch(sql_plan(table=None, query="select sneak() as id")).error
    assert "read-only transaction" in str(error)
