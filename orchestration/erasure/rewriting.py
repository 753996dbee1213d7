"""Landing files without the person's rows, each put in the place of the old one by one rename.

In text files a row's lines become blank ones, which the loader passes over, so that whatever names
another row by its line still finds it. Identifiers that stand elsewhere in a file, such as in
somebody else's comment, are replaced by a mark.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import shutil
import tempfile
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.erasure.finding import FoundRows
from orchestration.erasure.identifiers import NOT_BEFORE, NOT_BEHIND
from orchestration.erasure.subject import ErasureError, Subject
from orchestration.extract.formats import with_known_format
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.text_files import BYTE_ORDER_MARKS, PIECE_BYTES, unpacked

Mend = Callable[[str], str]
# Files that begin so hold text only in part, by places that a change of length would break.
NO_TEXT = (b"%PDF", b"PK\x03\x04")


def rewrite(rows: FoundRows, subject: Subject) -> None:
    """Take the person's rows out of one landing file.

    Raises
    ------
    ErasureError
        When the file cannot be written again in its own encoding; it is left as it was.
    """
    with rewritten(rows, subject) as target:
        _put_in_place(target, rows.path)


def mark_values(path: Path, subject: Subject) -> None:
    """Replace the person's identifiers in a file that no contract knows, packed or not."""
    with marked(path, subject) as target:
        _put_in_place(target, path)


@contextmanager
def rewritten(rows: FoundRows, subject: Subject) -> Iterator[Path]:
    """Give a landing file as it is without the person, unpacked, and leave the file alone.

    Raises
    ------
    ErasureError
        When its rows cannot be taken out.
    """
    contract = with_known_format(rows.contract, rows.path)
    if contract.format == "xlsx":
        raise ErasureError("a workbook is not rewritten: take its rows out by hand")
    with tempfile.TemporaryDirectory(prefix="throughline-") as spool:
        plain = unpacked(rows.path, Path(spool))
        target = Path(spool) / "rewritten"
        if contract.format == "parquet":
            target = target.with_suffix(".parquet")
            _rewrite_parquet(plain, target, rows.lines, subject)
        elif _is_document(plain, contract.encoding):
            _rewrite_document(plain, target, contract.records, rows.lines, subject)
        else:
            # A blank line in a file of one column is a row.
            blank = contract.format != "csv" or len(contract.columns) > 1
            mend = _mend(subject, keeps_length=contract.format == "fixed_width")
            _rewrite_lines(plain, target, contract.encoding, _doomed(rows), mend, blank=blank)
        yield target


@contextmanager
def marked(path: Path, subject: Subject) -> Iterator[Path]:
    """Give a file that no contract knows with marks for the identifiers, and leave the file alone.

    Raises
    ------
    ErasureError
        When it is neither text nor Parquet: other bytes cannot be replaced.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-") as spool:
        plain = unpacked(path, Path(spool))
        target = Path(spool) / "rewritten"
        if path.suffix == ".parquet":
            target = target.with_suffix(".parquet")
            _rewrite_parquet(plain, target, (), subject)
        else:
            encoding = _text_encoding(plain)
            _rewrite_lines(plain, target, encoding, lambda _line: False, _mend(subject), blank=True)
        yield target


def _text_encoding(path: Path) -> str:
    """Return the encoding of a text file, by its byte order mark, else UTF-8 or what it may be."""
    with path.open("rb") as file:
        start = file.read(PIECE_BYTES)
        shown = [name for mark, name in BYTE_ORDER_MARKS.items() if start.startswith(mark)]
        if shown:
            return shown[0]
        piece = start
        while piece and b"\0" not in piece:
            piece = file.read(PIECE_BYTES)
    if piece or start.startswith(NO_TEXT):
        raise ErasureError("it is no text, so its bytes cannot be replaced: remove it by hand")
    return "utf-8"


def _doomed(rows: FoundRows) -> Callable[[int], bool]:
    """Return whether a line belongs to one of the person's rows, which may run over several."""
    doomed = set(rows.lines)
    starts = rows.row_starts

    def is_doomed(line: int) -> bool:
        place = bisect_right(starts, line)
        return place > 0 and starts[place - 1] in doomed

    return is_doomed


