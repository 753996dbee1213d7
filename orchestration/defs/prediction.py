"""Forecasts: read features, fit and score, keep the model with its card, write the scores back."""

from collections.abc import Iterator

import dagster as dg

from ml.churn import forecast_churn
from ml.registry.reports import collect_reports
from ml.survival import estimate_survival
from ml.tables import TABLES
from ml.upsell import forecast_upsell
from ml.voice.language import detect_languages
from orchestration.defs.quality import gate_key
from orchestration.run import Run

TEAM = ["team:data_science"]


@dg.asset(
    key=["ml", "comment_languages"],
    deps=[dg.AssetKey(["core", "fct_feedback"]), gate_key("core")],
    group_name="voice",
    owners=["team:customer_insight"],
    kinds={"python"},
)
def comment_languages(run: Run) -> dg.MaterializeResult:
    """Language of each comment, so that none is scored with another language's words."""
    comments = run.warehouse.read("core.fct_feedback", columns=["feedback_id", "comment_redacted"])
    languages = detect_languages(comments)
    rows = run.warehouse.write(languages, "ml.comment_languages")
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


@dg.asset(
    key=["ml", "churn_scores"],
    deps=[
        dg.AssetKey(["features", "features_churn"]),
        dg.AssetKey(["features", "labels_churn"]),
        gate_key("features"),
    ],
    group_name="prediction",
    owners=TEAM,
    kinds={"python", "xgboost"},
)
def churn_scores(run: Run) -> dg.MaterializeResult:
    """Probability that each customer leaves within 30, 90 and 180 days, with reasons."""
    features = run.warehouse.read("features.features_churn")
    labels = run.warehouse.read("features.labels_churn")
    forecast = forecast_churn(features, labels, as_of=run.last_day)
    card = forecast.save(run.settings.models_dir)
    rows = run.warehouse.write(forecast.scores, "ml.churn_scores", TABLES["churn_scores"])
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows, "model_card": dg.MetadataValue.path(card)}
    )


@dg.asset(
    key=["ml", "upsell_scores"],
    deps=[
        dg.AssetKey(["features", "features_upsell"]),
        dg.AssetKey(["features", "labels_upsell"]),
        gate_key("features"),
    ],
    group_name="prediction",
    owners=TEAM,
    kinds={"python", "xgboost"},
)
def upsell_scores(run: Run) -> dg.MaterializeResult:
    """Probability that each customer accepts each offer within 90 days."""
    features = run.warehouse.read("features.features_upsell")
    labels = run.warehouse.read("features.labels_upsell")
    forecast = forecast_upsell(features, labels, as_of=run.last_day)
    card = forecast.save(run.settings.models_dir)
    rows = run.warehouse.write(forecast.scores, "ml.upsell_scores", TABLES["upsell_scores"])
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows, "model_card": dg.MetadataValue.path(card)}
    )


@dg.multi_asset(
    name="survival",
    specs=[
        dg.AssetSpec(
            ["ml", table],
            deps=[dg.AssetKey(["features", "features_survival"]), gate_key("features")],
            description=description,
            group_name="prediction",
            owners=TEAM,
            kinds={"python"},
        )
        for table, description in {
            "survival_curves": "Share of customers still there by tenure (Kaplan–Meier).",
            "hazard_ratios": "What raises or lowers the hazard of leaving (Cox).",
        }.items()
    ],
)
def survival(run: Run) -> Iterator[dg.MaterializeResult]:
    """Estimate how long customers stay."""
    features = run.warehouse.read("features.features_survival")
    estimate = estimate_survival(features, as_of=run.last_day)
    estimate.save(run.settings.models_dir)
    for table, frame in {
        "survival_curves": estimate.curves,
        "hazard_ratios": estimate.hazard_ratios,
    }.items():
        rows = run.warehouse.write(frame, f"ml.{table}", TABLES[table])
        yield dg.MaterializeResult(asset_key=["ml", table], metadata={"dagster/row_count": rows})


REPORTS = {
    "model_status": "Whether each model could be fitted for this day, and why not.",
    "model_metrics": "Out-of-time metrics with intervals, beside naive baselines.",
    "calibration": "Predicted against observed rates, by bin.",
    "feature_importance": "How much each feature moves the forecasts.",
}


@dg.multi_asset(
    name="model_reports",
    specs=[
        dg.AssetSpec(
            ["ml", table],
            deps=[churn_scores, upsell_scores, dg.AssetKey(["ml", "survival_curves"])],
            description=description,
            group_name="prediction",
            owners=TEAM,
            kinds={"python"},
        )
        for table, description in REPORTS.items()
    ],
)
def model_reports(run: Run) -> Iterator[dg.MaterializeResult]:
    """Gather what the registry holds of each current model."""
    reports = collect_reports(run.settings.models_dir)
    for table in REPORTS:
        rows = run.warehouse.write(reports[table], f"ml.{table}", TABLES[table])
        yield dg.MaterializeResult(asset_key=["ml", table], metadata={"dagster/row_count": rows})


def definitions() -> dg.Definitions:
    """Return the forecasts and their reports."""
    return dg.Definitions(
        assets=[comment_languages, churn_scores, upsell_scores, survival, model_reports]
    )
