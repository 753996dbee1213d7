"""Survey scores: trends, and touchpoints, segments and channels side by side."""

from __future__ import annotations

from reporting import formats
from reporting.charts import metrics
from reporting.charts.figure import Figure
from reporting.headlines import METRIC_COLUMNS, METRICS, overall_scores
from reporting.page import Context, Page
from reporting.published import Row

DIMENSIONS = ("touchpoint", "segment", "channel")
_MOST_BARS = 20


def build(context: Context) -> dict[str, object]:
    """Collect a section per metric with its trend and comparisons."""
    months = overall_scores(context, "month")
    present = {
        str(row["metric"])
        for grain in ("month", "quarter", "all")
        for row in overall_scores(context, grain).rows
    }
    sections = [
        _section(context, metric, list(months.rows)) for metric in METRICS if metric in present
    ]
    absence = None if sections else overall_scores(context, "all").absence
    return {"sections": sections, "absence": absence}


def _section(context: Context, metric: str, months: list[Row]) -> dict[str, object]:
    own = [row for row in months if row["metric"] == metric]
    drawn = sum(not row["is_too_few"] for row in own)
    trend = (
        metrics.trend(own, slug=f"{metric.lower()}-trend", title=f"{metric} by month")
        if drawn > 1
        else None
    )
    comparisons = [
        figure for dimension in DIMENSIONS if (figure := _comparison(context, metric, dimension))
    ]
    return {
        "metric": metric,
        "unit": metrics.unit(metric),
        "trend": trend,
        "comparisons": comparisons,
    }


def _comparison(context: Context, metric: str, dimension: str) -> Figure | None:
    rows = context.marts.select(
        "marts.fct_cx_metrics",
        METRIC_COLUMNS,
        where="metric = $metric and dimension = $dimension and period_grain = 'all'",
        parameters={"metric": metric, "dimension": dimension},
        order_by="is_too_few, value desc nulls last, dimension_value",
        limit=_MOST_BARS,
    )
    if len(rows.rows) < 2:
        return None
    names = [
        context.touchpoint(row["dimension_value"])
        if dimension == "touchpoint"
        else formats.label(row["dimension_value"])
        for row in rows.rows
    ]
    return metrics.comparison(
        rows.rows,
        slug=f"{metric.lower()}-{dimension}",
        title=f"{metric} by {dimension}",
        names=names,
    )


PAGE = Page(
    slug="scores",
    title="Survey scores",
    navigation="Survey scores",
    audience="CX management",
    order=20,
    summary="What customers answered, how sure we are, and whether a change is real.",
    build=build,
)
