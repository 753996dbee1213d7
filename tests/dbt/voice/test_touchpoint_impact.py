"""mart_touchpoint_impact against a plain recomputation and an ordinary bootstrap."""

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.dbt.conftest import Warehouse
from tests.dbt.voice.conftest import MakeVoice

PRAISE = ["it was good", "great", "wonderful, I love it", "nice and easy", "excellent!"]
BLAME = ["it was bad", "terrible", "horrible, I hate it", "annoying", "a disaster!!"]
GRUMBLE = ["a bit boring", "it is slightly annoying", "a minor problem"]
# How often each touchpoint is spoken of, and how often in anger; only the invoice makes furious.
PLANTED = {"invoice": (0.5, 0.9), "first_report": (0.5, 0.1), "renewal": (0.1, 0.5),
           "newsletter": (0.1, 0.5), "demo_call": (0.1, 0.5),
           "team_invite": (0.1, 0.5)}  # fmt: skip


def planted_comments(respondents: int, seed: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    comments = []
    for number in range(respondents):
        for touchpoint_id, (mentioned, angry) in PLANTED.items():
            while chance.random() < mentioned:
                unhappy = BLAME if touchpoint_id == "invoice" else GRUMBLE
                texts = unhappy if chance.random() < angry else PRAISE
                comments.append(
                    {
                        "comment_redacted": chance.choice(texts),
                        "respondent_id": f"r{number:04d}",
                        "touchpoint_id": touchpoint_id,
                        "rating": float(chance.randint(0, 10)),
                    }
                )
    return comments


def impact_of(warehouse: Warehouse) -> pd.DataFrame:
    return warehouse.frame(
        "select * from marts.mart_touchpoint_impact order by touchpoint_id"
    ).set_index("touchpoint_id")


def signals_of(warehouse: Warehouse) -> pd.DataFrame:
    return warehouse.frame(
        "select respondent_id, touchpoint_id, sentiment, emotional_intensity"
        " from marts.fct_comment_signals"
    )


def impact(signals: pd.DataFrame, touchpoint_id: str, sentiment: str) -> float:
    """Recompute frequency times intensity as the definition words it."""
    everyone = signals["respondent_id"].nunique()
    mentions = signals[signals["touchpoint_id"] == touchpoint_id]
    frequency = mentions["respondent_id"].nunique() / everyone
    felt = mentions.loc[mentions["sentiment"] == sentiment, "emotional_intensity"]
    return frequency * felt.mean() if len(felt) else 0.0


@pytest.mark.parametrize("sentiment", ["positive", "negative"])
def test_impact_equals_a_plain_recomputation(make_voice: MakeVoice, sentiment: str) -> None:
    warehouse = make_voice(planted_comments(120, seed=1))
    found, signals = impact_of(warehouse), signals_of(warehouse)
    assert set(found.index) == set(PLANTED)
    for touchpoint_id, row in found.iterrows():
        expected = impact(signals, str(touchpoint_id), sentiment)
        assert row[f"{sentiment}_impact"] == pytest.approx(expected)
        assert row[f"{sentiment}_lower"] <= expected <= row[f"{sentiment}_upper"]


def test_planted_peaks_are_found_and_sides_are_not_netted(make_voice: MakeVoice) -> None:
    found = impact_of(make_voice(planted_comments(300, seed=2)))
    assert found["negative_impact"].idxmax() == "invoice"
    # Both are spoken of far more than the others, which is half of what makes a peak.
    often = ["first_report", "invoice"]
    assert found.index[found["is_negative_peak"]].tolist() == often
    assert found.index[found["is_positive_peak"]].tolist() == often
    assert found.loc["invoice", "negative_lower"] > found.loc["first_report", "negative_upper"]
    # The invoice has praise too, and it stands beside the anger.
    assert found.loc["invoice", "positive_impact"] > 0
    assert found.loc["invoice", "positive_mentions"] > 0


def test_interval_is_as_wide_as_an_ordinary_bootstrap_of_people(make_voice: MakeVoice) -> None:
    warehouse = make_voice(planted_comments(150, seed=3), variables={"bootstrap_replicates": 1000})
    found, signals = impact_of(warehouse), signals_of(warehouse)
    generator = np.random.default_rng(3)
    people = signals["respondent_id"].unique()
    numbered = signals.assign(person=pd.factorize(signals["respondent_id"])[0])
    mine = numbered[numbered["touchpoint_id"] == "invoice"]
    felt = mine[mine["sentiment"] == "negative"]
    draws = []
    for _ in range(1000):
        weights = np.bincount(
            generator.integers(len(people), size=len(people)), minlength=len(people)
        )
        frequency = weights[mine["person"].unique()].sum() / weights.sum()
        strength = weights[felt["person"]] @ felt["emotional_intensity"]
        draws.append(frequency * strength / weights[felt["person"]].sum())
    lower, upper = np.quantile(draws, [0.025, 0.975])
    row = found.loc["invoice"]
    assert row["negative_upper"] - row["negative_lower"] == pytest.approx(upper - lower, rel=0.15)
    assert row["negative_lower"] == pytest.approx(lower, rel=0.08)


def test_output_is_the_same_when_rows_are_shuffled_and_ratings_change(
    make_voice: MakeVoice,
) -> None:
    comments = [
        {**comment, "feedback_id": f"f{number:05d}"}
        for number, comment in enumerate(planted_comments(60, seed=4))
    ]
    shuffled = [{**comment, "rating": None} for comment in comments]
    random.Random(5).shuffle(shuffled)
    pd.testing.assert_frame_equal(impact_of(make_voice(comments)), impact_of(make_voice(shuffled)))


def test_mentions_come_from_words_and_quotes_from_the_top_theme(make_voice: MakeVoice) -> None:
    strong = "The invoice was horrible, terrible and a disaster for us"
    rows = [
        {"comment_redacted": "The invoice was wrong and bad, and late too", "respondent_id": "a"},
        {"comment_redacted": strong, "respondent_id": "b"},
        {"comment_redacted": "Unmapped things are horrible", "touchpoint_id": "unmapped"},
        {"comment_redacted": "Die Rechnung ist falsch", "language": "de", "respondent_id": "d"},
        {"comment_redacted": "invoice horrible, hate!!!!", "respondent_id": "e"},
    ]
    found = impact_of(make_voice(rows))
    assert found.index.tolist() == ["invoice_payment"]
    row = found.loc["invoice_payment"]
    # All five comment; four name the invoice; three of them in a language that is scored.
    assert row["commenting_customers"] == 5
    assert row["mention_share"] == pytest.approx(0.8)
    assert row["negative_mentions"] == 3
    assert row["top_negative_theme"] == "Billing and unexpected charges"
    assert row["negative_quote"] == "invoice horrible, hate!!!!"
    assert row["positive_impact"] == 0
    assert pd.isna(row["positive_intensity"])
    assert pd.isna(row["positive_quote"])
    assert row["suggested_fix"].startswith("Announce every change of charge")
