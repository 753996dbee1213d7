"""The words for canonical streams agree with the streams themselves."""

from __future__ import annotations

import re

import pytest
import yaml

from orchestration.draft.vocabulary import MACRO, SYNONYMS, read_vocabulary
from orchestration.draft.words import column_names, snake, stream_name
from orchestration.extract.shapes import ContractError
from orchestration.settings import DBT_PROJECT_DIR

VOCABULARY = read_vocabulary(DBT_PROJECT_DIR)
SAID = yaml.safe_load(SYNONYMS.read_text(encoding="utf-8"))


def test_streams_are_those_of_the_macro_when_it_is_read() -> None:
    text = (DBT_PROJECT_DIR / MACRO).read_text(encoding="utf-8")
    assert list(VOCABULARY.streams) == re.findall(r"^\s*'(\w+)': \{'time':", text, re.MULTILINE)
    orders = VOCABULARY.stream("orders")
    assert orders.required == ("source_name", "order_id", "ordered_at")
    assert orders.columns["total_amount"] == "decimal(18, 2)"
    assert (orders.time, VOCABULARY.stream("order_lines").time) == ("ordered_at", "")


def test_synonyms_are_of_columns_that_exist_when_streams_change() -> None:
    everywhere = {column for stream in VOCABULARY.streams.values() for column in stream.columns}
    assert set(SAID["columns"]) <= everywhere
    assert set(SAID["streams"]) <= set(VOCABULARY.streams)
    for stream in VOCABULARY.streams.values():
        essential = {
            c for entry in stream.essential for c in ([entry] if isinstance(entry, str) else entry)
        }
        named = {
            *essential,
            *stream.telling,
            *stream.ask,
            stream.grain,
            *filter(None, [stream.keep]),
        }
        assert named <= set(stream.columns), stream.name
        assert set(stream.companions) <= set(VOCABULARY.streams)


def test_nearest_stream_is_named_when_one_is_misspelt() -> None:
    with pytest.raises(ContractError, match="did you mean 'orders'"):
        VOCABULARY.stream("order")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Customer ID", "customer_id"), ("customerId", "customer_id"),
        ("HTTPStatus", "http_status"),
        ("$.user.first name", "user_first_name"), ("case:concept:name", "case_concept_name"),
        ("Share %", "share_percent"), ("_synced", "synced"),
    ],
)  # fmt: skip
def test_header_becomes_a_plain_name_when_it_is_not_one(header: str, name: str) -> None:
    assert snake(header) == name


def test_names_are_apart_when_headers_fall_together() -> None:
    headers = ["Name", "name ", "group", "1st", "äöü"]
    assert column_names(headers) == ["name", "name_2", "group_value", "column_1st", "column_5"]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("acme_orders_dataset", "orders"), ("orders_sample", "orders"), ("acme", "acme"),
        ("data", "records"), ("Order Export", "order_rows"), ("rows", "rows_rows"),
    ],
)  # fmt: skip
def test_stream_is_called_by_telling_words_when_a_file_has_more(stem: str, name: str) -> None:
    assert stream_name(stem, "acme", ()) == name
