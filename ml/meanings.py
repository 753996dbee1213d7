"""What a feature means to the person who reads a reason."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Words for one feature.

    Attributes
    ----------
    label
        Name on charts, with its unit.
    topic
        Features of one topic tell the same story; a list of reasons names each topic once.
    high, low
        Sentence when the customer's value lies above or below that of a typical customer. Fields:
        `value`, `typical`, `size` (absolute value); numbers are formatted by the sentence.
    fallen
        Sentence instead of `low` when the value is negative, for changes.
    missing
        Sentence when the customer has no value; None when a missing value is no reason.
    scale
        Factor from the stored value to the one people read (100 for a share in per cent).
    """

    label: str
    topic: str
    high: str | None = None
    low: str | None = None
    fallen: str | None = None
    missing: str | None = None
    scale: float = 1.0

    def sentence(self, value: float, typical: float) -> str | None:
        """Say what this customer's value is and how it compares; None when there are no words."""
        if np.isnan(value):
            return self.missing
        if np.isnan(typical) or value == typical:
            return None
        words = self.high if value > typical else self.low
        if value < min(typical, 0) and self.fallen is not None:
            words = self.fallen
        if words is None:
            return None
        return words.format(
            value=value * self.scale,
            typical=typical * self.scale,
            size=abs(value * self.scale),
        )
