"""A small API on this machine: it hands out records in pages, throttles, fails and repeats."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Record = dict[str, Any]


@dataclass
class Answer:
    """What the server says to one request."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    # Bytes in place of the body, and whether the connection is cut after them.
    raw: bytes | None = None
    cut: bool = False


@dataclass
class Request:
    """What was asked: path, query and headers."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass
class Api:
    """The server's records and its moods.

    Attributes
    ----------
    answers
        One function per path; it gets the request.
    moods
        Called before them, in turn, each once; one that returns an answer is heard instead.
    asked
        Every request so far.
    """

    records: list[Record] = field(default_factory=list)
    answers: dict[str, Callable[[Request], Answer]] = field(default_factory=dict)
    moods: list[Callable[[Request], Answer | None]] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    url: str = ""

    def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        if self.moods:
            answer = self.moods.pop(0)(request)
            if answer is not None:
                return answer
        return self.answers.get(request.path, lambda _: Answer(status=404, body={}))(request)

    def paged(self, size: int = 2) -> None:
        """Hand out the records in every style of pagination."""
        slices = self._slices(size)
        self.answers.update(
            {
                "/whole": lambda request: Answer(self._since(request)),
                "/page": slices("page", lambda page: (page - 1) * size, self._in_data),
                "/offset": slices("offset", lambda offset: offset, self._in_data),
                "/cursor": slices("after", lambda at: at, self._with_cursor(size), first=0),
                "/link": slices("page", lambda page: (page - 1) * size, self._with_link),
                "/next": slices("page", lambda page: (page - 1) * size, self._with_next),
            }
        )

    def _slices(self, size: int) -> Callable[..., Callable[[Request], Answer]]:
        def style(
            param: str,
            begin: Callable[[int], int],
            shaped: Callable[[list[Record], int, bool], Answer],
            first: int = 1,
        ) -> Callable[[Request], Answer]:
            def answer(request: Request) -> Answer:
                place = int(request.query.get(param, first))
                start = begin(place)
                found = self._since(request)
                return shaped(found[start : start + size], place, start + size < len(found))

            return answer

        return style

    def _since(self, request: Request) -> list[Record]:
        since = request.query.get("since", "")
        return [record for record in self.records if record.get("updated_at", "~") >= since]

    def _in_data(self, found: list[Record], _: int, __: bool) -> Answer:
        return Answer({"data": {"items": found}})

    def _with_cursor(self, size: int) -> Callable[[list[Record], int, bool], Answer]:
        def shaped(found: list[Record], place: int, more: bool) -> Answer:
            return Answer({"items": found, "meta": {"next": place + size if more else None}})

        return shaped

    def _with_link(self, found: list[Record], place: int, more: bool) -> Answer:
        link = f'<{self.url}/link?page={place + 1}>; rel="next"'
        return Answer(found, headers={"Link": link} if more else {})

    def _with_next(self, found: list[Record], place: int, more: bool) -> Answer:
        return Answer({"items": found, "next": f"/next?page={place + 1}" if more else None})


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Serve on a free port of the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            answer = api.answer(Request(parts.path, query, dict(self.headers), body))
            raw = json.dumps(answer.body).encode() if answer.raw is None else answer.raw
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw) + (100 if answer.cut else 0)))
            self.end_headers()
            self.wfile.write(raw)
            if answer.cut:
                self.close_connection = True

        do_POST = do_GET  # noqa: N815  # http.server's name

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
