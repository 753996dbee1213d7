"""Plots of a model card, as SVG made without a network."""

import io
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from ml.evaluation.metrics import FloatArray

_WIDTH, _HEIGHT = 380, 260
_BLUE, _GREY = "#1f5aa6", "#8a8f98"
#: Points kept of a curve: finer than a screen shows.
_POINTS = 200


def calibration_plot(table: pd.DataFrame) -> str:
    """Draw observed against predicted rates, with 95 % intervals and the line of truth."""
    top = float(max(table["upper"].max(), table["predicted_mean"].max()))
    scale = alt.Scale(domain=[0, top])
    base = alt.Chart(table).encode(
        x=alt.X("predicted_mean:Q", title="Predicted probability", scale=scale)
    )
    line = _diagonal(top, scale)
    bars = base.mark_rule(color=_BLUE).encode(
        y=alt.Y("lower:Q", title="Observed share", scale=scale), y2="upper:Q"
    )
    points = base.mark_circle(color=_BLUE, size=60).encode(y="observed_rate:Q")
    return _svg(line + bars + points, "Calibration on the test (bins of equal size, 95 %)")


def roc_plot(outcome: FloatArray, probabilities: dict[str, FloatArray]) -> str:
    """Draw the ROC curve of every subject."""
    curves = pd.concat(
        [_roc_curve(outcome, values, subject) for subject, values in probabilities.items()]
    )
    scale = alt.Scale(domain=[0, 1])
    chart = (
        alt.Chart(curves)
        .mark_line()
        .encode(
            x=alt.X("false_rate:Q", title="Share of stayers flagged", scale=scale),
            y=alt.Y("true_rate:Q", title="Share of positives found", scale=scale),
            color=alt.Color("subject:N", title=None),
            order="place:Q",
        )
    )
    return _svg(chart, "ROC curve on the test")


def gain_plot(outcome: FloatArray, probabilities: dict[str, FloatArray]) -> str:
    """Draw the share of positives found against the share of customers contacted."""
    curves = pd.concat(
        [_gain_curve(outcome, values, subject) for subject, values in probabilities.items()]
    )
    scale = alt.Scale(domain=[0, 1])
    chart = (
        alt.Chart(curves)
        .mark_line()
        .encode(
            x=alt.X("contacted:Q", title="Share of customers contacted", scale=scale),
            y=alt.Y("found:Q", title="Share of positives found", scale=scale),
            color=alt.Color("subject:N", title=None),
            order="place:Q",
        )
    )
    return _svg(chart, "Gain on the test")


def importance_plot(table: pd.DataFrame, top: int = 15) -> str:
    """Draw the mean absolute effect of the strongest features."""
    chart = (
        alt.Chart(table.head(top))
        .mark_bar(color=_BLUE)
        .encode(
            x=alt.X("mean_absolute_effect:Q", title="Mean absolute effect (log-odds)"),
            y=alt.Y("feature_label:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
        )
    )
    return _svg(chart, "What moves the forecast")


def survival_plot(curves: pd.DataFrame) -> str:
    """Draw survival curves with their 95 % bands, one a group."""
    base = alt.Chart(curves).encode(
        x=alt.X("duration_days:Q", title="Days since start"),
        color=alt.Color("group_value:N", title=None),
    )
    band = base.mark_area(opacity=0.18, interpolate="step-after").encode(
        y=alt.Y("lower:Q", title="Still a customer", scale=alt.Scale(domain=[0, 1])), y2="upper:Q"
    )
    line = base.mark_line(interpolate="step-after").encode(y="survival:Q")
    return _svg(band + line, "Kaplan–Meier survival, 95 %")


def _diagonal(top: float, scale: alt.Scale) -> alt.Chart:
    ends = pd.DataFrame({"predicted_mean": [0, top], "observed_rate": [0, top]})
    return (
        alt.Chart(ends)
        .mark_line(color=_GREY, strokeDash=[4, 4])
        .encode(x=alt.X("predicted_mean:Q", scale=scale), y=alt.Y("observed_rate:Q", scale=scale))
    )


def _roc_curve(outcome: FloatArray, probability: FloatArray, subject: str) -> pd.DataFrame:
    tied = _tied(outcome, probability)
    stayed = tied["n"] - tied["positives"]
    return _curve(
        subject,
        false_rate=stayed.cumsum() / stayed.sum(),
        true_rate=tied["positives"].cumsum() / tied["positives"].sum(),
    )


def _gain_curve(outcome: FloatArray, probability: FloatArray, subject: str) -> pd.DataFrame:
    tied = _tied(outcome, probability)
    return _curve(
        subject,
        contacted=tied["n"].cumsum() / tied["n"].sum(),
        found=tied["positives"].cumsum() / tied["positives"].sum(),
    )


def _tied(outcome: FloatArray, probability: FloatArray) -> pd.DataFrame:
    rows = pd.DataFrame({"probability": probability, "outcome": outcome})
    grouped = rows.groupby("probability").agg(n=("outcome", "size"), positives=("outcome", "sum"))
    return grouped.iloc[::-1]


def _curve(subject: str, **columns: "pd.Series[Any]") -> pd.DataFrame:
    points = pd.DataFrame(columns).reset_index(drop=True)
    kept = np.unique(np.linspace(0, len(points) - 1, _POINTS).astype(int))
    start = pd.DataFrame([dict.fromkeys(columns, 0.0)])
    table = pd.concat([start, points.iloc[kept]], ignore_index=True)
    return table.assign(subject=subject, place=np.arange(len(table)))


def _svg(chart: alt.Chart | alt.LayerChart, title: str) -> str:
    buffer = io.StringIO()
    with alt.data_transformers.enable("default", max_rows=None):
        chart.properties(width=_WIDTH, height=_HEIGHT, title=title).save(buffer, format="svg")
    return buffer.getvalue()
