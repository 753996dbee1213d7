"""The export files that each vendor's tool would write, and how they are written."""

from __future__ import annotations

import codecs
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

Format = Literal["csv", "jsonl", "jsonl.gz", "parquet"]
COPY_OPTIONS: dict[str, str] = {
    "csv": "format csv, header true, delimiter '{delimiter}'",
    "jsonl": "format json",
    "jsonl.gz": "format json, compression gzip",
    "parquet": "format parquet, compression zstd, row_group_size 122880",
}
TRANSCODE_CHARACTERS = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Export:
    """One stream of one vendor.

    Parameters
    ----------
    source, stream : str
        Folder names in landing.
    table : str
        Table that the SQL steps leave behind, in the vendor's column names.
    key : str
        Column that identifies a row.
    order_by : str
        SQL expression by which a vendor would order the rows.
    file_format : {"csv", "jsonl", "jsonl.gz", "parquet"}
        How the file is written.
    encoding, delimiter : str
        Of text files.
    split_by : str, optional
        SQL expression; one file for each of its values, which becomes part of the file's name.
    hidden_column : str, optional
        Column that serves `split_by` and is not exported.
    once : bool
        True when the export does not depend on the range of customers at hand.
    """

    source: str
    stream: str
    table: str
    key: str
    order_by: str
    file_format: Format = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    split_by: str | None = None
    hidden_column: str | None = None
    once: bool = False

    def __post_init__(self) -> None:
        if self.file_format not in COPY_OPTIONS:
            raise ValueError(
                f"file_format is {self.file_format!r}; it is one of {', '.join(COPY_OPTIONS)}"
            )
        codecs.lookup(self.encoding)

    def path(self, landing: Path, part: int, split_value: str | None) -> Path:
        """Return where a part of this export lies."""
        pieces = [self.stream, *([split_value] if split_value else []), f"{part:04d}"]
        return landing / self.source / self.stream / f"{'_'.join(pieces)}.{self.file_format}"


EXPORTS: tuple[Export, ...] = (
    # The CRM is a Windows program of long standing.
    Export(
        source="demo_crm",
        stream="accounts",
        table="crm_accounts",
        key="account_id",
        order_by="created_at",
        encoding="latin-1",
    ),
    Export(
        source="demo_crm",
        stream="contacts",
        table="crm_contacts",
        key="contact_id",
        order_by="created_at",
    ),
    Export(
        source="demo_crm",
        stream="opportunities",
        table="crm_opportunities",
        key="opportunity_id",
        order_by="created_at",
    ),
    Export(
        source="demo_crm",
        stream="consents",
        table="crm_consents",
        key="consent_id",
        order_by="updated_at",
    ),
    Export(
        source="demo_crm",
        stream="offers",
        table="crm_offers",
        key="offer_event_id",
        order_by="offered_at",
    ),
    Export(
        source="demo_crm",
        stream="activities",
        table="crm_activities",
        key="activity_id",
        order_by="held_at",
    ),
    Export(
        source="demo_survey",
        stream="invitations",
        table="survey_invitations",
        key="invitation_id",
        order_by="sent",
    ),
    Export(
        source="demo_survey",
        stream="responses",
        table="survey_responses",
        key="answer_id",
        order_by="answered",
    ),
    Export(
        source="demo_survey",
        stream="reviews",
        table="survey_reviews",
        key="review_id",
        order_by="posted_at",
    ),
    Export(
        source="demo_helpdesk",
        stream="tickets",
        table="helpdesk_tickets",
        key="id",
        order_by="created",
        file_format="jsonl",
        split_by="delivery",
        hidden_column="delivery",
    ),
    Export(
        source="demo_helpdesk",
        stream="ticket_events",
        table="helpdesk_ticket_events",
        key="id",
        order_by="logged",
        file_format="jsonl",
    ),
    Export(
        source="demo_helpdesk",
        stream="chats",
        table="helpdesk_chats",
        key="id",
        order_by="logged",
        file_format="jsonl",
    ),
    Export(
        source="demo_helpdesk",
        stream="waits",
        table="helpdesk_waits",
        key="id",
        order_by="began",
        file_format="jsonl",
    ),
    Export(
        source="demo_billing",
        stream="customers",
        table="billing_customers",
        key="id",
        order_by="created",
    ),
    Export(
        source="demo_billing",
        stream="subscription_changes",
        table="billing_subscription_changes",
        key="change_id",
        order_by="changed",
    ),
    Export(
        source="demo_billing",
        stream="invoices",
        table="billing_invoices",
        key="id",
        order_by="created",
    ),
    Export(
        source="demo_billing",
        stream="events",
        table="billing_events",
        key="id",
        order_by="created",
    ),
    Export(
        source="demo_product",
        stream="users",
        table="product_users",
        key="user_id",
        order_by="created_at",
    ),
    Export(
        source="demo_product",
        stream="events",
        table="product_events",
        key="event_id",
        order_by="occurred_at",
        file_format="parquet",
        split_by="strftime(occurred_at, '%Y-%m')",
    ),
    Export(
        source="demo_web",
        stream="events",
        table="web_events",
        key="message_id",
        order_by="timestamp",
        file_format="jsonl.gz",
    ),
    Export(
        source="demo_web",
        stream="identifies",
        table="web_identifies",
        key="message_id",
        order_by="timestamp",
        file_format="jsonl",
    ),
    Export(
        source="demo_shop",
        stream="orders",
        table="shop_orders",
        key="order_id",
        order_by="ordered_at",
    ),
    Export(
        source="demo_shop",
        stream="order_lines",
        table="shop_order_lines",
        key="line_id",
        order_by="order_id",
    ),
    Export(
        source="demo_shop",
        stream="refund_reminders",
        table="shop_refund_reminders",
        key="reminder_id",
        order_by="asked_at",
    ),
    Export(
        source="demo_marketing",
        stream="mails",
        table="marketing_mails",
        key="event_id",
        order_by="logged_at",
        file_format="jsonl",
    ),
    Export(
        source="demo_marketing",
        stream="spend",
        table="marketing_spend",
        key="spend_id",
        order_by="spend_id",
        delimiter=";",
        once=True,
    ),
    Export(
        source="demo_people",
        stream="feedback",
        table="people_feedback",
        key="entry_id",
        order_by="submitted",
        encoding="utf-16",
        once=True,
    ),
)


