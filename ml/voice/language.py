"""Which language a comment is written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from lingua import IsoCode639_1, LanguageDetector, LanguageDetectorBuilder

FloatArray = npt.NDArray[np.float64]

UNDETERMINED = "und"


@dataclass(frozen=True, kw_only=True)
class LanguageConfig:
    """What the detector may answer, and when it says that it cannot tell.

    Parameters
    ----------
    languages
        ISO 639-1 codes that the detector chooses from. The fewer, the surer it is of short
        comments; a language outside the set is taken for its nearest neighbour in it, so the set
        holds what customers write, scored or not.
    minimum_confidence
        Below this probability the language counts as undetermined.
    prior_weight
        How much the mix of languages among the long comments of the same batch counts for each
        comment, against taking all languages for equally likely: 0 to below 1. "Excellent service"
        is French or English by its letters; beside ten thousand English comments it is English.
    long_comment_words
        From this many words on a comment counts as long.
    """

    languages: tuple[str, ...] = (
        "ar", "da", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "tr",
        "zh",
    )  # fmt: skip
    minimum_confidence: float = 0.5
    prior_weight: float = 0.9
    long_comment_words: int = 6

    def __post_init__(self) -> None:
        known = {code.name.lower() for code in _iso_codes()}
        unknown = sorted(set(self.languages) - known)
        if unknown:
            message = f"languages {unknown} are not known; choose from {sorted(known)}"
            raise ValueError(message)
        if len(set(self.languages)) < 2 or len(set(self.languages)) != len(self.languages):
            message = f"languages must be two or more different codes, not {self.languages}"
            raise ValueError(message)
        if not 0 <= self.minimum_confidence <= 1:
            message = f"minimum_confidence must lie in 0–1, not {self.minimum_confidence}"
            raise ValueError(message)
        if not 0 <= self.prior_weight < 1:
            message = f"prior_weight must be 0 or more and below 1, not {self.prior_weight}"
            raise ValueError(message)
        if self.long_comment_words < 1:
            message = f"long_comment_words must be at least 1, not {self.long_comment_words}"
            raise ValueError(message)


def detect_languages(
    comments: pd.DataFrame, *, config: LanguageConfig | None = None
) -> pd.DataFrame:
    """Tell the language of each comment.

    Parameters
    ----------
    comments
        ``feedback_id`` (unique) and ``comment_redacted`` (text, may be null).
    config
        Languages and thresholds.

    Returns
    -------
    pandas.DataFrame
        One row per comment, sorted by ``feedback_id``: ``language`` (ISO 639-1, or ``und`` when it
        cannot be told) and ``confidence`` (probability of that language, 0–1; NaN for ``und``).

    Raises
    ------
    ValueError
        When a column is missing or ``feedback_id`` repeats.

    Notes
    -----
    Character n-gram models of lingua give each language a likelihood. They are weighted with how
    often each language occurs among the long comments of the batch, which short ones cannot
    overrule. The order of rows has no influence.
    """
    config = config or LanguageConfig()
    _check_comments(comments)
    texts = comments["comment_redacted"].fillna("").astype(str).str.strip()
    # Each distinct text is looked at once; places say which one a comment has.
    places, distinct = pd.factorize(texts, sort=True)
    likelihoods = _likelihoods(list(distinct), languages=config.languages)
    is_long = np.array([len(text.split()) >= config.long_comment_words for text in distinct], bool)
    long_counts = np.bincount(places, minlength=len(distinct)) * is_long
    posteriors = _weight_by_mix(likelihoods, long_counts, prior_weight=config.prior_weight)
    languages, confidences = _answers(list(distinct), posteriors, config=config)
    found = pd.DataFrame(
        {
            "feedback_id": comments["feedback_id"].to_numpy(),
            "language": languages[places],
            "confidence": confidences[places],
        }
    )
    return found.sort_values("feedback_id", ignore_index=True)


def _check_comments(comments: pd.DataFrame) -> None:
    missing = {"feedback_id", "comment_redacted"} - set(comments.columns)
    if missing:
        message = f"comments lack {sorted(missing)}; they have {list(comments.columns)}"
        raise ValueError(message)
    if comments["feedback_id"].duplicated().any():
        repeated = comments.loc[comments["feedback_id"].duplicated(), "feedback_id"].iloc[0]
        message = f"feedback_id must be unique; {repeated!r} occurs more than once"
        raise ValueError(message)


def _iso_codes() -> tuple[IsoCode639_1, ...]:
    return tuple(getattr(IsoCode639_1, name) for name in dir(IsoCode639_1) if len(name) == 2)


@cache
def _detector(languages: tuple[str, ...]) -> LanguageDetector:
    """Load the models once a process: it takes seconds."""
    codes = [IsoCode639_1.from_str(code) for code in languages]
    # Trigrams alone: twice as fast, and the mix makes up for what short comments lose.
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


def _likelihoods(texts: Sequence[str], *, languages: tuple[str, ...]) -> FloatArray:
    """Give texts × languages; a row of zeros where nothing is known of a text."""
    place = {code: column for column, code in enumerate(languages)}
    likelihoods = np.zeros((len(texts), len(languages)))
    found = _detector(languages).compute_language_confidence_values_in_parallel(list(texts))
    for row, values in enumerate(found):
        for value in values:
            likelihoods[row, place[value.language.iso_code_639_1.name.lower()]] = value.value
    return likelihoods


def _weight_by_mix(
    likelihoods: FloatArray, long_counts: npt.NDArray[np.int64], *, prior_weight: float
) -> FloatArray:
    language_count = likelihoods.shape[1]
    uniform = np.full(language_count, 1.0 / language_count)
    totals = long_counts @ likelihoods
    mix = totals / totals.sum() if totals.sum() > 0 else uniform
    weighted = likelihoods * (prior_weight * mix + (1.0 - prior_weight) * uniform)
    sums = weighted.sum(axis=1, keepdims=True)
    posteriors: FloatArray = weighted / np.where(sums > 0, sums, 1.0)
    return posteriors


def _answers(
    texts: Sequence[str], posteriors: FloatArray, *, config: LanguageConfig
) -> tuple[npt.NDArray[np.object_], FloatArray]:
    """Give language and confidence of each distinct text."""
    best = posteriors.argmax(axis=1)
    confidences = posteriors.max(axis=1, initial=0.0)
    # A text without letters gets the same confidence for all languages, or none.
    has_letters = np.array([any(map(str.isalpha, text)) for text in texts], dtype=bool)
    is_told = (confidences >= config.minimum_confidence) & has_letters
    codes = np.array(config.languages, dtype=object)[best]
    return np.where(is_told, codes, UNDETERMINED), np.where(is_told, confidences, np.nan)
