"""Fitting: one model over all offers, recalibrated on later ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xgboost as xgb

from ml.boosting import FloatArray, Matrix, exact_contributions, fit_booster, predict_margin
from ml.evaluation.calibration import Recalibration, fit_recalibration
from ml.upsell.config import UpsellConfig

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Offers:
    """Offers to customers, with what was known before and whether they were accepted.

    Attributes
    ----------
    customer_ids, offer_ids
        Keys a row; rows are ordered by customer, offer, date.
    customers
        The customer as a number.
    offered_days
        Day of the offer in days since 1970; for rows to score, the as-of date.
    matrix
        Rows × (features, then one column an offer).
    feature_names
        Names of the columns without the offers'.
    offer_names
        Offers of the last columns.
    accepted
        1, 0, or NaN while not known.
    is_current
        Whether a row is no offer made, but one that could be made on the as-of date.
    """

    customer_ids: npt.NDArray[np.object_]
    offer_ids: npt.NDArray[np.object_]
    customers: IntArray
    offered_days: IntArray
    matrix: Matrix
    feature_names: tuple[str, ...]
    offer_names: tuple[str, ...]
    accepted: FloatArray
    is_current: BoolArray

    def take(self, rows: BoolArray) -> "Offers":
        """Return some of the rows."""
        return Offers(
            customer_ids=self.customer_ids[rows],
            offer_ids=self.offer_ids[rows],
            customers=self.customers[rows],
            offered_days=self.offered_days[rows],
            matrix=self.matrix[rows],
            feature_names=self.feature_names,
            offer_names=self.offer_names,
            accepted=self.accepted[rows],
            is_current=self.is_current[rows],
        )

    def known_by(self, day: int, outcome_days: int) -> BoolArray:
        """Say which answers were known on a day."""
        return (self.offered_days + outcome_days <= day) & ~np.isnan(self.accepted)


@dataclass(frozen=True, kw_only=True)
class UpsellModel:
    """Propensity to accept an offer."""

    booster: xgb.Booster
    recalibration: Recalibration
    feature_names: tuple[str, ...]
    offer_names: tuple[str, ...]
    train_rows: int
    train_positives: int

    def propensity(self, matrix: Matrix) -> FloatArray:
        """Return the calibrated probability of every row."""
        return self.recalibration.probability(predict_margin(self.booster, matrix))

    def contributions(self, matrix: Matrix) -> FloatArray:
        """Return rows × features in log-odds; the offer's own effect is left out."""
        effects = exact_contributions(self.booster, matrix)[:, : len(self.feature_names)]
        return self.recalibration.slope * effects


def build_offers(
    features: pd.DataFrame, labels: pd.DataFrame, *, feature_names: Sequence[str]
) -> Offers:
    """Line features and labels up, in a total order.

    Parameters
    ----------
    features
        customer_id, offer_id, as_of_date and the features.
    labels
        customer_id, offer_id, as_of_date, offered_date, accepted_in_90d; rows to score have none.
    feature_names
        Features to use, in order.

    Raises
    ------
    ValueError
        When a column is missing or a key repeats.
    """
    keys = ["customer_id", "offer_id", "as_of_date"]
    for name, frame, columns in (
        ("features_upsell", features, [*keys, *feature_names]),
        ("labels_upsell", labels, [*keys, "offered_date", "accepted_in_90d"]),
    ):
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            raise ValueError(f"{name} lacks the columns {', '.join(missing)}")
    joined = features[[*keys, *feature_names]].merge(
        labels[[*keys, "offered_date", "accepted_in_90d"]],
        on=keys,
        how="left",
        validate="one_to_one",
    )
    joined = joined.sort_values(keys, kind="stable", ignore_index=True)
    offered = pd.to_datetime(joined["offered_date"]).fillna(pd.to_datetime(joined["as_of_date"]))
    offer_names = tuple(sorted(joined["offer_id"].unique()))
    values = joined[list(feature_names)].to_numpy(dtype=np.float32, na_value=np.nan)
    own = np.column_stack(
        [np.empty((len(joined), 0), dtype=np.float32)]
        + [(joined["offer_id"] == name).to_numpy(np.float32) for name in offer_names]
    )
    codes, _ = pd.factorize(joined["customer_id"], sort=True)
    return Offers(
        customer_ids=joined["customer_id"].to_numpy(dtype=object),
        offer_ids=joined["offer_id"].to_numpy(dtype=object),
        customers=codes.astype(np.int64),
        offered_days=offered.to_numpy(dtype="datetime64[D]").astype(np.int64),
        matrix=np.hstack((values, own)),
        feature_names=tuple(feature_names),
        offer_names=offer_names,
        accepted=joined["accepted_in_90d"].to_numpy(dtype=np.float64, na_value=np.nan),
        is_current=joined["offered_date"].isna().to_numpy(),
    )


def fit_upsell_model(offers: Offers, known_by: int, config: UpsellConfig) -> UpsellModel:
    """Fit on the answers known on a day, nothing later.

    Raises
    ------
    ValueError
        When all known answers are the same.
    """
    known = offers.take(offers.known_by(known_by, config.outcome_days))
    return UpsellModel(
        booster=_grow(known, config),
        recalibration=_recalibrate(known, known_by, config),
        feature_names=offers.feature_names,
        offer_names=offers.offer_names,
        train_rows=len(known.accepted),
        train_positives=int(known.accepted.sum()),
    )


def _recalibrate(known: Offers, known_by: int, config: UpsellConfig) -> Recalibration:
    start = known_by - config.outcome_days - config.calibration_days
    earlier = known.take(known.offered_days + config.outcome_days <= start)
    later = known.take(known.offered_days >= start)
    # Trees grown on a handful of answers would teach the wrong correction.
    if min(earlier.accepted.sum(), later.accepted.sum()) < config.minimum_test_customers:
        return Recalibration()
    margin = predict_margin(_grow(earlier, config), later.matrix)
    return fit_recalibration(margin, later.accepted, np.ones(len(margin)))


def _grow(offers: Offers, config: UpsellConfig) -> xgb.Booster:
    names = (*offers.feature_names, *(f"offer:{name}" for name in offers.offer_names))
    return fit_booster(
        offers.matrix,
        offers.accepted,
        weight=np.ones(len(offers.accepted)),
        names=names,
        config=config.boosting,
    )
