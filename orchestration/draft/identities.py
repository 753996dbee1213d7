"""How a drafted source says who its customers are, from every view that names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.draft.columns import ColumnDraft
from orchestration.draft.matching import customer_columns
from orchestration.draft.plan import ViewPlan, customer_columns_of
from orchestration.draft.supplies import identity_of
from orchestration.draft.vocabulary import Vocabulary
from orchestration.draft.words import words_of
from orchestration.extract.sql_text import literal

ORGANISATIONS = frozenset(("company", "organization", "organisation", "household", "account"))
WITH_RECORDS = ("accounts", "contacts")
NO_MOMENT = "cast(null as timestamp)"


@dataclass(frozen=True, kw_only=True)
class IdentityRow:
    """One select of the view of identities: expressions of its columns, and where from."""

    record: str
    kind: str
    kind_name: str
    value: str
    moment: str
    relation: str


@dataclass(frozen=True, kw_only=True)
class IdentityPlan:
    """The view of identities, without which a source's rows belong to nobody known."""

    rows: tuple[IdentityRow, ...]


def plan_identities(
    source: str, views: Sequence[ViewPlan], vocabulary: Vocabulary
) -> IdentityPlan | None:
    """Return the view of identities, None when no view names a customer.

    An account or contact states every key that its row holds; any other view states the key by
    which it names the customer, so that a customer without an account is one nevertheless.
    """
    rows: list[IdentityRow] = []
    for view in views:
        if view.missing or "customer_key" not in view.supplies:
            continue
        if view.name in WITH_RECORDS:
            rows += _of_records(source, view, vocabulary)
        else:
            relation = f"{{{{ ref('stg_{source}__{view.name}') }}}}"
            time = view.canonical.time
            moment = time if time in view.supplies else NO_MOMENT
            rows.append(
                IdentityRow(
                    record="customer_key",
                    kind="customer_key_type",
                    kind_name=view.supplies["customer_key_type"].sql.strip("'"),
                    value="customer_key",
                    moment=moment,
                    relation=relation,
                )
            )
    return IdentityPlan(rows=tuple(rows)) if rows else None


def record_columns(view: ViewPlan, vocabulary: Vocabulary) -> list[ColumnDraft]:
    """Return every column by which a row of accounts or contacts says who it is."""
    stream = view.stream
    columns = list(customer_columns_of(stream, view.canonical, vocabulary))
    # A company of many persons would make one customer of them all.
    columns += [
        column
        for column in customer_columns(stream, vocabulary)
        if column not in columns and not ORGANISATIONS.intersection(words_of(column.name))
    ]
    for column in stream.columns:
        if column.contract.personal_data in ("email", "phone") and column not in columns:
            columns.append(column)
    return columns


def _of_records(source: str, view: ViewPlan, vocabulary: Vocabulary) -> list[IdentityRow]:
    stream = view.stream
    moment = view.supplies["created_at"].sql if "created_at" in view.supplies else NO_MOMENT
    record = view.supplies[view.canonical.grain].sql
    found: dict[str, IdentityRow] = {}
    for column in record_columns(view, vocabulary):
        kind, value = identity_of(stream, column, source)
        found.setdefault(
            kind,
            IdentityRow(
                record=record,
                kind=literal(kind),
                kind_name=kind,
                value=value,
                moment=moment,
                relation=f"{{{{ source('{source}', '{stream.name}') }}}}",
            ),
        )
    return list(found.values())
