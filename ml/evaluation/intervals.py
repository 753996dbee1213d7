"""Intervals for metrics and rates."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ml.evaluation.metrics import METRICS, FloatArray, RankedForecast, forecast_metrics

Z_95 = 1.959963984540054


def clustered_weights(
    clusters: npt.NDArray[np.int64], replicates: int, seed: int
) -> Iterator[FloatArray]:
    """Yield one bootstrap weight vector a replicate, drawing whole clusters.

    The rows of one customer are alike; drawing rows one by one would make intervals too narrow.
    """
    _, position = np.unique(clusters, return_inverse=True)
    count = int(position.max()) + 1
    generator = np.random.default_rng(seed)
    for _ in range(replicates):
        drawn = np.bincount(generator.integers(0, count, count), minlength=count)
        yield drawn.astype(np.float64)[position]


def bootstrap_metrics(
    forecast: RankedForecast,
    clusters: npt.NDArray[np.int64],
    *,
    replicates: int,
    seed: int,
) -> dict[str, tuple[float, float, float]]:
    """Give every metric with its 95 % percentile interval.

    Parameters
    ----------
    forecast
        From `rank_forecast`.
    clusters
        Customer of every original row, as a number.
    replicates
        Bootstrap draws.
    seed
        Seed of the draws.

    Returns
    -------
    dict
        Metric to (value, lower, upper).
    """
    values = forecast_metrics(forecast)
    draws = np.array(
        [
            [drawn[name] for name in METRICS]
            for drawn in (
                forecast_metrics(forecast, weight)
                for weight in clustered_weights(clusters, replicates, seed)
            )
        ]
    )
    # A draw without one of the classes has no metric; it says nothing about the others.
    usable = draws[~np.isnan(draws).any(axis=1)]
    if len(usable) == 0:
        return {name: (values[name], float("nan"), float("nan")) for name in METRICS}
    lower, upper = np.percentile(usable, (2.5, 97.5), axis=0)
    return {
        name: (values[name], float(lower[place]), float(upper[place]))
        for place, name in enumerate(METRICS)
    }


def wilson_interval(positives: FloatArray, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's 95 % interval of a share, element by element."""
    share = positives / totals
    centre = share + Z_95**2 / (2 * totals)
    spread = Z_95 * np.sqrt(share * (1 - share) / totals + Z_95**2 / (4 * totals**2))
    scale = 1 + Z_95**2 / totals
    return (centre - spread) / scale, (centre + spread) / scale
