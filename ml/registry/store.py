"""Writing a model's folder whole or not at all."""

import shutil
from collections.abc import Mapping
from pathlib import Path


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
    return target
