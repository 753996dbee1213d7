"""Files of a survival estimate's folder."""

import json
from typing import TYPE_CHECKING

import pandas as pd

from ml.registry.card import ModelCard
from ml.registry.plots import survival_plot

if TYPE_CHECKING:
    from ml.survival.estimate import SurvivalEstimate

_PURPOSE = (
    "Shows how long customers stay, for all and for groups, and what goes with shorter and longer "
    "stays. For planning and for choosing where to look; a single customer's risk is the churn "
    "model's business."
)
_LIMITS = (
    "A hazard ratio compares customers who differ; it does not say that changing the one changes "
    "the other.",
    "Customers still there on the as-of date count as long as they were seen, and no longer.",
    "A curve ends at the longest stay seen.",
)


def survival_files(estimate: "SurvivalEstimate") -> dict[str, str]:
    """Return file name to text for one estimate."""
    plots = {}
    if not estimate.curves.empty:
        for name, rows in estimate.curves.groupby("group_name", sort=True):
            plots[f"survival_{name}"] = survival_plot(rows)
    card = _card(estimate, plots)
    choices = {**_choices(estimate), "penalizer": estimate.cox.penalizer if estimate.cox else 0}
    return {
        "config.json": json.dumps(choices, indent=2, sort_keys=True) + "\n",
        "curves.csv": estimate.curves.to_csv(index=False, lineterminator="\n"),
        "hazard_ratios.csv": estimate.hazard_ratios.to_csv(index=False, lineterminator="\n"),
        "card.md": card.markdown() + "".join(f"\n![{name}]({name}.svg)\n" for name in plots),
        "card.html": card.html(),
        **{f"{name}.svg": svg for name, svg in plots.items()},
    }


def _choices(estimate: "SurvivalEstimate") -> dict[str, object]:
    """Return the choices as plain values."""
    config = estimate.config
    return {
        name: dict(value) if name == "covariates" else value
        for name, value in ((name, getattr(config, name)) for name in config.__annotations__)
    }


def _card(estimate: "SurvivalEstimate", plots: dict[str, str]) -> ModelCard:
    status = estimate.status.iloc[0]
    ratios = estimate.hazard_ratios
    table = pd.DataFrame(
        {
            "Covariate": ratios["covariate_label"],
            "Hazard ratio": ratios["hazard_ratio"].map("{:.2f}".format),
            "95 % interval": [
                f"{low:.2f} to {high:.2f}"
                for low, high in zip(ratios["lower"], ratios["upper"], strict=True)
            ],
            "p": ratios["p_value"].map("{:.3f}".format),
            "p, ratio constant over time": ratios["proportionality_p_value"].map("{:.3f}".format),
        }
    )
    return ModelCard(
        title="Survival: how long customers stay",
        version=estimate.version,
        purpose=_PURPOSE,
        facts={
            "State": str(status["reason"]),
            "Data": (
                f"{status['train_rows']:,} customers seen until {status['as_of_date']:%Y-%m-%d}, "
                f"{status['train_positives']:,} of them lost."
            ),
        },
        metrics=estimate.metrics[estimate.metrics["metric"] != "log_likelihood"],
        limits=_LIMITS,
        plots=plots,
        tables={} if ratios.empty else {"What goes with leaving": table},
    )
