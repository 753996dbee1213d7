"""How well a file's columns fit the columns of a canonical stream, by name, type and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.draft import words
from orchestration.draft.columns import ColumnDraft
from orchestration.draft.streams import StreamDraft
from orchestration.draft.vocabulary import CanonicalStream, Vocabulary

TYPES_OF = {
    "timestamp": ("timestamp", "date"),
    "date": ("date", "timestamp"),
    "double": ("integer", "decimal", "double"),
    "bigint": ("integer",),
    "boolean": ("boolean",),
}
NUMBERS = ("integer", "decimal", "double")
WRITTEN = ("comment_text", "answer_text", "note")
EXACT, STRIPPED, ENDING = 1.0, 0.9, 0.7
BY_NOUN = 2.0
ANY_TABLES = ("id", "key", "name")
# Each later synonym is a little less likely.
STEP = 0.01


@dataclass(frozen=True, kw_only=True)
class Match:
    """A file's column that may hold what a canonical column asks for.

    Attributes
    ----------
    quality
        From 0 to 1, by how alike the names are.
    """

    column: ColumnDraft
    quality: float


def match_stream(stream: StreamDraft, canonical: CanonicalStream) -> dict[str, Match]:
    """Return the best column of a file for each column of a canonical stream that finds one."""
    by_noun = says_stream(stream, canonical) == BY_NOUN
    pairs = sorted(
        (
            (name_quality(stream, column.name, names), target, column)
            for target, names in canonical.names.items()
            for column in stream.columns
            if _fits_type(canonical, target, column)
            # Every table has an id; it is this stream's only when the file is.
            and (by_noun or target != canonical.grain or column.name not in ANY_TABLES)
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2].name),
    )
    found: dict[str, Match] = {}
    taken: set[str] = set()
    for quality, target, column in pairs:
        if quality > 0 and target not in found and column.name not in taken:
            found[target] = Match(column=column, quality=quality)
            taken.add(column.name)
    return found


def name_quality(stream: StreamDraft, name: str, wanted: Sequence[str]) -> float:
    """Return how well a column's name fits a list of synonyms, 0 when it does not."""
    short = short_name(stream, name)
    for place, synonym in enumerate(wanted):
        if name == synonym:
            return EXACT - STEP * place
    for place, synonym in enumerate(wanted):
        if short == synonym:
            return STRIPPED - STEP * place
    for place, synonym in enumerate(wanted):
        if "_" in synonym and name.endswith(f"_{synonym}"):
            return ENDING - STEP * place
    return 0.0


def short_name(stream: StreamDraft, name: str) -> str:
    """Return a column's name without words of its file or of a tool that stand before it."""
    said = {words.singular(word) for word in words.words_of(stream.name)} | {
        "property",
        "properties",
    }
    parts = words.words_of(name)
    while len(parts) > 1 and words.singular(parts[0]) in said:
        parts = parts[1:]
    return "_".join(parts)


def customer_columns(stream: StreamDraft, vocabulary: Vocabulary) -> list[ColumnDraft]:
    """Return the columns that may name the customer, the likeliest first."""
    ranked = []
    for column in stream.columns:
        if column.type not in ("string", "integer") or not column.facts.told or column.is_comment:
            continue
        quality = max(
            (
                EXACT - STEP * place
                for place, n in enumerate(vocabulary.customer)
                if n == column.name
            ),
            default=0.0,
        )
        if quality:
            ranked.append((-quality, column.name, column))
    return [column for _, _, column in sorted(ranked, key=lambda entry: entry[:2])]


def says_stream(stream: StreamDraft, canonical: CanonicalStream) -> float:
    """Return how plainly a file's name says its stream: 2 by its noun, 1 by any word, else 0.

    The last word of an English compound is its noun: a ticket's comment is a comment.
    """
    said = [words.singular(word) for word in words.words_of(stream.name)]
    wanted = {words.singular(word) for word in canonical.files}
    nouns = {"_".join(said), *said[-1:]}
    while said and said[-1] in words.TRAILING_WORDS:
        said.pop()
        nouns |= {"_".join(said), *said[-1:]}
    if wanted & nouns:
        return BY_NOUN
    return 1.0 if wanted.intersection(said) else 0.0


def _fits_type(canonical: CanonicalStream, target: str, column: ColumnDraft) -> bool:
    kind = canonical.columns[target]
    if target in ("score", "rating") and not (
        column.type in NUMBERS and (words.is_score(column.name) or target == column.name)
    ):
        return False
    if target == "comment_text":
        return column.is_comment
    if kind == "varchar":
        return column.type in ("string", "integer") and (
            column.contract.personal_data != "comment" or target in WRITTEN
        )
    if kind.startswith("decimal"):
        return column.type in NUMBERS
    return column.type in TYPES_OF[kind]
