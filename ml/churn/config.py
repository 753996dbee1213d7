"""Choices of the churn model, each with its reason."""

from dataclasses import dataclass, field

from ml.boosting import BoostingConfig
from ml.evaluation.leakage import LeakGuard


@dataclass(frozen=True, kw_only=True)
class ChurnConfig:
    """Parameters of the churn forecast.

    Attributes
    ----------
    horizons_days
        Ends of the periods whose hazard is learned. One model over periods, not one per horizon:
        probabilities rise with the horizon by construction, and the latest snapshots, whose long
        horizons are not known yet, still teach the short ones.
    headline_days
        Horizon by which the model is judged and explained; when the company's definition of churn
        does not know it, the shortest known one.
    test_snapshots
        Latest snapshots with a known headline outcome, held out for the test.
    calibration_snapshots
        Snapshots before the test on which log-odds are recalibrated.
    minimum_train_customers, minimum_test_customers
        Customers needed in the rarer class. Thirty is where an AUC's standard error falls to
        about .05; ten in the test still tells a useful ranking from none.
    maximum_rows
        Person-period rows a fit may use; beyond it customers who stayed are thinned and weighted.
        Every loss stays, and losses, not stayers, limit what such a fit can learn.
    minimum_effect
        Log-odds below which a feature is no reason (5 % on the odds).
    replicates
        Bootstrap draws behind each interval.
    """

    horizons_days: tuple[int, ...] = (30, 90, 180, 365)
    headline_days: int = 90
    test_snapshots: int = 3
    calibration_snapshots: int = 3
    minimum_train_customers: int = 30
    minimum_test_customers: int = 10
    maximum_rows: int = 200_000
    minimum_effect: float = 0.05
    replicates: int = 200
    boosting: BoostingConfig = field(default_factory=BoostingConfig)
    guard: LeakGuard = field(default_factory=LeakGuard)

    def __post_init__(self) -> None:
        """Check the ranges."""
        horizons = self.horizons_days
        if not horizons or horizons[0] < 1 or list(horizons) != sorted(set(horizons)):
            raise ValueError(f"horizons_days must rise from 1 up, not {horizons}")
        if self.headline_days not in horizons:
            raise ValueError(f"headline_days {self.headline_days} is not one of {horizons}")
        for name in (
            "test_snapshots",
            "calibration_snapshots",
            "minimum_train_customers",
            "minimum_test_customers",
            "maximum_rows",
            "replicates",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.minimum_effect < 0:
            raise ValueError(f"minimum_effect must not be negative, not {self.minimum_effect}")
