"""Why a customer may leave: exact contributions in plain words."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ml.boosting import FloatArray, Matrix
from ml.meanings import Meaning

Reason = tuple[str, float]


def explain_rows(
    matrix: Matrix,
    contributions: FloatArray,
    *,
    names: tuple[str, ...],
    meanings: Mapping[str, Meaning],
    minimum_effect: float,
    count: int,
) -> list[list[Reason]]:
    """Name, per row, the features that raise its log-odds most.

    Only features that raise it by at least `minimum_effect` and for which there are words count,
    and each topic is named once; a row may have fewer than `count` reasons, or none.

    Parameters
    ----------
    matrix
        Rows × features, the values.
    contributions
        Rows × features, in log-odds.
    names
        Features in column order.
    meanings
        Words of every feature.
    minimum_effect
        Smallest effect worth naming, in log-odds.
    count
        Most reasons a row.

    Returns
    -------
    list
        Per row, (sentence, effect) from the strongest down.
    """
    typical = typical_values(matrix)
    order = np.argsort(-contributions, axis=1, kind="stable")
    return [
        _explain_row(
            matrix[row],
            contributions[row],
            order[row],
            typical,
            names,
            meanings,
            minimum_effect,
            count,
        )
        for row in range(len(matrix))
    ]


def typical_values(matrix: Matrix) -> FloatArray:
    """Return the median of every column over the rows that have a value."""
    medians = np.full(matrix.shape[1], np.nan)
    for place in range(matrix.shape[1]):
        present = matrix[~np.isnan(matrix[:, place]), place]
        if present.size:
            medians[place] = float(np.median(present))
    return medians


def _explain_row(
    values: Matrix,
    effects: FloatArray,
    order: npt.NDArray[np.int64],
    typical: FloatArray,
    names: tuple[str, ...],
    meanings: Mapping[str, Meaning],
    minimum_effect: float,
    count: int,
) -> list[Reason]:
    reasons: list[Reason] = []
    topics: set[str] = set()
    for place in order:
        if effects[place] < minimum_effect or len(reasons) == count:
            break
        meaning = meanings[names[place]]
        if meaning.topic in topics:
            continue
        sentence = meaning.sentence(float(values[place]), float(typical[place]))
        if sentence is not None:
            topics.add(meaning.topic)
            reasons.append((sentence, float(effects[place])))
    return reasons
