"""English word list for sentiment, as the warehouse wants it."""

import pandas as pd
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def vader_lexicon() -> pd.DataFrame:
    """Read the VADER lexicon from the installed package.

    Words and emoticons carry the mean of ten human ratings. An emoji has no rating: the reference
    implementation reads its description ("loudly crying face") in its place, so here it carries
    the sum of the valences of the words of its description, and is left out when that is zero.

    Returns
    -------
    pandas.DataFrame
        One row per word, sorted: ``word`` (lower case) and ``valence`` (−4 to 4).

    Notes
    -----
    Hutto & Gilbert (2014), "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
    Social Media Text", ICWSM-14.
    """
    analyzer = SentimentIntensityAnalyzer()
    valences: dict[str, float] = {}
    for word, valence in analyzer.lexicon.items():
        # Emoticons differ by case (":D" and ":d"); words are looked up in lower case.
        valences.setdefault(word.lower(), float(valence))
    for emoji, description in analyzer.emojis.items():
        valence = sum(valences.get(word.lower(), 0.0) for word in description.split())
        if valence and len(emoji) == 1:
            valences.setdefault(emoji, max(-4.0, min(4.0, round(valence, 2))))
    rows = sorted(valences.items())
    return pd.DataFrame(rows, columns=["word", "valence"])
