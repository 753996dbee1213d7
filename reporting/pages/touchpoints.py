"""The touchpoint impact map, and what to celebrate and improve."""

from __future__ import annotations

from reporting.charts import impact
from reporting.page import Context, Page
from reporting.published import Row

COLUMNS = (
    "touchpoint_id", "touchpoint_name", "stage_id", "commenting_customers", "mention_share",
    "positive_mentions", "negative_mentions", "positive_intensity", "negative_intensity",
    "positive_impact", "positive_lower", "positive_upper", "negative_impact", "negative_lower",
    "negative_upper", "is_positive_peak", "is_negative_peak", "top_positive_theme",
    "top_negative_theme", "positive_quote", "negative_quote", "suggested_fix",
)  # fmt: skip


def build(context: Context) -> dict[str, object]:
    """Collect the map, the intervals and the two lists."""
    found = context.marts.select(
        "marts.mart_touchpoint_impact",
        COLUMNS,
        order_by="negative_impact desc nulls last, positive_impact desc nulls last, touchpoint_id",
    )
    felt = [row for row in found.rows if row["positive_mentions"] or row["negative_mentions"]]
    celebrate = sorted(
        (row for row in felt if row["is_positive_peak"]),
        key=lambda row: -float(str(row["positive_impact"])),
    )
    improve = [row for row in felt if row["is_negative_peak"]]
    absence = found.absence
    if found and not felt:
        absence = "No data: no comment mentions a touchpoint, so there is no impact to map."
    return {
        "absence": absence,
        "impact_map": impact.impact_map(felt, title=_title(celebrate, improve)) if felt else None,
        "intervals": impact.impact_intervals(felt) if felt else None,
        "celebrate": celebrate,
        "improve": improve,
    }


def _title(celebrate: list[Row], improve: list[Row]) -> str:
    parts = []
    if improve:
        parts.append(f"{improve[0]['touchpoint_name']} hurts most")
    if celebrate:
        parts.append(f"{celebrate[0]['touchpoint_name']} delights most")
    return ", ".join(parts) if parts else "No touchpoint stands out from the others"


PAGE = Page(
    slug="touchpoints",
    title="Touchpoint impact map",
    navigation="Impact map",
    audience="CX management",
    order=40,
    summary="Which touchpoints customers feel, how strongly, and what to celebrate and improve.",
    build=build,
)
