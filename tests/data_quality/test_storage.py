"""Results and history on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from data_quality.results import ValidationRun
from data_quality.storage import (
    load_run,
    read_history,
    save_run,
    write_history,
    write_text_atomically,
)
from tests.data_quality.conftest import MOMENT, Check, rule


@pytest.fixture
def run(check: Check) -> ValidationRun:
    return check(
        rule("expect_column_max_to_be_between", kwargs={"column": "score", "max_value": 9}),
        rule("expect_column_mean_to_be_between", rule="e", kwargs={"column": "x", "min_value": 0}),
    )


def test_saved_run_comes_back_as_it_was(run: ValidationRun, tmp_path: Path) -> None:
    save_run(run, tmp_path)
    loaded = load_run(tmp_path, "run-1")
    assert loaded.suites[0].rows == run.suites[0].rows
    assert loaded.suites[0].gx_result == run.suites[0].gx_result
    assert loaded.results.equals(run.results)


def test_suites_saved_apart_are_one_run(run: ValidationRun, tmp_path: Path) -> None:
    (suite,) = run.suites
    second = replace(suite, suite_name="core_answers__second")
    save_run(replace(run, suites=(second,)), tmp_path)
    save_run(run, tmp_path)
    save_run(run, tmp_path)
    names = [suite.suite_name for suite in load_run(tmp_path, "run-1").suites]
    assert names == ["core_answers__checks", "core_answers__second"]


def test_unknown_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="'run-9'"):
        load_run(tmp_path, "run-9")


@pytest.mark.parametrize("run_id", ["../escape", "a/b", "", ".hidden"])
def test_run_id_cannot_leave_the_folder(run: ValidationRun, tmp_path: Path, run_id: str) -> None:
    with pytest.raises(ValueError, match="cannot name a file"):
        save_run(replace(run, run_id=run_id), tmp_path)


def on(run: ValidationRun, day: int) -> ValidationRun:
    """Return the run as if it had been for that day of July."""
    moment = MOMENT + timedelta(days=day)
    return replace(run, run_id=f"run-{day}", as_of=moment.date(), validated_at=moment)


def test_history_holds_one_run_a_day_oldest_first(run: ValidationRun, tmp_path: Path) -> None:
    for day in (3, 1, 2):
        write_history(on(run, day), tmp_path)
    write_history(replace(on(run, 2), run_id="run-2"), tmp_path)
    history = read_history(tmp_path)
    assert [past.run_id for past in history] == ["run-1", "run-2", "run-3"]
    assert (history[0].critical_failures, history[0].evaluated) == (2, 2)
    rules = history[0].rules
    assert rules["core_answers__checks/checked"]["observed_value"] == 10
    assert rules["core_answers__checks/e"]["status"] == "error"


def test_history_ends_with_the_day_when_a_run_is_for_an_earlier_one(
    run: ValidationRun, tmp_path: Path
) -> None:
    for day in (1, 2, 3):
        write_history(on(run, day), tmp_path)
    until = read_history(tmp_path, until=on(run, 2).as_of)
    assert [past.run_id for past in until] == ["run-1", "run-2"]


def test_history_has_the_same_bytes_again(run: ValidationRun, tmp_path: Path) -> None:
    first = write_history(run, tmp_path).read_bytes()
    slower = tuple(replace(suite, seconds=99.0) for suite in run.suites)
    assert write_history(replace(run, suites=slower), tmp_path).read_bytes() == first


def test_killed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history" / "run.json"
    write_text_atomically(path, json.dumps({"whole": True}))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_text_atomically(path, "half")
    assert json.loads(path.read_text(encoding="utf-8")) == {"whole": True}
    assert read_files(tmp_path / "history") == ["run.json"]


def read_files(folder: Path) -> list[str]:
    """Files that the history would read; drafts are hidden from it."""
    return [path.name for path in folder.glob("*.json") if not path.name.startswith(".")]
