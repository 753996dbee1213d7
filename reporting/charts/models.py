"""How far a forecast can be trusted: calibration and what it looks at."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from reporting import formats
from reporting.charts.figure import ACCENT, INK, MUTED, Figure, Table, finished, inline
from reporting.published import Row


def calibration(rows: Sequence[Row], *, slug: str, model: str) -> Figure:
    """Draw predicted against observed rates, out of time, with intervals.

    Parameters
    ----------
    rows
        Rows of ``ml.calibration`` of one model, by bin.
    """
    values: list[dict[str, object]] = [
        {
            "predicted": formats.as_number(row["predicted_mean"]),
            "observed": formats.as_number(row["observed_rate"]),
            "lower": formats.as_number(row["lower"]),
            "upper": formats.as_number(row["upper"]),
            "Predicted": formats.percent(row["predicted_mean"], 1),
            "Observed": formats.percent(row["observed_rate"], 1),
            "95% interval": formats.interval(row["lower"], row["upper"]),
            "n": formats.number(row["n"]),
        }
        for row in rows
    ]
    names = ("Predicted", "Observed", "95% interval", "n")
    return Figure(
        slug=slug,
        title=f"Does {model} mean what it says?",
        subtitle="Predicted against observed share, customers in bins by prediction; whisker = 95% "
        "interval; on the dashed line a "
        "forecast of 20% comes true in 20% of cases",
        alt="Calibration points: "
        + "; ".join(f"predicted {row['Predicted']}, observed {row['Observed']}" for row in values)
        + ".",
        source="ml.calibration",
        spec=finished(_calibration_chart(values)),
        table=Table(
            headers=names, rows=tuple(tuple(str(row[name]) for name in names) for row in values)
        ),
    )


def _calibration_chart(values: Sequence[dict[str, object]]) -> alt.LayerChart:
    reach = [_most(values, ("predicted", "observed", "upper"))]
    scale = alt.Scale(domain=[0, min(1.0, reach[0] * 1.05)], nice=True)
    across = (
        alt.X("predicted:Q")
        .scale(scale)
        .axis(format=".0%", title="Predicted", grid=True, tickCount=5)
    )
    up = alt.Y("observed:Q").scale(scale).axis(format=".0%", title="Observed", tickCount=5)
    tips = [alt.Tooltip(f"{name}:N") for name in ("Predicted", "Observed", "95% interval", "n")]
    ends = [
        {"predicted": 0, "observed": 0},
        {"predicted": scale.domain[1], "observed": scale.domain[1]},
    ]
    diagonal = (
        alt.Chart(inline(ends)).mark_line(color=MUTED, strokeDash=[4, 3]).encode(x=across, y=up)
    )
    base = alt.Chart(inline(values)).encode(x=across)
    whisker = base.mark_rule(color=ACCENT, strokeWidth=1.5).encode(
        y=alt.Y("lower:Q").scale(scale), y2="upper:Q", tooltip=tips
    )
    point = base.mark_circle(size=90, color=ACCENT, opacity=1).encode(y=up, tooltip=tips)
    return alt.layer(diagonal, whisker, point).properties(width="container", height=300)


def _most(values: Sequence[dict[str, object]], names: Sequence[str]) -> float:
    figures = [formats.as_number(row[name]) for row in values for name in names]
    return max((figure for figure in figures if figure is not None), default=1.0)


def importance(rows: Sequence[Row], *, slug: str, model: str, total: int) -> Figure:
    """Draw the mean absolute effect of the strongest features."""
    values: list[dict[str, object]] = [
        {
            "feature": str(row["feature_label"]),
            "effect": formats.as_number(row["mean_absolute_effect"]),
            "Effect": formats.number(row["mean_absolute_effect"], 3),
        }
        for row in rows
    ]
    order = [str(row["feature"]) for row in values]
    most = _most(values, ("effect",))
    base = alt.Chart(inline(values)).encode(
        y=alt.Y("feature:N")
        .sort(order)
        .axis(title=None, labelLimit=280, labelColor=INK, labelFontSize=12),
        x=alt.X("effect:Q").axis(None).scale(domainMin=0, domainMax=1.2 * most),
    )
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=3, height={"band": 0.7}).encode(
        tooltip=[
            alt.Tooltip("feature:N", title="Feature"),
            alt.Tooltip("Effect:N", title="Mean absolute effect"),
        ]
    )
    text = base.mark_text(align="left", dx=5, color=MUTED, fontSize=12).encode(text="Effect:N")
    return Figure(
        slug=slug,
        title=f"What {model} looks at",
        subtitle="Mean absolute effect on the forecast, in log-odds",
        alt="Bars, strongest first: "
        + ", ".join(f"{row['feature']} {row['Effect']}" for row in values)
        + ".",
        source="ml.feature_importance",
        spec=finished(alt.layer(bars, text).properties(width="container", height=28 * len(order))),
        table=Table(
            headers=("Feature", "Mean absolute effect"),
            rows=tuple((str(row["feature"]), str(row["Effect"])) for row in values),
        ),
        note=f"The strongest {len(values)} of {total} features." if total > len(values) else "",
    )
