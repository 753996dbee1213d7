"""One fetch of one stream: what is known of it, what is new, and what became of it."""

from __future__ import annotations

import datetime as dt
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestration.extract.fetch.landing import StreamLanding
from orchestration.extract.fetch.plans import Plan, RestPlan, SqlPlan, Target
from orchestration.extract.fetch.positions import shown
from orchestration.extract.fetch.secrets import FetchError, Redactor
from orchestration.extract.fetch.state import StateFile

LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class FetchRequest:
    """Where to fetch to, with what, and from where on.

    Attributes
    ----------
    landing_dir
        Landing folder of the source.
    state_dir
        Folder of the states of all sources.
    environment
        Variables in which secrets are looked up.
    fetched_at
        When the fetch counts as begun.
    full
        Whether to begin at the very beginning.
    since
        Where to begin, as written on the command line; None: where the last fetch ended.
    sleep
        Waits between tries.
    """

    landing_dir: Path
    state_dir: Path
    environment: Mapping[str, str] = field(repr=False)
    fetched_at: dt.datetime
    full: bool = False
    since: str | None = None
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, kw_only=True)
class StreamFetch:
    """What became of a stream in one fetch.

    Attributes
    ----------
    files
        Files that landed, below the source's landing folder.
    rows
        Rows in them.
    cursor
        How far the stream has been fetched, for a person to read.
    messages
        What a steward should know.
    error
        Why it did not reach its end; None when it did. What had landed by then stays.
    """

    source: str
    stream: str
    files: tuple[str, ...]
    rows: int
    cursor: str
    messages: tuple[str, ...]
    error: str | None
    seconds: float


def state_file(target: Target, state_dir: Path) -> StateFile:
    """Return the file that holds what is known of a stream."""
    return StateFile(path=state_dir / target.source / f"{target.stream}.json", label=target.label)


def fetch_stream(plan: Plan, request: FetchRequest) -> StreamFetch:
    """Land what is new of one stream.

    Whatever the other side does is reported in the result and harms nothing that has landed;
    mistakes of ours are raised.
    """
    started = time.perf_counter()
    redactor = Redactor()
    messages: list[str] = []
    target = plan.target
    file = state_file(target, request.state_dir)
    landing: StreamLanding | None = None
    error: str | None = None
    try:
        with file.lock():
            landing = StreamLanding(target, request.landing_dir, file)
            landing.recover()
            try:
                _begin(landing, request)
                _read(plan, landing, request, redactor, messages)
                _end(landing, request)
            except FetchError as failure:
                error = redactor.clean(f"{target.label}: {failure}")
                landing.save(replace(landing.state, last_error=error))
    except FetchError as failure:
        error = redactor.clean(str(failure))
    except Exception as failure:
        # A mistake of ours is to be seen, but not with what a library quotes in its message.
        if redactor.holds_secret("".join(traceback.format_exception(failure))):
            message = redactor.clean(f"{target.label}: {type(failure).__name__}: {failure}")
            raise RuntimeError(message) from None
        raise
    return StreamFetch(
        source=target.source,
        stream=target.stream,
        files=tuple(landing.landed) if landing else (),
        rows=landing.rows if landing else 0,
        cursor=shown(landing.state.cursor) if landing else shown(None),
        messages=tuple(f"{target.label}: {redactor.clean(text)}" for text in messages),
        error=error,
        seconds=time.perf_counter() - started,
    )


def _begin(landing: StreamLanding, request: FetchRequest) -> None:
    target = landing.target
    if request.since is not None and target.cursor is None:
        message = "--since has a meaning only for a stream with a cursor; leave it out"
        raise FetchError(message)
    state = replace(landing.state, last_attempt=request.fetched_at.isoformat())
    if request.full or request.since is not None:
        # Rows with a key land again and the loader knows them; others are told from new ones here.
        landed = [] if target.has_key else landing.known_files()
        names = [path.relative_to(landing.landing_dir).as_posix() for path in landed]
        state = state.rewound(request.since, names)
    landing.save(state)


def _end(landing: StreamLanding, request: FetchRequest) -> None:
    landing.save(
        replace(
            landing.state,
            unfinished=None,
            last_success=request.fetched_at.isoformat(),
            last_error=None,
        )
    )


def _read(
    plan: Plan,
    landing: StreamLanding,
    request: FetchRequest,
    redactor: Redactor,
    messages: list[str],
) -> None:
    # The libraries that read cost a second to import, and most runs fetch nothing.
    if isinstance(plan, SqlPlan):
        from orchestration.extract.fetch import sql_fetch

        sql_fetch.read(plan, landing, request, redactor, messages)
    elif isinstance(plan, RestPlan):
        from orchestration.extract.fetch import rest_fetch

        rest_fetch.read(plan, landing, request, redactor, messages)
