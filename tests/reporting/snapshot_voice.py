"""Rows of the survey, journey and voice marts of the snapshot that the tests publish."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

HOSTILE = (
    '</script><script>document.title="broken"</script>',
    '<img src=x onerror="document.title=1"> & "quotes" \'single\' <!-- <b>',
    "שירות איטי מאוד אבל הנציגה הייתה נהדרת",
    "Love it 🎉🚀 really {{ 7 * 7 }} {% raw %}",
    "line\u2028separator and \\ backslash </SCRIPT >",
)
Rows = dict[str, list[dict[str, object]]]

TOUCHPOINTS = [
    ("first_login", "First login", "purchase", 0.06, 0.46, 0.31),
    ("data_import", "Data import", "purchase", 0.19, 0.33, 0.58),
    ("team_invite", "Team invite", "purchase", 0.04, 0.41, 0.22),
    ("first_report", "First report", "purchase", 0.11, 0.61, 0.30),
    ("support_contact", "Support contact", "retention", 0.16, 0.44, 0.52),
    ("support_reply", "Support reply", "retention", 0.14, 0.66, 0.35),
    ("support_resolution", "Support resolution", "retention", 0.09, 0.57, 0.41),
    ("invoice_payment", "Invoice payment", "retention", 0.21, 0.28, 0.71),
    ("product_use", "Product use", "retention", 0.33, 0.49, 0.37),
    ("help_article", "Help article", "retention", 0.05, 0.35, 0.39),
    ("renewal_notice", "Renewal notice", "loyalty", 0.07, 0.30, 0.44),
    ("in_app_error", "In-app error", "retention", 0.08, None, 0.63),
]
JOURNEYS = {
    "onboarding": (
        "Onboarding",
        [
            ("subscription_start", "Subscription starts"),
            ("first_login", "First login"),
            ("data_import", "Data import"),
            ("team_invite", "Team invited"),
            ("first_report", "First report"),
        ],
        [1, 0.93, 0.58, 0.52, 0.49],
        1873,
    ),
    "support": (
        "Support",
        [
            ("support_contact", "Asks for help"),
            ("support_reply", "First reply"),
            ("support_resolution", "Solved"),
        ],
        [1, 0.98, 0.95],
        3120,
    ),
    "renewal": (
        "Renewal",
        [("renewal_notice", "Renewal notice"), ("renewal", "Renews")],
        [1, 0.86],
        24,
    ),
}
THEMES = [
    (
        "billing_errors",
        "Billing errors",
        412,
        0.06,
        0.81,
        "Show every line of an invoice before it is charged",
        "The invoice was charged twice again and nobody could tell me why.",
    ),
    (
        "data_import",
        "Importing data",
        388,
        0.17,
        0.64,
        "Check files before import and name the bad row",
        "Import kept failing at row 1,204 without saying what was wrong",
    ),
    (
        "support_people",
        "Helpful people",
        351,
        0.88,
        0.04,
        None,
        "Support got back within minutes, [name] was brilliant",
    ),
    (
        "ease_of_use",
        "Ease of use",
        290,
        0.62,
        0.21,
        "Fold rarely used settings away",
        "Simple, clean, does what it says",
    ),
    ("speed", "Speed", 145, 0.25, 0.55, "Cache the first report", HOSTILE[1]),
    ("rare", "Training", 12, 0.5, 0.2, None, HOSTILE[2]),
]


def metric_row(
    metric: str,
    grain: str,
    start: date | None,
    dimension: str,
    name: str,
    n: int,
    value: float,
    **more: object,
) -> dict[str, object]:
    half = (170 if metric == "NPS" else 0.9) / max(n, 1) ** 0.5
    return {
        "metric": metric,
        "scale": "0–10" if metric == "NPS" else "1–5",
        "period_grain": grain,
        "period_start": start,
        "dimension": dimension,
        "dimension_value": name,
        "n": n,
        "value": value,
        "lower": value - half,
        "upper": value + half,
        "is_too_few": n < 30,
        "invited": n * 4,
        "completed": n,
        "response_rate": 0.25,
        "is_real_change": False,
    } | more


def metrics(random_: random.Random) -> list[dict[str, object]]:
    rows = []
    for metric, low, high in (("NPS", 8.0, 27.0), ("CSAT", 0.69, 0.81), ("CES", 0.61, 0.66)):
        before = None
        for month in range(24):
            start = date(2024 + (month + 6) // 12, (month + 6) % 12 + 1, 1)
            step = (high - low) * (0.1 if month < 15 else 1.0)
            value = low + step + random_.uniform(-0.05, 0.05) * (high - low) * 3
            n = 12 if month == 0 else random_.randint(80, 190)
            change = None if before is None else value - before
            rows.append(
                metric_row(
                    metric,
                    "month",
                    start,
                    "overall",
                    "all",
                    n,
                    value,
                    change=change,
                    change_adjusted_p_value=0.004 if month == 15 else 0.4,
                    is_real_change=month == 15,
                    previous_value=before,
                )
            )
            before = value
        rows.append(
            metric_row(
                metric,
                "quarter",
                date(2026, 4, 1),
                "overall",
                "all",
                431,
                high,
                change=high - low,
                change_adjusted_p_value=0.31 if metric == "CES" else 0.0007,
                is_real_change=metric != "CES",
                previous_value=low,
            )
        )
        rows.append(metric_row(metric, "all", None, "overall", "all", 3011, (low + high) / 2))
        for dimension, names in (
            ("segment", ("enterprise", "mid_market", "small_business", "self_serve")),
            ("channel", ("email", "in_app", "phone", "qr")),
            ("touchpoint", ("first_report", "support_resolution", "invoice_payment")),
        ):
            for place, name in enumerate(names):
                n = 9 if name == "qr" else 640 // (place + 1)
                rows.append(
                    metric_row(
                        metric, "all", None, dimension, name, n, high - (high - low) * 0.45 * place
                    )
                )
    return rows


def journeys() -> Rows:
    found = {row[0]: row for row in TOUCHPOINTS}
    maps, funnels = [], []
    for key, (name, steps, shares, start) in JOURNEYS.items():
        for segment, weight in (("all", 1.0), ("enterprise", 0.3), ("self_serve", 0.01)):
            for number, ((touchpoint, step), share) in enumerate(zip(steps, shares, strict=True)):
                instances = round(start * weight * share)
                previous = round(start * weight * shares[max(number - 1, 0)])
                felt = found.get(touchpoint)
                common = {
                    "journey_id": key,
                    "segment": segment,
                    "period_grain": "all",
                    "period_start": date(2026, 4, 1),
                    "step_number": number,
                    "step_name": step,
                    "touchpoint_id": touchpoint,
                    "instances": instances,
                    "share_of_start": share,
                }
                maps.append(
                    common
                    | {
                        "journey_name": name,
                        "touchpoint_name": felt[1] if felt else step,
                        "stage_id": "purchase",
                        "drop_off_rate": 1 - instances / max(previous, 1),
                        "hours_p50": None if number == 0 else 5.5 * number**2,
                        "hours_p90": None if number == 0 else 50.0 * number,
                        "hours_from_previous_p50": None if number == 0 else 3.5,
                        "expected_hours": None if number == 0 else 24.0,
                        "satisfaction": 0.83 - 0.09 * number,
                        "satisfaction_n": 18 if number == 1 else 214,
                        "effort_easy_share": 0.71 - 0.1 * number,
                        "effort_n": 0 if number == 0 else 188,
                        "positive_impact": felt[3] * (felt[4] or 0) * 0.5 if felt else None,
                        "negative_impact": felt[3] * felt[5] if felt else None,
                        "comment_count": round(felt[3] * 900) if felt else 0,
                        "is_make_or_break": touchpoint in {"data_import", "support_resolution"},
                        "owner_team": "Customer success",
                        "desired_outcome": "Be up and running without asking anyone",
                        "backstage_process": "Workspace is provisioned; billing account is opened",
                        "importance": None if number == 0 else 0.4 - 0.1 * number,
                        "importance_n": 0 if number == 0 else 180,
                        "rated_importance": None if number == 0 else 5,
                        "importance_gap": None if number == 0 else 0.25 * (number - 1),
                        "importance_gap_rank": None if number == 0 else number,
                        "rated_performance": None if number == 0 else 4,
                        "performance_gap": None if number == 0 else 0.09 * number - 0.08,
                        "performance_gap_rank": None if number == 0 else 10 - number,
                    }
                )
                funnels.append(
                    common
                    | {
                        "is_required": True,
                        "share_of_previous": None if number == 0 else instances / max(previous, 1),
                        "dropped": None if number == 0 else previous - instances,
                        "waiting": None if number == 0 else 7 * number,
                        "is_significant_drop": touchpoint == "data_import" and segment == "all",
                        "p_value": None
                        if number == 0
                        else 0.0000004
                        if touchpoint == "data_import"
                        else 0.21,
                        "counting_rule": "Instances that reach a step in declared order; open "
                        "instances count as far as they got.",
                    }
                )
    return {"marts.mart_journey_map": maps, "marts.mart_journey_funnel": funnels}


def voice() -> Rows:
    impact = []
    for key, name, stage, share, good, bad in TOUCHPOINTS:
        row: dict[str, object] = {
            "touchpoint_id": key,
            "touchpoint_name": name,
            "stage_id": stage,
            "commenting_customers": 1204,
            "mention_share": share,
            "suggested_fix": f"Give {name.lower()} an owner who answers within a day",
        }
        for side, intensity, part in (("positive", good, 0.5), ("negative", bad, 0.5)):
            value = None if intensity is None else share * intensity * part * 2
            row |= {
                f"{side}_mentions": 0 if value is None else round(1204 * share * part),
                f"{side}_intensity": intensity,
                f"{side}_impact": value,
                f"{side}_lower": None if value is None else value * 0.8,
                f"{side}_upper": None if value is None else value * 1.22,
                f"is_{side}_peak": value is not None and value > 0.085,
                f"top_{side}_theme": None
                if value is None
                else ("Helpful people" if side == "positive" else "Billing errors"),
                f"{side}_quote": None
                if value is None
                else (
                    HOSTILE[0]
                    if key == "invoice_payment"
                    else "It took three tries, and then it simply worked."
                ),
            }
        impact.append(row)
    themes = [
        {
            "theme_id": key,
            "theme_name": name,
            "comments": count,
            "respondents": round(count * 0.9),
            "share_of_comments": count / 1900,
            "positive_share": good,
            "negative_share": bad,
            "mean_polarity": good - bad,
            "comments_last_90_days": count // 6,
            "comments_previous_90_days": count // 8,
            "trend_ratio": 1.33,
            "suggested_fix": fix,
            "owner_team": "Billing",
            "example_quote": quote,
        }
        for key, name, count, good, bad, fix, quote in THEMES
    ]
    texts = [
        *HOSTILE,
        *(theme[6] for theme in THEMES),
        "Olá, o suporte foi ótimo mas a fatura veio errada",
    ]
    comments = [
        {
            "feedback_id": f"f{number:04}",
            "occurred_at": datetime(2026, 6, 30, 9) - timedelta(hours=7 * number),
            "customer_id": f"c{number % 40:03}",
            "touchpoint_id": TOUCHPOINTS[number % 12][0],
            "channel_id": ("email", "in_app", "phone")[number % 3],
            "feedback_kind": ("direct", "indirect")[number % 2],
            "is_solicited": True,
            "sentiment": (None, "positive", "negative", "neutral")[number % 4],
            "emotional_intensity": (number % 10) / 10,
            "emotion": ("joy", "anger", None)[number % 3],
            "language": "en",
            "themes": "Billing errors, Speed" if number % 3 else "",
            "comment_redacted": texts[number % len(texts)],
        }
        for number in range(60)
    ]
    return {
        "marts.mart_touchpoint_impact": impact,
        "marts.mart_themes": themes,
        "marts.mart_voice_comments": comments,
    }
