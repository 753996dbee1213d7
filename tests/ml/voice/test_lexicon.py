"""The English lexicon as the warehouse gets it."""

from ml.voice.lexicon import vader_lexicon


def test_words_are_unique_lower_case_and_within_the_scale() -> None:
    lexicon = vader_lexicon()
    assert lexicon.columns.tolist() == ["word", "valence"]
    assert lexicon["word"].is_unique
    assert (lexicon["word"] == lexicon["word"].str.lower()).all()
    assert lexicon["valence"].between(-4, 4).all()
    assert len(lexicon) > 7000


def test_known_words_and_emojis_have_their_published_valence() -> None:
    valence = vader_lexicon().set_index("word")["valence"]
    assert valence["good"] == 1.9
    assert valence["horrible"] == -2.5
    # "loudly crying face": only "crying" has a valence.
    assert valence["😭"] == valence["crying"]


def test_the_same_rows_come_in_the_same_order_each_time() -> None:
    assert vader_lexicon().equals(vader_lexicon())
