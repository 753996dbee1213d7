"""Forecasts: read features, fit and score, keep the model with its card, write the scores back."""

from collections.abc import Callable, Iterator

import dagster as dg

from ml.churn import forecast_churn
from ml.forecast import Forecast
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


def _score_asset(
    model: str, forecast: Callable[..., Forecast], description: str
) -> dg.AssetsDefinition:
    """Return the asset that reads a model's features and labels and writes its scores."""

    @dg.asset(
        key=["ml", f"{model}_scores"],
        deps=[
            dg.AssetKey(["features", f"features_{model}"]),
            dg.AssetKey(["features", f"labels_{model}"]),
            gate_key("features"),
        ],
        description=description,
        group_name="prediction",
        owners=TEAM,
        kinds={"python", "xgboost"},
    )
    def scores(run: Run) -> dg.MaterializeResult:
        features = run.warehouse.read(f"features.features_{model}")
        labels = run.warehouse.read(f"features.labels_{model}")
        found = forecast(features, labels, as_of=run.last_day)
        card = found.save(run.settings.models_dir)
        table = f"{model}_scores"
        rows = run.warehouse.write(found.scores, f"ml.{table}", TABLES[table])
        return dg.MaterializeResult(
            metadata={"dagster/row_count": rows, "model_card": dg.MetadataValue.path(card)}
        )

    return scores


churn_scores = _score_asset(
    "churn",
    forecast_churn,
    "Probability that each customer leaves within 30, 90 and 180 days, with reasons.",
)
upsell_scores = _score_asset(
    "upsell",
    forecast_upsell,
    "Probability that each customer accepts each offer within 90 days.",
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
