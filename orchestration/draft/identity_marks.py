"""Which columns of a contract hold identities, so that a person can be erased from the source.

A mark too many deletes rows that only look like a person's, one too few leaves rows behind. What a
drafted view gives as an identity is marked; what only its name says is marked with a question; and
where a name may as well mean somebody of the own staff, there is the question alone. Columns tagged
as e-mail address or phone need no mark (docs/privacy.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestration.draft import words
from orchestration.draft.columns import ColumnDraft
from orchestration.draft.identities import WITH_RECORDS, record_columns
from orchestration.draft.matching import BY_NOUN, customer_columns, says_stream
from orchestration.draft.plan import ViewPlan
from orchestration.draft.streams import StreamDraft
from orchestration.draft.supplies import Supply, identity_of
from orchestration.draft.vocabulary import Vocabulary

ANY_TYPE = "*"
TAGGED = ("email", "phone")
# Anybody's id: of a customer only where the file's rows are such.
# A type that is the same in every row.
LITERAL = re.compile("'([^']+)'")
OWN_ID, OTHERS_ID = "id", "external_id"


@dataclass(frozen=True, kw_only=True)
class IdentityMark:
    """What the contract says of a column that identifies somebody, or may.

    Attributes
    ----------
    identity
        The type, as the view of identities gives it; ``*`` for any, empty for a question alone.
    question
        What a person has to look at, empty where a drafted view settles it.
    """

    identity: str
    question: str = ""


# By stream and column.
Marks = Mapping[str, Mapping[str, IdentityMark]]


def mark_identities(
    source: str, streams: Sequence[StreamDraft], views: Sequence[ViewPlan], vocabulary: Vocabulary
) -> Marks:
    """Return the marks of every stream's columns."""
    settled = {stream.name: _by_views(source, stream, views, vocabulary) for stream in streams}
    settled_types = {mark.identity for marks in settled.values() for mark in marks.values()}
    return {
        stream.name: {
            **_by_names(source, stream, vocabulary, settled_types),
            **settled[stream.name],
        }
        for stream in streams
    }


def _by_views(
    source: str, stream: StreamDraft, views: Sequence[ViewPlan], vocabulary: Vocabulary
) -> dict[str, IdentityMark]:
    """Return the marks of columns that a drafted view gives as identities."""
    marks: dict[str, IdentityMark] = {}
    for view in views:
        if view.stream is not stream or view.missing or "customer_key" not in view.supplies:
            continue
        if view.name in WITH_RECORDS:
            for column in record_columns(view, vocabulary):
                kind, _ = identity_of(stream, column, source)
                marks[column.name] = _of_type(kind, column, vocabulary)
        key, key_type = view.supplies["customer_key"], view.supplies["customer_key_type"]
        for name in key.columns:
            holder = stream.column(name)
            if holder is not None and name not in marks:
                marks[name] = _of_key(key, key_type, holder, vocabulary)
    return {
        name: mark
        for name, mark in marks.items()
        if not _is_tagged(stream.column(name), mark.identity)
    }


def _of_key(
    key: Supply, key_type: Supply, holder: ColumnDraft, vocabulary: Vocabulary
) -> IdentityMark:
    """Return the mark of a column from which a view takes the key of the customer."""
    kind = LITERAL.fullmatch(key_type.sql)
    if kind is None or len(key.columns) > 1:
        question = "TODO: the view works the key out of it; if it is one itself, add `identity`"
        return IdentityMark(identity="", question=question)
    # Erasure passes over case and blanks around a value, and over nothing else.
    if key.sql not in (holder.name, f"trim({holder.name})", f"lower(trim({holder.name}))"):
        question = "TODO: the view works the key out of it; erase finds only values that are alike"
        return IdentityMark(identity=kind[1], question=question)
    return _of_type(kind[1], holder, vocabulary)


def _of_type(kind: str, column: ColumnDraft, vocabulary: Vocabulary) -> IdentityMark:
    if column.name == OTHERS_ID or column.name in vocabulary.others_ids:
        return IdentityMark(identity=ANY_TYPE, question=_others_question())
    return IdentityMark(identity=kind)


def _is_tagged(column: ColumnDraft | None, kind: str) -> bool:
    """Return whether a column's tag says already what the mark would say."""
    return column is not None and column.contract.personal_data in TAGGED and kind in TAGGED


def _by_names(
    source: str, stream: StreamDraft, vocabulary: Vocabulary, settled_types: set[str]
) -> dict[str, IdentityMark]:
    """Return the marks of columns that are identities by their names, each with its question."""
    customers = {column.name for column in customer_columns(stream, vocabulary)}
    are_customers = any(
        says_stream(stream, vocabulary.stream(name)) == BY_NOUN for name in WITH_RECORDS
    )
    marks: dict[str, IdentityMark] = {}
    for column in stream.columns:
        name = column.name
        if column.contract.personal_data in TAGGED or not _may_be_an_id(column):
            continue
        if name in vocabulary.others_ids or (name == OTHERS_ID and are_customers):
            marks[name] = IdentityMark(identity=ANY_TYPE, question=_others_question())
        elif name in customers or (name == OWN_ID and are_customers):
            kind, _ = identity_of(stream, column, source)
            question = (
                "taken for the same as elsewhere in this source, by its name"
                if kind in settled_types
                else "TODO: an identity by its name alone; if it is none, take the mark away"
            )
            marks[name] = IdentityMark(identity=kind, question=question)
        elif any(name.endswith(f"_{known}") for known in _ids(vocabulary)):
            question = "TODO: may identify a customer; if so, add `identity`, else erase misses it"
            marks[name] = IdentityMark(identity="", question=question)
    return marks


def _may_be_an_id(column: ColumnDraft) -> bool:
    return column.type in ("string", "integer") and bool(column.facts.told)


def _ids(vocabulary: Vocabulary) -> list[str]:
    return [name for name in vocabulary.customer if words.words_of(name)[-1:] == ["id"]]


def _others_question() -> str:
    return 'TODO: an id that another system gave; "*" is any type, better name the one it has'
