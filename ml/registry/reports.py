"""What the current models say of themselves, kept with each and gathered into the `ml` tables."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from ml.registry.store import current_version
from ml.tables import typed_frame

#: Table of schema `ml` and the file in a model's folder that holds its rows.
REPORT_FILES: Mapping[str, str] = MappingProxyType(
    {
        "model_status": "status.csv",
        "model_metrics": "metrics.csv",
        "calibration": "calibration.csv",
        "feature_importance": "importance.csv",
    }
)


def report_files(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return file name to text for the reports of one model.

    Parameters
    ----------
    frames
        Table of `REPORT_FILES` to its rows for this model; a model may lack some.
    """
    return {
        REPORT_FILES[table]: frame.to_csv(index=False, lineterminator="\n")
        for table, frame in frames.items()
    }


def collect_reports(directory: Path) -> dict[str, pd.DataFrame]:
    """Gather the reports of every model's current version.

    Parameters
    ----------
    directory
        Folder of all models.

    Returns
    -------
    dict
        Every table of `REPORT_FILES`, typed also when no model has rows for it.
    """
    folders = [
        folder / version
        for folder in sorted(path for path in directory.iterdir() if path.is_dir())
        if (version := current_version(folder)) is not None
    ]
    return {table: _gathered(table, file, folders) for table, file in REPORT_FILES.items()}


def _gathered(table: str, file: str, folders: list[Path]) -> pd.DataFrame:
    parts = [pd.read_csv(folder / file) for folder in folders if (folder / file).exists()]
    filled = [typed_frame(table, part) for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else typed_frame(table)
