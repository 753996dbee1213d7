"""Which dirt lies in which export, and how much of it at a given size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["value", "duplicate", "duplicate_key", "half_line"]
KINDS = ("value", "duplicate", "duplicate_key", "half_line")
REASON_CODES = (
    "missing_value",
    "bad_type",
    "out_of_range",
    "not_allowed",
    "in_future",
    "duplicate_key",
    "malformed_row",
)


@dataclass(frozen=True, kw_only=True)
class DirtRule:
    """One kind of dirt in one export.

    Parameters
    ----------
    source, stream : str
        The export.
    kind : {"value", "duplicate", "duplicate_key", "half_line"}
        `value` adds a copy of a good row, under a key of its own, with `column` set to `value`;
        `duplicate` adds a row again; `duplicate_key` adds it again with `column` set to `value`;
        `half_line` adds a line that breaks off.
    column, value : str, optional
        What is spoilt. `value` is a SQL expression over the good row.
    reason_code : str, optional
        Reason under which the load must quarantine the row; None where the row must load, for what
        only a later layer can see.
    where : str
        SQL condition on the good rows that may be spoilt.
    base, per_customers : int
        There are `base + customers // per_customers` such rows.
    """

    source: str
    stream: str
    kind: Kind
    column: str | None = None
    value: str | None = None
    reason_code: str | None = None
    where: str = "true"
    base: int = 1
    per_customers: int = 500

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}; it is one of {', '.join(KINDS)}")
        if self.reason_code is not None and self.reason_code not in REASON_CODES:
            raise ValueError(
                f"reason_code is {self.reason_code!r}; it is one of {', '.join(REASON_CODES)}"
            )
        needs_column = self.kind in ("value", "duplicate_key")
        if needs_column != (self.column is not None and self.value is not None):
            raise ValueError(
                f"{self.kind} on {self.source}.{self.stream}: column and value belong together"
            )
        if self.base < 0 or self.per_customers < 1:
            raise ValueError(f"{self.base} + customers // {self.per_customers} is no count")

    def count(self, customers: int) -> int:
        """Return how many such rows lie in the export of a company of this size."""
        return self.base + customers // self.per_customers


def _duplicate(source: str, stream: str, per_customers: int = 100) -> DirtRule:
    return DirtRule(
        source=source, stream=stream, kind="duplicate", base=2, per_customers=per_customers
    )


def _value(
    source: str, stream: str, column: str, value: str, reason_code: str | None, base: int = 1
) -> DirtRule:
    return DirtRule(
        source=source,
        stream=stream,
        kind="value",
        column=column,
        value=value,
        reason_code=reason_code,
        base=base,
    )


def _half_line(source: str, stream: str) -> DirtRule:
    return DirtRule(
        source=source,
        stream=stream,
        kind="half_line",
        reason_code="malformed_row",
        per_customers=5000,
    )


def _same_key(source: str, stream: str, column: str, value: str) -> DirtRule:
    return DirtRule(
        source=source,
        stream=stream,
        kind="duplicate_key",
        column=column,
        value=value,
        reason_code="duplicate_key",
    )


UNKNOWN_EVENT = "beta_feature_touched"
OFF_SCALE_SCORE = 9

DIRT_RULES: tuple[DirtRule, ...] = (
    _duplicate("demo_crm", "accounts"),
    _value("demo_crm", "accounts", "account_id", "null", "missing_value"),
    _value("demo_crm", "contacts", "account_id", "null", "missing_value"),
    _duplicate("demo_crm", "contacts"),
    _value("demo_crm", "offers", "accepted", "'perhaps'", "not_allowed"),
    _duplicate("demo_survey", "invitations"),
    _half_line("demo_survey", "invitations"),
    _value("demo_survey", "responses", "score", "'11'", "out_of_range"),
    _value("demo_survey", "responses", "score", "'very good'", "bad_type"),
    DirtRule(
        source="demo_survey",
        stream="responses",
        kind="value",
        column="score",
        value=f"'{OFF_SCALE_SCORE}'",
        where="question = 'csat'",
        base=2,
    ),
    _duplicate("demo_survey", "responses"),
    _duplicate("demo_helpdesk", "tickets"),
    _value("demo_helpdesk", "tickets", "status", "'zombie'", "not_allowed"),
    _value("demo_helpdesk", "tickets", "created", "'2099-01-01 00:00:00'", "in_future"),
    _half_line("demo_helpdesk", "tickets"),
    _duplicate("demo_helpdesk", "ticket_events"),
    _value("demo_billing", "invoices", "total", "'n/a'", "bad_type"),
    _value("demo_billing", "invoices", "created", "'2099-12-31T00:00:00+00:00'", "in_future"),
    _same_key("demo_billing", "invoices", "total", "(total::decimal(18, 2) + 1)::varchar"),
    _value("demo_billing", "subscription_changes", "change_type", "'teleported'", "not_allowed"),
    _duplicate("demo_billing", "events", per_customers=50),
    _value("demo_product", "events", "user_id", "null", "missing_value"),
    _value("demo_product", "events", "actions", "-1", "out_of_range"),
    _value("demo_product", "events", "event", f"'{UNKNOWN_EVENT}'", None, base=2),
    _duplicate("demo_product", "events", per_customers=20),
    _duplicate("demo_web", "events", per_customers=20),
    _value("demo_web", "events", "timestamp", "'2099-06-01T12:00:00Z'", "in_future"),
    _half_line("demo_web", "events"),
    _same_key("demo_shop", "orders", "status", "'returned'"),
    _value("demo_shop", "orders", "total", "'-5.00'", "out_of_range"),
    _value("demo_marketing", "spend", "cost", "'-10.00'", "out_of_range"),
    _value("demo_marketing", "spend", "cost", "'tbc'", "bad_type"),
    _value("demo_people", "feedback", "submitted", "'31/13/2025'", "bad_type"),
)
