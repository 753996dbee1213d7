"""Malformed files by the thousand: none may raise, lose a row, or harm another stream.

``python -m benchmarks.fuzz --files N`` damages valid files of every format in ways that are drawn
from a fixed seed, loads each, and recounts what became of its rows.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb
from duckdb_extensions import import_extension  # type: ignore[import-untyped]  # has no types

from orchestration.extract.loader import StreamLoad, load_stream
from orchestration.extract.shapes import ColumnContract, StreamContract

RECEIVED_AT = datetime(2026, 7, 1)  # noqa: DTZ001
ROWS = [
    {
        "event_id": f"e{number}",
        "score": number % 11,
        "occurred_at": f"2026-01-{number % 28 + 1:02d} 10:00:00",
        "comment": ["fine", "très bien", "two words", "a longer text of no use"][number % 4],
    }
    for number in range(24)
]
PLACES = {"event_id": (1, 6), "score": (7, 3), "occurred_at": (10, 20), "comment": (30, 24)}
FORMATS = ("csv", "jsonl", "parquet", "xlsx", "fixed_width")
INSERTED = (
    b'"', b"\n", b"\r", b"\r\n", b"\x00", b",", b"\xff", b"\xef\xbb\xbf", b"{", b"[", b"\\", b"'",
    b"<", b"\x1a", b'"\n"', b"\xed\xa0\x80", b"\n\n\n", b"0" * 400,
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-16-le", "latin-1", "cp1252", "utf-32", "utf-8-sig")


class LostRowError(AssertionError):
    """A file of which something is unaccounted for, or which harmed another stream."""


def contract(file_format: str, name: str = "events") -> StreamContract:
    """Return the contract under which the files of one format are loaded."""
    kinds = {"event_id": "string", "score": "integer", "occurred_at": "timestamp"}
    columns = tuple(
        ColumnContract(
            name=column,
            type=kinds.get(column, "string"),
            required=column == "event_id",
            start=PLACES[column][0] if file_format == "fixed_width" else None,
            width=PLACES[column][1] if file_format == "fixed_width" else None,
        )
        for column in PLACES
    )
    return StreamContract(
        source_name="fuzz",
        name=f"{name}_{file_format}",
        files=f"{name}.{file_format}",
        format=file_format,
        header_rows=0 if file_format == "fixed_width" else 1,
        key=("event_id",),
        columns=columns,
    )


def sound_files() -> dict[str, bytes]:
    """Return a valid file of each format, all of the same rows."""
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    fixed = ["".join(f"{row[c]!s:<{PLACES[c][1]}}" for c in PLACES) for row in ROWS]
    with tempfile.TemporaryDirectory() as name, duckdb.connect() as connection:
        folder = Path(name)
        source = folder / "rows.jsonl"
        source.write_text("\n".join(lines), encoding="utf-8")
        import_extension("excel", con=connection)
        connection.execute("load excel")
        # Some fields quoted, one with a line break.
        select = f"select * replace (case when score = 3 then 'two' || chr(10) || '\"lines\"' else comment end as comment) from '{source}'"  # noqa: E501
        connection.execute(f"copy ({select}) to '{folder}/rows.csv' (header)")
        connection.execute(f"copy ({select}) to '{folder}/rows.parquet'")
        connection.execute(f"copy ({select}) to '{folder}/rows.xlsx' (format xlsx, header true)")
        made = {kind: (folder / f"rows.{kind}").read_bytes() for kind in ("csv", "parquet", "xlsx")}
    return made | {
        "jsonl": "\n".join(lines).encode(),
        "fixed_width": "\n".join(fixed).encode(),
    }


def damaged(content: bytes, file_format: str, chance: random.Random) -> bytes:
    """Return the content with one to three kinds of damage."""
    if file_format == "xlsx" and chance.random() < 0.6:
        return _damaged_inside(content, chance)
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(DAMAGES)(content, chance)
    return content


def _damaged_inside(workbook: bytes, chance: random.Random) -> bytes:
    """Damage one part of a workbook and pack it again, so that its checksums are right."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive, zipfile.ZipFile(target, "w") as copy:
        names = archive.namelist()
        # Rows and strings stand in these; the others are short and mostly fixed.
        telling = [name for name in names if "sheet1" in name or "haredStrings" in name]
        hit = chance.choice(telling if chance.random() < 0.8 else names)
        for name in names:
            part = archive.read(name)
            copy.writestr(name, chance.choice(DAMAGES)(part, chance) if name == hit else part)
    return target.getvalue()


