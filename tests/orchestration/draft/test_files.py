"""Forms of files: told, drafted, and loaded by the draft; bad ones are named and left out."""

from __future__ import annotations

import gzip
import io
import re
import zipfile

import duckdb
import pytest

from orchestration.draft import drafting, sample, samples
from tests.orchestration.draft.conftest import Drafter
from tests.orchestration.extract.workbooks import sheet_xml, workbook

ROWS = [
    ["order_id", "order_date", "total", "note"],
    ["A1", "31/01/2024", "1,50", "fine"],
    ["A2", "01/02/2024", "12,25", "café, blue\nsecond line"],
    ["A3", "15/02/2024", "3,00", ""],
]


def delimited(mark: str, rows: list[list[str]] = ROWS) -> str:
    return "".join(mark.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def zipped(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "encoding", "mark"),
    [
        ("orders.csv", delimited(",").encode(), "utf-8", ","),
        ("orders.csv", delimited(";").encode("utf-8-sig"), "utf-8", ";"),
        ("orders.tsv", delimited("\t").encode("utf-16"), "utf-16", "\t"),
        ("orders.txt", delimited("|").encode("latin-1"), "latin-1", "|"),
        ("orders.csv", delimited(";").replace("café", "€ café").encode("cp1252"), "cp1252", ";"),
        ("orders.csv.gz", gzip.compress(delimited(";").encode()), "utf-8", ";"),
        ("orders.zip", zipped(**{"orders.csv": delimited(";")}), "utf-8", ";"),
    ],
)
def test_delimited_file_is_drafted_and_loads_whole_when_of_any_encoding(
    drafter: Drafter, name: str, content: bytes, encoding: str, mark: str
) -> None:
    drafter.put(name, content)
    result = drafter.run()
    assert result.exit_code == 0, result.output
    contract = drafter.written("_acme__sources.yml")
    assert f"encoding: {encoding}\n" in contract
    assert f"delimiter: {mark!r}".replace("'", '"') in contract
    assert 'formats: ["%d/%m/%Y"]' in contract
    assert 'decimal_mark: ","' in contract
    assert "3 rows in = 3 would load + 0 quarantine + 0 duplicate" in result.output


def test_three_header_rows_are_seen_when_the_file_is_from_qualtrics(drafter: Drafter) -> None:
    drafter.put(
        "survey.csv",
        "ResponseId,RecordedDate,Q1_NPS\n"
        'Response ID,Recorded Date,"How likely, 0 to 10,\nare you to recommend us?"\n'
        '"{""ImportId"":""_recordId""}","{""ImportId"":""recordedDate""}",'
        '"{""ImportId"":""QID1""}"\n'
        "R_1,2024-01-31 10:00:00,9\nR_2,2024-02-01 11:00:00,0\n",
    )
    (stream,) = drafter.streams().values()
    assert stream.first.shape is not None
    assert stream.first.shape.header_rows == 3
    assert [column.type for column in stream.columns] == ["string", "timestamp", "integer"]
    assert "2 rows in = 2 would load" in drafter.run().output


@pytest.mark.parametrize(
    "text",
    ["1,2024-01-31,9\n2,2024-02-01,7\n", "red,north\nblue,south\nred,south\nblue,north\n"],
)
def test_columns_are_numbered_when_there_is_no_header(drafter: Drafter, text: str) -> None:
    drafter.put("rows.csv", text)
    result = drafter.run()
    contract = drafter.written("_acme__sources.yml")
    assert "header_rows: 0" in contract
    assert "name: column_1" in contract
    assert "no header" in result.output
    assert f"{text.count(chr(10))} rows in = {text.count(chr(10))} would load" in result.output


def test_header_counts_when_the_flag_says_so(drafter: Drafter) -> None:
    drafter.put("rows.csv", "red,north\nblue,south\nred,south\nblue,north\n")
    drafter.run("--header-rows", "1")
    assert "header_rows: 1" in drafter.written("_acme__sources.yml")


@pytest.mark.parametrize(
    ("name", "text", "extra"),
    [
        (
            "users.jsonl",
            '{"id": "1", "user": {"mail": "a@example.com", "age": 31}, "tags": ["x"]}\n'
            '{"id": "2", "user": {"mail": "b@example.com", "age": 45}, "ok": true}\n',
            "",
        ),
        (
            "users.json",
            '{"page": 1, "data": [{"id": "1", "user": {"mail": "a@example.com", "age": 31}},\n'
            '{"id": "2", "user": {"mail": "b@example.com", "age": 45}}]}',
            'records: "$.data"',
        ),
        ("users.json", '[{"id": "1", "user": {"mail": "a@example.com", "age": 31}}]', ""),
    ],
)
def test_keys_inside_keys_become_columns_when_the_file_is_json(
    drafter: Drafter, name: str, text: str, extra: str
) -> None:
    drafter.put(name, text)
    result = drafter.run()
    assert result.exit_code == 0, result.output
    contract = drafter.written("_acme__sources.yml")
    assert extra in contract
    assert '{name: user_mail, type: string, from: "$.user.mail", personal_data: email}' in contract
    assert '{name: user_age, type: integer, from: "$.user.age"}' in contract
    assert "0 quarantine" in result.output


