"""Damaged files of every format: nothing is raised, every row is accounted for."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import fuzz

FILES = 200


@pytest.mark.parametrize("file_format", fuzz.FORMATS)
def test_sound_file_loads_whole(tmp_path: Path, file_format: str) -> None:
    trial = fuzz.Trial(tmp_path)
    loaded = trial.load(fuzz.sound_files()[file_format], file_format)
    assert (loaded.rows_loaded, loaded.messages) == (len(fuzz.ROWS), ())


def test_nothing_is_raised_or_lost_when_files_are_damaged(tmp_path: Path) -> None:
    outcomes = fuzz.run(FILES, seed=20_260_701, folder=tmp_path)
    assert sum(outcomes.values()) == FILES
    for file_format in fuzz.FORMATS:
        assert outcomes[f"{file_format} loaded"] > 0
        assert outcomes[f"{file_format} failed"] > 0


def test_damage_is_the_same_when_the_seed_is() -> None:
    content = fuzz.sound_files()["csv"]
    first, again = (fuzz.damaged(content, "csv", random.Random(7)) for _ in range(2))
    assert first == again != content


def test_trial_notices_when_a_row_is_lost(tmp_path: Path) -> None:
    trial = fuzz.Trial(tmp_path)
    trial.load(fuzz.sound_files()["jsonl"], "jsonl")
    trial.connection.execute("delete from raw.fuzz__events_jsonl where event_id = 'e3'")
    with pytest.raises(fuzz.LostRowError, match="does not add up"):
        trial.check_at_the_end()
