"""The survival estimates as one call: curves, hazard ratios, concordance."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.registry.reports import report_files
from ml.registry.store import write_model
from ml.registry.versions import model_version
from ml.survival.card import survival_files
from ml.survival.config import SurvivalConfig
from ml.survival.fit import (
    CoxEstimate,
    concordance_with_interval,
    fit_cox,
    held_out_risk,
    kaplan_meier,
)
from ml.tables import typed_frame

MODEL_NAME = "churn_survival"


@dataclass(frozen=True, kw_only=True)
class SurvivalEstimate:
    """Result of `estimate_survival`; frames have the columns of the `ml` tables.

    Attributes
    ----------
    curves, hazard_ratios, status, metrics
        Frames of survival_curves, hazard_ratios, model_status, model_metrics.
    version
        Model version.
    config
        Choices of the estimate.
    cox
        The fitted Cox model; None when there is too little to fit one.
    """

    curves: pd.DataFrame
    hazard_ratios: pd.DataFrame
    status: pd.DataFrame
    metrics: pd.DataFrame
    version: str
    config: SurvivalConfig
    cox: CoxEstimate | None = None

    def save(self, directory: Path) -> Path:
        """Write figures and card to `<directory>/churn_survival/<version>/` and return it."""
        reports = report_files({"model_status": self.status, "model_metrics": self.metrics})
        files = {**survival_files(self), **reports}
        return write_model(directory, MODEL_NAME, self.version, files)


def estimate_survival(
    features_survival: pd.DataFrame, *, as_of: date, config: SurvivalConfig | None = None
) -> SurvivalEstimate:
    """Estimate how long customers stay, and what goes with it.

    Parameters
    ----------
    features_survival
        One row per customer: customer_id, duration_days, event_observed (1 = left, 0 = still
        there on the as-of date), group columns and covariates of the config (those absent or
        without variation are left out).
    as_of
        Last day that counts.
    config
        Choices of the estimate.

    Raises
    ------
    ValueError
        When a key column is missing, a customer repeats, or a duration is negative.
    """
    config = config or SurvivalConfig()
    frame = _checked(features_survival)
    version = model_version(MODEL_NAME, as_of=as_of, config=config, frames=(features_survival,))
    events = int(frame["event_observed"].sum())
    if len(frame) < config.minimum_group_customers or events == 0:
        reason = f"{len(frame):,} customers with {events:,} losses are too few for a curve"
        return _result(_empty_curves(), None, _no_metrics(), reason, frame, as_of, version, config)
    curves = _curves(frame, config)
    landmark, covariates, problem = _landmark_rows(frame, config)
    if problem is not None:
        reason = f"curves only: {problem}"
        return _result(curves, None, _no_metrics(), reason, frame, as_of, version, config)
    cox = fit_cox(landmark, covariates, config)
    metrics = _metrics(landmark, covariates, cox, config)
    return _result(curves, cox, metrics, _sentence(cox, config), frame, as_of, version, config)


def _checked(features: pd.DataFrame) -> pd.DataFrame:
    needed = ("customer_id", "duration_days", "event_observed")
    missing = [name for name in needed if name not in features.columns]
    if missing:
        raise ValueError(f"features_survival lacks the columns {', '.join(missing)}")
    if features["customer_id"].duplicated().any():
        raise ValueError("features_survival holds a customer twice")
    if (features["duration_days"] < 0).any():
        raise ValueError("features_survival holds a negative duration_days")
    frame = features.sort_values("customer_id", ignore_index=True)
    return frame.assign(
        duration_days=frame["duration_days"].astype("int64"),
        event_observed=frame["event_observed"].astype("int64"),
    )


def _curves(frame: pd.DataFrame, config: SurvivalConfig) -> pd.DataFrame:
    parts = [_curve(frame, "all", "all", config)]
    for column in config.group_columns:
        if column not in frame.columns:
            continue
        for value, rows in frame.groupby(column, sort=True):
            if len(rows) >= config.minimum_group_customers:
                parts.append(_curve(rows, column, str(value), config))
    return typed_frame("survival_curves", pd.concat(parts, ignore_index=True))


def _curve(
    rows: pd.DataFrame, group_name: str, group_value: str, config: SurvivalConfig
) -> pd.DataFrame:
    durations = rows["duration_days"].to_numpy(np.float64)
    # Beyond the longest stay seen the curve is not known.
    times = np.arange(0, durations.max() + 1, config.grid_days).tolist()
    curve = kaplan_meier(durations, rows["event_observed"].to_numpy(np.float64), times=times)
    return curve.rename(columns={"duration": "duration_days"}).assign(
        model_name=MODEL_NAME, group_name=group_name, group_value=group_value
    )


def _landmark_rows(
    frame: pd.DataFrame, config: SurvivalConfig
) -> tuple[pd.DataFrame, list[str], str | None]:
    reached = frame[frame["duration_days"] > config.landmark_days]
    present = [name for name in config.covariates if name in frame.columns]
    rows = reached[["duration_days", "event_observed", *present]].astype("float64")
    rows["duration_days"] -= config.landmark_days
    # A covariate that no source supplies is null throughout; one without variation says nothing.
    covariates = [name for name in present if _varies(rows[name])]
    rows = rows[["duration_days", "event_observed", *covariates]].dropna(ignore_index=True)
    covariates = [name for name in covariates if _varies(rows[name])]
    events = int(rows["event_observed"].sum())
    needed = max(config.minimum_events, 10 * len(covariates))
    if not covariates:
        return rows, covariates, "nothing is known about customers at their start"
    if events < needed:
        return (
            rows,
            covariates,
            (
                f"{events:,} losses after day {config.landmark_days} are too few for "
                f"{len(covariates)} covariates ({needed} needed)"
            ),
        )
    return rows, covariates, None


def _varies(values: "pd.Series[Any]") -> bool:
    return bool(values.min() < values.max())


def _metrics(
    rows: pd.DataFrame, covariates: list[str], cox: CoxEstimate, config: SurvivalConfig
) -> pd.DataFrame:
    held = concordance_with_interval(rows, held_out_risk(rows, covariates, config), config)
    found = [("model", "c_index", *held), ("prevalence", "c_index", 0.5, np.nan, np.nan)]
    found.append(("model", "c_index_in_sample", cox.concordance, np.nan, np.nan))
    found.append(("model", "log_likelihood", cox.log_likelihood, np.nan, np.nan))
    table = pd.DataFrame(found, columns=["subject", "metric", "value", "lower", "upper"])
    return table.assign(n=len(rows), positives=int(rows["event_observed"].sum()))


def _sentence(cox: CoxEstimate, config: SurvivalConfig) -> str:
    doubtful = cox.hazard_ratios.loc[
        cox.hazard_ratios["proportionality_p_value"] < 0.01, "covariate"
    ]
    words = f"Cox model of the time after day {config.landmark_days}."
    if cox.penalizer:
        words += f" Covariates overlap, so a ridge penalty of {cox.penalizer} was used."
    if len(doubtful):
        words += (
            " The hazard ratio is an average over time, since it changes (p < .01), for: "
            + ", ".join(config.covariates[name] for name in doubtful)
            + "."
        )
    return words


def _result(
    curves: pd.DataFrame,
    cox: CoxEstimate | None,
    metrics: pd.DataFrame,
    reason: str,
    frame: pd.DataFrame,
    as_of: date,
    version: str,
    config: SurvivalConfig,
) -> SurvivalEstimate:
    status = {
        "model_name": MODEL_NAME,
        "as_of_date": pd.Timestamp(as_of),
        "model_version": version,
        "status": "not_forecast" if curves.empty else "fitted",
        "reason": reason,
        "train_rows": len(frame),
        "train_positives": int(frame["event_observed"].sum()),
        "test_rows": 0,
        "test_positives": 0,
        "test_from": pd.NaT,
        "test_to": pd.NaT,
        "alarm": None,
    }
    stamped = metrics.assign(
        model_name=MODEL_NAME, model_version=version, as_of_date=pd.Timestamp(as_of)
    )
    return SurvivalEstimate(
        curves=curves,
        hazard_ratios=_ratios(cox, config),
        status=typed_frame("model_status", pd.DataFrame([status])),
        metrics=typed_frame("model_metrics", stamped),
        version=version,
        config=config,
        cox=cox,
    )


def _ratios(cox: CoxEstimate | None, config: SurvivalConfig) -> pd.DataFrame:
    if cox is None:
        return typed_frame("hazard_ratios")
    labels = [config.covariates[name] for name in cox.hazard_ratios["covariate"]]
    return typed_frame("hazard_ratios", cox.hazard_ratios.assign(covariate_label=labels))


def _empty_curves() -> pd.DataFrame:
    return typed_frame("survival_curves")


def _no_metrics() -> pd.DataFrame:
    return typed_frame("model_metrics").drop(columns=["model_name", "model_version", "as_of_date"])
