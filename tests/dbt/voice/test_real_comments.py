"""Languages, sentiment and their accuracy on real comments; skipped where those are not at hand."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from ml.voice.language import detect_languages
from tests.dbt.voice.conftest import MakeVoice

REPOSITORY = Path(__file__).resolve().parents[3]
DATA = REPOSITORY.parent / "shared" / "data"
SIGNALS = "int_comments int_sentiment_words int_comment_phrases fct_comment_signals"


def read(name: str) -> pd.DataFrame:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"public data is not here: {path.relative_to(REPOSITORY.parent)}")
    return pd.read_csv(path)


def score(make_voice: MakeVoice, texts: pd.Series, language: str) -> pd.Series:
    """Give the sentiment of each text, in its order."""
    rows = [
        {"feedback_id": f"f{number:06d}", "comment_redacted": text, "language": language}
        for number, text in enumerate(texts)
    ]
    warehouse = make_voice(rows, select=SIGNALS)
    found = warehouse.frame(
        "select feedback_id, sentiment from marts.fct_comment_signals order by feedback_id"
    )
    assert len(found) == len(texts)
    return pd.Series(found["sentiment"].to_numpy(), index=texts.index)


def reference(texts: pd.Series) -> pd.Series:
    analyzer = SentimentIntensityAnalyzer()

    def sentiment(text: str) -> str:
        compound = analyzer.polarity_scores(text)["compound"]
        return "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"

    return texts.map(sentiment)


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How well one class was found."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def quality(found: pd.Series, truth: pd.Series, label: str) -> Quality:
    hits = ((found == label) & (truth == label)).sum()
    return Quality(precision=hits / (found == label).sum(), recall=hits / (truth == label).sum())


def test_sentiment_agrees_with_the_reference_on_broadband_customers(make_voice: MakeVoice) -> None:
    verbatims = read("bt_verbatims/verbatim.csv.gz")
    texts = verbatims["text"].dropna().astype(str)
    texts = texts[texts.str.strip() != ""]
    agreement = (score(make_voice, texts, "en") == reference(texts)).mean()
    assert agreement >= 0.97, agreement


def test_sentiment_is_nearer_to_labels_than_the_reference_on_airline_customers(
    make_voice: MakeVoice,
) -> None:
    tweets = read("airline_tweets/tweets.csv.gz").drop_duplicates(["text", "tweet_created"])
    truth = tweets["airline_sentiment"]
    ours, theirs = score(make_voice, tweets["text"], "en"), reference(tweets["text"])
    agreement = (ours == theirs).mean()
    assert agreement >= 0.97, agreement
    for label in ("negative", "neutral", "positive"):
        mine, other = quality(ours, truth, label), quality(theirs, truth, label)
        assert mine.f1 >= other.f1 - 0.001, (label, mine, other)
    # What a word list can do on sarcasm and bare facts; a trained model is the next step.
    assert quality(ours, truth, "negative").precision >= 0.88
    assert quality(ours, truth, "positive").recall >= 0.85


def test_portuguese_sentiment_tells_low_from_high_scores_on_shop_reviews(
    make_voice: MakeVoice,
) -> None:
    reviews = read("olist_sample/olist_order_reviews_dataset.csv.gz")
    reviews = reviews.dropna(subset=["review_comment_message"]).drop_duplicates("review_id")
    reviews = reviews[reviews["review_comment_message"].str.strip() != ""]
    found = score(make_voice, reviews["review_comment_message"], "pt")
    wanted = reviews["review_score"].map(
        {1: "negative", 2: "negative", 4: "positive", 5: "positive"}
    )
    is_extreme = wanted.notna()
    is_told = is_extreme & (found != "neutral")
    assert is_told.sum() / is_extreme.sum() >= 0.9
    assert (found == wanted)[is_told].mean() >= 0.87


def test_languages_of_real_comments_are_told() -> None:
    english = read("bt_verbatims/verbatim.csv.gz")["text"].dropna().astype(str)
    portuguese = read("olist_sample/olist_order_reviews_dataset.csv.gz")
    texts = {
        "en": english,
        "pt": portuguese["review_comment_message"].dropna(),
    }
    for code, comments in texts.items():
        found = detect_languages(
            pd.DataFrame(
                {"feedback_id": range(len(comments)), "comment_redacted": comments.to_numpy()}
            )
        )
        has_letters = comments.str.contains(r"[^\W\d_]{3,}", regex=True).to_numpy()
        assert (found.loc[has_letters, "language"] == code).mean() >= 0.985, code
