"""Friction: what stands in customers' way, what it costs, and what mending it has changed."""

from __future__ import annotations

from reporting import formats
from reporting.behind import People, with_friction
from reporting.charts import friction as charts
from reporting.page import Context, Page
from reporting.pages.service import failure_demand
from reporting.published import Row, Selection
from reporting.sections import Section, number, section

MOST_MONTHS = 24
_POINTS = "marts.mart_friction_points"
_REGISTER_COLUMNS = (
    "detector_id", "detector_name", "severity", "owner", "events", "customers",
    "active_customers_touched", "active_customers", "share_of_customers", "share_lower",
    "share_upper", "timed_events", "minutes_lost", "exposed_windows", "unmatched_windows",
    "churn_effect", "churn_effect_lower", "churn_effect_upper", "effect_status", "answers_after",
    "satisfaction_after", "satisfaction_otherwise", "satisfaction_effect",
    "satisfaction_effect_lower", "satisfaction_effect_upper",
    "churn_cost_amount", "churn_cost_lower_amount", "churn_cost_upper_amount",
    "handling_cost_amount", "total_cost_amount", "currency", "cost_rank",
)  # fmt: skip
_MORE, _LESS = "goes with more churn", "goes with less churn"
_MOMENT_ORDER = (
    "case moment_state when 'declared and found' then 1 when 'found, not declared' then 2"
    " when 'declared, not found' then 3 else 4 end, effect_rank nulls last, touchpoint_id"
)


def build(context: Context) -> dict[str, object]:
    """Collect the register and the sections; those whose mart is empty say so."""
    found = context.marts.select(
        _POINTS,
        _REGISTER_COLUMNS,
        where="segment = 'all' and period_grain = 'all'",
        order_by="cost_rank, detector_id",
    )
    people = with_friction(context)
    sections = (
        _cost(found),
        _months(context, found),
        failure_demand(context),
        _moments(context),
        _fixes(context),
    )
    empty = found.absence and all(part.absence for part in sections)
    return {
        "absence": found.absence if empty else None,
        "register_absence": found.absence,
        "register": [_entry(row, people) for row in found.rows],
        "headline": _headline(found),
        "segments": _by_segment(context),
        "sections": sections,
    }


def _entry(row: Row, people: People) -> dict[str, object]:
    return {
        "row": row,
        "effect": charts.points(
            row["churn_effect"], row["churn_effect_lower"], row["churn_effect_upper"]
        ),
        "satisfaction": charts.points(
            row["satisfaction_effect"],
            row["satisfaction_effect_lower"],
            row["satisfaction_effect_upper"],
        ),
        "range": _money_range(row),
        "people": people.get((row["detector_id"],), []),
        "hours_lost": None
        if formats.as_number(row["minutes_lost"]) is None
        else (formats.as_number(row["minutes_lost"]) or 0.0) / 60,
    }


def _money_range(row: Row) -> str:
    """Say what the loss of customers may cost, from the bounds of the effect."""
    if row["churn_cost_amount"] is None:
        return formats.NOTHING
    low = formats.short_money(row["churn_cost_lower_amount"], row["currency"])
    high = formats.short_money(row["churn_cost_upper_amount"], row["currency"])
    return f"{low} to {high}"


def _headline(found: Selection) -> str:
    """Say in one sentence what costs most, or that nothing can be told apart from chance."""
    if not found.rows:
        return ""
    count = len(found.rows)
    met = f"{formats.number(count)} friction{'s were' if count > 1 else ' was'} met"
    held = [row for row in found.rows if row["effect_status"] == _MORE]
    if held:
        cost = formats.short_money(held[0]["total_cost_amount"], held[0]["currency"])
        text = (
            f"{formats.number(len(held))} of {formats.number(count)} frictions go with more churn "
            f"than chance would make; “{held[0]['detector_name']}” costs most, {cost} so far."
        )
    elif all(row["churn_effect"] is None for row in found.rows):
        text = f"{met}; too few are lost, or stay, to tell whether churn goes with it."
    else:
        text = f"{met}; none goes with more churn than chance would make."
    return f"{text} {_least_satisfied(found)}".strip()


