"""What a contract says about fetching a stream: from where, what, how far and how patiently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from orchestration.extract.fetch.secrets import Variable
from orchestration.extract.shapes import ContractError, check_one_of

Cursor = str | int | Decimal | date | datetime

KINDS = ("sql", "rest")
AUTH_TYPES = ("none", "bearer", "api_key", "basic", "oauth2_client_credentials")
KEY_PLACES = ("header", "query")
PAGINATION_TYPES = ("single", "cursor", "page", "offset", "link_header", "next_url")
SINCE_FORMATS = ("iso", "date", "epoch_s", "epoch_ms", "as_is")
# Pages that are counted shift when a record is added, changed or removed between two of them.
COUNTED = ("page", "offset")


@dataclass(frozen=True, kw_only=True)
class Target:
    """The stream that a fetch fills.

    Attributes
    ----------
    source, stream
        As in the contract; files land in ``landing/<source>/<stream>/``.
    has_key
        Whether the loader can tell a record that comes again. Where it cannot, what has landed
        is compared with what arrives, and only new rows are written.
    cursor
        Column or path whose highest value so far says where the next fetch goes on; None: the
        whole is read each time.
    initial
        Where the first fetch begins; None: at the very beginning.
    overlap
        How far a fetch looks back behind the highest value: seconds of a timestamp, days of a date,
        units of a number. A row whose transaction was open while its neighbours were fetched
        appears behind the highest value. None: see `positions.DEFAULT_OVERLAP`.
    stamp
        Column that takes the time of the fetch, where the whole is read each time and nothing else
        says which of two rows of a key is the newer one.
    chunk_rows
        Rows of a file; a killed fetch goes on after the last whole one.
    attempts
        Tries without any progress before a fetch gives up.
    backoff_seconds
        Wait before the second try; it doubles with each.
    """

    source: str
    stream: str
    has_key: bool
    cursor: str | None = None
    initial: Cursor | None = None
    overlap: float | None = None
    stamp: str | None = None
    chunk_rows: int = 100_000
    attempts: int = 5
    backoff_seconds: float = 1.0

    def __post_init__(self) -> None:
        for name, value in (("chunk_rows", self.chunk_rows), ("attempts", self.attempts)):
            if value < 1:
                message = f"{name}: {value} is below 1"
                raise ContractError(message)
        for name, number in (("overlap", self.overlap), ("backoff_seconds", self.backoff_seconds)):
            if number is not None and number < 0:
                message = f"{name}: {number} is below 0"
                raise ContractError(message)
        if self.stamp is not None and (self.cursor is not None or not self.has_key):
            message = (
                "stamp: is of use only where the whole is read each time (no cursor) and the "
                "stream has a key, by which `version: [that column]` replaces rows"
            )
            raise ContractError(message)
        if self.cursor is None:
            for name, given in (("initial", self.initial), ("overlap", self.overlap)):
                if given is not None:
                    message = f"{name}: has a meaning only with a cursor"
                    raise ContractError(message)

    @property
    def label(self) -> str:
        """Name for messages."""
        return f"{self.source}.{self.stream}"


@dataclass(frozen=True, kw_only=True)
class SqlPlan:
    """A table, or a query, of a database.

    Attributes
    ----------
    url
        Variable that holds the connection address, such as
        ``postgresql://reader:…@host:5432/shop``.
    schema
        Of the table; None: the connection's own.
    table, query
        One of them.
    columns
        Columns to read, so that what should not leave the database does not; none: all.
    """

    target: Target
    url: Variable
    schema: str | None = None
    table: str | None = None
    query: str | None = None
    columns: tuple[str, ...] = ()
    connect_seconds: int = 10

    def __post_init__(self) -> None:
        if (self.table is None) == (self.query is None):
            message = "table/query: give one of them, the name of a table or a select"
            raise ContractError(message)
        cursor = self.target.cursor
        if self.columns and cursor and cursor not in self.columns:
            message = f"columns: lacks the cursor {cursor!r}, which every fetch needs"
            raise ContractError(message)


@dataclass(frozen=True, kw_only=True)
class Auth:
    """How an API knows its caller; every secret is a variable of the environment."""

    type: str = "none"
    secrets: Mapping[str, Variable] = field(default_factory=dict)
    username: str | None = None
    name: str = "Authorization"
    location: str = "header"
    token_url: str | None = None
    scope: str | None = None

    def __post_init__(self) -> None:
        check_one_of("type", self.type, AUTH_TYPES)
        check_one_of("location", self.location, KEY_PLACES)


@dataclass(frozen=True, kw_only=True)
class Pagination:
    """How an API hands out more than a page.

    Attributes
    ----------
    type
        One of `PAGINATION_TYPES`.
    path
        JSON path of the next cursor (``cursor``) or the next address (``next_url``).
    param
        Query parameter that takes the cursor, the page number or the offset.
    first
        Number of the first page.
    limit, limit_param
        Records of a page, which the offset goes up by, and the parameter that asks for them.
    total_path
        JSON path of the total (records for ``offset``, pages for ``page``), where there is one;
        otherwise an empty page is the end.
    until_settled
        Whether counted pages are read again until a pass finds nothing new.
    """

    type: str = "single"
    path: str | None = None
    param: str | None = None
    first: int = 1
    limit: int | None = None
    limit_param: str = "limit"
    total_path: str | None = None
    until_settled: bool = True

    def __post_init__(self) -> None:
        check_one_of("type", self.type, PAGINATION_TYPES)
        if self.type in ("cursor", "next_url") and not self.path:
            message = f"path: pagination by {self.type} needs the JSON path of what comes next"
            raise ContractError(message)
        if self.type == "cursor" and not self.param:
            message = "param: pagination by cursor needs the query parameter that takes it"
            raise ContractError(message)
        if self.type == "offset" and (self.limit is None or self.limit < 1):
            message = "limit: pagination by offset needs the number of records of a page"
            raise ContractError(message)


@dataclass(frozen=True, kw_only=True)
class RestPlan:
    """One endpoint of an API.

    Attributes
    ----------
    base_url
        Address that every path continues, or the variable that holds it.
    path
        Of the endpoint.
    params, headers
        Sent with every request; a value may be a variable.
    records
        JSON path of the list of records in a response; ``$`` is the response itself.
    since_param, since_format
        Query parameter that takes where an incremental fetch begins, and how it is written.
    ordered
        Whether records come in the ascending order of the cursor; a fetch that breaks off then
        goes on behind its last file, and begins anew otherwise.
    """

    target: Target
    base_url: str | Variable
    path: str
    auth: Auth = field(default_factory=Auth)
    params: Mapping[str, str | Variable] = field(default_factory=dict)
    headers: Mapping[str, str | Variable] = field(default_factory=dict)
    records: str = "$"
    pagination: Pagination = field(default_factory=Pagination)
    since_param: str | None = None
    since_format: str = "iso"
    ordered: bool = False
    timeout_seconds: float = 60.0

    def __post_init__(self) -> None:
        check_one_of("since_format", self.since_format, SINCE_FORMATS)
        if self.since_param and not self.target.cursor:
            message = "since_param: needs a cursor, the field whose highest value it takes"
            raise ContractError(message)
        if self.target.cursor and not self.since_param:
            message = (
                f"cursor: {self.target.cursor!r} is of use only with since_param, the query "
                "parameter that takes where the next fetch begins"
            )
            raise ContractError(message)


Plan = SqlPlan | RestPlan
