"""What a feature means to the person who reads a reason."""


from dataclasses import dataclass, field

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
    missing
        Sentence when the customer has no value; None when a missing value is no reason.
    scale
        Factor from the stored value to the one people read (100 for a share in per cent).
    """

    label: str
    topic: str
    high: str | None = None
    low: str | None = None
    missing: str | None = None
    scale: float = 1.0
    equal: str | None = field(default=None)

    def sentence(self, value: float, typical: float) -> str | None:
        """Say what this customer's value is and how it compares; None when there are no words."""
        if np.isnan(value):
            return self.missing
        if np.isnan(typical):
            return f"{self.label}: {value * self.scale:,.4g}"
        words = self.equal if value == typical else self.high if value > typical else self.low
        if words is None:
            return None
        return words.format(
            value=value * self.scale,
            typical=typical * self.scale,
            size=abs(value * self.scale),
        )


