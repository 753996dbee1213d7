"""Model cards: what a model is for, what it rests on, how good it is, where it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

_METRIC_NAMES = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "brier": "Brier score",
    "ece": "Expected calibration error",
    "lift_top_decile": "Lift in the top decile",
    "c_index": "Harrell's C",
}
_SUBJECT_NAMES = {
    "model": "The model",
    "prevalence": "Baseline: same rate for all",
    "tenure_only": "Baseline: tenure alone",
    "rfm_only": "Baseline: recency, frequency, money",
    "offer_rate": "Baseline: each offer's own rate",
}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1c2430 }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .3rem .8rem; border-bottom: 1px solid #d8dde4; text-align: left }
h1 { font-size: 1.6rem }
h2 { font-size: 1.2rem; margin-top: 2rem }
figure { display: inline-block; margin: .5rem 1rem .5rem 0 }
figcaption { color: #5b6472; font-size: .85rem }
.alarm { background: #fdecea; border-left: 4px solid #b3261e; padding: .6rem 1rem }
svg { max-width: 100%; height: auto }
"""


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """Content of a model card.

    Attributes
    ----------
    title
        Name of the model in words.
    version
        Model version.
    purpose
        What it is for, and for what not.
    facts
        Heading to text: data, time windows, method.
    metrics
        subject, metric, value, lower, upper, n, positives.
    limits
        What a reader must know before relying on it.
    plots
        Caption to SVG.
    tables
        Heading to a table shown as it is.
    alarm
        What looks like a leak; None when nothing does.
    """

    title: str
    version: str
    purpose: str
    facts: Mapping[str, str]
    metrics: pd.DataFrame
    limits: Sequence[str]
    plots: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    alarm: str | None = None

    def markdown(self) -> str:
        """Return the card as Markdown, without plots."""
        lines = [f"# {self.title}", "", f"Version `{self.version}`", ""]
        if self.alarm:
            lines += [f"**Alarm: {self.alarm}**", ""]
        lines += ["## What it is for", "", self.purpose, ""]
        for heading, text in self.facts.items():
            lines += [f"## {heading}", "", text, ""]
        lines += ["## How good it is", "", *_markdown_table(metric_table(self.metrics)), ""]
        for heading, table in self.tables.items():
            lines += [f"## {heading}", "", *_markdown_table(table), ""]
        lines += ["## Limits", "", *(f"- {limit}" for limit in self.limits), ""]
        return "\n".join(lines)

    def html(self) -> str:
        """Return the card as one page that needs no other file."""
        parts = [f"<h1>{escape(self.title)}</h1><p>Version <code>{escape(self.version)}</code></p>"]
        if self.alarm:
            parts.append(f'<p class="alarm"><strong>Alarm:</strong> {escape(self.alarm)}</p>')
        parts.append(f"<h2>What it is for</h2><p>{escape(self.purpose)}</p>")
        parts += [f"<h2>{escape(h)}</h2><p>{escape(text)}</p>" for h, text in self.facts.items()]
        parts.append(f"<h2>How good it is</h2>{_html_table(metric_table(self.metrics))}")
        parts += [
            f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
            for caption, svg in self.plots.items()
        ]
        parts += [f"<h2>{escape(h)}</h2>{_html_table(table)}" for h, table in self.tables.items()]
        limits = "".join(f"<li>{escape(limit)}</li>" for limit in self.limits)
        parts.append(f"<h2>Limits</h2><ul>{limits}</ul>")
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{escape(self.title)}</title><style>{_STYLE}</style></head>\n"
            f"<body>{''.join(parts)}</body></html>\n"
        )


def metric_table(metrics: pd.DataFrame) -> pd.DataFrame:
    """Lay metrics out for reading: one row a metric and subject, the model first."""
    if metrics.empty:
        return pd.DataFrame({"Measure": ["none: there is no forecast to judge"]})
    return pd.DataFrame(
        {
            "Measure": [_metric_name(name) for name in metrics["metric"]],
            "Forecast": [_SUBJECT_NAMES.get(name, name) for name in metrics["subject"]],
            "Value": [_number(value) for value in metrics["value"]],
            "95 % interval": [
                "" if pd.isna(lower) else f"{_number(lower)} to {_number(upper)}"
                for lower, upper in zip(metrics["lower"], metrics["upper"], strict=True)
            ],
            "Rows": [f"{n:,}" for n in metrics["n"]],
            "Positives": [f"{n:,}" for n in metrics["positives"]],
        }
    )


def _metric_name(metric: str) -> str:
    for name, words in _METRIC_NAMES.items():
        if metric == name:
            return words
        if metric.startswith(f"{name}_"):
            return f"{words} at {metric.removeprefix(f'{name}_').removesuffix('d')} days"
    return metric


def _number(value: float) -> str:
    return f"{value:.3f}"


def _markdown_table(table: pd.DataFrame) -> list[str]:
    columns = list(table.columns)
    rows = [
        "| " + " | ".join(str(value).replace("|", "\\|") for value in row) + " |"
        for row in table.itertuples(index=False)
    ]
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns), *rows]


def _html_table(table: pd.DataFrame) -> str:
    head = "".join(f"<th>{escape(str(column))}</th>" for column in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
        for row in table.itertuples(index=False)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
