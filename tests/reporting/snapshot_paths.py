"""Rows of the marts of real paths, made from a few told walks through one journey."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta

from tests.reporting.snapshot_voice import Rows

# Touchpoints of each walk, how it ended and how often it was walked in each of two months.
WALKS = (
    (("subscription_start", "data_import", "first_report"), "completed", 40),
    (
        ("subscription_start", "data_import", "support_contact", "data_import", "first_report"),
        "completed",
        12,
    ),
    (("subscription_start", "data_import"), "abandoned", 20),
    (("subscription_start",), "open", 8),
)
MONTHS = (date(2026, 4, 1), date(2026, 5, 1))
SLICES = (
    ("all", "all", MONTHS[0], 2),
    ("all", "month", MONTHS[0], 1),
    ("all", "month", MONTHS[1], 1),
    ("enterprise", "all", MONTHS[0], 1),
    ("tiny", "all", MONTHS[0], 0.1),
)


def paths() -> Rows:
    """Return transitions, variants, deviations, conformance and the instances behind them."""
    rows: Rows = {
        f"marts.mart_journey_{part}": []
        for part in ("transitions", "variants", "deviations", "conformance")
    }
    for segment, grain, start, times in SLICES:
        key = {
            "journey_id": "onboarding",
            "segment": segment,
            "period_grain": grain,
            "period_start": start,
        }
        whole = round(80 * times)
        rows["marts.mart_journey_transitions"] += _transitions(key, times)
        rows["marts.mart_journey_variants"] += _variants(key, times, whole)
        rows["marts.mart_journey_deviations"].append(
            key
            | {
                "deviation": "undeclared",
                "step_number": None,
                "touchpoint_id": "support_contact",
                "instances": round(12 * times),
                "share": 0.15,
                "completion_rate": 1.0,
                "completion_rate_without": 2 / 3,
            }
        )
        rows["marts.mart_journey_conformance"].append(
            key
            | {
                "instances": whole,
                "completed": round(52 * times),
                "abandoned": round(20 * times),
                "open_instances": round(8 * times),
                "fitness": 0.97,
                "in_order_share": 0.885,
                "in_order_lower": 0.81,
                "in_order_upper": 0.93,
                "as_designed_share": 0.71,
                "return_share": 0.15,
            }
        )
    return rows | _instances()


def _transitions(key: dict[str, object], times: float) -> list[dict[str, object]]:
    counts: dict[tuple[str, str], int] = {}
    for walk, outcome, number in WALKS:
        places = ("(start)", *walk, f"({outcome})")
        for pair in itertools.pairwise(places):
            counts[pair] = counts.get(pair, 0) + round(number * times)
    left = {
        place: sum(count for pair, count in counts.items() if pair[0] == place)
        for place, _ in counts
    }
    return [
        key
        | {
            "from_touchpoint_id": pair[0],
            "to_touchpoint_id": pair[1],
            "transition_kind": "move",
            "transitions": count,
            "share_of_from": count / max(left[pair[0]], 1),
            "return_count": count if pair == ("support_contact", "data_import") else 0,
            "channel_switch_count": 1,
            "hand_off_count": 0,
            "hours_p50": 5.0,
            "hours_p90": 48.0,
        }
        for pair, count in counts.items()
    ]


def _variants(key: dict[str, object], times: float, whole: int) -> list[dict[str, object]]:
    return [
        key
        | {
            "variant_rank": rank,
            "variant_id": f"v{rank}",
            "path": " > ".join(walk),
            "variant_count": 1,
            "instances": round(number * times),
            "share": round(number * times) / whole,
            "completed": round(number * times) if outcome == "completed" else 0,
            "abandoned": round(number * times) if outcome == "abandoned" else 0,
            "open_instances": round(number * times) if outcome == "open" else 0,
            "completion_rate": {"completed": 1.0, "abandoned": 0.0, "open": None}[outcome],
            "duration_hours_p50": None if outcome == "open" else 30.0,
        }
        for rank, (walk, outcome, number) in enumerate(WALKS, start=1)
    ]


def _instances() -> Rows:
    journeys: list[dict[str, object]] = []
    steps: list[dict[str, object]] = []
    deviations: list[dict[str, object]] = []
    serial = 0
    for rank, (walk, outcome, number) in enumerate(WALKS, start=1):
        for _ in range(number):
            serial += 1
            started = datetime(2026, 4, 2, 8) + timedelta(hours=7 * serial)
            own = {
                "journey_instance_id": f"j{serial:03}",
                "journey_id": "onboarding",
                # The first seventy customers are known to the customer view, the others are not.
                "customer_id": f"c{serial:03}",
            }
            journeys.append(
                own
                | {
                    "segment": "enterprise",
                    "started_at": started,
                    "start_month": started.date().replace(day=1),
                    "outcome": outcome,
                    "last_step_number": min(len(set(walk)) - 1, 2),
                    "variant_id": f"v{rank}",
                }
            )
            for place, touchpoint in enumerate(dict.fromkeys(walk)):
                if touchpoint == "support_contact":
                    deviations.append(
                        own
                        | {
                            "segment": "enterprise",
                            "started_at": started,
                            "start_month": started.date().replace(day=1),
                            "outcome": outcome,
                            "deviation": "undeclared",
                            "touchpoint_id": touchpoint,
                        }
                    )
                    continue
                steps.append(
                    own
                    | {
                        "journey_step_id": f"j{serial:03}-{place}",
                        "step_number": place,
                        "touchpoint_id": touchpoint,
                        "reached_at": started + timedelta(hours=place),
                        "hours_from_start": float(place),
                        "is_late": False,
                        "visit_count": 1,
                    }
                )
    return {
        "marts.fct_journeys": journeys,
        "marts.fct_journey_steps": steps,
        "marts.fct_journey_deviations": deviations,
    }
