"""Versions, folders, cards, tables and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ml.meanings import Meaning
from ml.registry.card import ModelCard
from ml.registry.store import current_version, write_model
from ml.registry.versions import model_version
from ml.tables import TABLES, typed_frame

AS_OF = date(2026, 6, 30)


@dataclass(frozen=True, kw_only=True)
class Choices:
    trees: int = 3


def _version(frame: pd.DataFrame, *, as_of: date = AS_OF, trees: int = 3) -> str:
    return model_version("churn", as_of=as_of, config=Choices(trees=trees), frames=(frame,))


def test_version_changes_with_each_input_and_with_nothing_else_when_fingerprinted() -> None:
    frame = pd.DataFrame({"customer_id": ["a", "b"], "seats": [1.0, 2.0]})
    version = _version(frame)
    assert version.startswith("2026-06-30-")
    assert version == _version(frame.iloc[::-1])
    assert version == _version(frame[["seats", "customer_id"]])
    others = {
        _version(frame.assign(seats=[1.0, 3.0])),
        _version(frame.assign(seats=[2.0, 1.0])),
        _version(frame, as_of=date(2026, 6, 29)),
        _version(frame, trees=4),
    }
    assert len(others) == 4
    assert version not in others


def test_model_folder_is_whole_when_an_earlier_write_broke_off(tmp_path: Path) -> None:
    broken = tmp_path / "churn" / ".v1.partial"
    broken.mkdir(parents=True)
    (broken / "half.json").write_text("{")
    folder = write_model(tmp_path, "churn", "v1", {"model.json": "{}", "card.md": "# A\n"})
    assert sorted(path.name for path in folder.iterdir()) == ["card.md", "model.json"]
    again = write_model(tmp_path, "churn", "v1", {"model.json": "{}"})
    assert [path.name for path in again.iterdir()] == ["model.json"]
    assert sorted(path.name for path in (tmp_path / "churn").iterdir()) == ["current", "v1"]
    assert current_version(tmp_path / "churn") == "v1"
    assert current_version(tmp_path / "upsell") is None


def test_card_escapes_words_and_shows_the_alarm_when_written() -> None:
    card = ModelCard(
        title="Churn <b>",
        version="v1",
        purpose="Calls & letters",
        facts={"Data": "a < b"},
        metrics=typed_frame("model_metrics"),
        limits=("No proof",),
        plots={},
        tables={},
        alarm="possible leak: x|y",
    )
    page = card.html()
    assert "<h1>Churn &lt;b&gt;</h1>" in page
    assert "Calls &amp; letters" in page
    assert "possible leak: x|y" in page
    assert "**Alarm: possible leak" in card.markdown()
    assert "there is no forecast to judge" in card.markdown()


@pytest.mark.parametrize("table", list(TABLES))
def test_tables_are_typed_when_empty(table: str) -> None:
    frame = typed_frame(table)
    assert list(frame.columns) == list(TABLES[table])
    assert all(str(kind) != "object" for kind in frame.dtypes)


def test_table_refuses_when_columns_do_not_fit() -> None:
    with pytest.raises(ValueError, match="extra"):
        typed_frame("calibration", typed_frame("calibration").assign(extra=1))
    with pytest.raises(ValueError, match="unknown model table"):
        typed_frame("nonsense")


MEANING = Meaning(
    label="Change of use",
    topic="use",
    high="rose {size:.0f} %",
    low="rose only {size:.0f} %",
    fallen="fell {size:.0f} %",
    missing="no use",
    scale=100,
)


@pytest.mark.parametrize(
    ("value", "typical", "sentence"),
    [
        (-0.62, 0.05, "fell 62 %"),
        (0.02, 0.05, "rose only 2 %"),
        (0.30, 0.05, "rose 30 %"),
        (float("nan"), 0.05, "no use"),
        (0.05, 0.05, None),
        (0.05, float("nan"), None),
    ],
)
def test_sentence_states_own_value_and_direction_when_asked(
    value: float, typical: float, sentence: str | None
) -> None:
    assert MEANING.sentence(value, typical) == sentence
