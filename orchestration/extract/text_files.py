"""Bytes of a landing file made ready for the engine.

The engine reads plain UTF-8 with one kind of line end, in parallel and fast, and is silent about a
truncated gzip. Everything else is therefore unpacked, decoded and evened out into a temporary copy
first, in pieces, so that a large file needs disk and not memory.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from orchestration.extract.checks import BAD_BYTE_MARK

PIECE_BYTES = 1 << 20
PACKED_SUFFIXES = (".gz", ".zip")
UTF_8_NAMES = ("utf-8", "ascii")
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LINE_FEED, RETURN = b"\n", b"\r"
# A full disk is none of these: that is the machine's fault and stops the run. The zip reader raises
# RuntimeError for an archive that is encrypted or packed in a way it does not know.
DAMAGED = (
    EOFError,
    gzip.BadGzipFile,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    RuntimeError,
)


class FileProblemError(Exception):
    """A file that cannot be loaded at all; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A file that the engine can read: plain UTF-8, one kind of line end.

    Attributes
    ----------
    path
        The landing file itself, or the temporary copy.
    line_count
        Number of lines, a last one without its line end included.
    has_quotes
        Whether the quote character occurs at all.
    has_bad_bytes
        Whether bytes that the encoding does not know were marked.
    has_blank_lines
        Whether two line ends follow each other anywhere, inside quotes or not.
    """

    path: Path
    line_count: int
    has_quotes: bool
    has_bad_bytes: bool
    has_blank_lines: bool


@dataclass(frozen=True, kw_only=True)
class _Scan:
    line_ends: int
    returns: int
    pairs: int
    has_quotes: bool
    has_blank_lines: bool
    is_valid: bool
    ends_in_line_end: bool

    @property
    def is_even(self) -> bool:
        """Whether every line ends alike, in a line feed or in return and line feed."""
        return self.returns in (0, self.pairs) and self.pairs in (0, self.line_ends)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unpacked_suffix(path: Path) -> str:
    """Return the suffix of what is packed in a file, or of the file itself, lower case.

    Raises
    ------
    FileProblemError
        When it is a zip that cannot be opened, or of several files.
    """
    name = path.name
    if path.suffix.lower() == ".zip":
        with _unpacking(path), zipfile.ZipFile(path) as archive:
            name = _only_member(archive)
    elif path.suffix.lower() == ".gz":
        name = path.stem
    return Path(name).suffix.lower()


def readable_text(path: Path, *, encoding: str, quote: str, spool: Path) -> TextFile:
    """Return ``path`` as text that the engine can read, copied into ``spool`` when need be.

    Raises
    ------
    FileProblemError
        When the file is empty, cannot be unpacked, or shows another encoding than ``encoding``.
    """
    plain = unpacked(path, spool)
    first = _first_bytes(plain)
    _check_encoding(first, encoding)
    is_utf_8 = codecs.lookup(encoding).name in UTF_8_NAMES
    scan = _scan(plain, quote.encode()) if is_utf_8 else None
    if scan is None or not scan.is_valid or not scan.is_even:
        copy = spool / "text"
        has_bad_bytes = _write_even_text(plain, encoding, copy)
        scan, plain = _scan(copy, quote.encode()), copy
    else:
        has_bad_bytes = False
    return TextFile(
        path=plain,
        line_count=scan.line_ends + (not scan.ends_in_line_end),
        has_quotes=scan.has_quotes,
        has_bad_bytes=has_bad_bytes,
        has_blank_lines=scan.has_blank_lines,
    )


def unpacked(path: Path, spool: Path) -> Path:
    """Return ``path``, or an unpacked copy in ``spool`` of a compressed file.

    Raises
    ------
    FileProblemError
        When the file is empty, truncated, or no archive of one file.
    """
    if path.stat().st_size == 0:
        message = "the file is empty; export it again"
        raise FileProblemError(message)
    if path.suffix.lower() not in PACKED_SUFFIXES:
        return path
    copy = spool / "unpacked"
    with _unpacking(path), _open_packed(path) as packed, copy.open("wb") as target:
        while piece := packed.read(PIECE_BYTES):
            target.write(piece)
    if copy.stat().st_size == 0:
        message = "the file holds nothing once unpacked; export it again"
        raise FileProblemError(message)
    return copy


@contextmanager
def _unpacking(path: Path) -> Iterator[None]:
    """Tell what to do about an archive that is damaged."""
    try:
        yield
    except DAMAGED as error:
        kind = path.suffix.lower().removeprefix(".")
        message = (
            f"the {kind} file cannot be unpacked, it is truncated or damaged "
            f"({type(error).__name__}); copy it again"
        )
        raise FileProblemError(message) from error


@contextmanager
def _open_packed(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix.lower() == ".gz":
        with gzip.open(path, "rb") as file:
            yield file  # type: ignore[misc]  # GzipFile reads like any binary file
        return
    with zipfile.ZipFile(path) as archive, archive.open(_only_member(archive)) as file:
        yield file


def _only_member(archive: zipfile.ZipFile) -> str:
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if len(names) != 1:
        message = f"the zip file holds {len(names)} files, not one; unpack it into landing"
        raise FileProblemError(message)
    return names[0]


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _check_encoding(first: bytes, encoding: str) -> None:
    name = codecs.lookup(encoding).name
    shown = next((name for mark, name in BYTE_ORDER_MARKS.items() if first.startswith(mark)), None)
    if shown is None and not name.startswith(("utf-16", "utf-32")):
        # Latin text in UTF-16 is every other byte zero; in any other encoding none is.
        shown = "utf-16" if first.count(0) * 4 > len(first) else None
    if shown is not None and not name.startswith(shown):
        message = (
            f"the file is encoded in {shown}, the contract says {encoding}; "
            f"set `encoding: {shown}` in the contract, or export the file as {encoding}"
        )
        raise FileProblemError(message)


def _scan(path: Path, quote: bytes) -> _Scan:
    """Read a file once for what decides how it is read; counts bytes, never rows."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line_ends = returns = pairs = 0
    has_quotes = has_blank_lines = False
    is_valid = True
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            line_ends += int(np.count_nonzero(np.frombuffer(piece, dtype=np.uint8) == LINE_FEED[0]))
            # The seam is one byte wide for a pair and three for a blank line of pairs.
            seam = tail + piece
            if RETURN in piece or tail.endswith(RETURN):
                returns += piece.count(RETURN)
                pairs += seam.count(b"\r\n") - tail.count(b"\r\n")
                has_blank_lines = has_blank_lines or b"\r\n\r\n" in seam or b"\n\r" in seam
            has_blank_lines = has_blank_lines or b"\n\n" in seam
            has_quotes = has_quotes or (bool(quote) and quote in piece)
            is_valid = is_valid and _decodes(decoder, piece)
            tail = seam[-3:]
    return _Scan(
        line_ends=line_ends,
        returns=returns,
        pairs=pairs,
        has_quotes=has_quotes,
        has_blank_lines=has_blank_lines,
        is_valid=is_valid and _decodes(decoder, b"", final=True),
        ends_in_line_end=tail.endswith(LINE_FEED),
    )


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _write_even_text(source: Path, encoding: str, target: Path) -> bool:
    """Write ``source`` as UTF-8 with line feeds; return whether bytes had to be marked.

    A return, alone or before a line feed, becomes a line feed, inside quotes too.
    """
    name = codecs.lookup(encoding).name
    # A byte order mark is no part of the first column's name.
    decoder = codecs.getincrementaldecoder("utf-8-sig" if name == "utf-8" else name)(
        errors=_mark_bad_bytes.__name__
    )
    has_bad_bytes = False
    held = ""
    with source.open("rb") as file, target.open("w", encoding="utf-8", newline="") as copy:
        while True:
            piece = file.read(PIECE_BYTES)
            text = held + decoder.decode(piece, final=not piece)
            # A return at the very end may be the first half of a pair.
            held = text[-1:] if piece and text.endswith("\r") else ""
            text = text[: len(text) - len(held)].replace("\r\n", "\n").replace("\r", "\n")
            has_bad_bytes = has_bad_bytes or BAD_BYTE_MARK in text
            copy.write(text)
            if not piece:
                return has_bad_bytes


def _mark_bad_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return BAD_BYTE_MARK + "".join(f"\\x{byte:02x}" for byte in bad), error.end


codecs.register_error(_mark_bad_bytes.__name__, _mark_bad_bytes)
