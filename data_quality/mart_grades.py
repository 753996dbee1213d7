"""Grades of the marts over the days, as the mart `mart_quality_scorecard` says them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

SCORECARD = "marts.mart_quality_scorecard"
DAYS_SHOWN = 14


@dataclass(frozen=True, kw_only=True)
class MartGrade:
    """One mart: its grade with the reasons, and its grades on the days before, oldest first."""

    mart_name: str
    owner: str
    grade: str
    reasons: str
    coverage_share: float | None
    waiver_count: int
    past: tuple[tuple[date, str], ...]

    @property
    def trend_words(self) -> str:
        """The grades before in words, for those who cannot see them side by side."""
        return ", ".join(f"{day.isoformat()} {grade}" for day, grade in self.past)


def read_scorecard(database: Path, as_of: date) -> tuple[MartGrade, ...]:
    """Read the scorecard up to a day, the worst grade first.

    Returns
    -------
    tuple of MartGrade
        Empty where dbt has not made the mart yet.
    """
    schema, table = SCORECARD.split(".")
    with duckdb.connect(str(database), read_only=True) as connection:
        known = connection.execute(
            "select 1 from information_schema.tables where table_schema = $1 and table_name = $2",
            [schema, table],
        ).fetchone()
        if known is None:
            return ()
        rows = connection.execute(
            f"""
            with shown as (
                select * from {SCORECARD} where as_of_date <= $as_of
                qualify row_number() over (partition by mart_name order by as_of_date desc) <= $days
            )

            select
                mart_name,
                max_by(owner, as_of_date),
                max_by(grade, as_of_date),
                max_by(reasons, as_of_date),
                max_by(coverage_share, as_of_date),
                max_by(waiver_count, as_of_date),
                list({{'day': as_of_date, 'grade': grade}} order by as_of_date)
            from shown
            group by mart_name
            having max(as_of_date) = $as_of
            order by 3 desc, mart_name
            """,
            {"as_of": as_of, "days": DAYS_SHOWN},
        ).fetchall()
    return tuple(
        MartGrade(
            mart_name=name,
            owner=owner,
            grade=grade,
            reasons=reasons,
            coverage_share=coverage,
            waiver_count=waivers,
            past=tuple((entry["day"], entry["grade"]) for entry in past),
        )
        for name, owner, grade, reasons, coverage, waivers, past in rows
    )