def _least_satisfied(found: Selection) -> str:
    """Say after which friction satisfaction falls most, where it surely falls."""
    falls = [
        row for row in found.rows if (formats.as_number(row["satisfaction_effect_upper"]) or 0) < 0
    ]
    if not falls:
        return ""
    worst = min(falls, key=lambda row: formats.as_number(row["satisfaction_effect"]) or 0.0)
    return (
        f"After “{worst['detector_name']}” {formats.percent(worst['satisfaction_after'])} are "
        f"satisfied, otherwise {formats.percent(worst['satisfaction_otherwise'])}."
    )


def _by_segment(context: Context) -> list[tuple[str, list[Row]]]:
    """Return the register of each segment, for the fold below the whole one."""
    rows = context.marts.select(
        _POINTS,
        ("segment", *_REGISTER_COLUMNS),
        where="segment <> 'all' and period_grain = 'all' and active_customers > 0",
        order_by="segment, cost_rank, detector_id",
    ).rows
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["segment"]), []).append(row)
    return list(found.items())


def _cost(found: Selection) -> Section:
    known = [row for row in found.rows if row["churn_cost_amount"] is not None]
    currency = known[0]["currency"] if known else None
    readings = [
        charts.Reading(
            name=str(row["detector_name"]),
            value=formats.as_number(row["churn_cost_amount"]) or 0.0,
            lower=formats.as_number(row["churn_cost_lower_amount"]) or 0.0,
            upper=formats.as_number(row["churn_cost_upper_amount"]) or 0.0,
            holds=row["effect_status"] in {_MORE, _LESS},
            text=f"{formats.short_money(row['churn_cost_amount'], row['currency'])} "
            f"({_money_range(row)})",
        )
        for row in known
    ]
    return Section(
        slug="cost",
        title="What lost customers cost",
        measure="Customers touched × difference in churn × average yearly value of a customer.",
        source=_POINTS,
        absence=found.absence
        or (None if readings else "No data: no friction has enough customers on both sides."),
        figure=charts.intervals(
            readings,
            slug="friction-cost",
            title="Cost of each friction in lost customers",
            subtitle=f"{currency or 'Amount'} over all time, with the 95% interval of the "
            "difference in churn",
            source=_POINTS,
            value_name="Cost so far (95%)",
            axis_format="~s",
        )
        if readings
        else None,
        note="customers with the friction are held against customers of the same quarter, segment, "
        "tenure, value and use who did not have it; it is a link and no proof of a cause. What "
        "chance may explain is not added to the cost. p-values are corrected for the number of "
        "comparisons.",
    )


def _months(context: Context, register: Selection) -> Section:
    top = register.rows[: charts.MOST_LINES]
    found = context.marts.select(
        _POINTS,
        ("detector_id", "detector_name", "period_start", "events", "active_customers_touched",
         "active_customers", "share_of_customers"),
        where="segment = 'all' and period_grain = 'month'"
        " and list_contains($top, detector_id)",
        parameters={"top": [row["detector_id"] for row in top]},
        order_by="period_start desc, detector_id",
        limit=MOST_MONTHS * charts.MOST_LINES,
    )  # fmt: skip
    rows = tuple(reversed(found.rows))
    return Section(
        slug="months",
        title="Month by month",
        measure="Whether it gets better.",
        source=found.table,
        absence=found.absence,
        figure=charts.by_month(rows, names=[str(row["detector_name"]) for row in top])
        if rows
        else None,
        note="a customer counts once a month, in months in which he or she was a customer; the "
        "newest month may not be over.",
    )


