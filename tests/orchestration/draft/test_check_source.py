"""A contract tried on files: counts, reasons, masks and the exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.commands import check_source as command

CONTRACT = """
version: 2
sources:
  - name: acme
    tables:
      - name: answers
        identifier: acme__answers
        config:
          meta:
            landing:
              files: "answers*.csv"
              format: csv
              key: [answer_id]
              columns:
                - {name: answer_id, type: string, required: true}
                - {name: score, type: integer, minimum: 0, maximum: 10}
                - {name: email, type: string, pattern: ".+@.+", personal_data: email}
                - {name: note, type: string, optional_column: true, allowed: [ok]}
"""
Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    folder = tmp_path / "staging" / "acme"
    folder.mkdir(parents=True)
    (folder / "_acme__sources.yml").write_text(CONTRACT, encoding="utf-8")
    monkeypatch.setattr(command, "STAGING_DIR", tmp_path / "staging")
    monkeypatch.setattr(command, "available_sources", lambda: ("acme", "zenith"))
    landing = tmp_path / "landing"
    landing.mkdir()

    def checked(*arguments: str, **files: str) -> Result:
        for name, text in files.items():
            (landing / f"{name}.csv").write_text(text, encoding="utf-8")
        chosen = arguments or ("acme", "--landing", str(landing))
        return CliRunner().invoke(command.check_source, list(chosen))

    return checked


def test_counts_and_reasons_are_told_when_rows_are_bad(check: Check) -> None:
    result = check(
        answers="answer_id,score,email,note\na,9,ann@example.com,ok\nb,99,ann@example.com,ok\n"
        "c,x,not-an-address,ok\nc2,7,nobody,ok\na,9,ann@example.com,ok\na,8,ann@example.com,ok\n"
        "d,7,ann@example.com,call bo@example.com\n"
    )
    assert result.exit_code == 0, result.output
    assert "7 rows in = 1 would load + 5 quarantine + 1 duplicate" in result.output
    for line in (
        "1 × out_of_range in score",
        "1 × bad_type in score",
        "1 × duplicate_key in answer_id",
        "first: line 3 (99)",
        "1 × bad_pattern in email",
        "first: line 5 (***)",
        "first: line 8 (***)",
    ):
        assert line in result.output
    assert "nobody" not in result.output
    assert "example.com" not in result.output
    assert "1 of 7 rows would load." in result.output


def test_odd_columns_are_told_when_they_are_unknown_or_missing(check: Check) -> None:
    result = check(answers="answer_id,score,email,extra\na,9,ann@example.com,1\n")
    assert result.exit_code == 0
    assert "columns that the contract does not know are kept in _extra: extra" in result.output
    assert "the optional column 'note' is missing" in result.output


def test_exit_code_tells_when_one_of_two_files_fails(check: Check) -> None:
    result = check(
        answers_1="answer_id,score,email,note\na,9,ann@example.com,ok\n",
        answers_2="answer_id,punkte,email,note\nb,9,ann@example.com,ok\n",
    )
    assert result.exit_code == 1
    assert "answers_1.csv: 1 rows in = 1 would load" in result.output
    assert "answers_2.csv: FAILS" in result.output
    assert "the header lacks 'score'" in result.output
    assert "Not in order: answers." in result.output


def test_exit_code_tells_when_no_file_matches(check: Check) -> None:
    result = check()
    assert result.exit_code == 1
    assert "no file matches answers*.csv" in result.output


def test_nearest_source_is_named_when_the_source_is_unknown(check: Check) -> None:
    result = check("acmee")
    assert result.exit_code == 1
    assert "did you mean 'acme'?" in result.output


def test_place_is_named_when_the_landing_folder_is_not_there(check: Check, tmp_path: Path) -> None:
    result = check("acme", "--landing", str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert "there is no folder" in result.output
