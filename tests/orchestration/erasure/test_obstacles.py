"""What only a person can change is named before anything is changed, with the place."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.commands.erase import erase
from orchestration.erasure.carrying_out import erase_from_landing, plan_erasure
from orchestration.erasure.finding import FoundRows
from orchestration.erasure.identifiers import Identifiers
from orchestration.erasure.obstacles import by_hand
from orchestration.erasure.proof import find_traces, members_that_hold
from orchestration.erasure.subject import ErasureError
from orchestration.settings import Settings
from tests.orchestration.extract.conftest import column, contract
from tests.orchestration.extract.workbooks import Formula, cell, sheet_xml, workbook

ADA = "email:ada@x.example"
KNOWN = Identifiers(in_any_case=("ada@x.example", "440207946095"))
EMPTY = sheet_xml({1: ["Plan"]})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a home in which Ada is known and has a row, and somebody else's row mentions her."""
    made = Settings(home=tmp_path / "home", sources=("generic",))
    folder = made.landing_dir("generic")
    folder.mkdir(parents=True)
    (folder / "contacts.csv").write_text(
        "contact_id,customer_key_type,customer_key,email,job_title\n"
        "k1,account,A1,ada@x.example,buyer\n"
        "k2,account,A1,bob@x.example,after Ada@x.example\n"
    )
    with duckdb.connect(str(made.warehouse_path)) as connection:
        connection.execute("""
            create schema core;
            create table core.int_customer_identities as
            select 'email' as identity_type, 'ada@x.example' as identity_value,
                'c1' as customer_id;
            create table core.int_identities_unioned as
            select 'generic' as source_name, 'k1' as source_record_id,
                'email' as identity_type, 'ada@x.example' as identity_value;
        """)
    return made


def put(settings: Settings, name: str, content: bytes) -> Path:
    path = settings.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_part(book: bytes, part: str, content: str) -> bytes:
    target = io.BytesIO(book)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(part, content)
    return target.getvalue()


def digest(settings: Settings) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in settings.home.rglob("*")
        if path.is_file()
    }


CALLS = sheet_xml({1: ["When", "Whom"], 3: ["Monday", "call Ada@X.example"]})


@pytest.mark.parametrize(
    ("name", "book", "place"),
    [
        # No contract reads it; a contract reads it; it lies in the home, beside landing.
        ("landing/generic/plan.xlsx", workbook({"Plan": EMPTY, "Calls": CALLS}),
         r"plan\.xlsx: .*sheet 'Calls', cell B3"),
        ("landing/generic/contacts/more.xlsx", workbook({"All": sheet_xml({
            1: ["contact_id", "customer_key_type", "customer_key", "email", "job_title"],
            2: ["k3", "account", "A1", "eve@x.example", "fine"],
            3: ["k4", "account", "A1", "fay@x.example", "knows ada@x.example"],
            4: ["k5", "account", "A1", "ada@x.example", "buyer"]})}),
         r"more\.xlsx: .*rows 4 of the first sheet; sheet 'All', cell E3; sheet 'All', cell D4"),
        ("notes/mine.xlsx", workbook({"Calls": CALLS}), r"mine\.xlsx: .*sheet 'Calls', cell B3"),
        ("landing/generic/plan.zip", zipped(**{"plan.xlsx": workbook({"Calls": CALLS})}),
         r"plan\.zip: .*plan\.xlsx: sheet 'Calls', cell B3"),
    ],
)  # fmt: skip
def test_a_workbook_that_mentions_the_person_is_refused_before_anything_is_changed(
    settings: Settings, name: str, book: bytes, place: str
) -> None:
    path = put(settings, name, book)
    before = digest(settings)
    with pytest.raises(ErasureError, match=f"(?s)nothing was changed.*{place}"):
        plan_erasure(settings, ADA)
    assert digest(settings) == before
    path.unlink()
    plan = plan_erasure(settings, ADA)
    assert plan.rows_per_file == {"generic/contacts.csv": 1}


