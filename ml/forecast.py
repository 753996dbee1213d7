"""What every forecast of a probability is: scores, its test, and a folder with model and card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar

import pandas as pd
import xgboost as xgb

from ml.boosting import FloatArray
from ml.evaluation.calibration import Recalibration
from ml.registry.card import ModelCard
from ml.registry.plots import calibration_plot, gain_plot, importance_plot, roc_plot
from ml.registry.reports import report_files
from ml.registry.store import write_model
from ml.tables import typed_frame

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class FittedModel(Protocol):
    """What a folder keeps of a model."""

    @property
    def booster(self) -> xgb.Booster:
        """The trees."""

    @property
    def recalibration(self) -> Recalibration:
        """How the trees' log-odds become probabilities."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Features in column order."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the test showed.

    Attributes
    ----------
    metrics
        subject, metric, value, lower, upper, n, positives.
    calibration
        From `ml.evaluation.calibration.calibration_table`.
    outcome
        Outcomes of the test; where there are several horizons, at the headline one.
    probabilities
        Per subject, the probability of every test row.
    alarm
        What looks like a leak; None when nothing does.
    """

    metrics: pd.DataFrame
    calibration: pd.DataFrame
    outcome: FloatArray
    probabilities: dict[str, FloatArray]
    alarm: str | None


ConfigT = TypeVar("ConfigT", bound="DataclassInstance")
ModelT = TypeVar("ModelT", bound=FittedModel)


@dataclass(frozen=True, kw_only=True)
class Forecast(Generic[ConfigT, ModelT]):
    """Result of one forecast; frames have the columns of the `ml` tables.

    A forecast names its model, says which further attributes of it belong into config.json, and
    writes its own card.

    Attributes
    ----------
    scores, status, metrics, calibration, importance
        Frames of <model_name>_scores, model_status, model_metrics, calibration,
        feature_importance. All but the status are empty when nothing can be forecast.
    version
        Model version.
    config
        Choices of the model.
    model, evaluation
        The fitted model and its test; None when nothing can be forecast.
    """

    model_name: ClassVar[str]
    model_settings: ClassVar[tuple[str, ...]]

    scores: pd.DataFrame
    status: pd.DataFrame
    metrics: pd.DataFrame
    calibration: pd.DataFrame
    importance: pd.DataFrame
    version: str
    config: ConfigT
    model: ModelT | None = None
    evaluation: Evaluation | None = None

    @classmethod
    def fitted(
        cls,
        *,
        scores: pd.DataFrame,
        importance: pd.DataFrame,
        status: pd.DataFrame,
        as_of: date,
        version: str,
        config: ConfigT,
        model: ModelT,
        evaluation: Evaluation,
    ) -> Self:
        """Put the model's name and version on what was found."""
        stamp = {"model_name": cls.model_name, "model_version": version}
        return cls(
            scores=scores,
            status=status,
            metrics=typed_frame(
                "model_metrics", evaluation.metrics.assign(as_of_date=pd.Timestamp(as_of), **stamp)
            ),
            calibration=typed_frame("calibration", evaluation.calibration.assign(**stamp)),
            importance=typed_frame("feature_importance", importance.assign(**stamp)),
            version=version,
            config=config,
            model=model,
            evaluation=evaluation,
        )

    @classmethod
    def withheld(cls, *, status: pd.DataFrame, version: str, config: ConfigT) -> Self:
        """Say why there is no forecast, and nothing else."""
        return cls(
            scores=typed_frame(f"{cls.model_name}_scores"),
            status=status,
            metrics=typed_frame("model_metrics"),
            calibration=typed_frame("calibration"),
            importance=typed_frame("feature_importance"),
            version=version,
            config=config,
        )

    def card(self, plots: Mapping[str, str]) -> ModelCard:
        """Return the model card with plots, caption to SVG."""
        raise NotImplementedError

    def save(self, directory: Path) -> Path:
        """Write model, figures and card to `<directory>/<model_name>/<version>/` and return it."""
        return write_model(directory, self.model_name, self.version, self._files())

    def _files(self) -> dict[str, str]:
        """Return file name to text.

        model.json (XGBoost's own format), config.json, reports as CSV, card.md, card.html and one
        SVG a plot; without a forecast, the card says why and there is no model.
        """
        plots = self._plots()
        card = self.card(dict(plots.values()))
        images = "".join(f"\n![{caption}]({name}.svg)\n" for name, (caption, _) in plots.items())
        files = {
            "config.json": self._settings(),
            "card.md": card.markdown() + images,
            "card.html": card.html(),
            **{f"{name}.svg": svg for name, (_, svg) in plots.items()},
            **report_files(
                {
                    "model_status": self.status,
                    "model_metrics": self.metrics,
                    "calibration": self.calibration,
                    "feature_importance": self.importance,
                }
            ),
        }
        if self.model is not None:
            files["model.json"] = self.model.booster.save_raw("json").decode("utf-8")
        return files

    def _plots(self) -> dict[str, tuple[str, str]]:
        found = self.evaluation
        if found is None:
            return {}
        return {
            "calibration": ("Calibration", calibration_plot(self.calibration)),
            "gain": ("Gain", gain_plot(found.outcome, found.probabilities)),
            "roc": ("ROC", roc_plot(found.outcome, found.probabilities)),
            "importance": ("Importance", importance_plot(self.importance)),
        }

    def _settings(self) -> str:
        content: dict[str, Any] = {"choices": asdict(self.config)}
        if self.model is not None:
            content["recalibration"] = asdict(self.model.recalibration)
            for name in ("feature_names", *self.model_settings):
                content[name] = getattr(self.model, name)
        return json.dumps(content, indent=2, sort_keys=True) + "\n"
