"""Reading a snapshot, and what figures are made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.charts.figure import Figure, Table, safe_json
from reporting.charts.journey_map import (
    emotion_lane,
    satisfaction_lane,
    time_bar,
    volume_lane,
)
from reporting.published import PublishedMarts, Selection
from tests.reporting.snapshot_voice import Rows


def test_a_selection_counts_what_it_leaves_out(published: Path) -> None:
    with PublishedMarts(published) as marts:
        found = marts.select(
            "marts.mart_churn_risk", ("customer_id",), order_by="customer_id", limit=3
        )
    assert [row["customer_id"] for row in found.rows] == ["c000", "c001", "c002"]
    assert (found.total, found.left_out, found.absence) == (70, 67, None)


def test_a_missing_column_is_an_error_when_its_table_is_there(published: Path) -> None:
    with PublishedMarts(published) as marts, pytest.raises(duckdb.BinderException, match="nowhere"):
        marts.select("marts.mart_churn_risk", ("nowhere",), order_by="customer_id")


def test_not_a_number_reads_as_no_figure(publish: Callable[..., Path], rows: Rows) -> None:
    row = rows["marts.mart_churn_risk"][0] | {"churn_probability_90d": float("nan")}
    with PublishedMarts(publish({"marts.mart_churn_risk": [row]})) as marts:
        found = marts.select(
            "marts.mart_churn_risk", ("churn_probability_90d",), order_by="customer_id"
        )
    assert found.rows[0]["churn_probability_90d"] is None


def test_the_reason_names_the_condition_when_no_row_meets_it(published: Path) -> None:
    with PublishedMarts(published) as marts:
        found = marts.select(
            "marts.mart_churn_risk", ("customer_id",), where="false", order_by="customer_id"
        )
    assert found.absence is not None
    assert "no row of marts.mart_churn_risk meets the condition" in found.absence


def test_the_file_is_never_written_when_read(published: Path) -> None:
    before = published.read_bytes()
    with PublishedMarts(published) as marts:
        marts.select("marts.mart_themes", ("theme_id",), order_by="theme_id")
    assert published.read_bytes() == before


def test_a_selection_is_refused_when_its_total_is_below_its_rows() -> None:
    with pytest.raises(ValueError, match="total"):
        Selection(table="marts.x", rows=({"a": 1},), total=0)


@given(st.text())
def test_embedded_json_cannot_leave_its_script_element(text: str) -> None:

    embedded = safe_json([text])
    assert not {"<", ">", "&", "\u2028", "\u2029"} & set(embedded)
    assert json.loads(embedded) == [text]


def test_a_figure_is_refused_when_it_has_no_alternative_text() -> None:
    with pytest.raises(ValueError, match="alt must not be blank"):
        Figure(
            slug="a", title="A", subtitle="b", alt=" ", source="s", spec={},
            table=Table(headers=("x",), rows=()),
        )  # fmt: skip


def test_a_table_is_refused_when_a_row_does_not_fit_its_headers() -> None:
    with pytest.raises(ValueError, match="2 cells for 1 headers"):
        Table(headers=("x",), rows=(("a", "b"),))


def test_the_volume_band_is_as_tall_as_the_share_that_is_left() -> None:
    lane = volume_lane([{"share_of_start": 1.0}, {"share_of_start": 0.5}])
    assert lane.width == 200
    assert lane.areas[0][1] == (
        "0.0,8.00 50.0,8.00 150.0,29.00 200.0,29.00 200.0,71.00 150.0,71.00 50.0,92.00 0.0,92.00"
    )


def test_feeling_is_drawn_on_both_sides_of_the_axis_and_left_out_when_absent() -> None:
    lane = emotion_lane(
        [
            {"positive_impact": 0.2, "negative_impact": 0.1},
            {"positive_impact": None, "negative_impact": 0.4},
        ],
        scale=0.4,
    )
    assert lane.dots == (
        ("positive", 50.0, 28.0),
        ("negative", 50.0, 61.0),
        ("negative", 150.0, 94.0),
    )


def test_the_line_of_feeling_breaks_where_nobody_has_commented() -> None:
    impacts = (0.2, 0.3, None, 0.1, 0.2, 0.0, 0.4)
    lane = emotion_lane(
        [{"positive_impact": impact, "negative_impact": None} for impact in impacts], scale=0.4
    )
    spans = [[float(corner.split(",")[0]) for corner in line.split()] for _, line in lane.lines]
    assert spans == [[50.0, 150.0], [350.0, 450.0]] * 2, "of both sides; the last stands alone"
    assert [x for _, x, _ in lane.dots] == [50.0, 150.0, 350.0, 450.0, 650.0]


def test_times_share_one_line_when_a_step_has_an_expected_time() -> None:
    bar = time_bar({"hours_p50": 12, "hours_p90": 48, "expected_hours": 24})
    assert bar is not None
    assert (bar.typical, bar.slow, bar.expected) == (25.0, 100.0, 50.0)
    assert time_bar({"hours_p50": None, "hours_p90": None, "expected_hours": 24}) is None


def test_the_satisfaction_line_breaks_when_too_few_answered() -> None:
    answers = ((0.9, 40), (0.8, 30), (0.5, 29), (0.7, 200))
    lane = satisfaction_lane(
        [{"satisfaction": share, "satisfaction_n": n} for share, n in answers], minimum=30
    )
    assert lane.lines == (("satisfied", "50.0,10.00 150.0,20.00"),)
    assert [(x, y) for _, x, y in lane.dots] == [(50.0, 10.0), (150.0, 20.0), (350.0, 30.0)]
