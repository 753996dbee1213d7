"""Writing a model's folder whole or not at all."""

import shutil
from collections.abc import Mapping
from pathlib import Path

# The file that names the version written last.
_CURRENT = "current"


def write_model(directory: Path, model_name: str, version: str, files: Mapping[str, str]) -> Path:
    """Write the files of one model version.

    They are written beside and renamed, so that a reader, or a run after a crash, never meets half
    a model. The same version again replaces the same bytes.

    Parameters
    ----------
    directory
        Folder of all models.
    model_name, version
        Give the sub-folder, `<directory>/<model_name>/<version>`.
    files
        File name to text.

    Returns
    -------
    pathlib.Path
        The version's folder.
    """
    target = directory / model_name / version
    partial = target.with_name(f".{version}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    for name, text in files.items():
        (partial / name).write_text(text, encoding="utf-8", newline="\n")
    if target.exists():
        shutil.rmtree(target)
    partial.rename(target)
    marker = target.parent / f".{_CURRENT}.partial"
    marker.write_text(version + "\n", encoding="utf-8", newline="\n")
    marker.replace(target.parent / _CURRENT)
    return target


def current_version(model_directory: Path) -> str | None:
    """Return the version that was written last; None for a folder that holds no model."""
    marker = model_directory / _CURRENT
    return marker.read_text(encoding="utf-8").strip() if marker.exists() else None