def write_export(
    connection: duckdb.DuckDBPyConnection,
    export: Export,
    landing: Path,
    *,
    part: int,
    half_lines: int = 0,
) -> int:
    """Write one part of an export, in a total order.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Holds `<table>_dirty`: the export's columns and `dirt_number`, 0 for good rows.
    export : Export
        What to write.
    landing : Path
        Landing folder of the company.
    part : int
        Number of the range of customers, from 1.
    half_lines : int
        Lines that break off, added to the end of the first file.

    Returns
    -------
    int
        Rows written, half lines not counted.
    """
    table = f"{export.table}_dirty"
    hidden = ", ".join(["dirt_number", *([export.hidden_column] if export.hidden_column else [])])
    values: list[str | None] = [None]
    if export.split_by:
        found = connection.sql(f"select distinct {export.split_by} from {table} order by 1")
        values = [row[0] for row in found.fetchall()]
    for value in values:
        path = export.path(landing, part, value)
        path.parent.mkdir(parents=True, exist_ok=True)
        chosen = f"where {export.split_by} = '{value}'" if value else ""
        options = COPY_OPTIONS[export.file_format].format(delimiter=export.delimiter)
        connection.execute(
            f"copy (select * exclude ({hidden}) from {table} {chosen} "
            f"order by {export.order_by}, {export.key}, dirt_number) to '{path}' ({options})"
        )
        if value == values[0]:
            _append_half_lines(path, half_lines)
        _transcode(path, export.encoding)
    counted = connection.sql(f"select count(*) from {table}").fetchone()
    return int(counted[0]) if counted else 0


def _append_half_lines(path: Path, count: int) -> None:
    """Break off copies of the file's first row, as a transfer that was cut does."""
    if not count:
        return
    is_packed = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if is_packed else path.read_bytes()
    lines = content.splitlines()
    row = lines[0] if path.name.endswith((".jsonl", ".jsonl.gz")) else lines[1]
    half = row[: len(row) // 3] + b"\n"
    broken = half * count
    with path.open("ab") as file:
        file.write(gzip.compress(broken, mtime=0) if is_packed else broken)


def _transcode(path: Path, encoding: str) -> None:
    """Rewrite a UTF-8 file in another encoding, block by block."""
    if encoding == "utf-8":
        return
    target = path.with_name(f"{path.name}.{encoding}")
    with (
        path.open(encoding="utf-8", newline="") as source,
        target.open("w", encoding=encoding, newline="") as rewritten,
    ):
        while block := source.read(TRANSCODE_CHARACTERS):
            rewritten.write(block)
    target.replace(path)
