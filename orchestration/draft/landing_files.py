"""The files to draft from: found, told good from bad, and their beginnings taken as samples."""

from __future__ import annotations

import codecs
import gzip
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.extract.text_files import (
    BYTE_ORDER_MARKS,
    DAMAGED,
    PACKED_SUFFIXES,
    FileProblemError,
    unpacked_suffix,
)

# The beginning of a text file that is looked at; enough for some hundred thousand rows.
SAMPLE_BYTES = 16 << 20
FORMAT_OF_SUFFIX = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv", ".psv": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".parquet": "parquet",
    ".xlsx": "xlsx",
}  # fmt: skip
# First bytes of what is no table of text, and what to do about it.
FOREIGN_BEGINNINGS = {
    b"%PDF": "a PDF; export the table behind it as CSV",
    b"\x89PNG": "a picture; export a table",
    b"\xff\xd8\xff": "a picture; export a table",
    b"\xd0\xcf\x11\xe0": "an Excel file of the old kind (.xls); save it as .xlsx or CSV",
    b"SQLite format 3": "an SQLite database; export its tables as CSV or Parquet",
    b"\x7fELF": "a program; export a table",
    b"7z\xbc\xaf": "a 7z archive; unpack it",
    b"BZh": "a bzip2 archive; unpack it, or pack it as .gz",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive; unpack it, or pack it as .gz",
}
MAGIC_GZIP, MAGIC_ZIP, MAGIC_PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1b")


class BadFileError(ValueError):
    """A file that no draft can be made from; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    """A file to draft from.

    Attributes
    ----------
    path
        Where it lies.
    name
        Its path below the landing folder, with forward slashes.
    format
        ``csv``, ``jsonl``, ``json``, ``parquet`` or ``xlsx``.
    """

    path: Path
    name: str
    format: str

    @property
    def stem(self) -> str:
        """The file's name without folders and without its suffixes."""
        base = self.path.name
        while (suffix := Path(base).suffix.lower()) in (*PACKED_SUFFIXES, *FORMAT_OF_SUFFIX):
            base = base[: -len(suffix)]
        return base


def find_files(arguments: Iterable[Path]) -> tuple[Path, list[Path]]:
    """Return the landing folder and the files that ``arguments`` name; folders are walked.

    Raises
    ------
    BadFileError
        When a path does not exist, or a folder holds no file.
    """
    found: list[Path] = []
    folders: list[Path] = []
    for argument in arguments:
        path = argument.resolve()
        if path.is_dir():
            inside = sorted(
                child
                for child in path.rglob("*")
                if child.is_file()
                and not any(part.startswith(".") for part in child.relative_to(path).parts)
            )
            if not inside:
                message = f"{argument}: the folder holds no file; name one that holds exports"
                raise BadFileError(message)
            found += inside
            folders.append(path)
        elif path.is_file():
            found.append(path)
            folders.append(path.parent)
        else:
            message = f"{argument}: there is no such file or folder"
            raise BadFileError(message)
    root = folders[0]
    while not all(folder.is_relative_to(root) for folder in folders):
        root = root.parent
    return root, list(dict.fromkeys(found))


def recognise(path: Path, root: Path) -> FoundFile:
    """Return what kind of file lies at ``path``, by its content where its name does not tell.

    Raises
    ------
    BadFileError
        When it is empty, unreadable, or no table in a form that can be loaded.
    """
    name = path.relative_to(root).as_posix()
    try:
        packed = first_bytes(path, 16, unpack=False)
        _check_packing(path, packed)
        kind = FORMAT_OF_SUFFIX.get(unpacked_suffix(path))
        first = packed if kind == "xlsx" else first_bytes(path, 8192)
    except FileProblemError as error:
        raise BadFileError(str(error)) from error
    except OSError as error:
        message = f"cannot be opened ({error.strerror}); check who may read it"
        raise BadFileError(message) from error
    if not first.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\x00"):
        message = "the file is empty; export it again"
        raise BadFileError(message)
    if first.startswith(MAGIC_PARQUET):
        kind = "parquet"
    elif kind in ("parquet", "xlsx"):
        _check_container(kind, packed)
    else:
        _check_text(first)
        kind = _text_kind(first, kind)
    return FoundFile(path=path, name=name, format=kind)


def first_bytes(path: Path, size: int, *, unpack: bool = True) -> bytes:
    """Return the first ``size`` bytes of a file, unpacked by its suffix.

    Raises
    ------
    BadFileError
        When an archive is damaged or holds several files.
    """
    suffix = path.suffix.lower() if unpack else ""
    try:
        if suffix == ".gz":
            with gzip.open(path, "rb") as file:
                return file.read(size)
        if suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                names = [info.filename for info in archive.infolist() if not info.is_dir()]
                if len(names) != 1:
                    message = f"the zip holds {len(names)} files, not one; unpack it and name them"
                    raise BadFileError(message)
                with archive.open(names[0]) as member:
                    return member.read(size)
    except DAMAGED as error:
        message = (
            f"the {suffix.removeprefix('.')} file cannot be unpacked, it is truncated or damaged "
            f"({type(error).__name__}); copy it again"
        )
        raise BadFileError(message) from error
    with path.open("rb") as file:
        return file.read(size)


def _check_packing(path: Path, packed: bytes) -> None:
    suffix = path.suffix.lower()
    if packed.startswith(MAGIC_GZIP) and suffix != ".gz":
        message = "the file is a gzip; give it a name that ends in .gz"
        raise BadFileError(message)
    if packed.startswith(MAGIC_ZIP) and suffix not in (".zip", ".xlsx"):
        message = "the file is a zip; give it a name that ends in .zip (or .xlsx, if it is Excel's)"
        raise BadFileError(message)
    for beginning, what in FOREIGN_BEGINNINGS.items():
        if packed.startswith(beginning):
            message = f"the file is {what}"
            raise BadFileError(message)


def _check_container(kind: str, packed: bytes) -> None:
    if kind == "parquet":
        message = "the file is called Parquet and is none; write it again, or rename it"
        raise BadFileError(message)
    if not packed.startswith(MAGIC_ZIP):
        message = "the file is called .xlsx and is none; save it from Excel again, or rename it"
        raise BadFileError(message)


def _check_text(first: bytes) -> None:
    marked = any(first.startswith(mark) for mark in BYTE_ORDER_MARKS)
    wide = first.count(0) * 4 > len(first)
    strange = sum(byte < 32 and byte not in TEXT_CONTROLS for byte in first)
    if not marked and not wide and (0 in first or strange * 50 > len(first)):
        message = "the file is binary, no text; export it as CSV, JSON lines, Parquet or .xlsx"
        raise BadFileError(message)


def _text_kind(first: bytes, named: str | None) -> str:
    """Return the kind of a text file; what begins like JSON is JSON whatever its name says."""
    encoding = next((e for mark, e in BYTE_ORDER_MARKS.items() if first.startswith(mark)), "utf-8")
    start = codecs.decode(first, encoding, "replace").lstrip("\ufeff \t\r\n")
    if start.startswith("[") and named in ("json", "jsonl", None):
        return "json"
    if start.startswith("{") and named in ("json", "jsonl", None):
        # Several objects, each on its line, are JSON lines; one that spans lines is a document.
        line = start.splitlines()[0].rstrip()
        return "jsonl" if line.endswith("}") else "json"
    if named in ("json", "jsonl"):
        message = "the file is called JSON and begins with neither { nor [; export it again"
        raise BadFileError(message)
    return named or "csv"