def _rewrite_lines(
    source: Path,
    target: Path,
    encoding: str,
    is_doomed: Callable[[int], bool],
    mend: Mend,
    *,
    blank: bool,
) -> None:
    """Write ``source`` without some lines; bytes that UTF-8 does not know are kept as they are."""
    errors = "surrogateescape" if codecs.lookup(encoding).name == "utf-8" else "strict"
    with (
        source.open(encoding=encoding, errors=errors, newline="") as lines,
        target.open("w", encoding=encoding, errors=errors, newline="") as kept,
    ):
        for number, line in enumerate(lines, start=1):
            if not is_doomed(number):
                kept.write(mend(line))
            elif blank:
                kept.write(_line_end(line))


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _rewrite_parquet(source: Path, target: Path, lines: tuple[int, ...], subject: Subject) -> None:
    doomed = ", ".join(str(line - 1) for line in lines) or "-1"
    with duckdb.connect() as connection:
        columns = connection.execute(
            "select column_name, column_type from (describe select * from read_parquet($1))",
            [str(source)],
        ).fetchall()
        selected = ", ".join(
            f"{_marked(name, subject)} as {identifier(name)}"
            if kind == "VARCHAR"
            else identifier(name)
            for name, kind in columns
        )
        connection.execute(
            f"copy (select {selected} from read_parquet({literal(str(source))}, "
            f"file_row_number = true) where file_row_number not in ({doomed}) "
            f"order by file_row_number) to {literal(str(target))} (format parquet)"
        )


def _marked(column: str, subject: Subject) -> str:
    expression = identifier(column)
    marked_text = literal(rf"\1{subject.mark}\2")
    telling = subject.telling
    for values, options in ((telling.in_any_case, "gi"), (telling.as_written, "g")):
        for value in values:
            pattern = literal(f"(^|[^{NOT_BEFORE}]){re.escape(value)}($|[^{NOT_BEHIND}])")
            expression = f"regexp_replace({expression}, {pattern}, {marked_text}, '{options}')"
    return expression


def _is_document(path: Path, encoding: str) -> bool:
    """Return whether a file is one JSON document, not a row a line."""
    with path.open(encoding=encoding, errors="replace") as file:
        start = file.read(1 << 16).lstrip("\ufeff \t\r\n")
    if not start.startswith(("[", "{")):
        return False
    first = start.partition("\n")[0]
    try:
        return not isinstance(json.loads(first), dict)
    except ValueError:
        return True


def _rewrite_document(
    source: Path, target: Path, records: str | None, lines: tuple[int, ...], subject: Subject
) -> None:
    document = json.loads(source.read_text(encoding="utf-8-sig"))
    rows = document
    for step in (records or "$").removeprefix("$").strip(".").split("."):
        rows = rows[step] if step else rows
    if not isinstance(rows, list):
        raise ErasureError(
            f"{source.name}: there is no array at {records or '$'}, so its rows cannot be taken "
            "out; remove them by hand and run the command again"
        )
    for line in sorted(lines, reverse=True):
        del rows[line - 1]
    text = json.dumps(document, ensure_ascii=False)
    target.write_text(_mend(subject)(text), encoding="utf-8")


def _mend(subject: Subject, *, keeps_length: bool = False) -> Mend:
    if not subject.telling:
        return lambda text: text
    pattern = subject.telling.pattern

    def mark(match: re.Match[str]) -> str:
        width = len(match[0])
        return subject.mark.ljust(width)[:width] if keeps_length else subject.mark

    return lambda text: pattern.sub(mark, text)


def _put_in_place(plain: Path, path: Path) -> None:
    """Pack ``plain`` as ``path`` is packed and put it there by one rename."""
    draft = path.with_name(f".{path.name}.erasing")
    if path.suffix.lower() == ".gz":
        with plain.open("rb") as source, gzip.GzipFile(draft, "wb", mtime=0) as target:
            shutil.copyfileobj(source, target)
    elif path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as old:
            member = next(entry for entry in old.infolist() if not entry.is_dir())
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, member.filename)
    else:
        shutil.copyfile(plain, draft)
    shutil.copymode(path, draft)
    draft.replace(path)
