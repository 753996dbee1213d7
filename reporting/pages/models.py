"""The models: how good each forecast is, beside a naive baseline."""

from __future__ import annotations

from reporting import formats
from reporting.charts import models
from reporting.charts.figure import Figure
from reporting.page import Context, Page
from reporting.published import Row

MOST_FEATURES = 12
_STATUS_COLUMNS = (
    "model_name", "as_of_date", "model_version", "status", "reason", "train_rows",
    "train_positives", "test_rows", "test_positives", "test_from", "test_to",
)  # fmt: skip
METRIC_NAMES = {
    "roc_auc": ("ROC-AUC", "higher is better; 0.5 is chance"),
    "pr_auc": ("PR-AUC", "higher is better; prevalence is chance"),
    "brier": ("Brier score", "lower is better"),
    "brier_score": ("Brier score", "lower is better"),
    "ece": ("Expected calibration error", "lower is better"),
    "expected_calibration_error": ("Expected calibration error", "lower is better"),
    "lift_top_decile": ("Lift in the top decile", "times the average; 1 is chance"),
    "c_index_in_sample": ("Harrell’s C on the data it was fitted to", "higher is better"),
    "log_likelihood": ("Log-likelihood", "compares models of the same data only"),
    "c_index": ("Harrell’s C", "higher is better; 0.5 is chance"),
}


def build(context: Context) -> dict[str, object]:
    """Collect a section per model."""
    found = context.marts.select(
        "ml.model_status", _STATUS_COLUMNS, order_by="model_name, as_of_date, model_version"
    )
    newest = {str(row["model_name"]): row for row in found.rows}
    return {
        "absence": found.absence,
        "sections": [_section(context, name, row) for name, row in newest.items()],
    }


def _section(context: Context, name: str, status: Row) -> dict[str, object]:
    version = {"model": name, "version": status["model_version"]}
    own = "model_name = $model and model_version is not distinct from $version"
    features = context.marts.select(
        "ml.feature_importance",
        ("feature", "feature_label", "mean_absolute_effect"),
        where=own,
        parameters=version,
        order_by="mean_absolute_effect desc, feature",
        limit=MOST_FEATURES,
    )
    bins = context.marts.select(
        "ml.calibration",
        ("bin", "predicted_mean", "observed_rate", "lower", "upper", "n"),
        where=own,
        parameters=version,
        order_by="bin",
    )
    label = formats.label(name)
    figures: list[Figure] = []
    if bins:
        figures.append(
            models.calibration(
                bins.rows, slug=f"calibration-{_slug(name)}", model=f"the {label.lower()} forecast"
            )
        )
    if features:
        figures.append(
            models.importance(
                features.rows,
                slug=f"importance-{_slug(name)}",
                model=f"the {label.lower()} forecast",
                total=features.total,
            )
        )
    return {
        "name": name,
        "label": label,
        "status": status,
        "card": context.model_cards.get(name),
        "metrics": _metrics(context, own, version),
        "figures": figures,
    }


def _slug(name: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in name.lower())


def _metrics(context: Context, own: str, version: dict[str, object]) -> list[dict[str, object]]:
    rows = context.marts.select(
        "ml.model_metrics",
        ("subject", "metric", "value", "lower", "upper", "n", "positives"),
        where=own,
        parameters=version,
        order_by="metric, subject <> 'model', subject",
    ).rows
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(str(row["metric"]), []).append(row)
    return [
        {
            "name": METRIC_NAMES.get(metric, (formats.label(metric), ""))[0],
            "meaning": METRIC_NAMES.get(metric, ("", ""))[1],
            "rows": members,
        }
        for metric, members in grouped.items()
    ]


PAGE = Page(
    slug="models",
    title="Models",
    navigation="Models",
    audience="Analysts",
    order=90,
    summary="How far each forecast can be trusted, beside the naive baseline, and why there is "
    "none where there is none.",
    build=build,
)