@pytest.mark.parametrize(
    ("book", "place"),
    [
        (workbook({"S": sheet_xml({2: ["ada@x.example"]})}), "sheet 'S', cell A2"),
        (workbook({"S": sheet_xml({2: [Formula('MAILTO("ada@x.example")|0')]})}),
         "sheet 'S', cell A2"),
        (workbook({"S": sheet_xml({2: [None, 440207946095]})}), "sheet 'S', cell B2"),
        (workbook({"S": sheet_xml({}).replace(
            "<sheetData>", "<sheetData><row r='7'><c r='C7'><v>4.40207946095E11</v></c></row>")}),
         "sheet 'S', cell C7"),
        (workbook({"S": sheet_xml({}).replace(
            "<sheetData>", "<sheetData><row r='7'><c r='C7' t='inlineStr'><is><r><t>ada@</t></r>"
            "<r><t>x.example</t></r></is></c></row>")}), "sheet 'S', cell C7"),
        (workbook({"S": sheet_xml({}).replace(
            "<sheetData>", "<sheetData><row r='7'><c r='C7' t='s'><v>1</v></c></row>")},
            strings=["fine", "ada@x.example"]), "sheet 'S', cell C7"),
        (workbook({"S": EMPTY}, strings=["ada@x.example"]), "part xl/sharedStrings.xml, in a text"),
        (workbook({"S": EMPTY.replace(
            "</worksheet>", "<headerFooter><oddHeader>ada@x.example</oddHeader></headerFooter>"
            "</worksheet>")}), "sheet 'S', oddHeader"),
        (workbook({"S": EMPTY.replace(
            "</worksheet>", "<hyperlinks><hyperlink ref='B9' display='ada@x.example'/>"
            "</hyperlinks></worksheet>")}), "sheet 'S', hyperlink at B9"),
        (with_part(workbook({"S": EMPTY}), "xl/comments1.xml",
                   "<comments><comment ref='D4'><r><t>ada@</t></r><r><t>x.example</t></r>"
                   "</comment></comments>"), "note at D4 (part xl/comments1.xml)"),
        (with_part(workbook({"S": EMPTY}), "xl/worksheets/_rels/sheet1.xml.rels",
                   "<R><L Target='mailto:ada@x.example'/></R>"),
         "part xl/worksheets/_rels/sheet1.xml.rels"),
        (workbook({"S": "<worksheet><c r='A1'><v>ada@x.example</v>"}), "part xl/worksheets/sheet1"),
    ],
)  # fmt: skip
def test_each_place_of_a_workbook_is_told(tmp_path: Path, book: bytes, place: str) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(book)
    (said,) = members_that_hold(path, KNOWN)
    assert said.startswith(f"b.xlsx: {place}")
    assert find_traces([tmp_path], KNOWN) == [path]


