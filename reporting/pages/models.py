"""The models: how good each forecast is, beside a naive baseline."""

from __future__ import annotations

import re

from reporting import formats
from reporting.charts import models
from reporting.charts.figure import Figure
from reporting.page import Context, Page
from reporting.published import Row

MOST_FEATURES = 12
_STATUS_COLUMNS = (
    "model_name", "as_of_date", "model_version", "status", "reason", "train_rows",
    "train_positives", "test_rows", "test_positives", "test_from", "test_to", "alarm",
)  # fmt: skip
# In the order in which they are listed; a metric over another horizon carries it as a suffix.
METRICS = {
    "roc_auc": ("ROC-AUC", "higher is better; 0.5 is chance"),
    "pr_auc": ("PR-AUC", "higher is better; prevalence is chance"),
    "lift_top_decile": ("Lift in the top decile", "times the average; 1 is chance"),
    "brier": ("Brier score", "lower is better"),
    "ece": ("Expected calibration error", "lower is better"),
    "c_index": ("Harrell’s C", "higher is better; 0.5 is chance"),
    "c_index_in_sample": ("Harrell’s C on the data it was fitted to", "higher is better"),
    "log_likelihood": ("Log-likelihood", "compares models of the same data only"),
}
_HORIZON = re.compile(r"(?P<metric>.+)_(?P<days>\d+)d")
SUBJECTS = {
    "model": "This model",
    "prevalence": "Baseline: the average rate for everybody",
    "tenure_only": "Baseline: tenure alone",
    "rfm_only": "Baseline: RFM alone",
    "offer_rate": "Baseline: the rate of each offer",
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
    label = formats.label(name.replace(":", ": "))
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
        grouped.setdefault(str(row["metric"]), []).append(row | {"name": _subject(row["subject"])})
    places = {metric: place for place, metric in enumerate(METRICS)}

    def place(metric: str) -> tuple[int, str]:
        return places.get(_parts(metric)[0], len(places)), metric

    return [_metric(metric, grouped[metric]) for metric in sorted(grouped, key=place)]


def _metric(metric: str, rows: list[Row]) -> dict[str, object]:
    base, days = _parts(metric)
    name, meaning = METRICS.get(base, (formats.label(base), ""))
    return {"name": f"{name}, {days} days" if days else name, "meaning": meaning, "rows": rows}


def _parts(metric: str) -> tuple[str, str]:
    """Split a metric into its name and the days of its horizon, if it carries one."""
    found = _HORIZON.fullmatch(metric)
    return (found["metric"], found["days"]) if found else (metric, "")


def _subject(subject: object) -> str:
    """Name what was judged: the model, a part of its forecast, or a baseline."""
    kind, _, part = str(subject).partition(":")
    if part:
        return f"{SUBJECTS.get(kind, formats.label(kind))}, {formats.label(part).lower()}"
    return SUBJECTS.get(kind, f"Baseline: {formats.label(kind).lower()}")


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