def test_types_of_the_file_hold_when_it_is_parquet(
    drafter: Drafter, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute(
        "copy (select 1 as id, date '2024-01-31' as day, 1.5::decimal(9,3) as amount, "
        "timestamptz '2024-01-31 10:00:00+00' as at, [1, 2] as parts, true as ok) "
        f"to '{drafter.folder / 'facts.parquet'}' (format parquet)"
    )
    (stream,) = drafter.streams().values()
    assert {column.name: column.type for column in stream.columns} == {
        "id": "integer",
        "day": "date",
        "amount": "decimal",
        "at": "timestamp",
        "parts": "json",
        "ok": "boolean",
    }
    assert not stream.has_naive_times
    assert "1 rows in = 1 would load" in drafter.run().output


def test_first_visible_sheet_is_drafted_when_the_file_is_a_workbook(drafter: Drafter) -> None:
    rows = {1: ["id", "created date", "score"], 2: ["a", 45322, 7], 3: ["b", 45323, 9]}
    sheets = {"Answers": sheet_xml(rows), "More": sheet_xml({1: ["x"]})}
    drafter.put("answers.xlsx", workbook(sheets))
    result = drafter.run()
    contract = drafter.written("_acme__sources.yml")
    assert "format: xlsx" in contract
    assert '{name: created_date, type: date, from: "created date"}' in contract
    assert "only the first visible sheet is read of Answers, More" in result.output
    assert "2 rows in = 2 would load + 0 quarantine" in result.output


BAD_FILES = {
    "empty.csv": (b"", "the file is empty"),
    "blank.csv": (b"\xef\xbb\xbf \r\n", "the file is empty"),
    "photo.csv": (b"\x89PNG\r\n\x1a\n\x00\x00", "a picture"),
    "noise.csv": (bytes(range(256)) * 4, "binary"),
    "old.xls": (b"\xd0\xcf\x11\xe0rest", "Excel file of the old kind"),
    "named.csv": (gzip.compress(b"a,b\n1,2\n"), "ends in .gz"),
    "cut.csv.gz": (gzip.compress(b"a,b\n1,2\n" * 999)[:30], "truncated or damaged"),
    "two.zip": (zipped(a="x,y\n1,2\n", b="x,y\n3,4\n"), "holds 2 files"),
    "false.parquet": (b"a,b\n1,2\n", "is called Parquet and is none"),
    "false.xlsx": (b"a,b\n1,2\n", "is called .xlsx and is none"),
    "false.jsonl": (b"a,b\n1,2\n", "begins with neither"),
    "cut.json": (b'[{"a": 1}, {"a"', "no complete JSON document"),
    "titled.csv": (b"Report of May\n\nid,name\n" + b"1,a\n2,b\n" * 9, "stand before the header"),
}


def test_bad_files_are_named_and_left_out_when_others_are_good(drafter: Drafter) -> None:
    for name, (content, _) in BAD_FILES.items():
        drafter.put(name, content)
    drafter.put("good.csv", "id,name\n1,a\n2,b\n")
    result = drafter.run()
    assert result.exit_code == 0, result.output
    for name, (_, reason) in BAD_FILES.items():
        (line,) = (x for x in result.output.splitlines() if x.startswith(f"left out: {name}:"))
        assert reason in line
    assert drafter.written("_acme__sources.yml").count("landing:") == 1


def test_command_fails_when_no_file_can_be_used(drafter: Drafter) -> None:
    drafter.put("empty.csv", "")
    result = drafter.run()
    assert result.exit_code == 1
    assert "no file can be drafted from: empty.csv: the file is empty" in result.output
    assert not drafter.output.joinpath("acme").exists()


def test_files_are_one_stream_when_their_headers_are_alike(drafter: Drafter) -> None:
    for month in ("2024-01", "2024-02"):
        drafter.put(f"exports/orders_{month}.csv", f"order_id,total\n{month},1.50\n")
    drafter.put("exports/orders_2024-03.csv", "order_id,total,coupon\nz,2.50,FREE\n")
    drafter.put("exports/refunds_2024-01.csv", "refund_id,reason\n1,late\n")
    streams = drafter.streams()
    assert {name: stream.patterns for name, stream in streams.items()} == {
        "orders": ("exports/orders_*.csv*",),
        "refunds": ("exports/refunds_*.csv*",),
    }
    coupon = streams["orders"].column("coupon")
    assert coupon is not None
    assert coupon.contract.optional_column
    assert "rows in = 1 would load + 0 quarantine" in drafter.run().output


def test_files_are_named_one_by_one_when_a_pattern_would_match_others(drafter: Drafter) -> None:
    drafter.put("list_2024.csv", "order_id,total\n1,1.50\n")
    drafter.put("list_2024_of_all.csv", "refund_id,reason\n1,late\n")
    drafter.put("list_2025_of_all.csv", "refund_id,reason\n2,late\n")
    patterns = {stream.patterns for stream in drafter.streams().values()}
    assert ("list_2024.csv",) in patterns


def test_unusable_headers_are_left_to_extra_when_blank_or_repeated(drafter: Drafter) -> None:
    drafter.put("rows.csv", 'id,,name,Name,group,"{{ x }}"\n1,a,b,c,d,e\n2,f,g,h,i,j\n')
    (stream,) = drafter.streams().values()
    assert [column.name for column in stream.columns] == ["id", "group_value"]
    assert sum("left to _extra" in note for note in stream.notes) == 2
    assert "2 rows in = 2 would load" in drafter.run().output


def test_key_is_another_when_the_whole_file_refutes_that_of_the_sample(
    drafter: Drafter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "SAMPLE_ROWS", 40)
    rows = [f"c{n},p{n},{n % 5}" for n in range(60)] + [f"c{n},q{n},{n % 5}" for n in range(60)]
    drafter.put("coupons.csv", "coupon_id,product_id,shelf\n" + "\n".join(rows) + "\n")
    result = drafter.run()
    assert "key: [product_id]" in drafter.written("_acme__sources.yml")
    assert "coupons: the key coupon_id does not hold in the whole file" in result.output
    assert "120 rows in = 120 would load" in result.output


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("name,order_id\n" + "".join(f"n{n % 3},o{n}\n" for n in range(30)), ("order_id",)),
        (
            "order_id,line,price\n" + "".join(f"o{n // 3},{n % 3},1.5\n" for n in range(30)),
            ("order_id", "line"),
        ),
        ("day,amount\n" + "".join(f"2024-01-{n:02d},{n}.5\n" for n in range(1, 29)), ()),
        ("order_id,price\na,1\na,1\nb,2\n", ("order_id",)),
        ("order_id,line\no1,1\no1,2\no2,1\n", ()),
    ],
)
def test_smallest_plausible_key_is_chosen_when_rows_are_unique(
    drafter: Drafter, text: str, key: tuple[str, ...]
) -> None:
    drafter.put("rows.csv", text)
    (stream,) = drafter.streams().values()
    assert stream.key.columns == key


