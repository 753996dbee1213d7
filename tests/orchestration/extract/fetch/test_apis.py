"""An API that pages in every style, throttles, fails half-way, repeats and changes meanwhile."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from orchestration.extract.contracts import StreamContract
from orchestration.extract.fetch.plans import Auth, Pagination, RestPlan
from orchestration.extract.fetch.secrets import Variable
from tests.orchestration.extract.fetch.api import Answer, Api, Request, serving
from tests.orchestration.extract.fetch.conftest import Bench, column, target

TICKETS = StreamContract(
    source_name="shop",
    name="tickets",
    files="tickets/*.jsonl",
    format="jsonl",
    key=("id",),
    columns=(column("id", "integer", required=True), column("title")),
)
STYLES = {
    "page": (Pagination(type="page"), "$.data.items"),
    "offset": (Pagination(type="offset", limit=2), "$.data.items"),
    "cursor": (Pagination(type="cursor", path="$.meta.next", param="after"), "$.items"),
    "link": (Pagination(type="link_header"), "$"),
    "next": (Pagination(type="next_url", path="$.next"), "$.items"),
}
TOKEN = "tok/en+planted=="  # noqa: S105  # planted, to be found where it must not be


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api(records=[ticket(number) for number in range(1, 6)])) as served:
        served.paged()
        yield served


def ticket(number: int, title: str = "it broke") -> dict[str, Any]:
    return {"id": number, "title": title, "updated_at": f"2026-06-0{number}T10:00:00Z"}


def plan(api: Api, style: str = "cursor", **options: Any) -> RestPlan:
    pagination, records = STYLES[style]
    own = ("auth", "params", "headers", "since_param", "since_format", "ordered", "base_url")
    given = {name: options.pop(name) for name in own if name in options}
    defaults = {
        "base_url": api.url,
        "path": options.pop("path", f"/{style}"),
        "records": options.pop("records", records),
        "pagination": options.pop("pagination", pagination),
        "timeout_seconds": options.pop("timeout_seconds", 5.0),
    }
    wanted = {"stream": "tickets", "attempts": 3, "backoff_seconds": 0.001, **options}
    return RestPlan(target=target(**wanted), **{**defaults, **given})


def since(api: Api, style: str = "cursor", **options: Any) -> RestPlan:
    return plan(api, style, cursor="$.updated_at", since_param="since", **options)


def landed(bench: Bench) -> list[dict[str, Any]]:
    paths = sorted((bench.landing / "tickets").glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def landed_ids(bench: Bench) -> list[int]:
    return sorted(record["id"] for record in landed(bench))


def raw(bench: Bench) -> list[tuple[Any, ...]]:
    bench.load(TICKETS)
    return bench.rows("select id, title from raw.shop__tickets order by id")


@pytest.mark.parametrize("style", STYLES)
def test_each_record_lands_once_when_pages_follow(bench: Bench, api: Api, style: str) -> None:
    assert bench.fetch(plan(api, style, chunk_rows=2)).rows == 5
    assert landed_ids(bench) == [1, 2, 3, 4, 5]
    assert [row[0] for row in raw(bench)] == [1, 2, 3, 4, 5]


def test_records_land_as_they_came(bench: Bench, api: Api) -> None:
    api.records = [{"id": 1, "title": "a\u2028b\n\ud800", "nested": {"x": [1.10, None, True]}}]
    bench.fetch(plan(api))
    assert landed(bench) == api.records


@pytest.mark.parametrize("style", STYLES)
def test_each_record_lands_when_the_server_throttles_fails_and_breaks_off(
    bench: Bench, api: Api, style: str
) -> None:
    def now(_: Request) -> None:
        return None

    api.moods = [
        lambda _: Answer(status=429, headers={"Retry-After": "0"}, body={}),
        lambda _: Answer(status=500, body={}),
        now,
        lambda _: Answer(raw=b'{"items": [{"id"', cut=True),
        lambda _: Answer(raw=b'{"items": [{"id": 9'),
        now,
        lambda _: Answer(status=503, body={}),
    ]
    assert bench.fetch(plan(api, style)).rows == 5
    assert landed_ids(bench) == [1, 2, 3, 4, 5]


def test_the_server_is_waited_for_as_long_as_it_asks(
    bench: Bench, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    api.moods = [lambda _: Answer(status=429, headers={"Retry-After": "37"}, body={})]
    bench.fetch(plan(api))
    assert waits == [37]


def test_record_is_in_raw_once_when_pages_repeat_it(bench: Bench, api: Api) -> None:
    api.records = [ticket(number) for number in (1, 2, 2, 3, 1)]
    bench.fetch(plan(api))
    assert landed_ids(bench) == [1, 2, 3]
    bench.fetch(plan(api))
    assert [row[0] for row in raw(bench)] == [1, 2, 3]


@pytest.mark.parametrize("style", ["page", "offset"])
def test_no_record_is_stepped_over_when_one_leaves_a_page_that_was_read(
    bench: Bench, api: Api, style: str
) -> None:
    def moved(_: Request) -> None:
        # Sorted by time of change: the changed record moves to the end, all others come forward.
        changed = api.records.pop(0)
        api.records.append({**changed, "title": "changed"})

    api.moods = [lambda _: None, moved]
    bench.fetch(plan(api, style))
    titles = {(record["id"], record["title"]) for record in landed(bench)}
    assert titles == {(1, "changed"), (1, "it broke"), *((n, "it broke") for n in (2, 3, 4, 5))}


def test_only_what_changed_is_asked_for_when_a_cursor_is_known(bench: Bench, api: Api) -> None:
    incremental = since(api, overlap=0)
    first = bench.fetch(incremental)
    assert first.cursor == "2026-06-05T10:00:00+00:00"
    api.records.append(ticket(6))
    assert bench.fetch(incremental).rows == 1
    assert api.asked[-1].query["since"] == "2026-06-05T10:00:00Z"
    assert bench.fetch(incremental).rows == 0
    assert bench.fetch(incremental, since="2026-06-04").rows == 3
    assert bench.fetch(incremental, full=True).rows == 6


@pytest.mark.parametrize(
    ("since_format", "value", "written"),
    [
        ("iso", "2026-06-05T12:00:00+02:00", "2026-06-05T10:00:00Z"),
        ("date", "2026-06-05T10:00:00Z", "2026-06-05"),
        ("epoch_s", 1780653600, "1780653600"),
        ("epoch_ms", 1780653600123, "1780653600123"),
        ("as_is", 77, "77"),
        ("as_is", "01HZX", "01HZX"),
    ],
)
def test_cursor_is_written_as_the_server_wants_it(
    bench: Bench, api: Api, since_format: str, value: Any, written: str
) -> None:
    api.answers["/cursor"] = lambda _: Answer({"items": [{"id": 1, "updated_at": value}]})
    incremental = since(api, overlap=0, since_format=since_format)
    bench.fetch(incremental)
    bench.fetch(incremental)
    assert api.asked[-1].query["since"] == written


def test_record_lands_when_it_appears_behind_the_cursor_within_the_overlap(
    bench: Bench, api: Api
) -> None:
    incremental = since(api, overlap=2 * 24 * 3600)
    bench.fetch(incremental)
    api.records.append({**ticket(7), "updated_at": "2026-06-04T09:00:00Z"})
    assert bench.fetch(incremental).rows == 1
    assert landed_ids(bench) == [1, 2, 3, 4, 5, 7]


def test_fetch_begins_again_where_it_began_when_it_fails_half_way(bench: Bench, api: Api) -> None:
    broken = [lambda _: Answer(status=500, body={})] * 3
    api.moods = [lambda _: None, lambda _: None, *broken]
    incremental = since(api, overlap=0, chunk_rows=2)
    failed = bench.try_fetch(incremental)
    assert "the server fails (status 500), after 3 tries" in str(failed.error)
    assert failed.rows == 4
    assert "since" not in api.asked[-1].query
    assert bench.fetch(incremental).rows == 1
    assert landed_ids(bench) == [1, 2, 3, 4, 5]


def test_fetch_goes_on_behind_its_last_file_when_records_are_ordered(
    bench: Bench, api: Api
) -> None:
    broken = [lambda _: Answer(status=500, body={})] * 3
    api.moods = [lambda _: None, lambda _: None, *broken]
    ordered = since(api, overlap=0, chunk_rows=2, ordered=True)
    assert bench.try_fetch(ordered).rows == 4
    assert bench.fetch(ordered).rows == 1
    assert api.asked[5].query["since"] == "2026-06-04T10:00:00Z"


def test_nothing_doubled_when_records_have_no_key(bench: Bench, api: Api) -> None:
    without = plan(api, has_key=False)
    bench.fetch(without)
    api.records.append(ticket(6))
    assert bench.fetch(without).rows == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"records": "$.tickets"}, r"nothing at records '\$.tickets'; it has items, meta"),
        ({"records": "$.meta.next"}, r"are no objects"),
        ({"path": "/nowhere"}, r"status 404; check `path`"),
        ({"cursor": "$.id", "since_param": "since", "has_key": False}, None),
    ],
)
def test_message_names_what_is_wrong(
    bench: Bench, api: Api, options: dict[str, Any], expected: str | None
) -> None:
    error = bench.try_fetch(plan(api, **options)).error
    if expected is None:
        assert error is None
        return
    with pytest.raises(AssertionError, match=expected):
        raise AssertionError(error)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(raw=b"<html>"), "is no JSON"),
        (Answer(status=401, body={}), "refuses the caller (status 401)"),
        (Answer(status=302, headers={"Location": "/cursor"}, raw=b"moved"), "a redirect"),
        (Answer({"items": [{"id": 1}], "meta": {"next": 7}}), "no end; check `pagination`"),
        (Answer({"items": [{"id": 1, "updated_at": True}]}), "a value of type bool"),
        (
            Answer({"items": [{"updated_at": "2026-06-01"}, {"updated_at": 5}]}),
            "a date in one record and a integer in another",
        ),
    ],
)
def test_message_says_what_the_server_did(
    bench: Bench, api: Api, answer: Answer, expected: str
) -> None:
    api.answers["/cursor"] = lambda _: answer
    assert expected in str(bench.try_fetch(since(api)).error)


def test_other_servers_are_not_asked_when_the_next_page_lies_there(bench: Bench, api: Api) -> None:
    api.answers["/next"] = lambda _: Answer({"items": [ticket(1)], "next": "http://127.0.0.2/x"})
    assert "on another server" in str(bench.try_fetch(plan(api, "next")).error)


def test_records_are_not_stepped_over_when_the_server_caps_its_pages(
    bench: Bench, api: Api
) -> None:
    capped = Pagination(type="offset", limit=3)
    error = bench.try_fetch(plan(api, "offset", pagination=capped)).error
    assert "lower `limit` to what the server gives, 2" in str(error)


def test_waiting_ends_when_the_server_does_not_answer(bench: Bench) -> None:
    gone = Api(url="http://127.0.0.1:1")
    error = str(bench.try_fetch(plan(gone)).error)
    assert "could not be reached or broke off (ConnectionError), after 3 tries" in error


def test_waiting_ends_when_the_server_keeps_silent(bench: Bench, api: Api) -> None:
    heard = threading.Event()

    def silent(_: Request) -> Answer:
        heard.wait(10)
        return Answer(status=503, body={})

    api.moods = [silent, silent]
    error = bench.try_fetch(plan(api, timeout_seconds=0.1, attempts=2)).error
    heard.set()
    assert "broke off (ReadTimeout), after 2 tries" in str(error)


AUTHS = {
    "bearer": (
        Auth(type="bearer", secrets={"token": Variable(name="API_TOKEN")}),
        lambda request: request.headers["Authorization"] == f"Bearer {TOKEN}",
    ),
    "api_key_header": (
        Auth(type="api_key", secrets={"key": Variable(name="API_TOKEN")}, name="X-Key"),
        lambda request: request.headers["X-Key"] == TOKEN,
    ),
    "api_key_query": (
        Auth(
            type="api_key",
            secrets={"key": Variable(name="API_TOKEN")},
            name="key",
            location="query",
        ),
        lambda request: request.query["key"] == TOKEN,
    ),
    "basic": (
        Auth(type="basic", username="ann", secrets={"password": Variable(name="API_TOKEN")}),
        lambda request: request.headers["Authorization"].startswith("Basic YW5uOnRvay9"),
    ),
}


@pytest.mark.parametrize("kind", AUTHS)
def test_caller_is_known_and_no_secret_is_written(
    bench: Bench, api: Api, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    auth, is_known = AUTHS[kind]
    bench.environment["API_TOKEN"] = TOKEN
    results = [bench.fetch(plan(api, auth=auth))]
    assert all(is_known(request) for request in api.asked)
    for status in (401, 404, 500):
        api.answers["/cursor"] = lambda _, status=status: Answer(status=status, body={})
        results.append(bench.try_fetch(plan(api, auth=auth)))
    results.append(bench.try_fetch(plan(Api(url="http://127.0.0.1:1"), auth=auth)))
    assert [result.error is None for result in results] == [True] + [False] * 4
    said = "\n".join([*map(repr, results), *(r.getMessage() for r in caplog.records)])
    for secret in (TOKEN, "tok%2Fen%2Bplanted%3D%3D", "YW5uOnRvay9"):
        assert secret not in said
        assert secret.encode() not in bench.everything_written()


def test_token_is_asked_for_when_the_caller_has_client_credentials(bench: Bench, api: Api) -> None:
    def token(request: Request) -> Answer:
        assert "client_secret=tok%2Fen%2Bplanted%3D%3D" in request.body
        assert "scope=read" in request.body
        return Answer({"access_token": "short-lived", "expires_in": 3600})

    api.answers["/token"] = token
    bench.environment.update(API_ID="me", API_TOKEN=TOKEN)
    auth = Auth(
        type="oauth2_client_credentials",
        token_url=f"{api.url}/token",
        scope="read",
        secrets={
            "client_id": Variable(name="API_ID"),
            "client_secret": Variable(name="API_TOKEN"),
        },
    )
    assert bench.fetch(plan(api, auth=auth)).rows == 5
    assert [request.path for request in api.asked] == ["/token", "/cursor", "/cursor", "/cursor"]
    assert api.asked[-1].headers["Authorization"] == "Bearer short-lived"
    assert b"short-lived" not in bench.everything_written()
