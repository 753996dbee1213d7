"""Times of every kind become UTC."""

from __future__ import annotations

import pytest

from tests.orchestration.extract.conftest import Bench, column, contract


def times(bench: Bench, zone: str, formats: tuple[str, ...], *texts: str) -> list[str | None]:
    stream = contract(
        column("line", "integer"), column("moment", "timestamp", formats=formats), timezone=zone
    )
    body = "".join(f'{line},"{text}"\n' for line, text in enumerate(texts))
    bench.put("a.csv", "line,moment\n" + body)
    bench.load(stream)
    found = dict(bench.rows("select line, cast(moment as varchar) from raw.survey__answers"))
    return [found.get(line) for line in range(len(texts))]


def test_local_times_become_utc_when_the_zone_has_summer_time(bench: Bench) -> None:
    assert times(
        bench,
        "Europe/London",
        ("%d/%m/%Y %H:%M",),
        "15/01/2026 09:30",
        "15/06/2026 09:30",
        "29/02/2024 09:30",
        "29/02/2025 09:30",
        " 1/6/2026 9:30 ",
    ) == [
        "2026-01-15 09:30:00",
        "2026-06-15 08:30:00",
        "2024-02-29 09:30:00",
        None,
        "2026-06-01 08:30:00",
    ]


def test_clock_changes_have_one_meaning_when_a_time_is_skipped_or_repeated(bench: Bench) -> None:
    # 01:30 did not exist on 29 March and existed twice on 26 October (first at 00:30 UTC).
    assert times(bench, "Europe/London", (), "2026-03-29 01:30:00", "2025-10-26 01:30:00") == [
        "2026-03-29 01:30:00",
        "2025-10-26 01:30:00",
    ]


@pytest.mark.parametrize("zone", ["UTC", "America/Sao_Paulo"])
def test_offset_is_honoured_when_the_text_has_one(bench: Bench, zone: str) -> None:
    assert times(
        bench,
        zone,
        (),
        "2026-01-15T10:00:00Z",
        "2026-01-15 10:00:00+02",
        "2026-01-15T10:00:00.250-05:30",
        "2026-01-15T10:00+0200",
        "2026-01-15 10:00Z",
        "2026-01-15 10:00:00 +02:00",
    ) == [
        "2026-01-15 10:00:00",
        "2026-01-15 08:00:00",
        "2026-01-15 15:30:00.25",
        "2026-01-15 08:00:00",
        "2026-01-15 10:00:00",
        "2026-01-15 08:00:00",
    ]


def test_contract_zone_is_used_when_the_text_has_none(bench: Bench) -> None:
    assert times(
        bench, "America/Sao_Paulo", (), "2026-01-15 10:00:00", "2026-01-15T10:00", "2026-01-15"
    ) == ["2026-01-15 13:00:00", "2026-01-15 13:00:00", "2026-01-15 03:00:00"]


def test_formats_are_tried_in_order_when_several_are_given(bench: Bench) -> None:
    formats = ("%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z", "epoch_s", "epoch_ms")
    assert times(
        bench,
        "UTC",
        formats,
        "2/24/2015 11:35",
        "2026-01-15T10:00:00+0200",
        "1735689600",
        "1735689600.5",
        "yesterday",
    ) == [
        "2015-02-24 11:35:00",
        "2026-01-15 08:00:00",
        "2025-01-01 00:00:00",
        "2025-01-01 00:00:00.5",
        None,
    ]


def test_epochs_are_read_when_they_are_milliseconds(bench: Bench) -> None:
    assert times(bench, "Asia/Tokyo", ("epoch_ms",), "1735689600123", "9" * 30, "-1") == [
        "2025-01-01 00:00:00.123",
        None,
        "1969-12-31 23:59:59.999",
    ]


def test_session_zone_does_not_matter_when_times_are_read(bench: Bench) -> None:
    bench.connection.execute("set timezone = 'America/New_York'")
    assert times(bench, "Europe/London", (), "2026-06-15 09:30:00", "2026-06-15T09:30:00Z") == [
        "2026-06-15 08:30:00",
        "2026-06-15 09:30:00",
    ]
