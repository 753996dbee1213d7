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
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb

from orchestration.erasure.finding import FoundRows
from orchestration.erasure.subject import NOT_BEFORE, NOT_BEHIND, ErasureError, Subject
from orchestration.extract.formats import with_known_format
from orchestration.extract.sql_text import identifier, literal
from orchestration.extract.text_files import unpacked

UNTOUCHABLE = ("xlsx",)
Mend = Callable[[str], str]


def check_rewritable(found: Iterable[FoundRows]) -> None:
    """Refuse, before anything is changed, what only a person can change.

    Raises
    ------
    ErasureError
        Names each file and its rows.
    """
    by_hand = [
        f"{rows.path.name}: rows {', '.join(map(str, rows.lines))}"
        for rows in found
        if with_known_format(rows.contract, rows.path).format in UNTOUCHABLE
    ]
    if by_hand:
        raise ErasureError(
            "workbooks are not rewritten, since their formulas and layout would be lost: delete "
            f"these rows in them and run the command again: {'; '.join(by_hand)}"
        )


def rewrite(rows: FoundRows, subject: Subject) -> None:
    """Take the person's rows out of one landing file.

    Raises
    ------
    ErasureError
        When the file cannot be written again in its own encoding; it is left as it was.
    """
    contract = with_known_format(rows.contract, rows.path)
    with tempfile.TemporaryDirectory(prefix="throughline-") as spool:
        plain = unpacked(rows.path, Path(spool))
        target = Path(spool) / "rewritten"
        if contract.format == "parquet":
            _rewrite_parquet(plain, target, rows.lines, subject)
        elif _is_document(plain, contract.encoding):
            _rewrite_document(plain, target, contract.records, rows.lines, subject)
        else:
            # A blank line in a file of one column is a row.
            blank = contract.format != "csv" or len(contract.columns) > 1
            mend = _mend(subject, keeps_length=contract.format == "fixed_width")
            _rewrite_lines(plain, target, contract.encoding, _doomed(rows), mend, blank=blank)
        _put_in_place(target, rows.path)


def mark_values(path: Path, subject: Subject) -> None:
    """Replace the person's identifiers in a text file that no contract knows, packed or not."""
    with tempfile.TemporaryDirectory(prefix="throughline-") as spool:
        plain = unpacked(path, Path(spool))
        target = Path(spool) / "rewritten"
        _rewrite_lines(plain, target, "utf-8", lambda _line: False, _mend(subject), blank=True)
        _put_in_place(target, path)


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
    marked = literal(rf"\1{subject.mark}\2")
    for value in subject.telling_values:
        pattern = f"(^|[^{NOT_BEFORE}]){re.escape(value)}($|[^{NOT_BEHIND}])"
        expression = f"regexp_replace({expression}, {literal(pattern)}, {marked}, 'gi')"
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
    values = subject.telling_values
    if not values:
        return lambda text: text
    pattern = re.compile(
        f"(?<![{NOT_BEFORE}])(?:{'|'.join(map(re.escape, values))})(?![{NOT_BEHIND}])",
        re.IGNORECASE,
    )

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
