"""The overview: what an executive reads in one minute."""

from __future__ import annotations

from reporting import formats
from reporting.charts import metrics
from reporting.charts.figure import Figure
from reporting.headlines import (
    FINDING_RULE,
    findings,
    key_figures,
    latest_scores,
    overall_scores,
    trend_rows,
)
from reporting.page import Context, Page
from reporting.published import Row


def build(context: Context) -> dict[str, object]:
    """Collect key figures, findings and the leading trend."""
    scores = overall_scores(context, "all")
    figures, found = key_figures(context), findings(context)
    return {
        "absence": None if figures or found else scores.absence,
        "key_figures": figures,
        "findings": found,
        "finding_rule": FINDING_RULE,
        "trend": leading_trend(context),
        "trend_absence": scores.absence,
        "pains": _peaks(context, "negative"),
        "joys": _peaks(context, "positive"),
    }


def leading_trend(context: Context) -> Figure | None:
    """Draw the trend of the first metric, in house order, that has more than one period."""
    for score in latest_scores(context):
        metric = score["metric"]
        rows = trend_rows(context, str(metric), str(score["scale"]))
        drawn = [row for row in rows if not row["is_too_few"]]
        if drawn:
            when = formats.period(drawn[-1]["period_start"], drawn[-1]["period_grain"])
            title = f"{metric} stands at {formats.score(drawn[-1]['value'], metric)} in {when}"
            return metrics.trend(rows, slug="trend", title=title)
    return None


def _peaks(context: Context, side: str) -> list[Row]:
    return list(
        context.marts.select(
            "marts.mart_touchpoint_impact",
            (
                "touchpoint_id",
                "touchpoint_name",
                "mention_share",
                f"{side}_intensity",
                f"top_{side}_theme",
                f"{side}_quote",
            ),
            where=f"is_{side}_peak",
            order_by=f"{side}_impact desc, touchpoint_id",
            limit=3,
        ).rows
    )


PAGE = Page(
    slug="index",
    title="Overview",
    navigation="Overview",
    audience="Leadership",
    order=10,
    summary="How customers experience us, what it costs, and what to look at first.",
    build=build,
)
