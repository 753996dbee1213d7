"""Names of columns when a header has several rows."""

from __future__ import annotations

import pytest

from orchestration.extract.header_names import column_names


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([["id", " score "]], ("id", "score")),
        ([["id", "", ""]], ("id", "", "")),
        ([["id", "Q1"], ["", "Response"]], ("id", "Q1")),
        (
            [["id", "Which?", "", "", "Why?"], ["", "Web", "App", "Other", "Response"]],
            ("id", "Which? [Web]", "Which? [App]", "Which? [Other]", "Why?"),
        ),
        ([["id", "Which?", ""], ["", "Web", "App"]], ("id", "Which? [Web]", "Which? [App]")),
        ([["", "Q1"], ["Web", "Response"]], ("", "Q1")),
        ([["id", "Q1", "Q2"], ["only one"], ["{}"]], ("id", "Q1", "Q2")),
    ],
)
def test_columns_of_a_group_are_named_by_both_rows(
    rows: list[list[str]], names: tuple[str, ...]
) -> None:
    assert column_names(rows) == names
