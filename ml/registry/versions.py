"""A model's version: a fingerprint of what went into it."""

import hashlib
from collections.abc import Sequence
from datetime import date

import pandas as pd


def model_version(
    model_name: str, *, as_of: date, config: object, frames: Sequence[pd.DataFrame]
) -> str:
    """Fingerprint a model's inputs.

    The same inputs give the same version on any machine, whatever order their rows come in.

    Parameters
    ----------
    model_name
        Name of the model.
    as_of
        Date that the model was fitted for.
    config
        A frozen dataclass; its representation lists every choice.
    frames
        The data that the model learned from.

    Returns
    -------
    str
        The date and twelve hexadecimal digits.
    """
    digest = hashlib.sha256(f"{model_name}|{as_of.isoformat()}|{config!r}".encode())
    for frame in frames:
        ordered = frame[sorted(frame.columns)]
        digest.update("|".join(f"{name}:{ordered[name].dtype}" for name in ordered).encode())
        # Row hashes are added up sorted, so that the order of the rows does not matter.
        rows = pd.util.hash_pandas_object(ordered, index=False).sort_values()
        digest.update(rows.to_numpy().tobytes())
    return f"{as_of.isoformat()}-{digest.hexdigest()[:12]}"
