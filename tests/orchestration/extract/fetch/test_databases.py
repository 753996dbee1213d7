"""An operational PostgreSQL: whole, by cursor, late, equal, killed, changed."""

from __future__ import annotations

import datetime as dt

from tests.orchestration.extract.fetch.conftest import Bench, Database, insert, sql_plan

BY_CURSOR = sql_plan(cursor="updated_at", overlap=0)


def raw_ids(shop: Bench) -> list[int]:
    return [row[0] for row in shop.rows("select order_id from raw.shop__orders order by 1")]


def test_whole_table_lands_and_loads_when_there_is_no_cursor(shop: Bench, orders: Database) -> None:
    fetched = shop.fetch(sql_plan())
    assert (fetched.rows, len(fetched.files)) == (3, 1)
    loaded = shop.load()
    assert (loaded.rows_in, loaded.rows_loaded) == (3, 3)
    shop.fetch(sql_plan())
    again = shop.load()
    assert (again.rows_in, again.rows_duplicate) == (3, 3)


def test_only_new_rows_land_when_a_cursor_is_known(shop: Bench, orders: Database) -> None:
    first = shop.fetch(BY_CURSOR)
    assert (first.rows, first.cursor) == (3, "2026-06-02T10:00:00+00:00")
    assert shop.fetch(BY_CURSOR).files == ()
    insert(orders, (4, "2026-06-03 10:00+00", 40))
    second = shop.fetch(BY_CURSOR)
    assert second.files == (
        "orders/000001_2026-06-03T10.00.00+00.00_2026-06-03T10.00.00+00.00.parquet",
    )
    shop.load()
    assert raw_ids(shop) == [1, 2, 3, 4]


def test_late_row_lands_once_when_its_cursor_equals_the_last(shop: Bench, orders: Database) -> None:
    shop.fetch(BY_CURSOR)
    insert(orders, (9, "2026-06-02 10:00+00", 90))
    assert shop.fetch(BY_CURSOR).rows == 1
    assert shop.fetch(BY_CURSOR).rows == 0
    assert [row[0] for row in shop.landed()] == [1, 2, 3, 9]


def test_row_committed_late_lands_when_it_lies_within_the_overlap(
    shop: Bench, orders: Database
) -> None:
    plan = sql_plan(cursor="updated_at", overlap=3600)
    shop.fetch(plan)
    insert(orders, (8, "2026-06-02 09:30+00", 80), (7, "2026-06-02 08:00+00", 70))
    assert shop.fetch(plan).rows == 1
    assert [row[0] for row in shop.landed()] == [1, 2, 3, 8]


def test_like_rows_are_neither_lost_nor_doubled_when_no_key_tells_them_apart(
    shop: Bench, database: Database
) -> None:
    database.execute("create table orders (order_id bigint, updated_at timestamptz, amount int)")
    insert(database, (1, "2026-06-01", 5), (1, "2026-06-01", 5), (2, "2026-06-01", 5))
    plan = sql_plan(cursor="updated_at", has_key=False, chunk_rows=2)
    assert shop.fetch(plan).rows == 3
    insert(database, (1, "2026-06-01", 5))
    assert shop.fetch(plan).rows == 1
    assert shop.fetch(plan).rows == 0
    assert [row[0] for row in shop.landed()] == [1, 1, 1, 2]


def test_only_new_rows_land_when_a_whole_without_key_is_read_again(
    shop: Bench, database: Database
) -> None:
    database.execute("create table orders (order_id bigint, updated_at timestamptz, amount int)")
    insert(database, (1, "2026-06-01", 5), (1, "2026-06-01", 5))
    plan = sql_plan(has_key=False)
    shop.fetch(plan)
    insert(database, (1, "2026-06-01", 5), (2, "2026-06-01", 6))
    assert shop.fetch(plan).rows == 2
    assert len(shop.landed()) == 4


def test_rows_without_cursor_value_land_once(shop: Bench, orders: Database) -> None:
    orders.execute("insert into orders values (5, null, 1), (6, null, 2)")
    assert shop.fetch(BY_CURSOR).rows == 5
    orders.execute("insert into orders values (7, null, 3)")
    assert shop.fetch(BY_CURSOR).rows == 1
    assert sorted(row[0] for row in shop.landed()) == [1, 2, 3, 5, 6, 7]


def test_everything_lands_again_when_asked_for_in_full(shop: Bench, orders: Database) -> None:
    shop.fetch(BY_CURSOR)
    orders.execute("update orders set amount = 11 where order_id = 1")
    assert shop.fetch(BY_CURSOR).rows == 0
    assert shop.fetch(BY_CURSOR, full=True).rows == 3
    assert shop.fetch(BY_CURSOR).rows == 0


def test_rows_land_from_a_day_on_when_since_is_given(shop: Bench, orders: Database) -> None:
    shop.fetch(BY_CURSOR)
    assert shop.fetch(BY_CURSOR, since="2026-06-02").rows == 2
    assert "no timestamp" in str(shop.try_fetch(BY_CURSOR, since="yesterday").error)
    assert "--since" in str(shop.try_fetch(sql_plan(), since="2026-06-02").error)


def test_first_fetch_begins_where_the_contract_says(shop: Bench, orders: Database) -> None:
    plan = sql_plan(cursor="updated_at", initial=dt.date(2026, 6, 2))
    assert shop.fetch(plan).rows == 2


def test_nothing_doubled_for_a_stream_without_key_when_read_again_in_full(
    shop: Bench, orders: Database
) -> None:
    plan = sql_plan(cursor="updated_at", has_key=False, overlap=0)
    shop.fetch(plan)
    insert(orders, (4, "2026-06-01 09:00+00", 40))
    assert shop.fetch(plan, full=True).rows == 1
    assert sorted(row[0] for row in shop.landed()) == [1, 2, 3, 4]


def test_nothing_doubled_when_rows_have_neither_key_nor_cursor_value(
    shop: Bench, orders: Database
) -> None:
    orders.execute("insert into orders values (5, null, 1), (6, null, 2)")
    plan = sql_plan(cursor="updated_at", has_key=False, overlap=0)
    assert shop.fetch(plan).rows == 5
    assert shop.fetch(plan, full=True).rows == 0
    orders.execute("insert into orders values (7, null, 3)")
    assert shop.fetch(plan, since="2026-06-02").rows == 1
    assert shop.fetch(plan).rows == 0
