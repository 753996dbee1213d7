"""Choices of the upsell model, each with its reason."""

from dataclasses import dataclass, field

from ml.boosting import BoostingConfig
from ml.evaluation.leakage import LeakGuard


@dataclass(frozen=True, kw_only=True)
class UpsellConfig:
    """Parameters of the upsell forecast.

    Attributes
    ----------
    outcome_days
        Days within which an offer must be accepted; its answer is known only when they are over.
    test_days
        Offers made in the last so many days with a known answer are held out for the test.
    calibration_days
        Offers made in so many days before the test recalibrate the log-odds.
    minimum_train_customers, minimum_test_customers
        Customers needed in the rarer answer, over all offers.
    minimum_offer_customers
        Customers needed in the rarer answer to one offer before that offer is forecast; offers
        share one model, so fewer suffice than for a model of their own.
    minimum_effect
        Log-odds below which a feature is no reason.
    replicates
        Bootstrap draws behind each interval.
    """

    outcome_days: int = 90
    test_days: int = 120
    calibration_days: int = 120
    minimum_train_customers: int = 30
    minimum_test_customers: int = 10
    minimum_offer_customers: int = 15
    minimum_effect: float = 0.05
    replicates: int = 200
    boosting: BoostingConfig = field(default_factory=BoostingConfig)
    guard: LeakGuard = field(default_factory=LeakGuard)

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in (
            "outcome_days",
            "test_days",
            "calibration_days",
            "minimum_train_customers",
            "minimum_test_customers",
            "minimum_offer_customers",
            "replicates",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.minimum_effect < 0:
            raise ValueError(f"minimum_effect must not be negative, not {self.minimum_effect}")
