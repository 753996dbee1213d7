"""What a steward types and reads: rows, decisions, customers, waivers, and clear refusals."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from orchestration.commands.run import settings_of
from orchestration.commands.steward import steward
from orchestration.extract.contracts import SourceContract, read_contracts
from orchestration.extract.loader import load_stream
from orchestration.settings import STAGING_DIR, Settings

FEEDBACK = "demo_people/feedback/feedback_1.csv"
ROWS = (
    "entry_id,submitted,team,touchpoint,kind,score,comment\n"
    "e1,2026-01-02 10:00:00,A,,idea,5,fine\n"
    'e2,2026-01-03 10:00:00,A,,praise,5,"=cmd(), said ana@example.com"\n'
    "e3,2026-01-04 10:00:00,A,,enps,11,too high\n"
    "e4,2026-01-05 10:00:00,A,,enps,ten,no number\n"
    ",2026-01-06 10:00:00,A,,idea,5,no key\n"
    "e6,2026-01-07 10:00:00,A,,enps,12,\x1b[31mred\n"
)
IDENTITIES = (
    ("email", "ana@example.com", "c1"), ("crm_account_id", "A1", "c1"),
    ("email", "anna@example.com", "c2"), ("crm_account_id", "A2", "c2"),
)  # fmt: skip


@cache
def all_contracts() -> dict[str, SourceContract]:
    return {source.name: source for source in read_contracts(STAGING_DIR)}


@dataclass(frozen=True, kw_only=True)
class Office:
    """A home that one run has loaded, and a steward's terminal."""

    home: Path

    def load(self) -> None:
        contracts = all_contracts()
        with duckdb.connect(str(self.home / "warehouse.duckdb")) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for name in ("stewardship", "demo_people"):
                for stream in contracts[name].streams:
                    load_stream(
                        connection,
                        stream,
                        self.home / "landing" / name,
                        received_at=datetime.now(tz=UTC),
                    )

    def type(self, *words: str, by: str = "ana", reply: str | None = None) -> Result:
        environment = {"THROUGHLINE_HOME": str(self.home), "THROUGHLINE_USER": by, "USER": ""}
        return CliRunner().invoke(steward, words, env=environment, input=reply)

    def says(self, *words: str, by: str = "ana", reply: str | None = None) -> str:
        result = self.type(*words, by=by, reply=reply)
        assert result.exit_code == 0, result.output
        return result.output

    def refuses(self, *words: str, by: str = "ana") -> str:
        before = self.files()
        result = self.type(*words, by=by)
        assert result.exit_code != 0, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert self.files() == before
        return " ".join(result.output.split())

    def files(self) -> list[Path]:
        return sorted((self.home / "landing" / "stewardship").rglob("*"))

    def listed(self, *words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.says("list", "--json", *words))["rows"]
        return found

    def id_of(self, line: int) -> str:
        return next(
            row["quarantine_id"]
            for row in self.listed("--status", "all")
            if row["line_number"] == line
        )


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Load a company once; for tests that decide nothing."""
    home = tmp_path_factory.mktemp("office")
    path = home / "landing" / FEEDBACK
    path.parent.mkdir(parents=True)
    path.write_text(ROWS, encoding="utf-16")
    office = Office(home=home)
    office.load()
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("create schema core")
        connection.execute(
            "create table core.int_customer_identities "
            "(identity_type varchar, identity_value varchar, customer_id varchar)"
        )
        connection.executemany(
            "insert into core.int_customer_identities values ($1, $2, $3)", IDENTITIES
        )
    return office


@pytest.fixture
def office(untouched: Office, tmp_path: Path) -> Office:
    """Copy that company, to decide in it."""
    return Office(home=shutil.copytree(untouched.home, tmp_path / "home"))


def test_rows_are_listed_oldest_first_and_counted_when_open(untouched: Office) -> None:
    shown = untouched.says("list")
    assert "praise" in shown
    assert [row["line_number"] for row in untouched.listed()] == [3, 4, 5, 6, 7]
    groups = json.loads(untouched.says("list", "--json"))["groups"]
    assert [(group["reason_code"], group["row_count"]) for group in groups] == [
        ("bad_type", 1), ("missing_value", 1), ("not_allowed", 1), ("out_of_range", 2),
    ]  # fmt: skip
    assert [row["line_number"] for row in untouched.listed("--reason", "out_of_range")] == [4, 7]
    assert untouched.listed("--file", "feedback/*_1.csv", "--source", "demo_people")
    assert "… and 4 more" in untouched.says("list", "--limit", "1")
    assert "did you mean 'out_of_range'" in untouched.refuses("list", "--reason", "out_of_rang")


def test_one_row_is_shown_whole_and_cannot_steer_the_terminal(untouched: Office) -> None:
    shown = untouched.says("show", untouched.id_of(3)[:8])
    assert "allowed: [idea, problem, shout_out, enps]" in shown
    assert "ana@example.com" in shown
    assert "formats: [%Y-%m-%d %H:%M:%S]" in shown
    assert "\x1b" not in untouched.says("show", untouched.id_of(7))
    whole = json.loads(untouched.says("show", "--json", untouched.id_of(4)))
    assert json.loads(whole["row_values"])["score"] == "11"
    assert whole["decisions"] == []


def test_row_is_settled_by_the_next_run_when_it_is_fixed(office: Office) -> None:
    said = office.says("fix", office.id_of(4)[:10], "--set", "score=10", "--why", "a slip")
    assert "Decided: d" in said
    assert [row["waiting"] for row in office.listed("--reason", "out_of_range")] == ["fix", None]
    assert "demo_people.feedback: stewards' decisions: 1 fixed" in office.says("apply")
    assert "Nothing changed." in office.says("apply")
    assert [row["line_number"] for row in office.listed("--status", "fixed")] == [4]
    refused = office.refuses("reject", office.id_of(4), "--why", "no", by="ben")
    assert "is fixed already, by ana on" in refused
    assert "steward undo d" in refused
    decided = json.loads(office.says("show", "--json", office.id_of(4)))["decisions"]
    assert [(one["decided_by"], one["why"], one["state"]) for one in decided] == [
        ("ana", "a slip", "in_force")
    ]


def test_steward_is_told_at_once_when_a_fix_will_not_do(office: Office) -> None:
    said = office.says("fix", office.id_of(4), "--set", "score=12", "--why", "guess")
    assert "would stay open: score: must lie between 0 and 10" in said
    # Nothing is settled, so another try is welcome.
    assert "Note" not in office.says("fix", office.id_of(4), "--set", "score=1", "--why", "asked")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fix", "{5}", "--set", "scor=1", "--why", "x"], "did you mean 'score'?"),
        (["fix", "{5}", "--set", "score", "--why", "x"], "not of the form column=value"),
        (["fix", "{5}", "--set", "score=1", "--set", "score=2", "--why", "x"], "gives score twice"),
        (["fix", "{5}", "--why", "x"], "a fix corrects at least one column"),
        (["fix", "{5}", "--set", "score=1"], "--why is blank"),
        (["fix", "--why", "x"], "give either ID with --set"),
        (["fix", "abc", "--set", "score=1", "--why", "x"], "is too short"),
        (["fix", "0123456789", "--set", "score=1", "--why", "x"], "no row in quarantine has the"),
        (["release", "{5}", "--why", "x"], "bad_type (score: is no whole number"),
        (["release", "{6}", "--why", "x"], "Fix or reject it"),
        (["release", "--all", "--why", "x"], "give the ID of a row; or, for many, a filter"),
        (["reject", "{5}", "--all", "--why", "x"], "give either ID, or a filter with --all"),
        (["reject", "{5}", "--why", " "], "--why is blank"),
        (["reject", "{5}", "--why", "x", "--by", " "], "who decides is not known"),
        (["waive", "core.fct_ticket", "--until", "{soon}", "--why", "x"], "mean 'core.fct_tickets"),
        (["waive", "core.fct_tickets", "--until", "{late}", "--why", "x"], "at most 90 days"),
        (["waive", "core.fct_tickets", "--until", "{past}", "--why", "x"], "begins today"),
        (["waive", "core.fct_tickets", "--until", "soon", "--why", "x"], "does not match the form"),
        (["waive", "core.fct_tickets", "--expectation", "reasons_are_givn", "--until", "{soon}",
          "--why", "x"], "did you mean 'reasons_are_given'?"),
        (["merge", "c1", "c9", "--why", "x"], "there is no customer c9"),
        (["merge", "c1", "email:ana@example.com", "--why", "x"], "one customer already: c1"),
        (["merge", "c1", "email:who@example.com", "--why", "x"], "no customer has the email"),
        (["merge", "c1", "mail:ana@example.com", "--why", "x"], "did you mean 'email'?"),
        (["split", "c1", "c1", "--why", "x"], "crm_account_id:A1, email:ana@example.com"),
        (["undo", "d000", "--why", "x"], "no decision has the id d000"),
    ],
)  # fmt: skip
def test_command_is_refused_and_nothing_written_when_it_is_wrong(
    untouched: Office, words: list[str], message: str
) -> None:
    today = datetime.now(tz=UTC).date()
    places = {
        "{soon}": str(today + timedelta(days=9)),
        "{late}": str(today + timedelta(days=91)),
        "{past}": str(today - timedelta(days=1)),
    }
    if any(word in ("{5}", "{6}") for word in words):
        places |= {"{5}": untouched.id_of(5), "{6}": untouched.id_of(6)}
    assert message in untouched.refuses(*(places.get(word, word) for word in words))


def test_many_rows_are_decided_when_the_steward_says_yes(office: Office) -> None:
    by_reason = ("--reason", "out_of_range", "--all", "--why", "an old scale")
    assert office.type("release", *by_reason, reply="n\n").exit_code == 1
    assert not office.files()
    said = office.says("release", *by_reason, reply="y\n")
    assert "Release 2 rows? [y/N]: y" in said
    assert "no open row without a waiting decision" in office.refuses("release", *by_reason)
    office.load()
    assert [row["line_number"] for row in office.listed("--status", "released")] == [4, 7]
    office.says("reject", "--source", "demo_people", "--all", "--yes", "--why", "cannot be mended")
    office.load()
    assert not office.listed()


def test_rows_are_corrected_by_spreadsheet(office: Office, tmp_path: Path) -> None:
    exported = list(csv.DictReader(io.StringIO(office.says("list", "--csv"))))
    assert exported[0]["raw_text"].startswith("e2,")
    assert exported[1]["set:kind"] == exported[1]["corrected_value"] == ""
    answers = {"3": ("idea", ""), "4": ("10", ""), "5": ("10", "spoke with A"), "7": ("", "")}
    for line in exported:
        line["corrected_value"], line["why"] = answers.get(line["line_number"], ("", ""))
        if line["line_number"] == "6":
            line["corrected_value"], line["set:comment"] = "e5", "(empty)"
    sheet = tmp_path / "back.csv"
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(exported[0]), delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(exported)
    assert "line 2: gives no reason" in office.refuses("fix", "--file", str(sheet))
    assert "4 decisions" in office.says("fix", "--file", str(sheet), "--why", "asked the team")
    office.load()
    assert [row["line_number"] for row in office.listed("--status", "fixed")] == [3, 4, 5, 6]
    with duckdb.connect(str(office.home / "warehouse.duckdb")) as connection:
        rows = connection.execute(
            "select entry_id, kind, score, comment from raw.demo_people__feedback order by 1"
        ).fetchall()
    assert rows == [
        ("e1", "idea", 5, "fine"),
        ("e2", "idea", 5, "=cmd(), said ana@example.com"),
        ("e3", "enps", 10, "too high"),
        ("e4", "enps", 10, "no number"),
        ("e5", "idea", 5, None),
    ]
    reasons = {
        row["why"] for row in json.loads(office.says("decisions", "--json")) if row["kind"] == "fix"
    }
    assert reasons == {"asked the team", "spoke with A"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,corrected_value\nx,1\n", "has no column quarantine_id"),
        ("quarantine_id,corrected_value,why\n", "no line is filled in"),
        ("quarantine_id,corrected_value,why\n{5},1,ok,more\n", "line 2: has 4 cells, the header 3"),
        ("quarantine_id,corrected_value,why\n{5},1,ok\n{5},2,ok\n", "is corrected twice"),
        ("quarantine_id,set:scor,why\n{5},1,ok\n", "did you mean 'score'?"),
        ('quarantine_id,corrected_value,why\n{5},1,"o\n', "line 2: unexpected end of data"),
        (b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_spreadsheet_is_refused_as_a_whole_when_a_line_is_wrong(
    untouched: Office, tmp_path: Path, content: str | bytes, message: str
) -> None:
    sheet = tmp_path / "back.csv"
    raw = content if isinstance(content, bytes) else content.encode()
    if b"{5}" in raw:
        raw = raw.replace(b"{5}", untouched.id_of(5).encode())
    sheet.write_bytes(raw)
    assert message in untouched.refuses("fix", "--file", str(sheet))


def test_exported_cells_are_no_formulas(office: Office) -> None:
    office.says("reject", office.id_of(5), "--why", "x")
    path = office.home / "landing" / FEEDBACK
    path.write_text(ROWS.replace("praise", "=1+1"), encoding="utf-16")
    office.load()
    values = [row["value"] for row in csv.DictReader(io.StringIO(office.says("list", "--csv")))]
    assert "'=1+1" in values


def test_later_decision_wins_and_says_so_when_a_pair_is_decided_twice(office: Office) -> None:
    office.says("split", "c1", "c2", "--why", "two sisters")
    said = office.says("merge", "email:anna@example.com", "c1", "--why", "a typo", by="ben")
    assert "Note" not in said  # another pair of identities of the two
    said = office.says("merge", "c2", "c1", "--why", "one person", by="ben")
    assert "this replaces decision d" in said
    assert "(split) of ana" in said
    assert "two sisters" in said
    assert "that is decided already" in office.refuses("merge", "c1", "c2", "--why", "again")
    merged = json.loads(office.says("decisions", "--kind", "merge", "--json"))[-1]
    assert (merged["left_key_type"], merged["left_key"], merged["right_key"]) == (
        "crm_account_id", "A1", "A2",
    )  # fmt: skip
    assert "takes back decision" in office.says("undo", merged["decision_id"], "--why", "sisters!")
    assert "undone already" in office.refuses("undo", merged["decision_id"], "--why", "again")
    office.load()
    states = {
        (row["kind"], row["about"]): row["state"]
        for row in json.loads(office.says("decisions", "--json"))
    }
    assert states["split", "crm_account_id:A1 and crm_account_id:A2"] == "in_force"
    assert states["merge", "crm_account_id:A1 and crm_account_id:A2"] == "undone"


def test_waiver_is_kept_with_its_end(office: Office) -> None:
    until = datetime.now(tz=UTC).date() + timedelta(days=30)
    words = ("waive", "core.fct_tickets", "--expectation", "reasons_are_given")
    office.says(*words, "--until", str(until), "--why", "being mended")
    longer = until + timedelta(days=10)
    assert "this replaces" in office.says(*words, "--until", str(longer), "--why", "not yet")
    office.load()
    with duckdb.connect(str(office.home / "warehouse.duckdb")) as connection:
        found = connection.execute(
            "select target, expectation, valid_until, why from quality.waivers"
        ).fetchall()
    assert found == [("core.fct_tickets", "reasons_are_given", longer, "not yet")]


def test_line_of_a_decision_file_is_rejected_and_not_corrected(office: Office) -> None:
    folder = office.home / "landing" / "stewardship" / "decisions"
    folder.mkdir(parents=True)
    line = dict.fromkeys(("decision_id", "decided_at", "decided_by", "why"))
    (folder / "by_hand.jsonl").write_text(json.dumps(line | {"kind": "bless"}), encoding="utf-8")
    office.load()
    (row,) = office.listed("--source", "stewardship")
    entry_id = row["quarantine_id"]
    for words in (["fix", entry_id, "--set", "kind=fix"], ["release", entry_id]):
        assert "is not corrected: reject it" in office.refuses(*words, "--why", "x")
    office.says("reject", entry_id, "--why", "a trial")
    office.load()
    assert [row["line_number"] for row in office.listed("--status", "rejected")] == [1]


def test_steward_is_told_what_to_do_when_there_is_nothing_to_see(tmp_path: Path) -> None:
    office = Office(home=tmp_path)
    assert "`throughline run` makes it" in office.refuses("list")
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    assert "`throughline run` once" in office.refuses("list")


@pytest.mark.parametrize("named", [("demo_people",), ()])
def test_decisions_are_part_of_a_run_whatever_sources_it_names(
    office: Office, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    monkeypatch.setenv("THROUGHLINE_HOME", str(office.home))
    assert settings_of(named, (), date(2026, 6, 30), None).sources == (
        "demo_people", "identity_register",
    )  # fmt: skip
    office.says("reject", office.id_of(5), "--why", "x")
    assert settings_of(named, (), date(2026, 6, 30), None).sources == (
        "demo_people", "identity_register", "stewardship",
    )  # fmt: skip
    monkeypatch.setenv("THROUGHLINE_SOURCES", "demo_people")
    assert Settings.from_environment().sources == (
        "demo_people", "identity_register", "stewardship",
    )  # fmt: skip
