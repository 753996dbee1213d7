"""One contract takes a vendor's export and a replication tool's table alike."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from orchestration.extract.shapes import Deletion
from tests.orchestration.extract.conftest import Bench, assert_ledger_adds_up, column, contract

TICKETS = contract(
    column("answer_id", required=True, source_name="id", other_names=("Ticket ID",)),
    column("requester", source_name="$.requester.id", other_names=("requester_id",)),
    column("plan", source_name="$.requester.plan", optional_column=True),
    column("amount", "decimal", strip=("$", "EUR"), thousands_mark=",", optional_column=True),
    files=("*.csv*", "*.json*", "*.zip", "*.tsv"),
    format="auto",
    records="$.data.tickets",
)
OBJECTS: list[dict[str, Any]] = [
    {"id": 1, "requester": {"id": "r1", "plan": "pro", "tier": 2}, "new": [1]},
    {"id": 2, "requester": {"id": "r2"}, "amount": "$1,250.50"},
    {"id": 3, "requester_id": "r3"},
]
ROWS = [("1", "r1", "pro", None), ("2", "r2", None, "1250.50"), ("3", "r3", None, None)]
EXTRAS = [{"requester": {"tier": 2}, "new": [1]}, None, None]


def loaded(bench: Bench) -> list[tuple[Any, ...]]:
    return bench.rows(
        "select answer_id, requester, plan, cast(amount as varchar) from raw.survey__answers "
        "order by 1"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "".join(json.dumps(row) + "\n" for row in OBJECTS)),
        ("a.json", "\ufeff" + "\r\n".join(map(json.dumps, OBJECTS))),
        ("a.json", json.dumps(OBJECTS)),
        ("a.json", "\ufeff \n" + json.dumps(OBJECTS, indent=2)),
        ("a.json", json.dumps({"data": {"tickets": OBJECTS}, "count": 3})),
        ("a.json", json.dumps({"data": {"tickets": OBJECTS}}, indent=2)),
        (
            "a.json",
            "".join(
                json.dumps({"data": {"tickets": part}}) + "\n"
                for part in (OBJECTS[:1], [], OBJECTS[1:])
            ),
        ),
    ],
)
def test_rows_are_the_same_when_json_is_lines_or_a_document(
    bench: Bench, name: str, content: str
) -> None:
    bench.put(name, content)
    result = bench.load(TICKETS)
    assert loaded(bench) == ROWS
    extras = bench.rows("select _extra from raw.survey__answers order by answer_id")
    assert [None if text is None else json.loads(text) for (text,) in extras] == EXTRAS
    assert result.messages == (
        f"{name}: keys that the contract does not know are kept in _extra: new, requester.*",
    )
    assert_ledger_adds_up(bench)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "ticket id,REQUESTER_ID,amount\n1,r1,EUR 7\n"),
        ("a.tsv", "Requester_Id\tTicket ID\tamount\n" + "r1\t1\t7\u00a0EUR\n"),
    ],
)
def test_header_is_matched_when_names_differ_in_case_or_are_second_choice(
    bench: Bench, name: str, content: str
) -> None:
    bench.put(name, content)
    result = bench.load(TICKETS)
    assert loaded(bench) == [("1", "r1", None, "7.00")]
    assert result.messages == (
        f"{name}: the optional column '$.requester.plan' is missing, null instead",
    )


def test_format_is_that_of_the_packed_file_when_it_is_a_zip(bench: Bench) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("export.json", json.dumps(OBJECTS))
    bench.put("a.zip", target.getvalue())
    bench.load(TICKETS)
    assert loaded(bench) == ROWS


def test_exact_name_wins_when_another_differs_only_in_case(bench: Bench) -> None:
    stream = contract(column("answer_id", source_name="Id"), column("other", source_name="id"))
    bench.put("a.csv", "ID,id,Id\nx,y,z\n")
    bench.load(stream)
    assert bench.rows("select answer_id, other, _extra from raw.survey__answers") == [
        ("z", "y", '{"ID":"x"}')
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "ID,Id,requester_id\n1,2,3\n", "'ID' and 'Id', either of which may be 'id'"),
        ("a.json", '{"data": {"tickets": [{"id": 1}', "cannot be read as jsonl"),
        ("a.json", '[{"id": 1}, {"id"', "cannot be read as jsonl"),
        ("a.json", '{\n"rows": [], "secret@example.org": []}', r"arrays at $.rows)"),
        ("a.csv.dat", "id\n1\n", "'.dat' says no format"),
    ],
)
def test_file_fails_alone_when_its_shape_is_unknown(
    bench: Bench, name: str, content: str, told: str
) -> None:
    bench.put(name, content)
    bench.put("good.json", json.dumps(OBJECTS))
    result = bench.load(TICKETS)
    assert result.failed_files == (name,)
    assert told in result.messages[0]
    assert loaded(bench) == ROWS


def test_entries_are_set_aside_when_a_document_holds_no_objects(bench: Bench) -> None:
    bench.put("a.json", '[{"id": 1}, 7, null, {"id": null}, "x"]')
    result = bench.load(TICKETS)
    assert (result.rows_in, result.rows_loaded) == (5, 1)
    assert [(row[1], row[4]) for row in bench.quarantine()] == [
        (2, "malformed_row"),
        (3, "malformed_row"),
        (4, "missing_value"),
        (5, "malformed_row"),
    ]
    assert_ledger_adds_up(bench)


def test_parts_of_an_object_are_kept_when_a_path_meets_something_else(bench: Bench) -> None:
    bench.put("a.jsonl", '{"id": 1, "requester": "only text"}\n{"id": 2, "requester": null}\n')
    bench.load(TICKETS)
    assert bench.rows("select answer_id, _extra from raw.survey__answers order by 1") == [
        ("1", '{"requester":"only text"}'),
        ("2", None),
    ]


def test_formats_are_tried_in_order_when_iso_stands_among_them(bench: Bench) -> None:
    formats = ("epoch_ms", "iso", "%d/%m/%Y %H:%M", "epoch_s")
    moment = column("moment", "timestamp", formats=formats)
    day = column("day", "date", formats=("%d/%m/%Y", "iso"))
    bench.put(
        "a.csv",
        "moment,day\n1735689600123,05/01/2026\n2026-01-05T10:00:00+02:00,2026-01-05\n"
        "05/01/2026 08:00,2026-01-05\n",
    )
    bench.load(contract(moment, day))
    assert bench.rows(
        "select cast(moment as varchar), cast(day as varchar) from raw.survey__answers order by 1"
    ) == [
        ("2025-01-01 00:00:00.123", "2026-01-05"),
        ("2026-01-05 08:00:00", "2026-01-05"),
        ("2026-01-05 08:00:00", "2026-01-05"),
    ]


def test_number_goes_to_quarantine_when_its_mark_is_not_in_the_contract(bench: Bench) -> None:
    stream = contract(column("answer_id"), column("amount", "decimal", strip=("US$", "$")))
    bench.put("a.csv", "answer_id,amount\na,US$ 5\nb,-$6.5\nc,£7\nd,$\n")
    bench.load(stream)
    assert bench.rows("select cast(amount as varchar) from raw.survey__answers order by 1") == [
        ("-6.50",),
        ("5.00",),
    ]
    assert [row[1:] for row in bench.quarantine()] == [
        (4, "amount", "£7", "bad_type"),
        (5, "amount", "$", "bad_type"),
    ]


def test_columns_of_one_name_are_both_kept_when_the_contract_knows_neither(bench: Bench) -> None:
    bench.put("a.csv", "answer_id,x,x\n1,p,q\n")
    bench.load(replace(contract(column("answer_id")), key=("answer_id",)))
    assert bench.rows("select _extra from raw.survey__answers") == [('{"x":"p","x (2)":"q"}',)]


LINES = "{}\n{}\n".format
DOCUMENT = '{{"data": {{"tickets": [{}, {}]}}}}'.format


@pytest.mark.parametrize("written", [LINES, DOCUMENT])
def test_file_fails_alone_when_no_row_has_a_required_key(
    bench: Bench, written: Callable[..., str]
) -> None:
    stream = replace(
        TICKETS,
        columns=(column("id"), column("opened", "date", required=True), column("note")),
        key=("id",),
    )
    bench.put("a.json", written('{"id": 1, "open": "2026-01-02"}', '{"id": 2}'))
    bench.put("b.json", written('{"id": 3, "opened": "2026-01-02"}', '{"id": 4}'))
    bench.put("c.json", written('{"id": 5, "opened": null}', '{"id": 6}'))
    result = bench.load(stream)
    assert result.failed_files == ("a.json",)
    assert "no row has the key 'opened', which the contract requires" in result.messages[0]
    assert bench.rows("select id from raw.survey__answers") == [("3",)]
    assert [(row[0], row[1], row[4]) for row in bench.quarantine()] == [
        ("b.json", 2, "missing_value"),
        ("c.json", 1, "missing_value"),
        ("c.json", 2, "missing_value"),
    ]
    assert_ledger_adds_up(bench)


def test_deletions_need_no_required_key_when_a_file_has_nothing_else(bench: Bench) -> None:
    stream = replace(
        TICKETS,
        columns=(column("id"), column("opened", "date", required=True), column("state")),
        key=("id",),
        deleted=Deletion(column="state", values=("gone",)),
    )
    bench.put("a.json", LINES('{"id": 1, "state": "gone"}', '{"id": 2, "state": "gone"}'))
    assert bench.load(stream).rows_loaded == 2
    bench.put("b.json", LINES('{"state": "gone"}', '{"state": "gone"}'))
    assert "no row has the key 'id'" in bench.load(stream).messages[0]
