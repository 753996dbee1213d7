"""Naive forecasts that a model has to beat."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from ml.boosting import Matrix
from ml.evaluation.metrics import FloatArray


@dataclass(frozen=True, kw_only=True)
class LogisticBaseline:
    """Logistic regression on a few columns, as an analyst would write it in an afternoon."""

    medians: FloatArray
    means: FloatArray
    spreads: FloatArray
    coefficients: FloatArray
    intercept: float

    def probability(self, matrix: Matrix) -> FloatArray:
        """Return the probability of every row."""
        design = (_compress(matrix, self.medians) - self.means) / self.spreads
        return np.asarray(1 / (1 + np.exp(-(self.intercept + design @ self.coefficients))))


def fit_logistic_baseline(matrix: Matrix, outcome: FloatArray) -> LogisticBaseline:
    """Fit the baseline; long-tailed columns are taken on a log scale, gaps get the median.

    Parameters
    ----------
    matrix
        Rows × the baseline's columns.
    outcome
        0 or 1 a row.
    """
    medians = np.array(
        [
            np.median(column[~np.isnan(column)]) if not np.isnan(column).all() else 0.0
            for column in matrix.T.astype(np.float64)
        ]
    )
    design = _compress(matrix, medians)
    means, spreads = design.mean(axis=0), design.std(axis=0)
    spreads = np.where(spreads > 0, spreads, 1.0)
    model = LogisticRegression().fit((design - means) / spreads, outcome)
    return LogisticBaseline(
        medians=medians,
        means=means,
        spreads=spreads,
        coefficients=np.asarray(model.coef_[0], dtype=np.float64),
        intercept=float(model.intercept_[0]),
    )


def _compress(matrix: Matrix, medians: FloatArray) -> FloatArray:
    filled = np.where(np.isnan(matrix), medians, matrix).astype(np.float64)
    return np.asarray(np.sign(filled) * np.log1p(np.abs(filled)))