def _flip_bits(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut_off(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _insert(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        content = content[:place] + chance.choice(INSERTED) + content[place:]
    return content


def _repeat_block(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[start:end] * chance.randint(1, 3) + content[end:]


def _leave_out_block(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content) + 1)
    return content[:start] + content[start + chance.randint(1, 200) :]


def _encode_anew(content: bytes, chance: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode(chance.choice(ENCODINGS), "replace")


def _swap_digits(content: bytes, chance: random.Random) -> bytes:
    old, new = (str(chance.randrange(10)).encode() for _ in range(2))
    return content.replace(old, new * chance.randint(0, 6), chance.randint(1, 5))


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip_bits, _cut_off, _insert, _repeat_block, _leave_out_block, _encode_anew, _swap_digits,
)  # fmt: skip


class Trial:
    """A warehouse with a sound stream, into which damaged files are loaded one by one."""

    def __init__(self, folder: Path) -> None:
        self.landing = folder / "landing"
        self.landing.mkdir()
        self.connection = duckdb.connect(config={"threads": 1})
        self.sound = contract("csv", "sound")
        (self.landing / "sound.csv").write_bytes(sound_files()["csv"])
        self._load(self.sound)
        self.sound_rows = self._rows_of_sound_stream()
        self.outcomes: Counter[str] = Counter()

    def load(self, content: bytes, file_format: str) -> StreamLoad:
        """Load one damaged file and check everything that must hold.

        Raises
        ------
        LostRowError
            When something does not.
        """
        stream = contract(file_format)
        path = self.landing / f"events.{file_format}"
        path.write_bytes(content)
        loaded = self._load(stream)
        (file,) = loaded.files
        self.outcomes[f"{file_format} {file.status}"] += 1
        self._check_counts(stream, loaded)
        expected = rows_counted_by_lines(content, file_format)
        if file.status == "loaded" and expected is not None and file.rows_in != expected:
            message = f"{file_format}: {file.rows_in} rows in, counted by lines {expected}"
            raise LostRowError(message)
        return loaded

    def check_sound_stream(self) -> None:
        """Raise unless the sound stream holds what it held at first, and loads again."""
        if self._rows_of_sound_stream() != self.sound_rows:
            message = "the sound stream changed"
            raise LostRowError(message)

    def _load(self, stream: StreamContract) -> StreamLoad:
        return load_stream(self.connection, stream, self.landing, received_at=RECEIVED_AT)

    def _rows_of_sound_stream(self) -> list[tuple[object, ...]]:
        table = f"raw.{self.sound.table_name}"
        return self.connection.execute(f"select * from {table} order by all").fetchall()

    def _check_counts(self, stream: StreamContract, loaded: StreamLoad) -> None:
        """Recount the stream's ledger from the tables that it is about."""
        wrong = self.connection.execute(
            f"""
            select load_id from quality.load_ledger as ledger
            where stream = $1 and (
                rows_in <> rows_loaded + rows_quarantined + rows_duplicate
                or rows_loaded <> (
                    select count(*) from raw.{stream.table_name} as kept
                    where kept._load_id = ledger.load_id
                ) + (
                    select count(*) from quality.replaced_rows as gone
                    where gone.load_id = ledger.load_id and gone.reason <> 'stale'
                )
                or rows_quarantined <> (
                    select count(*) from quality.quarantine as bad
                    where bad.load_id = ledger.load_id
                )
            )
            """,
            [stream.name],
        ).fetchall()
        if wrong:
            message = f"{stream.name}: the ledger does not add up; {loaded.messages}"
            raise LostRowError(message)


def rows_counted_by_lines(content: bytes, file_format: str) -> int | None:
    """Return how many rows a file must have, or None where damage leaves that open."""
    if file_format not in ("csv", "jsonl", "fixed_width") or b"\x00" in content:
        return None
    if file_format == "csv" and b'"' in content:
        return None
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    if file_format == "jsonl" and text.lstrip().startswith(("[", "{\n", "{\r")):
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if file_format == "csv":
        return sum(line != "" for line in lines) - 1
    return sum(line.strip(" ") != "" for line in lines)


def run(files: int, seed: int, folder: Path) -> Mapping[str, int]:
    """Load ``files`` damaged files and return how many ended how."""
    chance = random.Random(seed)
    sound = sound_files()
    trial = Trial(folder)
    for number in range(files):
        file_format = FORMATS[number % len(FORMATS)]
        content = damaged(sound[file_format], file_format, chance)
        try:
            trial.load(content, file_format)
        except Exception:
            kept = Path(tempfile.gettempdir()) / f"throughline-fuzz-{seed}-{number}.{file_format}"
            kept.write_bytes(content)
            print(f"file {number} of seed {seed} is kept as {kept}")
            raise
    trial.check_sound_stream()
    trial.connection.close()
    return trial.outcomes


def main() -> None:
    """Run the number of files asked for and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        outcomes = run(arguments.files, arguments.seed, Path(name))
    for outcome, count in sorted(outcomes.items()):
        print(f"{outcome:<24}{count:>8,}")
    print(f"{arguments.files:,} malformed files: none raised, lost a row or harmed another stream")


if __name__ == "__main__":
    main()
