"""An endpoint of an API, read page by page into files of JSON lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from dlt.common import jsonpath
from dlt.sources.helpers.rest_client.client import PageData, RESTClient

from orchestration.extract.fetch.landing import LinesChunk, StreamLanding
from orchestration.extract.fetch.plans import COUNTED, Cursor, RestPlan
from orchestration.extract.fetch.positions import (
    looked_back,
    precedes,
)
from orchestration.extract.fetch.rest_client import build_paginator, same_server
from orchestration.extract.fetch.rest_cursor import as_cursor, higher, written
from orchestration.extract.fetch.secrets import FetchError

# A counted listing that still changes after so many looks is read again by the next fetch.
MOST_PASSES = 5


@dataclass(kw_only=True)
class EndpointReader:
    """One fetch of an endpoint.

    Attributes
    ----------
    params
        Sent with every request.
    """

    plan: RestPlan
    client: RESTClient
    params: Mapping[str, str]
    landing: StreamLanding
    messages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        path = self.plan.target.cursor
        self._cursor_path = jsonpath.compile_path(path) if path else None

    def read(self) -> None:
        """Land every record; the position advances when the last page has landed.

        Records need not come in the order of the cursor, so that a fetch which breaks off begins
        again where it began; what has landed of it is not written twice.
        """
        seen = self._landed_before()
        highest = self.landing.state.cursor
        passes = 0
        while True:
            passes += 1
            fresh, pages, top = self._pass(seen)
            highest = higher(highest, top)
            if not self._may_have_shifted(pages) or fresh == 0:
                break
            if passes == MOST_PASSES:
                self.messages.append(
                    f"the listing still changed after {passes} looks: what moved between its "
                    "pages comes with the next fetch"
                )
                break
        self._advance(highest)

    def _may_have_shifted(self, pages: int) -> bool:
        pagination = self.plan.pagination
        return pagination.type in COUNTED and pagination.until_settled and pages > 1

    def _pass(self, seen: set[bytes]) -> tuple[int, int, Cursor | None]:
        """Read all pages once; return new records, pages, and the highest cursor value met."""
        fresh = pages = 0
        highest: Cursor | None = None
        file = _OpenLines(landing=self.landing, ordered=self.plan.ordered)
        try:
            for page in self._pages():
                pages += 1
                values = [value for value in map(self._cursor_of, page) if value is not None]
                for value in values:
                    highest = higher(highest, value)
                records = {_digest(_line(record)): record for record in page}
                new = [
                    self._stamped(record)
                    for digest, record in records.items()
                    if digest not in seen
                ]
                seen.update(records)
                fresh += len(new)
                file.add(new, values)
                if file.rows >= self.plan.target.chunk_rows:
                    file.put()
            file.put()
        finally:
            file.drop()
        return fresh, pages, highest

    def _stamped(self, record: dict[str, Any]) -> str:
        """Return the record as a line, with the time of this fetch where the plan asks for it."""
        stamp = self.plan.target.stamp
        return _line({**record, stamp: self.landing.stamp.isoformat()} if stamp else record)

    def _pages(self) -> Iterator[PageData[Any]]:
        """Yield the pages of one pass, after looking at each for what would lose records."""
        asked: set[bytes] = set()
        short: int | None = None
        pages = self.client.paginate(
            self.plan.path,
            params={**self.params, **self._since()},
            paginator=build_paginator(self.plan.pagination),
            data_selector=self.plan.records,
            hooks={"response": [_refuse]},
            allow_redirects=False,
        )
        for page in pages:
            self._check_page(page)
            if page and short is not None:
                raise FetchError(_capped(short, self.plan.pagination.limit))
            if self.plan.pagination.type == "offset" and len(page) < (
                self.plan.pagination.limit or 0
            ):
                short = len(page)
            yield page
            if page.paginator.has_next_page:
                self._check_next(page.request, asked)

    def _check_page(self, page: PageData[Any]) -> None:
        if not page:
            document = page.response.json()
            if not jsonpath.find_values(self.plan.records, document):
                keys = ", ".join(sorted(document)) if isinstance(document, dict) else "a list"
                message = (
                    f"{self.plan.path}: the response has nothing at records "
                    f"{self.plan.records!r}; it has {keys or 'no keys'}: correct `records`"
                )
                raise FetchError(message)
        if not all(isinstance(record, dict) for record in page):
            message = (
                f"{self.plan.path}: what stands at records {self.plan.records!r} are no objects; "
                "correct `records` to the path of a list of objects"
            )
            raise FetchError(message)

    def _check_next(self, request: requests.Request, asked: set[bytes]) -> None:
        """Refuse a next page that was read already, or that lies on another server."""
        if not same_server(self.client.base_url, str(request.url)):
            message = (
                f"{self.plan.path}: the next page lies on another server than base_url; it is not "
                "asked, since it would be sent the key"
            )
            raise FetchError(message)
        mark = _digest(json.dumps([request.url, request.params], sort_keys=True, default=str))
        if mark in asked:
            message = (
                f"{self.plan.path}: the server names a page as the next that was read already, so "
                "there would be no end; check `pagination`"
            )
            raise FetchError(message)
        asked.add(mark)

    def _since(self) -> dict[str, str]:
        """Return the parameter that says where the fetch begins."""
        target, name = self.plan.target, self.plan.since_param
        if name is None:
            return {}
        known = self.landing.state.cursor
        begin: Cursor | None = self.landing.state.begin or target.initial
        if known is not None:
            begin = looked_back(known, target.overlap)
        if begin is None:
            return {}
        return {name: written(as_cursor(begin, "as_is"), self.plan.since_format)}

    def _cursor_of(self, record: dict[str, Any]) -> Cursor | None:
        if self._cursor_path is None:
            return None
        values = jsonpath.find_values(self._cursor_path, record)
        if not values or values[0] is None:
            return None
        return as_cursor(values[0], self.plan.since_format)

    def _landed_before(self) -> set[bytes]:
        """Return digests of the records that may come again and are not to land again."""
        state = self.landing.state
        if self.plan.target.cursor is not None:
            paths = self.landing.known_files(state.recent)
        elif not self.plan.target.has_key:
            # Nothing downstream tells such records from new ones.
            paths = self.landing.known_files()
        else:
            paths = []
        seen: set[bytes] = set()
        for path in paths:
            with path.open(encoding="utf-8", newline="\n") as file:
                seen.update(_digest(line.rstrip("\n")) for line in file)
        return seen

    def _advance(self, highest: Cursor | None) -> None:
        """Move the position, and forget the files that the next fetch does not look back to."""
        state = self.landing.state.advanced(highest)
        if highest is not None:
            begin = looked_back(highest, self.plan.target.overlap)
            state = state.without_files_before(begin)
        self.landing.save(state)


@dataclass(kw_only=True)
class _OpenLines:
    """The file that is being written, with the cursor values it spans."""

    landing: StreamLanding
    ordered: bool
    chunk: LinesChunk | None = None
    first: Cursor | None = None
    last: Cursor | None = None

    @property
    def rows(self) -> int:
        return self.chunk.rows if self.chunk else 0

    def add(self, lines: Sequence[str], values: Sequence[Cursor]) -> None:
        if not lines:
            return
        if self.chunk is None:
            self.chunk = LinesChunk(path=self.landing.part_path(".jsonl"))
        self.chunk.write(lines)
        for value in values:
            self.first = value if self.first is None or precedes(value, self.first) else self.first
            self.last = higher(self.last, value)

    def put(self) -> None:
        if self.chunk is not None:
            self.landing.put(
                self.chunk,
                first=self.first,
                last=self.last,
                remember=self.landing.target.cursor is not None,
                advances=self.ordered,
            )
            self.chunk = self.first = self.last = None

    def drop(self) -> None:
        """Leave a file that did not become whole."""
        if self.chunk is not None:
            self.chunk.close()
            self.chunk.path.unlink(missing_ok=True)
            self.chunk = None


def _refuse(response: requests.Response, *_: object, **__: object) -> None:
    """Raise what the client tries again, or not, by the status alone."""
    if response.ok and not response.is_redirect:
        return
    # Whatever the body says is not read: it may quote a record, and its connection is done with.
    response.close()
    if response.is_redirect:
        message = (
            "the server answers with a redirect, which is not followed since it would be sent the "
            "key; name the address it leads to as base_url"
        )
        raise FetchError(message)
    raise requests.HTTPError(response=response)


def _capped(length: int, limit: int | None) -> str:
    return (
        f"pages hold {length} records though `limit` asks for {limit}, so the offset would step "
        f"over records: lower `limit` to what the server gives, {length}"
    )


def _line(record: Mapping[str, Any]) -> str:
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    try:
        line.encode()
    except UnicodeEncodeError:
        # Half a character has no bytes; it lands as it was escaped, and the loader judges it.
        return json.dumps(record, separators=(",", ":"))
    return line


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
