"""Which format a file has, where the contract leaves it to the file's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestration.extract.shapes import StreamContract
from orchestration.extract.text_files import FileProblemError, unpacked_suffix

FORMATS_BY_SUFFIX = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".parquet": "parquet",
}  # fmt: skip
TAB_SEPARATED = ".tsv"


def with_known_format(contract: StreamContract, path: Path) -> StreamContract:
    """Return the contract with the format of this file in place of ``auto``.

    Raises
    ------
    FileProblemError
        When the name's suffix is that of no format.
    """
    if contract.format != "auto":
        return contract
    suffix = unpacked_suffix(path)
    if suffix not in FORMATS_BY_SUFFIX:
        message = (
            f"the suffix {suffix!r} says no format; rename the file to one of "
            f"{', '.join(FORMATS_BY_SUFFIX)}, or set `format` in the contract"
        )
        raise FileProblemError(message)
    delimiter = "\t" if suffix == TAB_SEPARATED else contract.delimiter
    return replace(contract, format=FORMATS_BY_SUFFIX[suffix], delimiter=delimiter)