def test_others_in_a_workbook_are_no_mention(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(
        workbook(
            {"S": sheet_xml({1: ["lada@x.example", 4402079460951, 0.5, True]})},
            strings=["ada@x.examples"],
        )
    )
    assert list(members_that_hold(path, KNOWN)) == []
    assert cell("A1", "x") in sheet_xml({1: ["x"]})


def test_a_stray_archive_of_several_files_is_searched_and_refused_by_name(
    settings: Settings,
) -> None:
    name = "landing/generic/export.zip"
    inner = zipped(**{"deep.csv": b"mail\nada@x.example\n"})
    path = put(settings, name, zipped(**{"a.csv": b"fine", "b.csv": b"<ada@x.example>"}))
    before = digest(settings)
    with pytest.raises(ErasureError, match=r"export\.zip: .*unpack it and remove it.* b\.csv$"):
        plan_erasure(settings, ADA)
    assert digest(settings) == before
    path.write_bytes(zipped(**{"a.csv": b"fine", "inner.zip": inner}))
    with pytest.raises(ErasureError, match=r"export\.zip: .* deep\.csv$"):
        plan_erasure(settings, ADA)
    # An archive in which the person is not is nobody's business.
    path.write_bytes(zipped(**{"a.csv": b"fine", "b.csv": b"bob@x.example"}))
    plan = plan_erasure(settings, ADA)
    kept = path.read_bytes()
    erase_from_landing(plan)
    assert path.read_bytes() == kept
    assert find_traces([settings.home / "landing"], plan.subject.telling) == []


def test_whoever_has_no_telling_identifier_is_mentioned_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(workbook({"S": CALLS}))
    nobody = Identifiers(in_any_case=())
    assert by_hand(path, nobody) == ""
    assert find_traces([tmp_path], nobody) == []
    rows = FoundRows(
        contract=contract(column("id"), files="b.xlsx", format="xlsx", sheet="S"),
        path=path,
        lines=(2, 5),
        row_starts=(2, 3, 4, 5),
    )
    assert "rows 2, 5 of sheet 'S'" in by_hand(path, nobody, rows)


def sealed() -> bytes:
    content = bytearray(zipped(**{"a.csv": b"fine", "b.csv": b"fine"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("export.zip", sealed(), "has a password"),
        ("book.xlsx", b"\xd0\xcf\x11\xe0..." + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("old.xls", b"\xd0\xcf\x11\xe0\0 ada@x.example \0", "it is no text"),
        ("paper.pdf", b"%PDF-1.7 (ada@x.example)", "it is no text"),
        ("wide.txt", "ada@x.example".encode("utf-16-le"), "it is no text"),
    ],
)
def test_what_nobody_can_search_or_rewrite_is_refused_first(
    settings: Settings, name: str, content: bytes, why: str
) -> None:
    put(settings, f"landing/generic/{name}", content)
    before = digest(settings)
    with pytest.raises(ErasureError, match=f"{name}: .*{why}"):
        plan_erasure(settings, ADA)
    assert digest(settings) == before


def test_a_file_that_would_still_hold_an_identifier_is_refused_first(settings: Settings) -> None:
    path = settings.landing_dir("generic") / "contacts" / "c.parquet"
    path.parent.mkdir()
    duckdb.execute(
        "copy (select 'k9' as contact_id, 'account' as customer_key_type, 'A1' as customer_key, "
        f"['ada@x.example'] as others) to '{path}'"
    )
    before = digest(settings)
    with pytest.raises(ErasureError, match=r"c\.parquet: an identifier stands in it where"):
        plan_erasure(settings, ADA)
    assert digest(settings) == before


def test_every_obstacle_is_named_at_once(settings: Settings) -> None:
    put(settings, "landing/a.xlsx", workbook({"S": CALLS}))
    put(settings, "landing/b.zip", zipped(**{"x": b"ada@x.example", "y": b""}))
    with pytest.raises(ErasureError, match=r"(?s)a\.xlsx.*b\.zip"):
        plan_erasure(settings, ADA)


def test_strays_that_can_be_marked_are(settings: Settings) -> None:
    wide = put(settings, "landing/notes.txt", "\ufeffé, ask ada@x.example".encode("utf-16-le"))
    packed = put(settings, "landing/one.zip", zipped(**{"n.txt": b"ada@x.example"}))
    table = settings.home / "landing" / "t.parquet"
    duckdb.execute(f"copy (select 'ada@x.example' as who, 1 as n) to '{table}'")
    plan = plan_erasure(settings, ADA)
    assert set(plan.strays) == {wide, packed, table}
    assert erase_from_landing(plan) == 3
    assert wide.read_bytes().decode("utf-16") == f"é, ask {plan.subject.mark}"
    assert duckdb.execute(f"select * from '{table}'").fetchall() == [(plan.subject.mark, 1)]
    assert find_traces([settings.home / "landing"], plan.subject.telling) == []
    assert "k2,account,A1,bob@x.example,after" in (
        settings.landing_dir("generic") / "contacts.csv"
    ).read_text(encoding="utf-8")


def test_the_command_says_so_and_leaves_everything(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, "landing/generic/plan.xlsx", workbook({"Calls": CALLS}))
    monkeypatch.setenv("THROUGHLINE_HOME", str(settings.home))
    before = digest(settings)
    finished = CliRunner().invoke(erase, [ADA, "--why", "a test", "--by", "tester", "--yes"])
    assert finished.exit_code == 1
    assert "sheet 'Calls', cell B3" in finished.output
    after = digest(settings)
    assert {path: after[path] for path in before} == before
