"""How long customers stay: survival curves and what goes with shorter or longer stays."""

from ml.survival.config import SurvivalConfig
from ml.survival.estimate import SurvivalEstimate, estimate_survival

__all__ = ["SurvivalConfig", "SurvivalEstimate", "estimate_survival"]