def _moments(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_moments_that_matter",
        ("touchpoint_id", "touchpoint_name", "moment_state", "status", "is_found", "customers",
         "friction_events", "low_scores", "negative_comments", "churn_effect",
         "churn_effect_lower", "churn_effect_upper", "spend_effect_amount",
         "spend_effect_lower_amount", "spend_effect_upper_amount", "currency"),
        where="status = 'measured' or is_declared",
        order_by=_MOMENT_ORDER,
    )  # fmt: skip
    measured = sorted(
        (row for row in found.rows if row["churn_effect"] is not None),
        key=lambda row: -(formats.as_number(row["churn_effect"]) or 0.0),
    )
    readings = [
        charts.Reading(
            name=f"{'★ ' if str(row['moment_state']).startswith('declared') else ''}"
            f"{row['touchpoint_name']}",
            value=formats.as_number(row["churn_effect"]) or 0.0,
            lower=formats.as_number(row["churn_effect_lower"]) or 0.0,
            upper=formats.as_number(row["churn_effect_upper"]) or 0.0,
            holds=bool(row["is_found"]),
            text=_effect(row),
        )
        for row in measured
    ]
    return section(
        found,
        (
            ("Touchpoint", lambda row: str(row["touchpoint_name"])),
            ("Declared and found", _state),
            ("Customers with a bad experience", number("customers")),
            ("Frictions, low scores, negative comments", _experiences),
            ("Churn after it (95%)", _effect),
            ("Spend after it (95%)", _spend),
        ),
        slug="moments",
        title="Moments that matter",
        measure="Touchpoints at which a bad experience goes with losing the customer, beside those "
        "that the company has declared make or break (★).",
        figure=charts.intervals(
            readings,
            slug="moments-effects",
            title="Churn after a bad experience",
            subtitle="Percentage points more churn than without it, with 95% interval; ★ declared",
            source="marts.mart_moments_that_matter",
            value_name="Churn after it (95%)",
            axis_format="+.0%",
        )
        if readings
        else None,
        note="a bad experience is a friction, a low score or a negative comment at the touchpoint. "
        "Shown are touchpoints that were measured or declared; “not found” is said only of "
        "what was measured. p-values are corrected for the number of touchpoints.",
    )


def _state(row: Row) -> str:
    """Say what is declared and found; where nothing could be measured nothing is "not found"."""
    state = str(row["moment_state"])
    if row["churn_effect"] is None:
        return state.replace("not found", str(row["status"]))
    return state


def _experiences(row: Row) -> str:
    return ", ".join(
        formats.number(row[name]) for name in ("friction_events", "low_scores", "negative_comments")
    )


def _effect(row: Row) -> str:
    if row["churn_effect"] is None:
        return str(row["status"])
    return charts.points(row["churn_effect"], row["churn_effect_lower"], row["churn_effect_upper"])


def _spend(row: Row) -> str:
    if row["spend_effect_amount"] is None:
        return formats.NOTHING
    low, high = (
        formats.short_money(row[f"spend_effect_{side}_amount"], row["currency"])
        for side in ("lower", "upper")
    )
    value = formats.short_money(row["spend_effect_amount"], row["currency"])
    return f"{value} ({low} to {high})"


def _fixes(context: Context) -> Section:
    found = context.marts.select(
        "marts.mart_action_effects",
        ("action_name", "journey_id", "touchpoint_id", "fixed_on", "status",
         "window_days", "before_instances", "before_rate", "before_lower", "before_upper",
         "after_instances", "after_rate", "after_lower", "after_upper", "effect", "effect_lower",
         "effect_upper", "p_value", "expected_effect", "conclusion", "counting_rule"),
        order_by="fixed_on desc, action_id",
    )  # fmt: skip
    measured = [row for row in found.rows if row["effect"] is not None]

    def step(row: Row) -> str:
        where = "the end" if row["touchpoint_id"] is None else context.touchpoint(
            row["touchpoint_id"]
        )  # fmt: skip
        return f"{formats.label(row['journey_id'])}: {where}"

    return section(
        found,
        (
            ("Fix", lambda row: str(row["action_name"])),
            ("More should reach", step),
            ("Since", lambda row: formats.day(row["fixed_on"])),
            ("Effect (95%)", _fix_effect),
            ("Hoped for", _hoped),
        ),
        slug="fixes",
        title="What fixes have changed",
        measure="Share that reaches the mended step, in windows of equal length before and after.",
        figure=charts.before_after(measured) if measured else None,
        note=_rule(measured),
    )


def _fix_effect(row: Row) -> str:
    if row["effect"] is None:
        return str(row["status"])
    effect = charts.points(row["effect"], row["effect_lower"], row["effect_upper"])
    return f"{effect}, {formats.p_value(row['p_value'])}"


def _hoped(row: Row) -> str:
    expected = formats.as_number(row["expected_effect"])
    return formats.NOTHING if expected is None else f"{formats.signed(expected * 100)} points"


def _rule(measured: list[Row]) -> str:
    rule = str(measured[0]["counting_rule"]) if measured else ""
    return rule[:1].lower() + rule[1:]


PAGE = Page(
    slug="friction",
    title="Friction",
    navigation="Friction",
    audience="CX management",
    order=36,
    summary="What stands in customers’ way, what it costs, which moments decide whether they stay, "
    "and what mending has changed.",
    build=build,
)
