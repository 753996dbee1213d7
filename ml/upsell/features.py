"""The features the upsell model may use, and their words."""

from collections.abc import Mapping
from types import MappingProxyType

from ml.churn.features import FEATURES as CUSTOMER_FEATURES
from ml.meanings import Meaning

#: Known about the customer and this offer on the day before it was made.
OFFER_FEATURES: Mapping[str, Meaning] = MappingProxyType(
    {
        "offer_count_before": Meaning(
            label="Times this offer was made before",
            topic="offers before",
            high="Was made this offer {value:.0f} time(s) before",
            low="Was made this offer only {value:.0f} time(s) before (typical {typical:.0f})",
        ),
        "days_since_last_offer": Meaning(
            label="Days since any offer",
            topic="offer fatigue",
            high="Last offer of any kind {value:.0f} days ago (typical {typical:.0f})",
            low="Last offer of any kind only {value:.0f} days ago (typical {typical:.0f})",
            missing="Was never made an offer",
        ),
        "accepted_offer_count": Meaning(
            label="Offers accepted so far",
            topic="offers accepted",
            high="Accepted {value:.0f} offer(s) before",
        ),
    }
)

FEATURES: Mapping[str, Meaning] = MappingProxyType({**CUSTOMER_FEATURES, **OFFER_FEATURES})