def test_text_is_kept_when_its_null_is_a_value_elsewhere(drafter: Drafter) -> None:
    text = "id,age,offer\n1,31,None\n2,None,A\n3,40,B\n"
    drafter.put("people.csv", text)
    columns = {c.name: c for c in drafter.streams()["people"].columns}
    assert columns["age"].type == "string"
    assert "--null 'None'" in columns["age"].notes[0]
    drafter.run("--null", "None")
    contract = drafter.written("_acme__sources.yml")
    assert 'null_values: ["", None]' in contract
    assert "{name: age, type: integer}" in contract


@pytest.mark.parametrize("name", ["orders_2024.csv", "orders_2024.csv.gz", "orders_2024.jsonl"])
def test_only_the_beginning_is_tried_when_a_file_is_large(
    drafter: Drafter, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sample, "SAMPLE_BYTES", 300)
    monkeypatch.setattr(samples, "SAMPLE_BYTES", 300)
    monkeypatch.setattr(drafting, "WHOLE_TRIAL_BYTES", 80)
    if name.endswith(".jsonl"):
        text = "".join(f'{{"order_id": "o{n}", "note": "a b"}}\n' for n in range(99))
    else:
        text = "order_id,note\n" + "".join(f'o{n},"first\nsecond"\n' for n in range(99))
    drafter.put(name, gzip.compress(text.encode()) if name.endswith(".gz") else text)
    output = drafter.run().output
    (told,) = re.findall(rf"{name}: (\d+) rows in = \1 would load \+ 0 quarantine", output)
    assert 5 < int(told) < 20
    assert "a sample)" in output
