"""Business time against an oracle that walks the wall clock of each zone interval by interval."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.dbt.conftest import MakeWarehouse, Warehouse

AS_OF = date(2026, 6, 30)
FIRST = date(2025, 1, 1)
LAST = date(2026, 12, 1)
MODELS = "int_business_calendar int_business_time_index"

# Calendar: zone, and opening hours by ISO weekday.
WEEK = range(1, 6)
CALENDARS: dict[str, tuple[str, dict[int, list[tuple[str, str]]]]] = {
    "berlin": (
        "Europe/Berlin",
        {day: [("08:30", "12:00"), ("13:00", "18:15")] for day in WEEK},
    ),
    "always_new_york": ("America/New_York", {day: [("00:00", "24:00")] for day in range(1, 8)}),
    "kolkata": ("Asia/Kolkata", {day: [("09:00", "18:00")] for day in range(1, 7)}),
    "auckland": ("Pacific/Auckland", {day: [("07:00", "19:00")] for day in WEEK}),
    "night_new_york": (
        "America/New_York",
        {day: [("00:00", "06:00"), ("22:00", "24:00")] for day in range(1, 8)},
    ),
    # Opens in the hour that the clocks repeat in autumn and skip in spring.
    "small_hours": ("Europe/Berlin", {7: [("02:30", "04:00")], 1: [("00:00", "03:00")]}),
}
HOLIDAYS = [
    ("*", date(2026, 1, 1)),
    ("berlin", date(2026, 4, 3)),
    ("berlin", date(2026, 4, 6)),
    ("always_new_york", date(2026, 3, 8)),
]


def wall(day: date, clock: str, zone: str) -> datetime:
    """Give the UTC moment of a wall time: a repeated one its second pass, a skipped one later."""
    hours, minutes = (int(part) for part in clock.split(":"))
    local = datetime.combine(day, time()) + timedelta(hours=hours, minutes=minutes)
    passes = [local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(passes).replace(tzinfo=None)


def openings(calendar_id: str) -> list[tuple[datetime, datetime]]:
    zone, week = CALENDARS[calendar_id]
    closed = {day for calendar, day in HOLIDAYS if calendar in ("*", calendar_id)}
    found = []
    day = FIRST
    while day <= LAST:
        if day not in closed:
            found += [
                (wall(day, opens, zone), wall(day, closes, zone))
                for opens, closes in week.get(day.isoweekday(), [])
            ]
        day += timedelta(days=1)
    return found


def open_seconds(spans: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> float:
    return sum(
        max(0.0, (min(closes, end) - max(opens, start)).total_seconds()) for opens, closes in spans
    )


def moment_after(
    spans: list[tuple[datetime, datetime]], start: datetime, seconds: float
) -> datetime:
    left = timedelta(seconds=seconds)
    for opens, closes in spans:
        begins = max(opens, start)
        if closes - begins >= left and closes > start:
            return begins + left
        left -= max(closes - begins, timedelta())
    raise AssertionError("the calendar of the oracle is too short")


def prepared(make_warehouse: MakeWarehouse) -> Warehouse:
    warehouse = make_warehouse(f"path:models/core {MODELS}", as_of=AS_OF)
    warehouse.clear("reference.service_calendars")
    warehouse.clear("reference.service_holidays")
    warehouse.put(
        "reference.service_calendars",
        [
            {
                "calendar_id": calendar_id,
                "time_zone": zone,
                "weekday": weekday,
                "opens_at": opens,
                "closes_at": closes,
            }
            for calendar_id, (zone, week) in CALENDARS.items()
            for weekday, hours in week.items()
            for opens, closes in hours
        ],
    )
    warehouse.put(
        "reference.service_holidays",
        [{"calendar_id": calendar, "holiday_date": day} for calendar, day in HOLIDAYS],
    )
    warehouse.build(MODELS)
    return warehouse


def drawn_moments() -> list[datetime]:
    draw = random.Random(3)
    begin = datetime(2025, 8, 1)
    seconds = int((datetime(2026, 7, 1) - begin).total_seconds())
    moments = [begin + timedelta(seconds=draw.randrange(seconds)) for _ in range(300)]
    # The days on which the clocks change, quarter of an hour by quarter of an hour.
    for day in (date(2025, 10, 26), date(2026, 3, 29), date(2025, 11, 2), date(2026, 3, 8)):
        midnight = datetime.combine(day, time())
        moments += [midnight + timedelta(minutes=15 * step) for step in range(0, 40, 3)]
    return moments


def test_business_seconds_equal_a_walked_wall_clock_when_zones_change_their_clocks(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = prepared(make_warehouse)
    draw = random.Random(5)
    moments = drawn_moments()
    pairs = [
        (number, calendar_id, draw.choice(moments), draw.choice(moments))
        for number, calendar_id in enumerate(list(CALENDARS) * 150)
    ]
    values = ", ".join(
        f"({number}, '{calendar_id}', timestamp '{start}', timestamp '{end}')"
        for number, calendar_id, start, end in pairs
    )
    sql = warehouse.compile(
        f"select pairs.number, {{{{ business_seconds('pairs.started_at', 'pairs.ended_at',"
        " business_clock('first_segment', 'pairs.started_at'),"
        " business_clock('last_segment', 'pairs.ended_at')) }} as seconds"
        f" from (values {values}) as pairs (number, calendar_id, started_at, ended_at)"
        " left join {{ ref('int_business_calendar') }} as first_segment"
        " on {{ is_segment_of('first_segment', 'pairs.calendar_id', 'pairs.started_at') }}"
        " left join {{ ref('int_business_calendar') }} as last_segment"
        " on {{ is_segment_of('last_segment', 'pairs.calendar_id', 'pairs.ended_at') }}"
    )
    found = dict(warehouse.rows(sql))
    assert len(found) == len(pairs)
    spans = {calendar_id: openings(calendar_id) for calendar_id in CALENDARS}
    for number, calendar_id, start, end in pairs:
        expected = None if end < start else open_seconds(spans[calendar_id], start, end)
        assert found[number] == expected, (calendar_id, start, end)
    assert any(value is None for value in found.values())


def test_due_moments_equal_a_walked_wall_clock_when_hours_are_added(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = prepared(make_warehouse)
    draw = random.Random(7)
    asked = [
        (number, calendar_id, draw.choice(drawn_moments()), draw.choice([900, 3600, 28800, 90001]))
        for number, calendar_id in enumerate(list(CALENDARS) * 100)
    ]
    values = ", ".join(
        f"({number}, '{calendar_id}', timestamp '{start}', {seconds})"
        for number, calendar_id, start, seconds in asked
    )
    clock = "({{ business_clock('segment', 'asked.started_at') }} + asked.seconds)"
    sql = warehouse.compile(
        "{% set clock = business_clock('segment', 'asked.started_at') ~ ' + asked.seconds' %}"
        "select asked.number, {{ business_moment('stretch', clock) }} as due_at"
        f" from (values {values}) as asked (number, calendar_id, started_at, seconds)"
        " left join {{ ref('int_business_calendar') }} as segment"
        " on {{ is_segment_of('segment', 'asked.calendar_id', 'asked.started_at') }}"
        " left join {{ ref('int_business_time_index') }} as stretch"
        " on {{ is_stretch_of('stretch', 'asked.calendar_id', clock) }}"
    )
    assert clock not in sql
    found = dict(warehouse.rows(sql))
    assert len(found) == len(asked)
    spans = {calendar_id: openings(calendar_id) for calendar_id in CALENDARS}
    for number, calendar_id, start, seconds in asked:
        assert found[number] == moment_after(spans[calendar_id], start, seconds), (
            calendar_id,
            start,
            seconds,
        )


def test_calendars_reach_back_to_the_oldest_ticket(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(f"path:models/core {MODELS}", as_of=AS_OF)
    warehouse.put("core.fct_tickets", [{"ticket_id": "h:1", "opened_at": datetime(2019, 5, 6, 12)}])
    warehouse.build(MODELS)
    assert warehouse.rows(
        "select min(calendar_date), max(calendar_date) from core.int_business_calendar"
        " where calendar_id = 'office'"
    ) == [(date(2019, 5, 6), AS_OF + timedelta(days=400))]
