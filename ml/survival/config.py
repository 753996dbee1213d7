"""Choices of the survival estimates, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_GROUPS = ("segment", "business_model", "size_band", "churn_basis")
_COVARIATES = MappingProxyType(
    {
        "is_self_serve": "Self-serve (against managed)",
        "start_seats_log": "Seats at the start (per e-fold)",
        "start_seat_price_log": "Price a seat at the start (per e-fold)",
        "start_contract_months": "Contract length at the start (per month)",
        "is_onboarded_by_landmark": "Onboarding completed by day 90",
        "usage_per_day_to_landmark_log": "Product actions a day up to day 90 (per e-fold)",
        "feature_count_to_landmark": "Features used up to day 90 (per feature)",
        "ticket_count_to_landmark": "Support tickets up to day 90 (per ticket)",
        "ticket_trouble_count_to_landmark": "Reopened or passed-on tickets up to day 90 (each)",
        "payment_failure_count_to_landmark": "Failed payments up to day 90 (each)",
    }
)


@dataclass(frozen=True, kw_only=True)
class SurvivalConfig:
    """Parameters of the survival estimates.

    Attributes
    ----------
    group_columns
        Columns by whose values curves are split.
    covariates
        Column to label of the Cox model.
    landmark_days
        The Cox model asks who, among those still there on this day, leaves later: what a customer
        did by then is known for all of them, so nobody is explained by their own future.
    grid_days
        Spacing of the published curve points.
    minimum_group_customers, minimum_events
        Below these no curve of a group, no Cox model: ten losses a covariate is the usual floor.
    penalizer_when_collinear
        Ridge penalty used only when the condition number of the standardised covariates exceeds
        `maximum_condition`; without one, nearly collinear covariates take huge opposite values.
    folds
        Customers are split for the held-out concordance.
    replicates, bootstrap_customers
        Bootstrap draws, and the most customers a draw is made from (the interval is then wider
        than need be, never narrower).
    """

    group_columns: tuple[str, ...] = _GROUPS
    covariates: Mapping[str, str] = field(default_factory=lambda: _COVARIATES)
    landmark_days: int = 90
    grid_days: int = 30
    minimum_group_customers: int = 30
    minimum_events: int = 30
    penalizer_when_collinear: float = 0.01
    maximum_condition: float = 30.0
    folds: int = 5
    replicates: int = 100
    bootstrap_customers: int = 5_000
    seed: int = 20260630

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name in (
            "grid_days",
            "minimum_group_customers",
            "minimum_events",
            "replicates",
            "bootstrap_customers",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.folds < 2:
            raise ValueError(f"folds must be at least 2, not {self.folds}")
        if self.landmark_days < 0 or self.penalizer_when_collinear < 0:
            raise ValueError("landmark_days and penalizer_when_collinear must not be negative")
