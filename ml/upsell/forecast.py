"""The upsell forecast as one call: check, test, fit, score, explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.forecast import Evaluation, Forecast
from ml.registry.card import ModelCard
from ml.registry.versions import model_version
from ml.tables import typed_frame
from ml.upsell.card import upsell_card
from ml.upsell.config import UpsellConfig
from ml.upsell.evaluate import evaluate_upsell, first_test_day, split_offers
from ml.upsell.features import FEATURES
from ml.upsell.fit import Offers, UpsellModel, build_offers, fit_upsell_model
from ml.upsell.score import score_upsell

MODEL_NAME = "upsell"


@dataclass(frozen=True, kw_only=True)
class UpsellForecast(Forecast[UpsellConfig, UpsellModel]):
    """Result of `forecast_upsell`; the status has one more row an offer, `upsell:<offer_id>`."""

    model_name = MODEL_NAME
    model_settings = ("offer_names",)

    def card(self, plots: Mapping[str, str]) -> ModelCard:
        """Return the model card with plots, caption to SVG."""
        return upsell_card(self, plots)


def forecast_upsell(
    features: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    as_of: date,
    config: UpsellConfig | None = None,
) -> UpsellForecast:
    """Forecast which customer will accept which offer, were it made now.

    One model learns from all offers, with the offer among its features, so that offers seldom made
    borrow strength from the others. It is tested out of time, then fitted again on every answer
    known at the as-of date.

    Parameters
    ----------
    features
        features_upsell: customer_id, offer_id, as_of_date and the columns of
        `ml.upsell.features.FEATURES`. Rows without a label, dated `as_of`, are scored.
    labels
        labels_upsell: customer_id, offer_id, as_of_date, offered_date, accepted_in_90d (1, 0, or
        missing while not known); one row per offer made.
    as_of
        Last day that counts.
    config
        Choices of the model.

    Raises
    ------
    ValueError
        When a column is missing, a key repeats, or a row is later than `as_of`.
    """
    config = config or UpsellConfig()
    if len(features) and pd.Timestamp(features["as_of_date"].max()) > pd.Timestamp(as_of):
        raise ValueError(f"features_upsell holds rows later than {as_of}")
    version = model_version(MODEL_NAME, as_of=as_of, config=config, frames=(features, labels))
    offers = build_offers(features, labels, feature_names=tuple(FEATURES))
    today = (as_of - date(1970, 1, 1)).days
    problem = _problem(offers, today, config)
    per_offer = _offer_problems(offers, today, config)
    if problem is None and all(reason is not None for reason in per_offer.values()):
        problem = "no single offer has enough answers: " + "; ".join(
            f"{name}: {reason}" for name, reason in per_offer.items()
        )
    if problem is not None:
        status = _status(offers, problem, dict.fromkeys(per_offer, problem), as_of, version, config)
        return UpsellForecast.withheld(status=status, version=version, config=config)
    return _fitted(offers, per_offer, as_of, version, config)


def _fitted(
    offers: Offers,
    per_offer: dict[str, str | None],
    as_of: date,
    version: str,
    config: UpsellConfig,
) -> UpsellForecast:
    today = (as_of - date(1970, 1, 1)).days
    evaluation = evaluate_upsell(offers, today, config)
    model = fit_upsell_model(offers, today, config)
    ready = [name for name, reason in per_offer.items() if reason is None]
    current = offers.take(offers.is_current & np.isin(offers.offer_ids, ready))
    scores, importance = score_upsell(model, current, as_of=as_of, version=version, config=config)
    return UpsellForecast.fitted(
        scores=scores,
        importance=importance,
        status=_status(offers, None, per_offer, as_of, version, config, evaluation),
        as_of=as_of,
        version=version,
        config=config,
        model=model,
        evaluation=evaluation,
    )


def _problem(offers: Offers, today: int, config: UpsellConfig) -> str | None:
    known = offers.take(offers.known_by(today, config.outcome_days))
    if len(known.accepted) == 0:
        return "no offer is on record whose answer is known"
    train, test = split_offers(offers, today, config)
    for part, rows, needed in (
        ("before the test", train, config.minimum_train_customers),
        ("in the test", test, config.minimum_test_customers),
    ):
        found, answer = _rarer_answer(rows)
        if found < needed:
            return (
                f"of {len(rows.accepted):,} offers {part} only {found:,} customers {answer}; "
                f"at least {needed} are needed"
            )
    return None


def _offer_problems(offers: Offers, today: int, config: UpsellConfig) -> dict[str, str | None]:
    known = offers.take(offers.known_by(today, config.outcome_days))
    problems: dict[str, str | None] = {}
    for name in offers.offer_names:
        rows = known.take(known.offer_ids == name)
        found, answer = _rarer_answer(rows)
        enough = found >= config.minimum_offer_customers
        problems[name] = (
            None
            if enough
            else f"of {len(rows.accepted):,} times it was offered only {found:,} customers "
            f"{answer}; at least {config.minimum_offer_customers} are needed"
        )
    return problems


def _rarer_answer(rows: Offers) -> tuple[int, str]:
    accepted = len(np.unique(rows.customers[rows.accepted == 1]))
    declined = len(np.unique(rows.customers[rows.accepted == 0]))
    return (accepted, "accepted") if accepted <= declined else (declined, "declined")


def _status(
    offers: Offers,
    problem: str | None,
    per_offer: dict[str, str | None],
    as_of: date,
    version: str,
    config: UpsellConfig,
    evaluation: Evaluation | None = None,
) -> pd.DataFrame:
    today = (as_of - date(1970, 1, 1)).days
    train, test = split_offers(offers, today, config)
    missing = [name for name, reason in per_offer.items() if reason is not None]
    note = f"Not forecast: {', '.join(missing)}." if missing else "All offers are forecast."
    rows = [
        _status_row(MODEL_NAME, problem, note, train, test, as_of, version, config)
        | {"alarm": evaluation.alarm if evaluation else None}
    ]
    for name, reason in per_offer.items():
        own = (train.take(train.offer_ids == name), test.take(test.offer_ids == name))
        words = "Forecast by the model that all offers share."
        row = _status_row(f"{MODEL_NAME}:{name}", reason, words, *own, as_of, version, config)
        rows.append(row | {"alarm": None})
    return typed_frame("model_status", pd.DataFrame(rows))


def _status_row(
    name: str,
    problem: str | None,
    words: str,
    train: Offers,
    test: Offers,
    as_of: date,
    version: str,
    config: UpsellConfig,
) -> dict[str, object]:
    today = (as_of - date(1970, 1, 1)).days
    first = date(1970, 1, 1) + timedelta(days=first_test_day(today, config))
    return {
        "model_name": name,
        "as_of_date": pd.Timestamp(as_of),
        "model_version": version,
        "status": "fitted" if problem is None else "not_forecast",
        "reason": words if problem is None else problem,
        "train_rows": len(train.accepted),
        "train_positives": int(train.accepted.sum()),
        "test_rows": len(test.accepted),
        "test_positives": int(test.accepted.sum()),
        "test_from": pd.Timestamp(first),
        "test_to": pd.Timestamp(as_of - timedelta(days=config.outcome_days)),
    }
