"""Fitting: snapshots into person-period rows, rows into a recalibrated hazard model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost as xgb

from ml.boosting import FloatArray, Matrix, exact_contributions, fit_booster, predict_margin
from ml.churn.config import ChurnConfig
from ml.evaluation.calibration import Recalibration, fit_recalibration

PERIOD_FEATURE = "period_end_days"
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """Customers at dates, with what was known then and what came after.

    Attributes
    ----------
    customer_ids
        Customer a row; rows are ordered by customer, then date.
    customers
        The same as a number.
    days
        As-of date a row, in days since 1970.
    matrix
        Rows × features.
    feature_names
        Names of the matrix's columns.
    outcomes
        Rows × horizons: 1 left by then, 0 stayed, NaN not known.
    known_on
        Rows × horizons: the day on which the outcome is known, in days since 1970.
    horizons_days
        Horizons of the columns.
    """

    customer_ids: npt.NDArray[np.object_]
    customers: IntArray
    days: IntArray
    matrix: Matrix
    feature_names: tuple[str, ...]
    outcomes: FloatArray
    known_on: IntArray
    horizons_days: tuple[int, ...]

    def take(self, rows: BoolArray) -> "Snapshots":
        """Return some of the rows."""
        return Snapshots(
            customer_ids=self.customer_ids[rows],
            customers=self.customers[rows],
            days=self.days[rows],
            matrix=self.matrix[rows],
            feature_names=self.feature_names,
            outcomes=self.outcomes[rows],
            known_on=self.known_on[rows],
            horizons_days=self.horizons_days,
        )

    def known_by(self, day: int, horizon: int) -> BoolArray:
        """Say which rows' outcome at a horizon was known on a day."""
        place = self.horizons_days.index(horizon)
        return (self.known_on[:, place] <= day) & ~np.isnan(self.outcomes[:, place])

    def outcome(self, horizon: int) -> FloatArray:
        """Return the outcomes at one horizon."""
        return self.outcomes[:, self.horizons_days.index(horizon)]


@dataclass(frozen=True, kw_only=True)
class PeriodRows:
    """One row per snapshot and period that the customer entered.

    Attributes
    ----------
    snapshot, period
        Which snapshot and which period (both as positions) a row belongs to.
    left
        1 when the customer left in the period.
    weight
        Snapshots that a thinned row stands for.
    """

    snapshot: IntArray
    period: IntArray
    left: FloatArray
    weight: FloatArray


@dataclass(frozen=True, kw_only=True)
class ChurnModel:
    """Hazards per period of customers at a date.

    Attributes
    ----------
    booster
        Trees over the features and the period's end.
    recalibration
        Fitted on snapshots later than those the trees were chosen on.
    feature_names
        Features in column order, without the period.
    horizons_days
        Ends of the periods.
    last_period
        Position of the last period with a row to learn from; later ones carry its daily hazard on.
    train_rows, train_events
        Person-period rows and losses behind the fit.
    """

    booster: xgb.Booster
    recalibration: Recalibration
    feature_names: tuple[str, ...]
    horizons_days: tuple[int, ...]
    last_period: int
    train_rows: int
    train_events: int

    def survival(self, matrix: Matrix) -> FloatArray:
        """Return rows × horizons: the probability to be still a customer at each horizon."""
        lengths = np.diff((0, *self.horizons_days))
        stay = np.empty((len(matrix), len(self.horizons_days)))
        for period in range(len(self.horizons_days)):
            if period <= self.last_period:
                rows = with_period(matrix, self.horizons_days[period])
                margin = predict_margin(self.booster, rows)
                stay[:, period] = 1 - self.recalibration.probability(margin)
            else:
                ratio = lengths[period] / lengths[self.last_period]
                stay[:, period] = stay[:, self.last_period] ** ratio
        return np.asarray(np.cumprod(stay, axis=1), dtype=np.float64)

    def contributions(self, matrix: Matrix, headline_days: int) -> FloatArray:
        """Return rows × features: what each adds to the log-odds of leaving.

        Averaged over the periods that make up the headline horizon, on the recalibrated scale.
        """
        periods = [
            end for end in self.horizons_days[: self.last_period + 1] if end <= headline_days
        ]
        ends = periods or [self.horizons_days[0]]
        total = sum(
            exact_contributions(self.booster, with_period(matrix, end))[:, :-1] for end in ends
        )
        return np.asarray(self.recalibration.slope * total / len(ends), dtype=np.float64)


def build_snapshots(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    feature_names: Sequence[str],
    horizons_days: Sequence[int],
) -> Snapshots:
    """Line features and labels up, in a total order.

    Parameters
    ----------
    features
        customer_id, as_of_date and the features; one row per customer and date.
    labels
        customer_id, as_of_date, known_delay_days and churned_in_{horizon}d.
    feature_names
        Features to use, in order.
    horizons_days
        Horizons to use, rising.

    Raises
    ------
    ValueError
        When a column is missing or a key repeats.
    """
    keys = ["customer_id", "as_of_date"]
    outcome_columns = [f"churned_in_{horizon}d" for horizon in horizons_days]
    _require(features, [*keys, *feature_names], "features_churn")
    _require(labels, [*keys, "known_delay_days", *outcome_columns], "labels_churn")
    joined = features[[*keys, *feature_names]].merge(
        labels[[*keys, "known_delay_days", *outcome_columns]],
        on=keys,
        how="left",
        validate="one_to_one",
    )
    joined = joined.sort_values(keys, kind="stable", ignore_index=True)
    days = days_since_epoch(joined["as_of_date"])
    delay = joined["known_delay_days"].fillna(0).to_numpy(np.int64)
    codes, _ = pd.factorize(joined["customer_id"], sort=True)
    return Snapshots(
        customer_ids=joined["customer_id"].to_numpy(dtype=object),
        customers=codes.astype(np.int64),
        days=days,
        matrix=joined[list(feature_names)].to_numpy(dtype=np.float32, na_value=np.nan),
        feature_names=tuple(feature_names),
        outcomes=joined[outcome_columns].to_numpy(dtype=np.float64, na_value=np.nan),
        known_on=(days + delay)[:, None] + np.asarray(horizons_days, dtype=np.int64)[None, :],
        horizons_days=tuple(horizons_days),
    )


