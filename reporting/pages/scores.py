"""Survey scores: trends, and touchpoints, segments and channels side by side."""

from __future__ import annotations

from reporting import formats
from reporting.charts import metrics
from reporting.charts.figure import Figure
from reporting.headlines import METRIC_COLUMNS, METRICS, overall_scores, trend_rows
from reporting.page import Context, Page
from reporting.published import Row

DIMENSIONS = ("touchpoint", "segment", "channel")
_MOST_BARS = 20


def build(context: Context) -> dict[str, object]:
    """Collect a section per metric with its trend and comparisons."""
    whole = overall_scores(context, "all")
    present = dict.fromkeys((str(row["metric"]), str(row["scale"])) for row in whole.rows)
    asked = sorted(present, key=lambda key: (METRICS.index(key[0]), key[1]))
    sections = [_section(context, metric, scale) for metric, scale in asked]
    return {"sections": sections, "absence": whole.absence}


def _section(context: Context, metric: str, scale: str) -> dict[str, object]:
    rows = trend_rows(context, metric, scale)
    slug = _slug(metric, scale)
    return {
        "slug": slug,
        "metric": metric,
        "unit": f"{metrics.unit(metric)}, asked on {scale}",
        "trend": _trend(metric, slug, rows),
        "comparisons": [
            figure
            for dimension in DIMENSIONS
            if (figure := _comparison(context, metric, scale, dimension))
        ],
    }


def _trend(metric: str, slug: str, rows: list[Row]) -> Figure | None:
    if not rows:
        return None
    return metrics.trend(rows, slug=f"{slug}-trend", title=f"{metric} by {rows[0]['period_grain']}")


def _slug(metric: str, scale: str) -> str:
    words = "".join(sign if sign.isalnum() else "-" for sign in f"{metric}-{scale}".lower())
    return words.strip("-")


def _comparison(context: Context, metric: str, scale: str, dimension: str) -> Figure | None:
    rows = context.marts.select(
        "marts.fct_cx_metrics",
        METRIC_COLUMNS,
        where="metric = $metric and scale = $scale and dimension = $dimension"
        " and period_grain = 'all'",
        parameters={"metric": metric, "scale": scale, "dimension": dimension},
        order_by="is_too_few, value desc nulls last, dimension_value",
        limit=_MOST_BARS,
    )
    if sum(not row["is_too_few"] for row in rows.rows) < 2:
        return None
    names = [
        context.touchpoint(row["dimension_value"])
        if dimension == "touchpoint"
        else formats.label(row["dimension_value"])
        for row in rows.rows
    ]
    return metrics.comparison(
        rows.rows,
        slug=f"{_slug(metric, scale)}-{dimension}",
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
