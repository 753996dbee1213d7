"""Whatever is written in a form is read in that form, or said to be undecided."""

from __future__ import annotations

import datetime as dt

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.draft.dates import CLOCKS, DAYS, guess_dates
from orchestration.draft.numbers import WAYS, Marks, guess_numbers, number_of
from orchestration.draft.values import VALUES, take_values

# The fixture is one open database, which no example changes for the next.
ONE_DATABASE = [HealthCheck.function_scoped_fixture]
MOMENTS = st.lists(
    st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2067, 12, 31)), min_size=1, max_size=12
)
FORMS = st.builds("".join, st.tuples(st.sampled_from(DAYS), st.sampled_from(["", " %H:%M:%S"]))) | (
    st.builds(" ".join, st.tuples(st.sampled_from(DAYS), st.sampled_from(CLOCKS)))
)


def taken(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    connection.execute(
        "create or replace temp table written as select unnest($1::varchar[]) as c0", [texts]
    )
    take_values(connection, "written", "c0", ())


@settings(max_examples=150, deadline=None, suppress_health_check=ONE_DATABASE)
@given(moments=MOMENTS, form=FORMS)
def test_times_are_read_back_or_undecided_when_written_in_any_form(
    connection: duckdb.DuckDBPyConnection, moments: list[dt.datetime], form: str
) -> None:
    texts = [moment.strftime(form) for moment in moments]
    taken(connection, texts)
    guess = guess_dates(connection)
    assert guess.readings, texts
    if guess.is_ambiguous:
        assert any(form in reading.formats for reading in guess.readings)
        return
    (reading,) = guess.readings
    patterns = list(reading.formats) or [form]
    read = connection.execute(
        "select try_strptime(unnest($1::varchar[]), $2)", [texts, patterns]
    ).fetchall()
    truth = [dt.datetime.strptime(text, form) for text in texts]  # noqa: DTZ007  # forms without a zone
    assert [row[0] for row in read] == truth


def written(value: int, cents: int, way: Marks) -> str:
    whole = f"{value:,}".replace(",", way.thousands)
    return f"{whole}{way.decimal}{cents:02d}" if cents >= 0 else whole


@settings(max_examples=100, deadline=None, suppress_health_check=ONE_DATABASE)
@given(
    numbers=st.lists(
        st.tuples(st.integers(0, 10_000_000), st.integers(-1, 99)), min_size=1, max_size=8
    ),
    way=st.sampled_from(WAYS),
)
def test_numbers_are_read_back_or_undecided_when_written_in_any_way(
    connection: duckdb.DuckDBPyConnection, numbers: list[tuple[int, int]], way: Marks
) -> None:
    texts = [written(value, cents, way) for value, cents in numbers]
    taken(connection, texts)
    guess = guess_numbers(connection)
    assert guess.ways, texts
    truth = sorted({float(f"{value}.{max(cents, 0):02d}") for value, cents in numbers})
    readings = [
        sorted(
            row[0]
            for row in connection.execute(
                f"select distinct {number_of(found, 'value')} from {VALUES}"
            ).fetchall()
        )
        for found in guess.ways
    ]
    assert truth in readings