def days_since_epoch(dates: pd.Series) -> IntArray:
    """Turn dates into whole days since 1970."""
    return pd.to_datetime(dates).to_numpy(dtype="datetime64[D]").astype(np.int64)


def epoch_day(day: date) -> int:
    """Turn a date into whole days since 1970."""
    return (day - date(1970, 1, 1)).days


def with_period(matrix: Matrix, end_days: int) -> Matrix:
    """Add the period's end as the last column."""
    column = np.full((len(matrix), 1), end_days, dtype=np.float32)
    return np.hstack((matrix, column))


def period_rows(snapshots: Snapshots, known_by: int, *, maximum_rows: int, seed: int) -> PeriodRows:
    """Unfold snapshots into the periods whose outcome was known on a day.

    A period counts only when it was over by then, for those who left as for those who stayed: to
    take early losses alone from unfinished periods would overstate the risk.
    """
    parts = []
    for period, horizon in enumerate(snapshots.horizons_days):
        usable = snapshots.known_by(known_by, horizon)
        if period > 0:
            usable &= snapshots.outcomes[:, period - 1] == 0
        rows = np.flatnonzero(usable)
        parts.append((rows, np.full(len(rows), period), snapshots.outcomes[rows, period]))
    snapshot = np.concatenate([part[0] for part in parts])
    period_of = np.concatenate([part[1] for part in parts])
    left = np.concatenate([part[2] for part in parts])
    keep, weight = _thin(left, maximum_rows, seed)
    return PeriodRows(
        snapshot=snapshot[keep], period=period_of[keep], left=left[keep], weight=weight[keep]
    )


def fit_churn_model(snapshots: Snapshots, known_by: int, config: ChurnConfig) -> ChurnModel:
    """Fit the hazards on what was known on a day, nothing later.

    The trees are first grown on the earlier part and recalibrated on the later one; then grown
    again on all of it, keeping the recalibration.

    Raises
    ------
    ValueError
        When nobody left, or nobody stayed, among the outcomes known by then.
    """
    rows = _rows(snapshots, known_by, config)
    return ChurnModel(
        booster=_grow(snapshots, rows, config),
        recalibration=_recalibrate(snapshots, known_by, config),
        feature_names=snapshots.feature_names,
        horizons_days=snapshots.horizons_days,
        last_period=int(rows.period.max()),
        train_rows=len(rows.left),
        train_events=int(rows.left.sum()),
    )


def headline_of(horizons_days: Sequence[int], config: ChurnConfig) -> int:
    """Return the horizon by which the model is judged."""
    known = config.headline_days in horizons_days
    return config.headline_days if known else horizons_days[0]


def _recalibrate(snapshots: Snapshots, known_by: int, config: ChurnConfig) -> Recalibration:
    headline = headline_of(snapshots.horizons_days, config)
    dates = np.unique(snapshots.days[snapshots.known_by(known_by, headline)])
    if len(dates) <= config.calibration_snapshots:
        return Recalibration()
    start = int(dates[-config.calibration_snapshots])
    earlier = _rows(snapshots, start, config)
    later = snapshots.take(snapshots.days >= start)
    held = _rows(later, known_by, config)
    # Trees grown on a handful of losses would teach the wrong correction.
    if min(earlier.left.sum(), held.left.sum()) < config.minimum_test_customers:
        return Recalibration()
    booster = _grow(snapshots, earlier, config)
    margin = predict_margin(booster, _design(later, held))
    return fit_recalibration(margin, held.left, held.weight)


def _rows(snapshots: Snapshots, known_by: int, config: ChurnConfig) -> PeriodRows:
    return period_rows(
        snapshots, known_by, maximum_rows=config.maximum_rows, seed=config.boosting.seed
    )


def _grow(snapshots: Snapshots, rows: PeriodRows, config: ChurnConfig) -> xgb.Booster:
    return fit_booster(
        _design(snapshots, rows),
        rows.left,
        weight=rows.weight,
        names=(*snapshots.feature_names, PERIOD_FEATURE),
        config=config.boosting,
    )


def _design(snapshots: Snapshots, rows: PeriodRows) -> Matrix:
    ends = np.asarray(snapshots.horizons_days, dtype=np.float32)[rows.period]
    return np.hstack((snapshots.matrix[rows.snapshot], ends[:, None]))


def _thin(left: FloatArray, maximum_rows: int, seed: int) -> tuple[IntArray, FloatArray]:
    weight = np.ones(len(left))
    if len(left) <= maximum_rows:
        return np.arange(len(left)), weight
    stayed = np.flatnonzero(left == 0)
    wanted = max(maximum_rows - int(left.sum()), maximum_rows // 4)
    drawn = np.random.default_rng(seed).permutation(len(stayed))[:wanted]
    keep = np.sort(np.concatenate((np.flatnonzero(left == 1), stayed[drawn])))
    weight[stayed] = len(stayed) / len(drawn)
    return keep, weight


def _require(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"{name} lacks the columns {', '.join(missing)}")
