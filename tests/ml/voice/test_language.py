"""Language detection: what it tells, what it leaves open, what it rejects."""

import pandas as pd
import pytest

from ml.voice.language import LanguageConfig, detect_languages

LONG = {
    "en": "The import took far too long and nobody from support could tell us why it failed.",
    "pt": "O produto chegou antes do prazo e a qualidade é muito boa, recomendo a todos.",
    "es": "El servicio es muy bueno pero la respuesta del equipo tardó demasiado tiempo.",
    "de": "Der Support hat sich sehr schnell gemeldet und das Problem sofort gelöst.",
    "fr": "Le service client est très lent et personne ne répond jamais à nos messages.",
}


def frame(texts: dict[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame({"feedback_id": list(texts), "comment_redacted": list(texts.values())})


def languages(comments: pd.DataFrame) -> dict[str, str]:
    found = detect_languages(comments)
    return dict(zip(found["feedback_id"], found["language"], strict=True))


def test_long_comments_are_told_apart() -> None:
    assert languages(frame(dict(LONG))) == {code: code for code in LONG}


def test_a_short_comment_takes_the_language_of_its_neighbours_when_letters_leave_it_open() -> None:
    alone = languages(frame({"x": "Excellent service"}))
    among = frame({**{f"n{n}": f"{LONG['en']} {n}" for n in range(50)}, "x": "Excellent service"})
    assert languages(among)["x"] == "en"
    assert alone["x"] != "en", "by its letters it is not English"


def test_a_clear_comment_keeps_its_language_when_all_others_have_another() -> None:
    comments = {**{f"n{n}": f"{LONG['en']} {n}" for n in range(500)}, "x": LONG["de"]}
    assert languages(frame(comments))["x"] == "de"


def test_nothing_is_told_when_there_are_no_letters() -> None:
    found = detect_languages(frame({"a": "10", "b": "!!!", "c": None, "d": "", "e": LONG["en"]}))
    assert found["language"].tolist() == ["und", "und", "und", "und", "en"]
    assert found["confidence"].isna().tolist() == [True, True, True, True, False]
    assert found.loc[4, "confidence"] > 0.9


def test_answers_do_not_depend_on_the_order_of_rows() -> None:
    comments = frame({**LONG, "x": "ok", "y": "Bom", "z": "Excellent service"})
    shuffled = comments.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(detect_languages(comments), detect_languages(shuffled))


def test_no_comments_give_an_empty_frame_of_the_same_shape() -> None:
    found = detect_languages(frame({}))
    assert found.columns.tolist() == ["feedback_id", "language", "confidence"]
    assert found.empty


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="lack \\['comment_redacted'\\]"):
        detect_languages(pd.DataFrame({"feedback_id": ["a"]}))


def test_a_repeated_comment_id_is_named() -> None:
    comments = pd.DataFrame({"feedback_id": ["a", "a"], "comment_redacted": ["x", "y"]})
    with pytest.raises(ValueError, match="'a' occurs more than once"):
        detect_languages(comments)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"languages": ("en", "xx")}, "\\['xx'\\] are not known"),
        ({"languages": ("en",)}, "two or more different codes"),
        ({"minimum_confidence": 1.5}, "must lie in 0–1, not 1.5"),
        ({"prior_weight": 1.0}, "below 1, not 1.0"),
        ({"long_comment_words": 0}, "at least 1, not 0"),
    ],
)
def test_a_setting_out_of_range_is_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LanguageConfig(**settings)
